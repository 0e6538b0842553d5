#include "verify/image_config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pullgate {
namespace {

const std::string kLayer = Digest::of("layer").text();

std::string config(const std::string& rootfs, const std::string& more = {}) {
  return fmt::format(R"({{"os":"linux","architecture":"arm64","variant":"v8","rootfs":{}{}}})", rootfs, more);
}

std::string rootfs(const std::string& diff_ids) {
  return fmt::format(R"({{"type":"layers","diff_ids":[{}]}})", diff_ids);
}

Result<ImageConfig> read_config(const std::string& text) {
  return parse_image_config(Content::of(text));
}

TEST(ImageConfig, SaysWhatAnImageIsMadeOf) {
  const auto read =
      read_config(config(rootfs(fmt::format(R"("{}","{}")", kLayer, Digest::of("second").text())),
                         R"(,"created":"2026-05-01T00:00:00Z","config":{"Labels":{"a":"b"},"Cmd":["x"]})"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->platform, (Platform{"linux", "arm64", "v8"}));
  ASSERT_EQ(read->diff_ids.size(), 2U);
  EXPECT_EQ(read->diff_ids[0], Digest::of("layer"));
  EXPECT_EQ(read->labels.at("a"), "b");
  EXPECT_EQ(read->created, "2026-05-01T00:00:00Z");
}

TEST(ImageConfig, MayLeaveOutWhatProvesNothing) {
  const auto read = read_config(config(rootfs('"' + kLayer + '"'), R"(,"config":{"Labels":null})"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->labels.empty());
  EXPECT_TRUE(read->created.empty());
}

TEST(ImageConfig, WithoutLayersProvesNothing) {
  EXPECT_FALSE(read_config(config(rootfs(""))));
  EXPECT_FALSE(read_config(config("{}")));
  EXPECT_FALSE(read_config(config(R"({"type":"layers"})")));
  EXPECT_FALSE(read_config("{}"));
  EXPECT_FALSE(read_config("helm"));
  EXPECT_FALSE(read_config(config(rootfs("\"sha256:1234\""))));
  EXPECT_FALSE(read_config(config(fmt::format(R"({{"type":"other","diff_ids":["{}"]}})", kLayer))));
}

// Go clients read keys without regard to case, the last one wins: they would unpack and check other layers than these.
TEST(ImageConfig, RefusesKeysThatClientsReadDifferently) {
  const std::string good = rootfs('"' + kLayer + '"');
  EXPECT_FALSE(read_config(config(good, R"(,"RootFS":{"type":"layers","diff_ids":[]})")));
  EXPECT_FALSE(read_config(config(fmt::format(R"({{"type":"layers","diff_ids":["{}"],"Diff_IDs":[]}})", kLayer))));
  EXPECT_FALSE(read_config(config(good, R"(,"rootfs":{"type":"layers","diff_ids":[]})")));
}

}  // namespace
}  // namespace pullgate
