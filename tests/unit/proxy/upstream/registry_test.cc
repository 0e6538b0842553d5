#include "proxy/upstream/registry.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/coroutine_run.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/proxy/upstream/client_on_threads.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using tests::ReceivedRequest;
using tests::run_to_end;
using tests::ScriptedConnection;
using tests::ScriptedServer;

const std::string kManifest = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"})";
const std::string kOciIndexType = "Content-Type: application/vnd.oci.image.index.v1+json\r\n";

std::string referrers_page(const std::vector<std::string>& contents) {
  std::string manifests;
  for (const auto& content : contents) {
    manifests +=
        fmt::format(R"({}{{"mediaType":"{}","digest":"{}","size":{},"artifactType":"application/x"}})",
                    manifests.empty() ? "" : ",", media_type::kOciManifest, Digest::of(content).text(), content.size());
  }
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}})", media_type::kOciIndex, manifests);
}

/// One request, one answer of the test's choice.
class RegistryTest : public testing::Test {
 protected:
  using Handler = ScriptedServer::Handler;

  Upstream& registry(Handler handler, std::optional<std::filesystem::path> credentials = std::nullopt) {
    server_ = std::make_unique<ScriptedServer>(std::move(handler));
    config::RegistryEndpoint endpoint{
        .url = server_->url(), .ca = std::nullopt, .credentials_file = std::move(credentials)};
    config::Timeouts timeouts;
    timeouts.upstream_response = std::chrono::seconds(5);
    registry_ = make_registry_upstream(*client_, endpoint, timeouts);
    return *registry_;
  }
  Upstream& answering(int status, std::string body, std::string header_lines = {}) {
    return registry([=](ScriptedConnection& connection, const ReceivedRequest& request) {
      if (request.method != "HEAD") return connection.answer(status, body, header_lines);
      connection.send(
          fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n{}\r\n", status, body.size(), header_lines));
    });
  }
  Upstream& saying(std::string said) {
    return registry([=](ScriptedConnection& connection, const ReceivedRequest&) {
      connection.send(said);
      connection.close();
    });
  }
  ReceivedRequest asked(std::size_t which = 0) { return server_->requests().at(which); }

  static Result<FetchedManifest> manifest(Upstream& upstream, std::string_view which) {
    return run_to_end(upstream.manifest("acme/app", *parse_tag_or_digest(which)));
  }
  static Result<std::string> whole_blob(Upstream& upstream, std::optional<ByteRange> range = std::nullopt) {
    return run_to_end([](Upstream& from, std::optional<ByteRange> part) -> asio::awaitable<Result<std::string>> {
      auto source = co_await from.blob("acme/app", Digest::of("x"), part);
      if (!source) co_return source.error();
      std::string bytes;
      while (true) {
        const auto more = co_await (*source)->read();
        if (!more) co_return more.error();
        if (more->empty()) co_return bytes;
        bytes += *more;
      }
    }(upstream, range));
  }
  struct Opened {
    std::uint64_t total = 0;
    ByteRange part;
  };
  static Result<Opened> opened_blob(Upstream& upstream, std::optional<ByteRange> range) {
    return run_to_end([](Upstream& from, std::optional<ByteRange> part) -> asio::awaitable<Result<Opened>> {
      auto source = co_await from.blob("acme/app", Digest::of("x"), part);
      if (!source) co_return source.error();
      co_return Opened{(*source)->total_size(), (*source)->part()};
    }(upstream, range));
  }
  static Result<Content> small_blob(Upstream& upstream, std::string_view content, std::uint64_t size,
                                    std::size_t limit = 1000) {
    return run_to_end(upstream.small_blob(
        "acme/app", {.media_type = "application/x", .digest = Digest::of(content), .size = size}, limit));
  }
  static Result<std::vector<Descriptor>> referrers(Upstream& upstream) {
    return run_to_end(upstream.referrers("acme/app", Digest::of("subject")));
  }
  static Result<std::vector<std::string>> tags(Upstream& upstream) { return run_to_end(upstream.tags("acme/app")); }

  ClientOnThreads client_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<Upstream> registry_;
};

// Manifests.

TEST_F(RegistryTest, AsksForManifestsInOneCanonicalWay) {
  auto& upstream = answering(200, kManifest, "Content-Type: Application/VND.oci.image.manifest.v1+json; charset=x\r\n");
  const auto fetched = manifest(upstream, "1.0");
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->content.bytes(), kManifest);
  EXPECT_EQ(fetched->content_type, media_type::kOciManifest);
  EXPECT_EQ(asked().target, "/v2/acme/app/manifests/1.0");
  EXPECT_EQ(asked().header("accept"),
            "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
            "application/vnd.docker.distribution.manifest.list.v2+json, "
            "application/vnd.docker.distribution.manifest.v2+json");
  EXPECT_EQ(asked().header("accept-encoding"), "identity");
}

