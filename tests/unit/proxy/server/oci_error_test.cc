#include "proxy/server/oci_error.h"

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

TEST(OciError, IsOneErrorWithAFlatDetail) {
  const OciError error{403, OciCode::kDenied, "pullgate: \"no\"", {{"reason", "NO_EVIDENCE"}}};
  EXPECT_EQ(error_body(error),
            R"({"errors":[{"code":"DENIED","message":"pullgate: \"no\"","detail":{"reason":"NO_EVIDENCE"}}]})");
  EXPECT_EQ(error_body({404, OciCode::kBlobUnknown, "m"}), R"({"errors":[{"code":"BLOB_UNKNOWN","message":"m"}]})");
}

TEST(OciError, NeverSplitsAResponse) {
  OciError error{403, OciCode::kDenied, "m"};
  error.reason_phrase = "Forbidden\r\nSet-Cookie: a";
  EXPECT_EQ(error_head(error).reason().find('\r'), std::string::npos);
}

TEST(OciError, KeepsOurOwnFailuresToOurselves) {
  const OciError error = upstream_failure({ErrorCode::kInternal, "secret path"}, Wanted::kManifest);
  EXPECT_EQ(error.status, 500);
  EXPECT_EQ(error.message.find("secret"), std::string::npos);
}

TEST(OciError, SaysWhenToTryAgain) {
  EXPECT_EQ(*error_head(upstream_failure({ErrorCode::kRateLimited, "m", std::chrono::seconds(30)}, Wanted::kBlob))
                 .header("Retry-After"),
            "30");
  EXPECT_EQ(*error_head(upstream_failure({ErrorCode::kCancelled, "m"}, Wanted::kBlob)).header("Retry-After"), "5");
  EXPECT_EQ(error_head(upstream_failure({ErrorCode::kUnreachable, "m"}, Wanted::kBlob)).header("Retry-After"), nullptr);
}

TEST(OciError, DeniesCannotJudgeLikeADenialButLetsTheClientTryAgain) {
  const policy::Decision::About about{ImageReference::parse("registry.test/a:1").value(), Digest::of("a"),
                                      Digest::of("p"), Digest::of("t")};
  const OciError error = denial(policy::Decision::cannot_judge(
      about, {.rule = "rule", .objections = {{Reason::kUpstreamUnreachable, "rule", "no route", "try again"}}}));
  EXPECT_EQ(error.status, 403);
  EXPECT_EQ(error.code, OciCode::kDenied);
  EXPECT_TRUE(error.retry_after.has_value());
}

TEST(OciError, DoesNotInviteAnybodyToTryALimitAgain) {
  const policy::Decision::About about{ImageReference::parse("registry.test/a:1").value(), Digest::of("a"),
                                      Digest::of("p"), Digest::of("t")};
  const policy::Objection limit{Reason::kLimitExceeded, "rule", "too much", "attach less"};
  const policy::Objection unsigned_image{Reason::kNoEvidence, "rule", "none", "sign it"};
  EXPECT_FALSE(denial(policy::Decision::cannot_judge(about, {.rule = "rule", .objections = {limit, unsigned_image}}))
                   .retry_after.has_value());
  const policy::Objection outage{Reason::kUpstreamInvalid, "rule", "500", "try again"};
  EXPECT_TRUE(denial(policy::Decision::cannot_judge(about, {.rule = "rule", .objections = {limit, outage}}))
                  .retry_after.has_value());
}

}  // namespace
}  // namespace pullgate::proxy
