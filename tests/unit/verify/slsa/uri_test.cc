#include "verify/slsa/uri.h"

#include <gtest/gtest.h>

namespace pullgate::verify::slsa {
namespace {

constexpr const char* kHex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kDigest = std::string("sha256:") + kHex;

Source source(std::string_view uri) {
  return parse_git_uri(uri).value_or(Source{});
}

TEST(GitUri, IsReadInTheFormsThatProducersWrite) {
  const Source expected{.repository = "https://github.com/acme/app", .ref = "refs/tags/v1", .commit = ""};
  for (const char* uri :
       {"git+https://github.com/acme/app@refs/tags/v1", "git+https://github.com/acme/app.git@refs/tags/v1",
        "https://github.com/acme/app.git#refs/tags/v1", "https://github.com/acme/app#refs/tags/v1:sub/dir",
        "https://github.com/acme/app/@refs/tags/v1"}) {
    EXPECT_EQ(source(uri), expected) << uri;
  }
  EXPECT_EQ(source("https://github.com/acme/app").ref, "");
  EXPECT_EQ(source("git+ssh://git.example/acme/app.git").repository, "ssh://git.example/acme/app");
}

TEST(GitUri, KeepsFullRefsOnly) {
  EXPECT_EQ(source("git+https://github.com/acme/app@main").ref, "");
  EXPECT_EQ(source("git+https://github.com/acme/app@v1").repository, "https://github.com/acme/app");
  EXPECT_EQ(source("git+https://github.com/acme/app@refs/heads/a@b#c").ref, "refs/heads/a@b#c");
}

// What is read here is compared with what an operator allows: every other reading must be shut out.
TEST(GitUri, RefusesWhatCouldBeReadAsAnotherRepository) {
  for (const char* uri : {"",
                          "acme/app",
                          "git@github.com:acme/app",
                          "file:///acme/app",
                          "https://",
                          "https:///acme/app",
                          "https://github.com",
                          "https://github.com/",
                          "https://github.com@evil.example/acme/app",
                          "https://user:secret@github.com/acme/app",
                          "https://github.com/acme/app?x=https://evil.example",
                          "https://github.com/acme/../evil/app",
                          "https://github.com/./acme/app",
                          "https://github.com/acme%2fapp",
                          "https://github.com/acme\\app",
                          "https://github.com/acme app",
                          "git+git+https://github.com/acme/app",
                          "https://github.com/acme/app@evil/tool",
                          "https://github.com/acme/app@evil/tool@refs/tags/v1",
                          "https://github.com/acme/app//",
                          "https://github.com/acme/app.git.git",
                          "https://github.com/acme/.git",
                          "https://github.com/.git",
                          "https://github.com//acme/app",
                          "https://GitHub.com/acme/app",
                          "https://github.com#refs/acme/app",
                          "https://github.com/acme/\xc3\xa4pp",
                          "GIT+https://github.com/acme/app"}) {
    EXPECT_FALSE(parse_git_uri(uri)) << uri;
  }
}

struct ImageCase {
  std::string uri;
  std::map<std::string, std::string> digest;
  ImageMaterial expected;
};

TEST(ImageMaterial, IsReadInTheFormsThatProducersWrite) {
  const Digest digest = Digest::parse(kDigest).value();
  const std::map<std::string, std::string> beside = {{"sha256", kHex}};
  const ImageCase cases[] = {
      {"pkg:docker/alpine@3.18?platform=linux%2Famd64", beside, {"docker.io/library/alpine", "3.18", digest}},
      {"pkg:docker/acme/base@1", {}, {"docker.io/acme/base", "1", std::nullopt}},
      {"pkg:docker/ghcr.io/acme/base@1.0?digest=" + kDigest + "&platform=linux%2Famd64",
       beside,
       {"ghcr.io/acme/base", "1.0", digest}},
      {"pkg:docker/localhost:5000/base@1", {}, {"localhost:5000/base", "1", std::nullopt}},
      {"pkg:docker/base@" + kDigest + "?repository_url=gcr.io", {}, {"gcr.io/base", "", digest}},
      {"pkg:docker/base@sha256%3A" + std::string(kHex), {}, {"docker.io/library/base", "", digest}},
      {"pkg:oci/base@sha256%3A" + std::string(kHex) + "?repository_url=ghcr.io/acme/base&tag=1",
       {},
       {"ghcr.io/acme/base", "1", digest}},
      {"docker://ghcr.io/acme/base:1@" + kDigest, {}, {"ghcr.io/acme/base", "1", digest}},
      {"docker-pullable://ghcr.io/acme/base@" + kDigest, {}, {"ghcr.io/acme/base", "", digest}},
      {"pkg:DOCKER/alpine@3.18", beside, {"docker.io/library/alpine", "3.18", digest}},
      {"PKG:Oci/base?repository_url=ghcr.io/acme/base", beside, {"ghcr.io/acme/base", "", digest}},
      {"pkg://docker/alpine@3.18", beside, {"docker.io/library/alpine", "3.18", digest}},
      {"docker-image://docker.io/library/alpine:3.18@" + kDigest, {}, {"docker.io/library/alpine", "3.18", digest}},
      {"Docker://ghcr.io/acme/base", beside, {"ghcr.io/acme/base", "", digest}},
      {"oci://ghcr.io/acme/base", beside, {"ghcr.io/acme/base", "", digest}},
      {"gcr.io/acme/base@" + kDigest, {}, {"gcr.io/acme/base", "", digest}},
  };
  for (const ImageCase& one : cases) {
    const auto image = image_of({.uri = one.uri, .name = "", .digest = one.digest});
    ASSERT_TRUE(image) << one.uri << ": " << image.error().message;
    ASSERT_TRUE(*image) << one.uri;
    EXPECT_EQ(**image, one.expected) << one.uri << " " << (*image)->name;
  }
}

TEST(ImageMaterial, IsNotSeenInOtherMaterials) {
  for (const char* uri : {"", "git+https://github.com/acme/app@refs/heads/main", "pkg:npm/left-pad@1",
                          "https://example.com/a@sha256:00", "pkg:github/acme/app@1", "alpine", "file.txt"}) {
    const auto image = image_of({.uri = uri, .name = "", .digest = {}});
    ASSERT_TRUE(image) << uri;
    EXPECT_FALSE(*image) << uri;
  }
}

// Forgetting an image that cannot be read would let a base pass that nobody allowed.
TEST(ImageMaterial, WithANameThatCannotBeReadKeepsItAsItStands) {
  for (const char* uri : {"pkg:docker/a/UPPER@1", "pkg:docker/a%zz@1", "docker://..", "oci://", "pkg:docker/",
                          "pkg:oci/base?ref_type=blob", "pkg:docker/a?x=1&x=2", "pkg:docker/a:1@2"}) {
    const auto image = image_of({.uri = uri, .name = "", .digest = {}});
    ASSERT_TRUE(image) << uri;
    ASSERT_TRUE(*image) << uri;
    EXPECT_EQ((*image)->name, uri);
  }
}

TEST(ImageMaterial, WithTwoDigestsIsAnError) {
  const std::string other = Digest::of("other").text();
  EXPECT_FALSE(image_of({.uri = "docker://ghcr.io/acme/base@" + other, .name = "", .digest = {{"sha256", kHex}}}));
  EXPECT_FALSE(image_of({.uri = "pkg:docker/a@1?digest=" + other, .name = "", .digest = {{"sha256", kHex}}}));
  EXPECT_FALSE(image_of({.uri = "pkg:docker/a@1", .name = "", .digest = {{"sha256", "00"}}}));
}

}  // namespace
}  // namespace pullgate::verify::slsa
