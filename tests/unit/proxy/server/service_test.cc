// Every row of what a client sees, through a session.

#include "proxy/server/service.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "proxy/server/session.h"
#include "tests/support/scripted_stream.h"
#include "tests/unit/proxy/answers.h"
#include "tests/unit/proxy/bench.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

using std::chrono_literals::operator""s;
using tests::Answer;
using tests::Bench;
using tests::ScriptedStream;
using tests::signed_file;

const Digest kLayer = Digest::of(signed_file("layer"));

class ServiceTest : public testing::Test {
 protected:
  Answer ask(const std::string& method, const std::string& target, const std::string& header_lines = {}) {
    ScriptedStream::Record record;
    const std::string request = method + " " + target + " HTTP/1.1\r\nHost: gate\r\n" + header_lines + "\r\n";
    Session session(std::make_unique<ScriptedStream>(record, std::vector<ScriptedStream::Step>{request}),
                    bench_.service(), config::Timeouts{}, "c");
    bench_.run_void(session.run());
    return tests::parse_answers(record.sent, {method}).at(0);
  }
  Answer get(const std::string& target, const std::string& header_lines = {}) {
    return ask("GET", target, header_lines);
  }

  static nlohmann::json error_of(const Answer& answer) {
    const auto body = nlohmann::json::parse(answer.body);
    EXPECT_EQ(body.at("errors").size(), 1U);
    EXPECT_EQ(answer.header("content-type"), "application/json");
    return body.at("errors").at(0);
  }
  void expect_error(const Answer& answer, int status, const std::string& code) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(error_of(answer).at("code"), code);
  }
  Digest put_signed() {
    const Digest app = bench_.put_image("acme/app", "app.json", "1.0");
    bench_.sign_by_tag("acme/app", app, "app");
    return app;
  }
  std::string blob_target(const Digest& digest) const { return "/v2/acme/app/blobs/" + digest.text(); }

  Bench bench_;
};

TEST_F(ServiceTest, ServesAnAdmittedManifestWithComputedHeaders) {
  const Digest app = put_signed();
  const Answer answer = get("/v2/acme/app/manifests/1.0");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, signed_file("app.json"));
  EXPECT_EQ(answer.header("content-type"), media_type::kOciManifest);
  EXPECT_EQ(answer.header("docker-content-digest"), app.text());
  EXPECT_EQ(answer.header("content-length"), std::to_string(answer.body.size()));
  EXPECT_EQ(answer.header("x-pullgate-decision").substr(0, 9), "allow; id");
  EXPECT_EQ(answer.header("warning"), "");
  EXPECT_EQ(answer.header("oci-namespace"), "");
}

TEST_F(ServiceTest, JudgesHeadLikeGet) {
  put_signed();
  bench_.put_image("acme/bad", "other.json", "1.0");
  for (const char* target :
       {"/v2/acme/app/manifests/1.0", "/v2/acme/bad/manifests/1.0", "/v2/acme/app/manifests/none"}) {
    Answer by_get = get(target);
    const Answer by_head = ask("HEAD", target);
    EXPECT_EQ(by_get.status, by_head.status) << target;
    EXPECT_EQ(by_get.reason, by_head.reason) << target;
    EXPECT_EQ(by_get.headers, by_head.headers) << target;
    EXPECT_EQ(by_head.body, "");
  }
}

TEST_F(ServiceTest, DeniesWithTheReasonEverywhere) {
  const Digest app = bench_.put_image("acme/app", "app.json", "1.0");
  const Answer answer = get("/v2/acme/app/manifests/1.0?ns=registry.test");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.reason.substr(0, 22), "Forbidden - pullgate: ");
  EXPECT_EQ(answer.header("oci-namespace"), "registry.test");
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  EXPECT_EQ(answer.header("x-pullgate-decision").substr(0, 8), "deny; id");
  const auto error = error_of(answer);
  EXPECT_EQ(error.at("code"), "DENIED");
  const std::string message = error.at("message");
  EXPECT_EQ(message.substr(0, 31), "pullgate: signed: NO_EVIDENCE: ");
  EXPECT_EQ(error.at("detail").at("reason"), "NO_EVIDENCE");
  EXPECT_EQ(error.at("detail").at("rule"), "signed");
  EXPECT_EQ(error.at("detail").at("digest"), app.text());
  const std::string id = error.at("detail").at("decision");
  EXPECT_NE(message.find(id), std::string::npos);
  EXPECT_NE(answer.header("x-pullgate-decision").find(id), std::string::npos);
  ASSERT_EQ(bench_.log_lines().size(), 1U);
  const auto line = nlohmann::json::parse(bench_.log_lines().at(0));
  EXPECT_EQ(line.at("event"), "decision");
  EXPECT_EQ(line.at("verdict"), "deny");
  EXPECT_EQ(line.at("decision"), id);
  EXPECT_EQ(line.at("repository"), "registry.test/acme/app");
  EXPECT_EQ(line.at("tag"), "1.0");
  EXPECT_EQ(line.at("digest"), app.text());
  EXPECT_EQ(line.at("reasons").at(0), "NO_EVIDENCE");
}

