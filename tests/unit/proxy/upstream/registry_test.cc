#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/error_code.h"
#include "tests/unit/proxy/upstream/registry_fixture.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using tests::ReceivedRequest;
using tests::run_to_end;
using tests::ScriptedConnection;
using tests::ScriptedServer;

const std::string kManifest = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"})";

// Manifests.

TEST_F(RegistryTest, AsksForManifestsInOneCanonicalWay) {
  auto& upstream = answering(200, kManifest,
                             "Content-Type: Application/VND.oci.image.manifest.v1+json; "
                             "charset=x\r\n");
  const auto fetched = manifest(upstream, "1.0");
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->content.bytes(), kManifest);
  EXPECT_EQ(fetched->content_type, media_type::kOciManifest);
  EXPECT_EQ(asked().target, "/v2/acme/app/manifests/1.0");
  EXPECT_EQ(asked().header("accept"),
            "application/vnd.oci.image.index.v1+json, "
            "application/vnd.oci.image.manifest.v1+json, "
            "application/vnd.docker.distribution.manifest.list.v2+json, "
            "application/vnd.docker.distribution.manifest.v2+json");
  EXPECT_EQ(asked().header("accept-encoding"), "identity");
}

TEST_F(RegistryTest, RefusesAManifestWhoseBytesDifferFromItsDigest) {
  EXPECT_TRUE(manifest(answering(200, kManifest), Digest::of(kManifest).text()));
  EXPECT_TRUE(manifest(answering(200, kManifest), Digest::of(kManifest, Digest::Algorithm::kSha512).text()));
  EXPECT_EQ(tests::error_code(manifest(answering(200, kManifest + " "), Digest::of(kManifest).text())),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, RefusesADigestHeaderThatDisagreesWithTheBytesCve202347630) {
  const auto with_header = [&](const std::string& value) {
    return manifest(answering(200, kManifest, "Docker-Content-Digest: " + value + "\r\n"), "1.0");
  };
  EXPECT_TRUE(with_header(Digest::of(kManifest).text()));
  EXPECT_TRUE(with_header(Digest::of(kManifest, Digest::Algorithm::kSha512).text()));
  EXPECT_EQ(tests::error_code(with_header(Digest::of("other").text())), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(with_header(Digest::of("other", Digest::Algorithm::kSha512).text())),
            ErrorCode::kUpstreamInvalid);
  // Not a digest that we know: nothing to compare with, and the bytes are
  // hashed in any case.
  EXPECT_TRUE(with_header("blake3:00"));
  EXPECT_EQ(tests::error_code(
                with_header(Digest::of(kManifest).text() + "\r\nDocker-Content-Digest: " + Digest::of("b").text())),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, RefusesAManifestThatIsTooLargeOrEncoded) {
  EXPECT_EQ(tests::error_code(manifest(answering(200, std::string(limits::kManifestBytes + 1, ' ')), "1.0")),
            ErrorCode::kLimitExceeded);
  EXPECT_TRUE(manifest(answering(200, std::string(limits::kManifestBytes, ' ')), "1.0"));
  EXPECT_EQ(tests::error_code(manifest(answering(200, kManifest, "Content-Encoding: gzip\r\n"), "1.0")),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, NeverTakesATruncatedManifest) {
  EXPECT_EQ(tests::error_code(manifest(saying("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + kManifest), "1.0")),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, PassesOnWhatTheUpstreamSays) {
  const auto denied = manifest(answering(403, R"({"errors":[{"code":"DENIED","message":"no access"}]})"), "1.0");
  EXPECT_EQ(tests::error_code(denied), ErrorCode::kUnauthorized);
  EXPECT_EQ(denied.error().message, fmt::format("upstream 127.0.0.1:{} said 403: DENIED: no access", server_->port()));
  EXPECT_EQ(tests::error_code(manifest(answering(404, "not found\n", "Content-Type: text/plain\r\n"), "1.0")),
            ErrorCode::kNotFound);
  const auto limited = manifest(answering(429, "", "Retry-After: 30\r\n"), "1.0");
  EXPECT_EQ(tests::error_code(limited), ErrorCode::kRateLimited);
  EXPECT_EQ(limited.error().retry_after, std::chrono::seconds(30));
  EXPECT_EQ(tests::error_code(manifest(answering(500, ""), "1.0")), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(manifest(answering(206, kManifest), "1.0")), ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, AnErrorBodyWithoutEndDoesNotHideTheStatus) {
  EXPECT_EQ(tests::error_code(manifest(answering(404, std::string(1 << 20, 'x')), "1.0")), ErrorCode::kNotFound);
  EXPECT_EQ(tests::error_code(manifest(saying("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\nabc"), "1.0")),
            ErrorCode::kNotFound);
}

TEST_F(RegistryTest, PutsOnlyRepositoryPathsIntoUrls) {
  auto& upstream = answering(200, kManifest);
  for (const auto* path : {"../secret", "a/../b", "a b", "a?x", "a#x", "a%2fb", "A", "", "/a", "a//b"})
    EXPECT_FALSE(run_to_end(upstream.manifest(path, *parse_tag_or_digest("1.0")))) << path;
  EXPECT_TRUE(server_->requests().empty());
}

// Credentials.

class CredentialsTest : public RegistryWithCredentialsTest {
 protected:
  Result<FetchedManifest> ask_with(std::string_view content) {
    return manifest(registry(
                        [](ScriptedConnection& connection, const ReceivedRequest& request) {
                          const bool is_told = !request.header("authorization").empty();
                          connection.answer(is_told ? 200 : 401, "{}",
                                            is_told ? "" : "WWW-Authenticate: Basic realm=\"x\"\r\n");
                        },
                        credentials(content)),
                    "1.0");
  }
};

TEST_F(CredentialsTest, AreSentAsBasicAuthorizationWhereThatIsAskedFor) {
  ASSERT_TRUE(ask_with("robot:s3cret:with colon\n"));
  EXPECT_EQ(asked(0).header("authorization"), "");
  EXPECT_EQ(asked(1).header("authorization"), "Basic cm9ib3Q6czNjcmV0OndpdGggY29sb24=");
  ASSERT_TRUE(ask_with("a:b\r\n"));
  EXPECT_EQ(asked(1).header("authorization"), "Basic YTpi");
}

TEST_F(CredentialsTest, ThatCannotBeReadStopEveryRequestAndAreNotRepeated) {
  for (const auto* content : {"", "no-colon-s3cret", "a:s3cret\nsecond line\n", ":s3cret"}) {
    const auto fetched = ask_with(content);
    ASSERT_FALSE(fetched) << content;
    EXPECT_EQ(tests::error_code(fetched), ErrorCode::kInternal);
    EXPECT_EQ(fetched.error().message.find("s3cret"), std::string::npos);
    EXPECT_TRUE(server_->requests().empty());
  }
  auto& upstream = registry([](ScriptedConnection&, const ReceivedRequest&) {}, directory_ / "absent");
  EXPECT_EQ(tests::error_code(manifest(upstream, "1.0")), ErrorCode::kInternal);
}

// Small blobs.

TEST_F(RegistryTest, SmallBlobsHaveTheSizeAndDigestOfTheirDescriptor) {
  EXPECT_EQ(small_blob(answering(200, "payload"), "payload", 7)->bytes(), "payload");
  EXPECT_EQ(asked().target, "/v2/acme/app/blobs/" + Digest::of("payload").text());
  EXPECT_EQ(tests::error_code(small_blob(answering(200, "payloaD"), "payload", 7)), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(small_blob(answering(200, "payload"), "payload", 8)), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(small_blob(answering(200, "payload"), "payload", 6)), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(small_blob(answering(200, ""), "", 0)->bytes(), "");
}

TEST_F(RegistryTest, SmallBlobsAboveTheLimitAreNotEvenAskedFor) {
  EXPECT_EQ(tests::error_code(small_blob(answering(200, "payload"), "payload", 7, 6)), ErrorCode::kLimitExceeded);
  EXPECT_TRUE(server_->requests().empty());
}

// Streamed blobs.

TEST_F(RegistryTest, BlobsStreamWhole) {
  const std::string blob(3'000'000, 'b');
  auto& upstream = answering(200, blob);
  EXPECT_EQ(*whole_blob(upstream), blob);
  const auto opened = opened_blob(upstream, std::nullopt);
  EXPECT_EQ(opened->total, blob.size());
  EXPECT_EQ(opened->part, (ByteRange{0, blob.size() - 1}));
  EXPECT_EQ(opened_blob(answering(200, ""), std::nullopt)->part, (ByteRange{0, std::nullopt}));
}

TEST_F(RegistryTest, ABlobThatEndsEarlyOrHasNoLengthIsAnError) {
  EXPECT_EQ(tests::error_code(whole_blob(saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(whole_blob(saying("HTTP/1.1 200 OK\r\n\r\nabc"))), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(whole_blob(saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                                "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, ABlobWithoutALengthIsNotEvenOpened) {
  EXPECT_EQ(tests::error_code(opened_blob(
                saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), std::nullopt)),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, ARangeIsPassedOnAndItsAnswerCompared) {
  const auto ranged = [&](const std::string& content_range, const std::string& body, ByteRange range) {
    return whole_blob(answering(206, body, "Content-Range: " + content_range + "\r\n"), range);
  };
  EXPECT_EQ(*ranged("bytes 2-4/10", "cde", {2, 4}), "cde");
  EXPECT_EQ(asked().header("range"), "bytes=2-4");
  EXPECT_EQ(*ranged("bytes 7-9/10", "hij", {7, std::nullopt}), "hij");
  EXPECT_EQ(asked().header("range"), "bytes=7-");
  EXPECT_EQ(*ranged("bytes 7-9/10", "hij", {7, 100}), "hij");
  for (const auto* other : {"bytes 1-3/10", "bytes 2-3/10", "bytes 2-5/10", "bytes 2-4/*", "bytes 2-4", ""})
    EXPECT_EQ(tests::error_code(ranged(other, "cde", {2, 4})), ErrorCode::kUpstreamInvalid) << other;
  EXPECT_EQ(tests::error_code(ranged("bytes 2-4/10", "cd", {2, 4})), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(ranged("bytes 2-4/10", "cdef", {2, 4})), ErrorCode::kUpstreamInvalid);
  const auto opened = opened_blob(answering(206, "cde", "Content-Range: bytes 2-4/10\r\n"), ByteRange{2, 4});
  EXPECT_EQ(opened->total, 10U);
  EXPECT_EQ(opened->part, (ByteRange{2, 4}));
}

TEST_F(RegistryTest, AChunkedRangeIsCountedToItsEnd) {
  const auto chunked = [&](const std::string& chunks) {
    return whole_blob(saying("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes "
                             "2-4/10\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             chunks + "0\r\n\r\n"),
                      ByteRange{2, 4});
  };
  EXPECT_EQ(*chunked("3\r\ncde\r\n"), "cde");
  EXPECT_EQ(tests::error_code(chunked("2\r\ncd\r\n")), ErrorCode::kUpstreamInvalid);
  const auto longer = chunked("4\r\ncdef\r\n");
  ASSERT_EQ(tests::error_code(longer), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(longer.error().message, "the blob is longer than the upstream said");
}

TEST_F(RegistryTest, AnUpstreamWithoutRangesGivesTheWholeBlobAndSaysSo) {
  auto& upstream = answering(200, "abcdefghij");
  EXPECT_EQ(opened_blob(upstream, ByteRange{2, 4})->part, (ByteRange{0, 9}));
  EXPECT_EQ(tests::error_code(opened_blob(upstream, ByteRange{10, std::nullopt})), ErrorCode::kMalformed);
}

TEST_F(RegistryTest, ARangeThatTheBlobDoesNotHaveIsTheAskersMistake) {
  EXPECT_EQ(tests::error_code(opened_blob(answering(416, "", "Content-Range: bytes */10\r\n"), ByteRange{10, 20})),
            ErrorCode::kMalformed);
  EXPECT_EQ(tests::error_code(opened_blob(answering(200, "abc"), ByteRange{2, 1})), ErrorCode::kMalformed);
}

TEST_F(RegistryTest, APartThatNobodyAskedForIsAnError) {
  EXPECT_EQ(tests::error_code(whole_blob(answering(206, "cde", "Content-Range: bytes 2-4/10\r\n"))),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, BlobsThatAreCompressedOnTheWayAreRefused) {
  EXPECT_EQ(tests::error_code(whole_blob(answering(200, "abc", "Content-Encoding: gzip\r\n"))),
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, BlobSizesComeFromHeadOrElseFromGet) {
  const auto size = [](Upstream& upstream) { return run_to_end(upstream.blob_size("acme/app", Digest::of("x"))); };
  EXPECT_EQ(size(answering(200, "abcde"))->bytes, 5U);
  EXPECT_EQ(server_->requests().size(), 1U);
  EXPECT_EQ(asked().method, "HEAD");
  const auto without_length = [](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.method == "HEAD") return connection.send("HTTP/1.1 200 OK\r\n\r\n");
    connection.answer(200, "abcdef");
  };
  EXPECT_EQ(size(registry(without_length))->bytes, 6U);
  const auto without_head = [](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.method == "HEAD") return connection.send("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n");
    connection.answer(200, "abcdefg");
  };
  EXPECT_EQ(size(registry(without_head))->bytes, 7U);
  EXPECT_EQ(tests::error_code(size(answering(404, ""))), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace pullgate::proxy
