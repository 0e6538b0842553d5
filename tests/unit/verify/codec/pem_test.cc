#include "verify/codec/pem.h"

#include <gtest/gtest.h>

namespace pullgate::verify::codec {
namespace {

const std::string kOne = "-----BEGIN A-----\nAQID\n-----END A-----\n";

TEST(Pem, IsOneBlock) {
  const Result<PemBlock> block = parse_pem_block(" \n" + kOne + "\r\n");
  ASSERT_TRUE(block);
  EXPECT_EQ(block->label, "A");
  EXPECT_EQ(block->der, "\1\2\3");
  for (const std::string& wrong : {std::string(), kOne + kOne, "x" + kOne, kOne + "x", std::string("-----BEGIN A-----"),
                                   std::string("-----BEGIN A-----\nAQID\n-----END B-----\n"),
                                   std::string("-----BEGIN A-----\nAQI\n-----END A-----\n"),
                                   std::string("-----BEGIN A-----\nAQ-D\n-----END A-----\n")}) {
    EXPECT_FALSE(parse_pem_block(wrong)) << wrong;
  }
}

TEST(Pem, IsSeveralBlocksUpToALimit) {
  EXPECT_EQ(parse_pem_blocks(kOne + "\n" + kOne, 2)->size(), 2U);
  EXPECT_EQ(parse_pem_blocks("", 2)->size(), 0U);
  EXPECT_EQ(parse_pem_blocks(kOne + kOne + kOne, 2).error().code, ErrorCode::kLimitExceeded);
  EXPECT_FALSE(parse_pem_blocks(kOne + "text\n" + kOne, 2));
}

}  // namespace
}  // namespace pullgate::verify::codec
