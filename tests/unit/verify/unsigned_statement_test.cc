#include "verify/unsigned_statement.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace pullgate::verify {
namespace {

const Digest kPlatform = Digest::of("a platform");

Content statement(const Digest& about, const std::string& predicate = R"({"builder":{"id":"https://ci.example"}})") {
  return Content::of(
      fmt::format(R"({{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://slsa.dev/provenance/v0.2",)"
                  R"("subject":[{{"name":"pkg:docker/app@1","digest":{{"sha256":"{}"}}}}],"predicate":{}}})",
                  about.hex(), predicate));
}

Descriptor child(std::map<std::string, std::string> annotations) {
  Descriptor descriptor{
      .media_type = std::string(media_type::kOciManifest), .digest = Digest::of("an attestation manifest"), .size = 1};
  descriptor.annotations = std::move(annotations);
  return descriptor;
}

TEST(UnsignedStatement, IsReadWithItsProvenance) {
  const Result<Statement> read = read_unsigned_statement(
      statement(kPlatform, R"({"builder":{"id":"https://ci.example"},"buildType":"b"})"), kPlatform);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(read->provenance);
  EXPECT_EQ(read->provenance->builder_id, "https://ci.example");
}

TEST(UnsignedStatement, IsAboutThePlatformBesideIt) {
  // Provenance of another build, put beside a platform that it says nothing about.
  EXPECT_FALSE(read_unsigned_statement(statement(Digest::of("another")), kPlatform));
}

TEST(UnsignedStatement, HasTheFormThatItsTypeSays) {
  EXPECT_FALSE(read_unsigned_statement(statement(kPlatform, R"({"builder":7})"), kPlatform));
  EXPECT_FALSE(read_unsigned_statement(Content::of("{}"), kPlatform));
  EXPECT_FALSE(read_unsigned_statement(Content::of(""), kPlatform));
}

TEST(UnsignedStatement, LiesInAChildThatSaysWhatItDescribes) {
  EXPECT_EQ(described_platform(child({{"vnd.docker.reference.type", "attestation-manifest"},
                                      {"vnd.docker.reference.digest", kPlatform.text()}})),
            kPlatform);
  EXPECT_FALSE(described_platform(child({{"vnd.docker.reference.digest", kPlatform.text()}})));
  EXPECT_FALSE(described_platform(
      child({{"vnd.docker.reference.type", "attestation-manifest"}, {"vnd.docker.reference.digest", "sha256:x"}})));
  Descriptor layer{.media_type = "application/vnd.in-toto+json", .digest = kPlatform, .size = 1};
  layer.annotations = {{"in-toto.io/predicate-type", "https://slsa.dev/provenance/v1"}};
  EXPECT_TRUE(is_unsigned_provenance(layer));
  layer.annotations = {{"in-toto.io/predicate-type", "https://spdx.dev/Document"}};
  EXPECT_FALSE(is_unsigned_provenance(layer));
}

}  // namespace
}  // namespace pullgate::verify
