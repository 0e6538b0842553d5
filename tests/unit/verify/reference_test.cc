#include "verify/reference.h"

#include <gtest/gtest.h>

namespace pullgate {
namespace {

constexpr std::string_view kDigest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(RegistryHost, IsKeptInLowerCase) {
  EXPECT_EQ(parse_registry_host("GHCR.io").value(), "ghcr.io");
  EXPECT_EQ(parse_registry_host("localhost:5000").value(), "localhost:5000");
  EXPECT_EQ(parse_registry_host("127.0.0.1:65535").value(), "127.0.0.1:65535");
  EXPECT_EQ(parse_registry_host("[::1]:5000").value(), "[::1]:5000");
}

TEST(RegistryHost, FoldsDockersOtherNames) {
  for (const char* name : {"docker.io", "index.docker.io", "registry-1.docker.io", "INDEX.docker.io"}) {
    EXPECT_EQ(parse_registry_host(name).value(), "docker.io") << name;
  }
}

TEST(RegistryHost, RefusesWhatCouldLeadSomewhereElse) {
  for (const char* name : {"",
                           ".",
                           "a.",
                           ".a",
                           "a..b",
                           "-a",
                           "a-",
                           "a_b",
                           "a/b",
                           "user@ghcr.io",
                           "ghcr.io:",
                           "ghcr.io:0",
                           "ghcr.io:080",
                           "ghcr.io:65536",
                           "ghcr.io:99999999999999999999",
                           "ghcr.io:80:80",
                           "ghcr.io?x",
                           "ghcr.io#x",
                           "ghcr.io ",
                           "gh%63r",
                           "[::1",
                           "::1",
                           "[]",
                           "http://ghcr.io",
                           "ghcr.io\r\nHost: x",
                           "g\xc3\xa9.io"}) {
    EXPECT_FALSE(parse_registry_host(name)) << name;
  }
  EXPECT_FALSE(parse_registry_host(std::string(64, 'a') + ".io"));
  EXPECT_FALSE(
      parse_registry_host(std::string(127, 'a').insert(63, ".") + "." + std::string(128, 'b').insert(63, ".")));
}

TEST(RepositoryPath, FollowsTheGrammarOfTheDistributionSpecification) {
  for (const char* path : {"a", "acme/app", "a/b/c/d", "a.b", "a_b", "a__b", "a-b", "a---b", "0", "a1/2b"}) {
    EXPECT_TRUE(check_repository_path(path)) << path;
  }
  for (const char* path : {"",   "/",  "a/",   "/a", "a//b",  "A",   "a..b",  "a___b", "a._b", "_a",  "a_",
                           "-a", ".a", "a/..", "..", "a/./b", "a b", "a%2fb", "a:b",   "a@b",  "a\\b"}) {
    EXPECT_FALSE(check_repository_path(path)) << path;
  }
}

TEST(RepositoryPath, HasALimit) {
  EXPECT_TRUE(check_repository_path(std::string(255, 'a')));
  const Status too_long = check_repository_path(std::string(256, 'a'));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, ErrorCode::kLimitExceeded);
}

TEST(Repository, GivesDockerHubsImagesTheirLibrary) {
  EXPECT_EQ(Repository::parse("index.docker.io", "alpine").value().text(), "docker.io/library/alpine");
  EXPECT_EQ(Repository::parse("docker.io", "acme/app").value().text(), "docker.io/acme/app");
  EXPECT_EQ(Repository::parse("ghcr.io", "app").value().text(), "ghcr.io/app");
}

TEST(Tag, FollowsItsGrammar) {
  for (const std::string& tag :
       {std::string("latest"), std::string("1.0"), std::string("_x"), std::string("A-b_c.d"), std::string(128, 'x')}) {
    EXPECT_EQ(Tag::parse(tag).value().text(), tag);
  }
  for (const std::string& tag : {std::string(), std::string(".x"), std::string("-x"), std::string("a/b"),
                                 std::string("a:b"), std::string("a b"), std::string(129, 'x'), std::string("a\n")}) {
    EXPECT_FALSE(Tag::parse(tag)) << tag;
  }
}

TEST(TagOrDigest, IsADigestExactlyWhenItHasAColon) {
  EXPECT_TRUE(std::holds_alternative<Tag>(parse_tag_or_digest("1.0").value()));
  EXPECT_TRUE(std::holds_alternative<Digest>(parse_tag_or_digest(kDigest).value()));
  EXPECT_EQ(to_string(parse_tag_or_digest(kDigest).value()), kDigest);
  EXPECT_FALSE(parse_tag_or_digest("sha256:00"));
}

TEST(ImageReference, IsReadAsDockerReadsIt) {
  const auto read = [](std::string_view text) { return ImageReference::parse(text).value().text(); };
  EXPECT_EQ(read("alpine"), "docker.io/library/alpine:latest");
  EXPECT_EQ(read("alpine:3.18"), "docker.io/library/alpine:3.18");
  EXPECT_EQ(read("acme/app"), "docker.io/acme/app:latest");
  EXPECT_EQ(read("ghcr.io/acme/app:1.0"), "ghcr.io/acme/app:1.0");
  EXPECT_EQ(read("localhost/app"), "localhost/app:latest");
  EXPECT_EQ(read("localhost:5000/app"), "localhost:5000/app:latest");
  EXPECT_EQ(read("127.0.0.1:5000/a/b:c"), "127.0.0.1:5000/a/b:c");
  EXPECT_EQ(read("[::1]:5000/app:c"), "[::1]:5000/app:c");
  EXPECT_EQ(read("ghcr.io/app@" + std::string(kDigest)), "ghcr.io/app@" + std::string(kDigest));
  EXPECT_EQ(read("ghcr.io/app:1@" + std::string(kDigest)), "ghcr.io/app:1@" + std::string(kDigest));
}

TEST(ImageReference, ReadsWhatItWrites) {
  for (const char* text : {"alpine", "ghcr.io/acme/app:1.0", "localhost:5000/a/b"}) {
    const ImageReference reference = ImageReference::parse(text).value();
    EXPECT_EQ(ImageReference::parse(reference.text()).value(), reference);
  }
}

TEST(ImageReference, RefusesWhatIsNoName) {
  for (const std::string& text :
       {std::string(), std::string(":1"), std::string("ghcr.io/"), std::string("ghcr.io/App"), std::string("Acme/app"),
        std::string("a:b:c"), std::string("a@sha256:00"), "a@" + std::string(kDigest) + ":1", std::string("a@b@c"),
        std::string("a/b/"), std::string("https://ghcr.io/a"), std::string("ghcr.io/a:"), std::string("ghcr.io/a@")}) {
    EXPECT_FALSE(ImageReference::parse(text)) << text;
  }
}

}  // namespace
}  // namespace pullgate