TEST_F(ServiceTest, SaysWhenItCannotJudgeNow) {
  put_signed();
  bench_.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call.ends_with(".sig")) return Error{ErrorCode::kRateLimited, "slow down", 9s};
    return std::nullopt;
  });
  const Answer answer = get("/v2/acme/app/manifests/1.0");
  expect_error(answer, 403, "DENIED");
  EXPECT_EQ(answer.header("retry-after"), "9");
  EXPECT_NE(std::string(error_of(answer).at("message")).find("cannot judge now"), std::string::npos);
  EXPECT_EQ(error_of(answer).at("detail").at("reason"), "UPSTREAM_RATE_LIMITED");
  EXPECT_EQ(answer.header("x-pullgate-decision").substr(0, 12), "cannot-judge");
}

TEST_F(ServiceTest, PassesOnWhatTheUpstreamMeans) {
  struct Row {
    ErrorCode error;
    int status;
    const char* manifest_code;
    const char* list_code;
  };
  const Row rows[] = {{ErrorCode::kNotFound, 404, "MANIFEST_UNKNOWN", "NAME_UNKNOWN"},
                      {ErrorCode::kUnauthorized, 401, "UNAUTHORIZED", "UNAUTHORIZED"},
                      {ErrorCode::kRateLimited, 429, "TOOMANYREQUESTS", "TOOMANYREQUESTS"},
                      {ErrorCode::kUnreachable, 502, "UNAVAILABLE", "UNAVAILABLE"},
                      {ErrorCode::kUpstreamInvalid, 502, "UNAVAILABLE", "UNAVAILABLE"},
                      {ErrorCode::kLimitExceeded, 502, "UNAVAILABLE", "UNAVAILABLE"},
                      {ErrorCode::kTimedOut, 504, "UNAVAILABLE", "UNAVAILABLE"},
                      {ErrorCode::kCancelled, 503, "UNAVAILABLE", "UNAVAILABLE"},
                      {ErrorCode::kInternal, 500, "UNKNOWN", "UNKNOWN"}};
  for (const Row& row : rows) {
    bench_.upstream().fail_with([&](const std::string&) { return Error{row.error, "said so", 3s}; });
    const Answer manifest = get("/v2/acme/app/manifests/1.0");
    expect_error(manifest, row.status, row.manifest_code);
    EXPECT_EQ(manifest.header("retry-after"), "3");
    expect_error(get("/v2/acme/app/tags/list"), row.status, row.list_code);
  }
}

TEST_F(ServiceTest, WarnsTheClientInWarnModeOnly) {
  bench_.put_image("warned/app", "app.json", "1.0");
  bench_.put_image("audited/app", "app.json", "1.0");
  const Answer warned = get("/v2/warned/app/manifests/1.0");
  EXPECT_EQ(warned.status, 200);
  EXPECT_EQ(warned.header("warning").substr(0, 16), "299 - \"pullgate:");
  EXPECT_EQ(warned.header("warning").back(), '"');
  EXPECT_EQ(warned.header("x-pullgate-decision").substr(0, 4), "warn");
  const Answer audited = get("/v2/audited/app/manifests/1.0");
  EXPECT_EQ(audited.status, 200);
  EXPECT_EQ(audited.header("warning"), "");
  EXPECT_EQ(bench_.log_lines().size(), 2U);
}

TEST_F(ServiceTest, WarnsAboutTheChildrenOfAnIndexToo) {
  bench_.put_index("warned/app", "1.0");
  EXPECT_EQ(get("/v2/warned/app/manifests/1.0").status, 200);
  const Answer child = get("/v2/warned/app/manifests/" + Digest::of(signed_file("child-amd64.json")).text());
  EXPECT_EQ(child.status, 200);
  EXPECT_NE(child.header("warning"), "");
}

