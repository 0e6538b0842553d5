/// The forms in which results go to other programs, and the index of an evidence pack.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "proxy/cli/junit.h"
#include "proxy/cli/pack.h"
#include "proxy/cli/sarif.h"

namespace pullgate::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Junit, CountsAndKeepsWhatEveryReaderAccepts) {
  const std::string xml = junit_xml("a & b", {{.name = "fine"},
                                              {.name = "\"<>&'",
                                               .outcome = JunitCase::Outcome::kFailed,
                                               .type = "NO_EVIDENCE",
                                               .message = "m",
                                               .text = "]]>\x1b[31m\xff\n"},
                                              {.name = "lost", .outcome = JunitCase::Outcome::kError}});
  EXPECT_THAT(xml, HasSubstr("<testsuites tests=\"3\" failures=\"1\" errors=\"1\">"));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"a &amp; b\" tests=\"3\""));
  EXPECT_THAT(xml, HasSubstr("name=\"&quot;&lt;&gt;&amp;'\""));
  EXPECT_THAT(xml, HasSubstr("]]&gt;?[31m?\n</failure>"));
  EXPECT_THAT(xml, HasSubstr("<error type=\"\""));
  EXPECT_THAT(xml, Not(HasSubstr("\x1b")));
}

TEST(Sarif, SaysWhatAboutWhichPlace) {
  const auto document = nlohmann::json::parse(
      sarif({{"r", "a rule"}}, {{"r", SarifLevel::kNote, "text \"quoted\"", "policy.yaml", 3, 4},
                                {"r", SarifLevel::kError, "all of it", "oci://ghcr.io/a", 0, 0}}));
  EXPECT_EQ(document.at("version"), "2.1.0");
  const auto& run = document.at("runs").at(0);
  EXPECT_EQ(run.at("tool").at("driver").at("rules").at(0).at("id"), "r");
  const auto& first = run.at("results").at(0);
  EXPECT_EQ(first.at("level"), "note");
  EXPECT_EQ(first.at("message").at("text"), "text \"quoted\"");
  const auto& place = first.at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("artifactLocation").at("uri"), "policy.yaml");
  EXPECT_EQ(place.at("region"), nlohmann::json({{"startLine", 3}, {"startColumn", 4}}));
  EXPECT_FALSE(run.at("results").at(1).at("locations").at(0).at("physicalLocation").contains("region"));
}

TEST(Sarif, NamesFilesByUri) {
  EXPECT_EQ(file_uri("policy.yaml"), "policy.yaml");
  EXPECT_EQ(file_uri("/etc/my policy.yaml"), "file:///etc/my%20policy.yaml");
  EXPECT_EQ(file_uri("a:b#c"), "a%3Ab%23c");
}

Digest add_manifest(Recording& recording, const std::string& text, const std::vector<std::string>& tags,
                    const std::string& type = {}) {
  const FetchedManifest manifest{Content::of(text), type};
  recording.keep_manifest(TagOrDigest(manifest.content.digest()), manifest);
  for (const std::string& tag : tags) recording.keep_manifest(TagOrDigest(Tag::parse(tag).value()), manifest);
  return manifest.content.digest();
}

std::string descriptor_of(const std::string& text) {
  return R"({"mediaType":")" + std::string(media_type::kOciManifest) + R"(","digest":")" + Digest::of(text).text() +
         R"(","size":)" + std::to_string(text.size()) + "}";
}

TEST(PackIndex, ListsTagsAndWhatNoIndexLeadsTo) {
  const std::string empty = R"({"schemaVersion":2,"config":)" + descriptor_of("{}") + R"(,"layers":[])";
  const std::string member = empty + R"(,"annotations":{"a":"member"}})";
  const std::string referrer = empty + R"(,"annotations":{"a":"referrer"}})";
  Recording recording;
  add_manifest(recording, member, {});
  const Digest alone = add_manifest(recording, referrer, {});
  const Digest index =
      add_manifest(recording, R"({"schemaVersion":2,"manifests":[)" + descriptor_of(member) + "]}", {"1.0", "latest"});
  const auto document = nlohmann::json::parse(pack_index(recording.contents()).value());
  ASSERT_EQ(document.at("manifests").size(), 3U);
  EXPECT_EQ(document["manifests"][0]["digest"], index.text());
  EXPECT_EQ(document["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "1.0");
  EXPECT_EQ(document["manifests"][1]["annotations"]["org.opencontainers.image.ref.name"], "latest");
  EXPECT_EQ(document["manifests"][2]["digest"], alone.text());
  EXPECT_FALSE(document["manifests"][2].contains("annotations"));
}

TEST(PackIndex, KeepsTheTypeThatTheUpstreamClaimedThoughItIsWrong) {
  Recording recording;
  add_manifest(recording, R"({"schemaVersion":2,"manifests":[]})", {"1.0"},
               std::string(media_type::kDockerManifest) + "; charset=utf-8");
  const auto document = nlohmann::json::parse(pack_index(recording.contents()).value());
  EXPECT_EQ(document["manifests"][0]["mediaType"], media_type::kDockerManifest);
}

TEST(PackIndex, IsRefusedWhereOneTagLedToTwoImages) {
  Recording recording;
  add_manifest(recording, "one", {"1.0"});
  add_manifest(recording, "two", {"1.0"});
  EXPECT_FALSE(pack_index(recording.contents()));
}

}  // namespace
}  // namespace pullgate::proxy
