/// Runnable images that call their layers evidence. podman unpacks such layers whatever their media type.

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"

namespace pullgate::proxy {
namespace {

using tests::Bench;
using tests::is_admitted;
using tests::signed_file;

constexpr std::string_view kPath = "closed/app";

/// Under the tag `1.0`: an image's config, and this blob as the only layer.
Digest put_dressed(Bench& bench, const std::string& layer) {
  const std::string path(kPath);
  bench.upstream().put_blob(path, layer);
  bench.upstream().put_blob(path, signed_file("config"));
  const Digest digest = bench.upstream().put_manifest(
      path, fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{}","size":{}}},)"
                        R"("layers":[{{"mediaType":"application/vnd.in-toto+json","digest":"{}","size":{}}}]}})",
                        media_type::kOciManifest, media_type::kOciConfig, Digest::of(signed_file("config")).text(),
                        signed_file("config").size(), Digest::of(layer).text(), layer.size()));
  bench.upstream().put_tag(path, "1.0", digest);
  return digest;
}

TEST(DressedEvidence, PassesWhereTheLayersAreDocuments) {
  Bench bench;
  put_dressed(bench, R"({"_type":"https://in-toto.io/Statement/v1"})");
  const Judgement judgement = bench.judge(kPath, "1.0");
  ASSERT_TRUE(is_admitted(judgement));
  EXPECT_EQ(std::get<Admission>(judgement).ground(), Admission::Ground::kEvidence);
}

TEST(DressedEvidence, IsJudgedAsTheImageThatItIsWhereTheyAreNot) {
  Bench bench;
  const Digest dressed = put_dressed(bench, signed_file("layer"));
  EXPECT_TRUE(std::holds_alternative<Refusal>(bench.judge(kPath, "1.0")));
  EXPECT_TRUE(std::holds_alternative<Refusal>(bench.judge(kPath, dressed.text())));
  EXPECT_FALSE(bench.has_blob(kPath, Digest::of(signed_file("layer"))));
}

TEST(DressedEvidence, IsNotServedWhileNobodyCanLookIntoIt) {
  for (const ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kUnreachable, ErrorCode::kUpstreamInvalid}) {
    Bench bench;
    put_dressed(bench, "{}");
    bench.upstream().fail_with([&](const std::string& call) -> std::optional<Error> {
      if (call.starts_with("small")) return Error{code, "no"};
      return std::nullopt;
    });
    const Judgement judgement = bench.judge(kPath, "1.0");
    ASSERT_TRUE(std::holds_alternative<Unavailable>(judgement));
    EXPECT_NE(std::get<Unavailable>(judgement).error.code, ErrorCode::kNotFound);
    bench.upstream().fail_with(nullptr);
    EXPECT_TRUE(is_admitted(bench.judge(kPath, "1.0")));
  }
}

TEST(DressedEvidence, IsNotJudgedByOtherBytesThanItsLayers) {
  Bench bench;
  put_dressed(bench, signed_file("layer"));
  bench.upstream().put_blob_as(std::string(kPath), Digest::of(signed_file("layer")), "{}");
  EXPECT_TRUE(std::holds_alternative<Unavailable>(bench.judge(kPath, "1.0")));
}

TEST(DressedEvidence, IsLookedIntoOnce) {
  Bench bench;
  const Digest dressed = put_dressed(bench, "{}");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_admitted(bench.judge(kPath, dressed.text())));
  EXPECT_EQ(bench.upstream().count("small"), 1U);
}

}  // namespace
}  // namespace pullgate::proxy