TEST_F(ServiceTest, SparesTheBodyOfAManifestThatTheClientHasOnceItIsJudged) {
  const Digest app = put_signed();
  for (const std::string& tag : {app.text(), "\"" + app.text() + "\"", "W/\"x\", \"" + app.text() + "\""}) {
    const Answer answer = get("/v2/acme/app/manifests/1.0", "If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(answer.status, 304) << tag;
    EXPECT_EQ(answer.header("docker-content-digest"), app.text());
  }
  EXPECT_EQ(get("/v2/acme/app/manifests/1.0", "If-None-Match: \"sha256:other\"\r\n").status, 200);
  const Digest other = bench_.put_image("acme/bad", "other.json", "1.0");
  EXPECT_EQ(get("/v2/acme/bad/manifests/1.0", "If-None-Match: \"" + other.text() + "\"\r\n").status, 403);
}

TEST_F(ServiceTest, IgnoresARangeOnAManifest) {
  put_signed();
  const Answer answer = get("/v2/acme/app/manifests/1.0", "Range: bytes=0-\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, signed_file("app.json"));
}

TEST_F(ServiceTest, ServesBlobsOfAdmittedImages) {
  put_signed();
  expect_error(get(blob_target(kLayer)), 404, "BLOB_UNKNOWN");
  ASSERT_EQ(get("/v2/acme/app/manifests/1.0").status, 200);
  const Answer answer = get(blob_target(kLayer));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, signed_file("layer"));
  EXPECT_EQ(answer.header("content-type"), "application/octet-stream");
  EXPECT_EQ(answer.header("docker-content-digest"), kLayer.text());
  const Answer head = ask("HEAD", blob_target(kLayer));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), std::to_string(signed_file("layer").size()));
  expect_error(get("/v2/acme/other/blobs/" + kLayer.text()), 404, "BLOB_UNKNOWN");
}

TEST_F(ServiceTest, NeverServesAManifestAsABlob) {
  const Digest app = put_signed();
  bench_.upstream().put_blob("acme/app", signed_file("app.json"));
  ASSERT_EQ(get("/v2/acme/app/manifests/1.0").status, 200);
  expect_error(get(blob_target(app)), 404, "BLOB_UNKNOWN");
  EXPECT_EQ(ask("HEAD", blob_target(app)).status, 404);
}

TEST_F(ServiceTest, ServesPartsOfBlobs) {
  put_signed();
  ASSERT_EQ(get("/v2/acme/app/manifests/1.0").status, 200);
  const std::string layer = signed_file("layer");
  const std::string size = std::to_string(layer.size());
  const auto ranged = [&](const std::string& range) { return get(blob_target(kLayer), "Range: " + range + "\r\n"); };

  const Answer middle = ranged("bytes=5-9");
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(middle.body, layer.substr(5, 5));
  EXPECT_EQ(middle.header("content-range"), "bytes 5-9/" + size);
  const Answer rest = ranged("bytes=30-");
  EXPECT_EQ(rest.status, 206);
  EXPECT_EQ(rest.body, layer.substr(30));
  const Answer tail = ranged("bytes=-4");
  EXPECT_EQ(tail.body, layer.substr(layer.size() - 4));
  const Answer all = ranged("bytes=0-");
  EXPECT_EQ(all.status, 206);
  EXPECT_EQ(all.body, layer);
  EXPECT_EQ(ranged("bytes=0-1,3-4").status, 200);
  const Answer beyond = ranged("bytes=" + size + "-");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("content-range"), "bytes */" + size);
  const Answer newer = get(blob_target(kLayer), "Range: bytes=5-9\r\nIf-Range: \"other\"\r\n");
  EXPECT_EQ(newer.status, 200);
}

TEST_F(ServiceTest, SaysSoWhenTheUpstreamGrantsNoRange) {
  put_signed();
  bench_.upstream().ignore_ranges();
  ASSERT_EQ(get("/v2/acme/app/manifests/1.0").status, 200);
  const Answer answer = get(blob_target(kLayer), "Range: bytes=5-9\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, signed_file("layer"));
  EXPECT_EQ(answer.header("content-range"), "");
}

TEST_F(ServiceTest, CutsABlobOfWrongDigestBeforeItsLastByte) {
  put_signed();
  ASSERT_EQ(get("/v2/acme/app/manifests/1.0").status, 200);
  std::string wrong = signed_file("layer");
  wrong[3] ^= 1;
  bench_.upstream().put_blob_as("acme/app", kLayer, wrong);
  for (const std::size_t piece : {1U, 7U, 37U}) {
    bench_.upstream().in_pieces_of(piece);
    const Answer answer = get(blob_target(kLayer));
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.is_complete) << piece;
  }
  bench_.upstream().in_pieces_of(64 * 1024);
  expect_error(get(blob_target(kLayer)), 502, "UNAVAILABLE");
  expect_error(get(blob_target(kLayer), "Range: bytes=0-\r\n"), 502, "UNAVAILABLE");
  EXPECT_NE(bench_.log_lines().back().find("blob-broken-off"), std::string::npos);
}

