#include "proxy/server/range.h"

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

TEST(Range, ReadsOneRange) {
  EXPECT_EQ(parse_range("bytes=0-"), (RequestedRange{0, std::nullopt, std::nullopt}));
  EXPECT_EQ(parse_range("bytes=5-9"), (RequestedRange{5, 9, std::nullopt}));
  EXPECT_EQ(parse_range("bytes=-5"), (RequestedRange{0, std::nullopt, 5}));
}

TEST(Range, IgnoresEverythingElse) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=9-5", "bytes=0-1,3-4", "bytes=0-0,",
                             "bytes= 0-1", "bytes=0-1 ", "bytes=+1-2", "bytes=0x0-1", "items=0-1", "Bytes=0-1",
                             "bytes=18446744073709551616-", "bytes=0-18446744073709551616", "bytes=--5"}) {
    EXPECT_FALSE(parse_range(header)) << header;
  }
}

TEST(Range, IsResolvedAgainstTheSize) {
  EXPECT_EQ(resolve_range({0, std::nullopt, std::nullopt}, 10), (ByteRange{0, 9}));
  EXPECT_EQ(resolve_range({9, std::nullopt, std::nullopt}, 10), (ByteRange{9, 9}));
  EXPECT_EQ(resolve_range({3, 100, std::nullopt}, 10), (ByteRange{3, 9}));
  EXPECT_EQ(resolve_range({0, std::nullopt, 4}, 10), (ByteRange{6, 9}));
  EXPECT_EQ(resolve_range({0, std::nullopt, 40}, 10), (ByteRange{0, 9}));
}

TEST(Range, CannotBeBeyondTheEnd) {
  EXPECT_FALSE(resolve_range({10, std::nullopt, std::nullopt}, 10));
  EXPECT_FALSE(resolve_range({0, std::nullopt, 0}, 10));
  EXPECT_FALSE(resolve_range({0, std::nullopt, std::nullopt}, 0));
  EXPECT_FALSE(resolve_range({0, std::nullopt, 5}, 0));
}

}  // namespace
}  // namespace pullgate::proxy
