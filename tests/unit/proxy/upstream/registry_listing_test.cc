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

const std::string kNotAnIndex =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]})";

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
  EXPECT_EQ(tests::error_code(referrers(answering(404, "404 page not found\n", "Content-Type: text/plain\r\n"))),
            ErrorCode::kNotFound);
  EXPECT_EQ(tests::error_code(referrers(answering(405, ""))), ErrorCode::kNotFound);
  EXPECT_EQ(tests::error_code(referrers(answering(200, "<html>", "Content-Type: text/html\r\n"))),
            ErrorCode::kNotFound);
  ScriptedServer other([](ScriptedConnection& connection, const ReceivedRequest&) { connection.answer(429, ""); });
  EXPECT_EQ(tests::error_code(referrers(answering(303, "", "Location: " + other.url("/web-api") + "\r\n"))),
            ErrorCode::kNotFound);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(RegistryTest, TroubleWithReferrersIsNotTakenForTheirAbsence) {
  EXPECT_EQ(tests::error_code(referrers(answering(500, ""))), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(referrers(answering(401, ""))), ErrorCode::kUnauthorized);
  EXPECT_EQ(tests::error_code(referrers(answering(429, ""))), ErrorCode::kRateLimited);
  EXPECT_EQ(tests::error_code(referrers(answering(200, "{", kOciIndexType))), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(referrers(answering(200, kNotAnIndex, kOciIndexType))), ErrorCode::kUpstreamInvalid);
  // A second page that is missing would silently shorten the list.
  auto& upstream = registry([](ScriptedConnection& connection, const ReceivedRequest& request) {
    if (request.target.ends_with("?page=2")) return connection.answer(404, "");
    connection.answer(200, referrers_page({"a"}), kOciIndexType + "Link: <?page=2>; rel=\"next\"\r\n");
  });
  EXPECT_EQ(tests::error_code(referrers(upstream)), ErrorCode::kUpstreamInvalid);
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
    EXPECT_EQ(tests::error_code(listed), ErrorCode::kUpstreamInvalid);
    EXPECT_EQ(server_->requests().size(), 1U);
  }
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(RegistryTest, NextPagesInACircleAreNoticed) {
  auto& upstream = answering(200, referrers_page({"a"}), kOciIndexType + "Link: <?page=2>; rel=\"next\"\r\n");
  EXPECT_EQ(tests::error_code(referrers(upstream)), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(server_->requests().size(), 2U);
}

TEST_F(RegistryTest, ReferrersAreBoundedInPagesAndInNumberCve202346737) {
  int page = 0;
  auto& many_pages = registry([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(200, referrers_page({}), kOciIndexType + fmt::format("Link: <?page={}>; rel=next\r\n", ++page));
  });
  EXPECT_EQ(tests::error_code(referrers(many_pages)), ErrorCode::kLimitExceeded);
  EXPECT_EQ(server_->requests().size(), limits::kReferrersPages);

  std::vector<std::string> contents;
  for (std::size_t i = 0; i < limits::kIndexEntries - 1; ++i) contents.push_back(std::to_string(i));
  int fat_page = 0;
  auto& many_referrers = registry([&](ScriptedConnection& connection, const ReceivedRequest&) {
    connection.answer(200, referrers_page(contents),
                      kOciIndexType + fmt::format("Link: <?page={}>; rel=next\r\n", ++fat_page));
  });
  EXPECT_EQ(tests::error_code(referrers(many_referrers)), ErrorCode::kLimitExceeded);
  EXPECT_EQ(server_->requests().size(), 2U);
}

TEST_F(RegistryTest, ReferrersAreBoundedInBytesOverAllPages) {
  const std::string page = referrers_page({"a"});
  const auto annotated = [&](std::size_t bytes) {
    return page.substr(0, page.rfind("}]}")) + R"(,"annotations":{"a":")" + std::string(bytes, 'x') + R"("}}]})";
  };
  const auto pages_of = [&](std::size_t bytes) -> Upstream& {
    return registry([=, number = 0](ScriptedConnection& connection, const ReceivedRequest&) mutable {
      const bool is_last = ++number == 4;
      connection.answer(200, annotated(bytes),
                        kOciIndexType + (is_last ? "" : fmt::format("Link: <?page={}>; rel=\"next\"\r\n", number + 1)));
    });
  };
  const auto fitting = referrers(pages_of(limits::kReferrersBytes / 4 - 1000));
  ASSERT_TRUE(fitting) << fitting.error().message;
  EXPECT_EQ(fitting->size(), 4U);
  EXPECT_EQ(tests::error_code(referrers(pages_of(limits::kReferrersBytes / 4 + 1000))), ErrorCode::kLimitExceeded);
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
  EXPECT_EQ(tests::error_code(tags(answering(404, ""))), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace pullgate::proxy