TEST_F(ServiceTest, NeverServesAPartOfABlobAsAllOfIt) {
  put_signed();
  ASSERT_EQ(get("/v2/acme/app/manifests/1.0").status, 200);
  const std::string layer = signed_file("layer");
  bench_.upstream().in_pieces_of(7);
  bench_.upstream().announce_size(layer.size() + 1);
  EXPECT_FALSE(get(blob_target(kLayer)).is_complete);
  bench_.upstream().announce_size(layer.size() - 1);
  EXPECT_FALSE(get(blob_target(kLayer)).is_complete);
  bench_.upstream().announce_size(layer.size() + 1);
  bench_.upstream().end_blobs_with({ErrorCode::kUnreachable, "reset"});
  EXPECT_FALSE(get(blob_target(kLayer)).is_complete);
}

TEST_F(ServiceTest, ServesABlobOfNoBytesAtAll) {
  bench_.upstream().put_blob("open/app", "");
  const std::string manifest = R"({"schemaVersion":2,"mediaType":")" + std::string(media_type::kOciManifest) +
                               R"(","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":")" +
                               Digest::of("").text() + R"(","size":0},"layers":[]})";
  bench_.upstream().put_tag("open/app", "1.0", bench_.upstream().put_manifest("open/app", manifest));
  ASSERT_EQ(get("/v2/open/app/manifests/1.0").status, 200);
  const Answer answer = get("/v2/open/app/blobs/" + Digest::of("").text());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-length"), "0");
}

TEST_F(ServiceTest, PassesOnThatABlobCannotBeHad) {
  put_signed();
  ASSERT_EQ(get("/v2/acme/app/manifests/1.0").status, 200);
  bench_.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call.starts_with("blob") || call.starts_with("size")) return Error{ErrorCode::kTimedOut, "late"};
    return std::nullopt;
  });
  expect_error(get(blob_target(kLayer)), 504, "UNAVAILABLE");
  EXPECT_EQ(ask("HEAD", blob_target(kLayer)).status, 504);
  expect_error(get(blob_target(kLayer), "Range: bytes=0-1\r\n"), 504, "UNAVAILABLE");
}

TEST_F(ServiceTest, ListsTagsInOrderAndInPages) {
  const Digest app = put_signed();
  for (const char* tag : {"b", "a", "c"}) bench_.upstream().put_tag("acme/app", tag, app);
  const auto tags_of = [](const Answer& answer) {
    return nlohmann::json::parse(answer.body).at("tags").get<std::vector<std::string>>();
  };
  const Answer all = get("/v2/acme/app/tags/list");
  EXPECT_EQ(tags_of(all), (std::vector<std::string>{"1.0", "a", "b", "c", verify::signature_tag(app)}));
  EXPECT_EQ(nlohmann::json::parse(all.body).at("name"), "acme/app");
  EXPECT_EQ(all.header("link"), "");
  const Answer page = get("/v2/acme/app/tags/list?n=2&ns=registry.test");
  EXPECT_EQ(tags_of(page), (std::vector<std::string>{"1.0", "a"}));
  EXPECT_EQ(page.header("link"), "</v2/acme/app/tags/list?n=2&last=a&ns=registry.test>; rel=\"next\"");
  const Answer rest = get("/v2/acme/app/tags/list?n=9&last=a");
  EXPECT_EQ(tags_of(rest).size(), 3U);
  EXPECT_EQ(rest.header("link"), "");
  const Answer none = get("/v2/acme/app/tags/list?n=0");
  EXPECT_TRUE(tags_of(none).empty());
  EXPECT_EQ(none.header("link"), "");
  expect_error(get("/v2/acme/none/tags/list"), 404, "NAME_UNKNOWN");
}

