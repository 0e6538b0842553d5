// What an admitted manifest leads to.

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using tests::Bench;
using tests::is_admitted;
using tests::signed_file;

const Digest kLayer = Digest::of(signed_file("layer"));

/// An index of manifests that nobody has put anywhere.
std::string index_of_absent(std::size_t children) {
  std::string index = R"({"schemaVersion":2,"mediaType":")" + std::string(media_type::kOciIndex) + R"(","manifests":[)";
  for (std::size_t i = 0; i < children; ++i) {
    index += fmt::format(R"({}{{"mediaType":"{}","digest":"{}","size":10}})", i == 0 ? "" : ",",
                         media_type::kOciManifest, Digest::of(std::to_string(i)).text());
  }
  return index + "]}";
}

TEST(JudgedBlob, IsGivenOnlyWhereAnAdmittedManifestLeads) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  EXPECT_FALSE(bench.has_blob("acme/app", kLayer));
  EXPECT_FALSE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_FALSE(bench.has_blob("acme/app", kLayer));
  bench.sign_by_tag("acme/app", app, "app");
  bench.advance(5s);
  ASSERT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_TRUE(bench.has_blob("acme/app", kLayer));
  EXPECT_TRUE(bench.has_blob("acme/app", Digest::of(signed_file("config"))));
  EXPECT_FALSE(bench.has_blob("acme/other", kLayer));
  EXPECT_FALSE(bench.has_blob("acme/app", Digest::of("another blob")));
}

TEST(JudgedBlob, IsNeverAManifest) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  const Digest denied = bench.put_image("acme/app", "other.json", "2.0");
  bench.upstream().put_blob("acme/app", signed_file("app.json"));
  bench.upstream().put_blob("acme/app", signed_file("other.json"));
  ASSERT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  ASSERT_FALSE(is_admitted(bench.judge("acme/app", "2.0")));
  EXPECT_FALSE(bench.has_blob("acme/app", app));
  EXPECT_FALSE(bench.has_blob("acme/app", denied));
}

TEST(JudgedBlob, IsNeverAManifestEvenIfAnAdmittedImageCallsItALayer) {
  Bench bench;
  const Digest denied = bench.put_image("acme/app", "other.json", "2.0");
  ASSERT_FALSE(is_admitted(bench.judge("acme/app", "2.0")));
  const std::string sly = R"({"schemaVersion":2,"mediaType":")" + std::string(media_type::kOciManifest) +
                          R"(","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" +
                          Digest::of(signed_file("config")).text() +
                          R"(","size":37},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":")" +
                          denied.text() + R"(","size":461}]})";
  bench.upstream().put_tag("open/app", "1.0", bench.upstream().put_manifest("open/app", sly));
  ASSERT_TRUE(is_admitted(bench.judge("open/app", "1.0")));
  EXPECT_TRUE(bench.has_blob("open/app", Digest::of(signed_file("config"))));
  EXPECT_FALSE(bench.has_blob("open/app", denied));
}

TEST(JudgedBlob, IsFoundInChildrenThatTheClientAlreadyHas) {
  Bench bench;
  const Digest index = bench.put_index("acme/app", "1.0");
  bench.sign_by_tag("acme/app", index, "index");
  ASSERT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_TRUE(bench.has_blob("acme/app", kLayer));
}

TEST(JudgedBlob, IsLookedForAmongChildrenNoLongerThanForOneAnswer) {
  Bench bench({.deadline = 50ms});
  bench.upstream().put_tag("open/app", "1.0",
                           bench.upstream().put_manifest("open/app", index_of_absent(limits::kChildrenReadForBlob)));
  ASSERT_TRUE(is_admitted(bench.judge("open/app", "1.0")));
  bench.upstream().hold_calls_of("manifest sha256:");
  bench.upstream().forget_calls();
  EXPECT_FALSE(bench.has_blob("open/app", kLayer));
  EXPECT_LE(bench.upstream().count("manifest sha256:"), limits::kEvidenceFetchesAtOnce);
  bench.upstream().release();
}

TEST(JudgedBlob, IsNotLookedForAgainAtOnceInChildrenThatAreNotThere) {
  Bench bench;
  bench.upstream().put_tag("open/app", "1.0", bench.upstream().put_manifest("open/app", index_of_absent(10)));
  ASSERT_TRUE(is_admitted(bench.judge("open/app", "1.0")));
  bench.upstream().forget_calls();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(bench.has_blob("open/app", kLayer));
  EXPECT_EQ(bench.upstream().count("manifest sha256:"), 10U);
  bench.advance(5s);
  EXPECT_FALSE(bench.has_blob("open/app", kLayer));
  EXPECT_EQ(bench.upstream().count("manifest sha256:"), 20U);
}

TEST(JudgedBlob, IsLookedForBehindChildrenThatAreNotThere) {
  Bench bench;
  bench.upstream().put_tag(
      "open/app", "1.0", bench.upstream().put_manifest("open/app", index_of_absent(limits::kChildrenReadForBlob * 2)));
  ASSERT_TRUE(is_admitted(bench.judge("open/app", "1.0")));
  bench.upstream().forget_calls();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(bench.has_blob("open/app", kLayer));
  EXPECT_EQ(bench.upstream().count("manifest sha256:"), limits::kChildrenReadForBlob * 2);
}

TEST(JudgedBlob, IsFoundInAChildThatWasPushedAfterItsIndex) {
  Bench bench;
  const Digest index = bench.put_index("acme/app", "1.0");
  bench.sign_by_tag("acme/app", index, "index");
  ASSERT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  bench.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call.starts_with("manifest sha256:")) return Error{ErrorCode::kNotFound, "not yet"};
    return std::nullopt;
  });
  EXPECT_FALSE(bench.has_blob("acme/app", kLayer));
  bench.upstream().fail_with({});
  bench.advance(5s);
  EXPECT_TRUE(bench.has_blob("acme/app", kLayer));
}

TEST(JudgedBlob, IsLookedForAgainAtOnceWhereAChildCouldNotBeHad) {
  Bench bench;
  const Digest index = bench.put_index("acme/app", "1.0");
  bench.sign_by_tag("acme/app", index, "index");
  ASSERT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  bench.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call.starts_with("manifest sha256:")) return Error{ErrorCode::kUnreachable, "a hiccup"};
    return std::nullopt;
  });
  EXPECT_FALSE(bench.has_blob("acme/app", kLayer));
  bench.upstream().fail_with({});
  EXPECT_TRUE(bench.has_blob("acme/app", kLayer));
}

}  // namespace
}  // namespace pullgate::proxy
