// An upstream that sends other bytes than were named, or more than anybody should read. Upstreams of ours refuse this
// themselves (tests/unit/proxy/upstream); the judge believes none of them.

#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

using tests::Bench;
using tests::decision_of;
using tests::is_admitted;
using tests::signed_file;

const std::vector<policy::Gap>& gaps_of(const Judgement& judgement) {
  return std::get<Refusal>(judgement).judged.gathered->gaps;
}

/// A signature's manifest under its tag, whose layers claim these sizes.
void put_layers_of(Bench& bench, const Digest& image, const std::vector<std::size_t>& sizes) {
  const std::string payload = signed_file("app.payload");
  bench.upstream().put_blob("acme/app", payload);
  std::string layers;
  for (const std::size_t size : sizes) {
    layers += std::string(layers.empty() ? "" : ",") +
              R"({"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":")" +
              Digest::of(payload).text() + R"(","size":)" + std::to_string(size) +
              R"(,"annotations":{"dev.cosignproject.cosign/signature":")" + signed_file("app.signature") + "\"}}";
  }
  const Digest digest = bench.upstream().put_manifest(
      "acme/app", R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)"
                  R"({"mediaType":"application/vnd.oci.empty.v1+json","digest":")" +
                      Digest::of("{}").text() + R"(","size":2},"layers":[)" + layers + "]}");
  bench.upstream().put_tag("acme/app", verify::signature_tag(image), digest);
}

TEST(HostileUpstream, IsNotBelievedAReferrerThatHasOtherBytes) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  const Digest referrer = bench.sign_by_referrer("acme/app", app, app, "app");
  const auto fetched = bench.run(bench.upstream().manifest("acme/app", referrer));
  bench.upstream().put_manifest_as("acme/app", referrer, std::string(fetched.value().content.bytes()) + "\n");
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge);
  ASSERT_EQ(gaps_of(judgement).size(), 1U);
  EXPECT_EQ(gaps_of(judgement).front().reason, Reason::kUpstreamInvalid);
}

TEST(HostileUpstream, IsNotAskedForEvidenceThatIsTooLargeCve202429902) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  put_layers_of(bench, app, {limits::kEvidenceBytes + 1});
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  ASSERT_EQ(gaps_of(judgement).size(), 1U);
  EXPECT_EQ(gaps_of(judgement).front().reason, Reason::kLimitExceeded);
  EXPECT_EQ(bench.upstream().count("small "), 0U);
}

TEST(HostileUpstream, IsNotAskedForMoreThanTheEvidenceOfOneImageMayHave) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  put_layers_of(bench, app, std::vector<std::size_t>(3, limits::kEvidenceBytes));
  bench.judge("acme/app", "1.0");
  EXPECT_EQ(bench.upstream().count("small "), limits::kEvidenceTotalBytes / limits::kEvidenceBytes);
}

TEST(HostileUpstream, IsNotAskedForMorePiecesThanAreLookedAtCve202333957) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  put_layers_of(bench, app, std::vector<std::size_t>(limits::kEvidencePieces + 1, signed_file("app.payload").size()));
  bench.judge("acme/app", "1.0");
  EXPECT_EQ(bench.upstream().count("small "), limits::kEvidencePieces);
}

TEST(HostileUpstream, SendsNoManifestThatIsLargerThanClientsAccept) {
  Bench bench;
  bench.upstream().put_tag("open/app", "1.0",
                           bench.upstream().put_manifest("open/app", std::string(limits::kManifestBytes + 1, ' ')));
  const Judgement judgement = bench.judge("open/app", "1.0");
  ASSERT_TRUE(std::holds_alternative<Unavailable>(judgement));
  EXPECT_EQ(std::get<Unavailable>(judgement).error.code, ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace pullgate::proxy