TEST_F(ServiceTest, ListsReferrersAndNeverSays404) {
  const Digest app = bench_.put_image("acme/app", "app.json", "1.0");
  const auto manifests_of = [](const Answer& answer) {
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), media_type::kOciIndex);
    const auto body = nlohmann::json::parse(answer.body);
    EXPECT_EQ(body.at("mediaType"), media_type::kOciIndex);
    return body.at("manifests");
  };
  const std::string target = "/v2/acme/app/referrers/" + app.text();
  EXPECT_EQ(manifests_of(get(target)).size(), 0U);
  const Digest referrer = bench_.sign_by_referrer("acme/app", app, app, "app");
  bench_.upstream().put_referrer("acme/app", app,
                                 {std::string(media_type::kOciManifest), Digest::of("sbom"), 5, "sbom"});
  EXPECT_EQ(manifests_of(get(target)).size(), 2U);
  const Answer filtered = get(target + "?artifactType=sbom");
  EXPECT_EQ(manifests_of(filtered).size(), 1U);
  EXPECT_EQ(filtered.header("oci-filters-applied"), "artifactType");
  bench_.upstream().without_referrers_api();
  EXPECT_EQ(manifests_of(get(target)).size(), 0U);
  const std::string index = R"({"schemaVersion":2,"mediaType":")" + std::string(media_type::kOciIndex) +
                            R"(","manifests":[{"mediaType":")" + std::string(media_type::kOciManifest) +
                            R"(","digest":")" + referrer.text() + R"(","size":700}]})";
  bench_.upstream().put_tag("acme/app", verify::referrers_tag(app), bench_.upstream().put_manifest("acme/app", index));
  EXPECT_EQ(manifests_of(get(target)).at(0).at("digest"), referrer.text());
  bench_.upstream().fail_with([](const std::string&) { return Error{ErrorCode::kUnreachable, "gone"}; });
  expect_error(get(target), 502, "UNAVAILABLE");
}

TEST_F(ServiceTest, IsNoOpenProxy) {
  expect_error(get("/v2/acme/app/manifests/1.0?ns=169.254.169.254"), 404, "NAME_UNKNOWN");
  expect_error(get("/v2/evil.test/app/manifests/1.0"), 404, "NAME_UNKNOWN");
  expect_error(get("/v2/Acme/app/manifests/1.0"), 400, "NAME_INVALID");
  EXPECT_TRUE(bench_.upstream().calls().empty());
}

TEST_F(ServiceTest, EchoesTheNameSpaceInEveryAnswer) {
  put_signed();
  EXPECT_EQ(get("/v2/acme/app/manifests/1.0?ns=registry.test").header("oci-namespace"), "registry.test");
  EXPECT_EQ(get("/v2/acme/app/manifests/none?ns=registry.test").header("oci-namespace"), "registry.test");
  EXPECT_EQ(get("/v2/acme/app/tags/list?ns=registry.test").header("oci-namespace"), "registry.test");
  EXPECT_EQ(get(blob_target(kLayer) + "?ns=registry.test").header("oci-namespace"), "registry.test");
}

TEST_F(ServiceTest, ShowsNothingUnprintableOfWhatItWasSent) {
  bench_.upstream().fail_with(
      [](const std::string&) { return Error{ErrorCode::kUnreachable, "bad\r\nX-Evil: 1\x1b[2J"}; });
  const Answer answer = get("/v2/acme/app/manifests/1.0");
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.header("x-evil"), "");
  EXPECT_EQ(answer.body.find('\x1b'), std::string::npos);
}

// The confused deputy: whoever may ask pullgate would see with pullgate's credentials what no rule is about.
TEST_F(ServiceTest, ListsNothingOfARepositoryThatNoRuleIsAbout) {
  const Digest image = bench_.put_image("nobody/app", "app.json", "1.0");
  for (const std::string& target :
       {std::string("/v2/nobody/app/tags/list"), "/v2/nobody/app/referrers/" + image.text()}) {
    const std::size_t asked = bench_.upstream().count("");
    const Answer answer = get(target);
    expect_error(answer, 403, "DENIED");
    EXPECT_EQ(error_of(answer).at("detail").at("reason"), "NO_RULE");
    EXPECT_EQ(bench_.upstream().count(""), asked) << target;
  }
}

TEST_F(ServiceTest, RecordsTheExceptionThatWasNeeded) {
  bench_.put_image("acme/late", "app.json", "1.0");
  EXPECT_EQ(get("/v2/acme/late/manifests/1.0").status, 200);
  EXPECT_NE(bench_.log_lines().back().find(R"("exceptions":["late"])"), std::string::npos) << bench_.log_lines().back();
}

}  // namespace
}  // namespace pullgate::proxy
