#include "verify/content.h"

#include <gtest/gtest.h>

namespace pullgate {
namespace {

TEST(Content, KnowsTheDigestOfItsBytes) {
  const Content content = Content::of("abc");
  EXPECT_EQ(content.bytes(), "abc");
  EXPECT_EQ(content.size(), 3U);
  EXPECT_EQ(content.digest(), Digest::of("abc"));
}

TEST(Content, RefusesBytesThatAreNotWhatTheDigestNames) {
  EXPECT_TRUE(Content::matching("abc", Digest::of("abc")));
  EXPECT_TRUE(Content::matching("abc", Digest::of("abc", Digest::Algorithm::kSha512)));
  const Result<Content> other = Content::matching("abd", Digest::of("abc"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kUpstreamInvalid);
}

TEST(Content, SharesItsBytesWithCopies) {
  const Content content = Content::of("abc");
  const Content copy = content;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  EXPECT_EQ(copy.bytes().data(), content.bytes().data());
  EXPECT_EQ(content.shared_bytes()->data(), content.bytes().data());
}

}  // namespace
}  // namespace pullgate