TEST_F(RegistryTest, RefusesAManifestWhoseBytesDifferFromItsDigest) {
  EXPECT_TRUE(manifest(answering(200, kManifest), Digest::of(kManifest).text()));
  EXPECT_TRUE(manifest(answering(200, kManifest), Digest::of(kManifest, Digest::Algorithm::kSha512).text()));
  EXPECT_EQ(manifest(answering(200, kManifest + " "), Digest::of(kManifest).text()).error().code,
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, RefusesADigestHeaderThatDisagreesWithTheBytes) {
  const auto with_header = [&](const std::string& value) {
    return manifest(answering(200, kManifest, "Docker-Content-Digest: " + value + "\r\n"), "1.0");
  };
  EXPECT_TRUE(with_header(Digest::of(kManifest).text()));
  EXPECT_TRUE(with_header(Digest::of(kManifest, Digest::Algorithm::kSha512).text()));
  EXPECT_EQ(with_header(Digest::of("other").text()).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(with_header(Digest::of("other", Digest::Algorithm::kSha512).text()).error().code,
            ErrorCode::kUpstreamInvalid);
  // Not a digest that we know: nothing to compare with, and the bytes are hashed in any case.
  EXPECT_TRUE(with_header("blake3:00"));
  EXPECT_EQ(
      with_header(Digest::of(kManifest).text() + "\r\nDocker-Content-Digest: " + Digest::of("b").text()).error().code,
      ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, RefusesAManifestThatIsTooLargeOrEncoded) {
  EXPECT_EQ(manifest(answering(200, std::string(limits::kManifestBytes + 1, ' ')), "1.0").error().code,
            ErrorCode::kLimitExceeded);
  EXPECT_TRUE(manifest(answering(200, std::string(limits::kManifestBytes, ' ')), "1.0"));
  EXPECT_EQ(manifest(answering(200, kManifest, "Content-Encoding: gzip\r\n"), "1.0").error().code,
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, NeverTakesATruncatedManifest) {
  EXPECT_EQ(manifest(saying("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + kManifest), "1.0").error().code,
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, PassesOnWhatTheUpstreamSays) {
  const auto denied = manifest(answering(403, R"({"errors":[{"code":"DENIED","message":"no access"}]})"), "1.0");
  EXPECT_EQ(denied.error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(denied.error().message, fmt::format("upstream 127.0.0.1:{} said 403: DENIED: no access", server_->port()));
  EXPECT_EQ(manifest(answering(404, "not found\n", "Content-Type: text/plain\r\n"), "1.0").error().code,
            ErrorCode::kNotFound);
  const auto limited = manifest(answering(429, "", "Retry-After: 30\r\n"), "1.0");
  EXPECT_EQ(limited.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(limited.error().retry_after, std::chrono::seconds(30));
  EXPECT_EQ(manifest(answering(500, ""), "1.0").error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(manifest(answering(206, kManifest), "1.0").error().code, ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, AnErrorBodyWithoutEndDoesNotHideTheStatus) {
  EXPECT_EQ(manifest(answering(404, std::string(1 << 20, 'x')), "1.0").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(manifest(saying("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\nabc"), "1.0").error().code,
            ErrorCode::kNotFound);
}

TEST_F(RegistryTest, PutsOnlyRepositoryPathsIntoUrls) {
  auto& upstream = answering(200, kManifest);
  for (const auto* path : {"../secret", "a/../b", "a b", "a?x", "a#x", "a%2fb", "A", "", "/a", "a//b"})
    EXPECT_FALSE(run_to_end(upstream.manifest(path, *parse_tag_or_digest("1.0")))) << path;
  EXPECT_TRUE(server_->requests().empty());
}

// Credentials.

class CredentialsTest : public RegistryTest {
 protected:
  CredentialsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pullgate-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~CredentialsTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path file(std::string_view content) {
    std::ofstream(directory_ / "credentials") << content;
    return directory_ / "credentials";
  }
  Result<FetchedManifest> ask_with(std::string_view content) {
    return manifest(
        registry([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, "{}"); },
                 file(content)),
        "1.0");
  }

  std::filesystem::path directory_;
};

TEST_F(CredentialsTest, AreSentAsBasicAuthorization) {
  ASSERT_TRUE(ask_with("robot:s3cret:with colon\n"));
  EXPECT_EQ(asked().header("authorization"), "Basic cm9ib3Q6czNjcmV0OndpdGggY29sb24=");
  ASSERT_TRUE(ask_with("a:b\r\n"));
  EXPECT_EQ(asked().header("authorization"), "Basic YTpi");
}

TEST_F(CredentialsTest, ThatCannotBeReadStopEveryRequestAndAreNotRepeated) {
  for (const auto* content : {"", "no-colon-s3cret", "a:s3cret\nsecond line\n", ":s3cret"}) {
    const auto fetched = ask_with(content);
    ASSERT_FALSE(fetched) << content;
    EXPECT_EQ(fetched.error().code, ErrorCode::kInternal);
    EXPECT_EQ(fetched.error().message.find("s3cret"), std::string::npos);
    EXPECT_TRUE(server_->requests().empty());
  }
  auto& upstream = registry([](ScriptedConnection&, const ReceivedRequest&) {}, directory_ / "absent");
  EXPECT_EQ(manifest(upstream, "1.0").error().code, ErrorCode::kInternal);
}

// Small blobs.

TEST_F(RegistryTest, SmallBlobsHaveTheSizeAndDigestOfTheirDescriptor) {
  EXPECT_EQ(small_blob(answering(200, "payload"), "payload", 7)->bytes(), "payload");
  EXPECT_EQ(asked().target, "/v2/acme/app/blobs/" + Digest::of("payload").text());
  EXPECT_EQ(small_blob(answering(200, "payloaD"), "payload", 7).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(small_blob(answering(200, "payload"), "payload", 8).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(small_blob(answering(200, "payload"), "payload", 6).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(small_blob(answering(200, ""), "", 0)->bytes(), "");
}

TEST_F(RegistryTest, SmallBlobsAboveTheLimitAreNotEvenAskedFor) {
  EXPECT_EQ(small_blob(answering(200, "payload"), "payload", 7, 6).error().code, ErrorCode::kLimitExceeded);
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
  EXPECT_EQ(whole_blob(saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")).error().code,
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(whole_blob(saying("HTTP/1.1 200 OK\r\n\r\nabc")).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(
      whole_blob(saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")).error().code,
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
    EXPECT_EQ(ranged(other, "cde", {2, 4}).error().code, ErrorCode::kUpstreamInvalid) << other;
  EXPECT_EQ(ranged("bytes 2-4/10", "cd", {2, 4}).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(ranged("bytes 2-4/10", "cdef", {2, 4}).error().code, ErrorCode::kUpstreamInvalid);
  const auto opened = opened_blob(answering(206, "cde", "Content-Range: bytes 2-4/10\r\n"), ByteRange{2, 4});
  EXPECT_EQ(opened->total, 10U);
  EXPECT_EQ(opened->part, (ByteRange{2, 4}));
}

TEST_F(RegistryTest, AChunkedRangeIsCountedToItsEnd) {
  const auto chunked = [&](const std::string& chunks) {
    return whole_blob(
        saying("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/10\r\nTransfer-Encoding: chunked\r\n\r\n" +
               chunks + "0\r\n\r\n"),
        ByteRange{2, 4});
  };
  EXPECT_EQ(*chunked("3\r\ncde\r\n"), "cde");
  EXPECT_EQ(chunked("2\r\ncd\r\n").error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(chunked("4\r\ncdef\r\n").error().code, ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, AnUpstreamWithoutRangesGivesTheWholeBlobAndSaysSo) {
  auto& upstream = answering(200, "abcdefghij");
  EXPECT_EQ(opened_blob(upstream, ByteRange{2, 4})->part, (ByteRange{0, 9}));
  EXPECT_EQ(opened_blob(upstream, ByteRange{10, std::nullopt}).error().code, ErrorCode::kMalformed);
}

TEST_F(RegistryTest, ARangeThatTheBlobDoesNotHaveIsTheAskersMistake) {
  EXPECT_EQ(opened_blob(answering(416, "", "Content-Range: bytes */10\r\n"), ByteRange{10, 20}).error().code,
            ErrorCode::kMalformed);
  EXPECT_EQ(opened_blob(answering(200, "abc"), ByteRange{2, 1}).error().code, ErrorCode::kMalformed);
}

TEST_F(RegistryTest, APartThatNobodyAskedForIsAnError) {
  EXPECT_EQ(whole_blob(answering(206, "cde", "Content-Range: bytes 2-4/10\r\n")).error().code,
            ErrorCode::kUpstreamInvalid);
}

TEST_F(RegistryTest, BlobsThatAreCompressedOnTheWayAreRefused) {
  EXPECT_EQ(whole_blob(answering(200, "abc", "Content-Encoding: gzip\r\n")).error().code, ErrorCode::kUpstreamInvalid);
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
  EXPECT_EQ(size(answering(404, "")).error().code, ErrorCode::kNotFound);
}

// Referrers.

TEST_F(RegistryTest, ReferrersComeFromAllPages) {
  auto& upstream = registry([](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target.ends_with("?page=2")) return connection.answer(200, referrers_page({"c"}), kOciIndexType);
    connection.answer(200, referrers_page({"a", "b"}), kOciIndexType + "Link: <?page=2>; rel=\"next\"\r\n");
  });
  const auto found = referrers(upstream);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ((*found)[0].digest, Digest::of("a"));
  EXPECT_EQ((*found)[0].artifact_type, "application/x");
  EXPECT_EQ((*found)[2].digest, Digest::of("c"));
  EXPECT_EQ(asked().target, "/v2/acme/app/referrers/" + Digest::of("subject").text());
  EXPECT_TRUE(referrers(answering(200, referrers_page({}), kOciIndexType))->empty());
}

TEST_F(RegistryTest, AnUpstreamWithoutTheReferrersApiIsRecognised) {
  EXPECT_EQ(referrers(answering(404, "404 page not found\n", "Content-Type: text/plain\r\n")).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(referrers(answering(405, "")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(referrers(answering(200, "<html>", "Content-Type: text/html\r\n")).error().code, ErrorCode::kNotFound);
  ScriptedServer other([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(429, ""); });
  EXPECT_EQ(referrers(answering(303, "", "Location: " + other.url("/web-api") + "\r\n")).error().code,
            ErrorCode::kNotFound);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(RegistryTest, TroubleWithReferrersIsNotTakenForTheirAbsence) {
  EXPECT_EQ(referrers(answering(500, "")).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(referrers(answering(401, "")).error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(referrers(answering(429, "")).error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(referrers(answering(200, "{", kOciIndexType)).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(referrers(answering(200, kManifest, kOciIndexType)).error().code, ErrorCode::kUpstreamInvalid);
  // A second page that is missing would silently shorten the list.
  auto& upstream = registry([](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target.ends_with("?page=2")) return connection.answer(404, "");
    connection.answer(200, referrers_page({"a"}), kOciIndexType + "Link: <?page=2>; rel=\"next\"\r\n");
  });
  EXPECT_FALSE(referrers(upstream));
}

TEST_F(RegistryTest, NextPagesNeverLeadElsewhere) {
  ScriptedServer other([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(200, "{}"); });
  for (const auto& target :
       {other.url("/v2/acme/app/tags/list"), std::string("/v2/other/app/tags/list?last=a"),
        std::string("//169.254.169.254/latest"), std::string("https://ghcr.io/v2/acme/app/tags/list"),
        std::string("../manifests/latest"), std::string("http://a@b/")}) {
    const auto listed =
        tags(answering(200, R"({"name":"acme/app","tags":["a"]})", "Link: <" + target + ">; rel=next\r\n"));
    ASSERT_FALSE(listed) << target;
    EXPECT_EQ(listed.error().code, ErrorCode::kUpstreamInvalid);
    EXPECT_EQ(server_->requests().size(), 1U);
  }
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(RegistryTest, NextPagesInACircleAreNoticed) {
  auto& upstream = answering(200, referrers_page({"a"}), kOciIndexType + "Link: <?page=2>; rel=\"next\"\r\n");
  EXPECT_EQ(referrers(upstream).error().code, ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(server_->requests().size(), 2U);
}

TEST_F(RegistryTest, ReferrersAreBoundedInPagesAndInNumber) {
  int page = 0;
  auto& many_pages = registry([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(200, referrers_page({}), kOciIndexType + fmt::format("Link: <?page={}>; rel=next\r\n", ++page));
  });
  EXPECT_EQ(referrers(many_pages).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(server_->requests().size(), limits::kReferrersPages);

  std::vector<std::string> contents;
  for (std::size_t i = 0; i < limits::kIndexEntries - 1; ++i) contents.push_back(std::to_string(i));
  int fat_page = 0;
  auto& many_referrers = registry([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(200, referrers_page(contents),
                      kOciIndexType + fmt::format("Link: <?page={}>; rel=next\r\n", ++fat_page));
  });
  EXPECT_EQ(referrers(many_referrers).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(server_->requests().size(), 2U);
}

// Tags.

TEST_F(RegistryTest, TagsAreSortedAndDistinctOverAllPages) {
  auto& upstream = registry([](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target.ends_with("?last=b"))
      return connection.answer(200, R"({"name":"acme/app","tags":["a","B","b"]})");
    connection.answer(200, R"({"name":"acme/app","tags":["c","b"]})",
                      "Link: </v2/acme/app/tags/list?last=b>; rel=\"next\"\r\n");
  });
  EXPECT_EQ(*tags(upstream), (std::vector<std::string>{"B", "a", "b", "c"}));
  EXPECT_EQ(tags(answering(404, "")).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace pullgate::proxy
