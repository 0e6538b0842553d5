#include "proxy/upstream/distribution/answers.h"

#include <gtest/gtest.h>

#include "tests/support/error_code.h"

namespace pullgate::proxy::distribution {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

HttpResponseHead head(int status, Headers headers = {}) {
  return {.status = status, .headers = std::move(headers)};
}

std::string next(std::string link) {
  const auto result = next_link(head(200, {{"link", std::move(link)}}));
  if (!result) return "refused";
  return result->value_or("none");
}

TEST(Answers, ContentTypeIsLowerCaseWithoutParameters) {
  EXPECT_EQ(content_type(head(200, {{"content-type", "Application/JSON ; charset=utf-8"}})), "application/json");
  EXPECT_EQ(content_type(head(200)), "");
  EXPECT_EQ(content_type(head(200, {{"content-type", "a/b"}, {"content-type", "c/d"}})), "");
}

TEST(Answers, EncodedBodiesAreRefused) {
  EXPECT_TRUE(check_plain(head(200)));
  EXPECT_TRUE(check_plain(head(200, {{"content-encoding", "identity"}})));
  EXPECT_EQ(tests::error_code(check_plain(head(200, {{"content-encoding", "gzip"}}))), ErrorCode::kUpstreamInvalid);
  EXPECT_FALSE(check_plain(head(200, {{"content-encoding", "identity"}, {"content-encoding", "gzip"}})));
}

TEST(Answers, ContentRangeHasThreeNumbersInOrder) {
  EXPECT_EQ(*parse_content_range("bytes 5-9/100"), (ContentRange{5, 9, 100}));
  EXPECT_EQ(*parse_content_range("Bytes 0-0/1"), (ContentRange{0, 0, 1}));
  for (const auto* text : {"", "bytes", "bytes 5-9", "bytes 5-9/*", "bytes */100", "bytes 9-5/100", "bytes 5-100/100",
                           "bytes -5/100", "bytes 5-/100", "bytes 5-9/100,", "items 5-9/100", "bytes 5-9/100 x",
                           "bytes 0-18446744073709551616/100", "bytes 5/9-100"})
    EXPECT_FALSE(parse_content_range(text)) << text;
}

TEST(Answers, RetryAfterIsSecondsOrADate) {
  using std::chrono::seconds;
  EXPECT_EQ(retry_after(head(429, {{"retry-after", "120"}})), seconds(120));
  EXPECT_EQ(retry_after(head(429, {{"retry-after", "999999999999"}})), seconds(86400));
  const Headers dates = {{"retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"}, {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}};
  EXPECT_EQ(retry_after(head(429, dates)), seconds(60));
  const Headers past = {{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"date", "Sun, 06 Nov 1994 08:50:37 GMT"}};
  EXPECT_EQ(retry_after(head(429, past)), seconds(0));
  EXPECT_FALSE(retry_after(head(429)));
  EXPECT_FALSE(retry_after(head(429, {{"retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"}})));
  for (const auto* text : {"soon", "-1", "1.5", "Sun, 32 Nov 1994 08:50:37 GMT", "Sun, 06 Xyz 1994 08:50:37 GMT",
                           "Sun, 06 Nov 1994 25:50:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"})
    EXPECT_FALSE(retry_after(head(429, {{"retry-after", text}, {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}}))) << text;
}

TEST(Answers, NextLinkIsFoundAmongOthers) {
  EXPECT_EQ(next("</v2/a/tags/list?last=x>; rel=\"next\""), "/v2/a/tags/list?last=x");
  EXPECT_EQ(next("</a>; rel=next"), "/a");
  EXPECT_EQ(next("</a>; title=\"x, y; z\" ; REL=\"prev Next\""), "/a");
  EXPECT_EQ(next("</b>; rel=prev, </a,b;c>;rel=next"), "/a,b;c");
  EXPECT_EQ(next("</a>; rel=\"prev\""), "none");
  EXPECT_EQ(next("</a>"), "none");
  EXPECT_EQ(next("</a>; rel"), "none");
  EXPECT_EQ(next(""), "none");
  EXPECT_EQ(next_link(head(200))->value_or("none"), "none");
}

TEST(Answers, LinksThatCannotBeReadAreRefused) {
  EXPECT_EQ(next("/a; rel=next"), "refused");
  EXPECT_EQ(next("</a; rel=next"), "refused");
  EXPECT_EQ(next("</a>; rel=next </b>"), "refused");
  EXPECT_EQ(next("</a>; rel=next, </b>; rel=next"), "refused");
  EXPECT_FALSE(next_link(head(200, {{"link", "</a>; rel=next"}, {"link", "</b>; rel=next"}})));
}

TEST(Answers, StatusesMeanWhatTheSpecificationSays) {
  const auto code = [](int status) { return failure("ghcr.io", head(status), "").code; };
  EXPECT_EQ(code(401), ErrorCode::kUnauthorized);
  EXPECT_EQ(code(403), ErrorCode::kUnauthorized);
  EXPECT_EQ(code(404), ErrorCode::kNotFound);
  EXPECT_EQ(code(429), ErrorCode::kRateLimited);
  for (const int status : {204, 206, 304, 400, 405, 412, 416, 500, 502, 503, 504})
    EXPECT_EQ(code(status), ErrorCode::kUpstreamInvalid) << status;
}

TEST(Answers, FailuresQuoteTheUpstreamEscapedAndBounded) {
  const auto error =
      failure("ghcr.io", head(403),
              "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\\u001b[2J\\r\\naccess\"},{\"code\":\"X\"}]}");
  EXPECT_EQ(error.message, "upstream ghcr.io said 403: DENIED: no\\x1b[2J\\x0d\\x0aaccess");
  const auto endless = failure("ghcr.io", head(403),
                               "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"" + std::string(5000, 'x') + "\"}]}");
  EXPECT_LT(endless.message.size(), 300U);
  EXPECT_EQ(failure("ghcr.io", head(500), "<html>").message, "upstream ghcr.io said 500");
  EXPECT_EQ(failure("ghcr.io", head(500), R"({"errors":[]})").message, "upstream ghcr.io said 500");
  EXPECT_EQ(failure("ghcr.io", head(500), R"({"errors":["x"]})").message, "upstream ghcr.io said 500");
  EXPECT_EQ(failure("ghcr.io", head(500), R"({"errors":[{"code":5,"message":"m"}]})").message,
            "upstream ghcr.io said 500: m");
}

TEST(Answers, RateLimitsSayWhenToComeBack) {
  EXPECT_EQ(failure("ghcr.io", head(429, {{"retry-after", "7"}}), "").retry_after, std::chrono::seconds(7));
  EXPECT_EQ(failure("ghcr.io", head(503, {{"retry-after", "7"}}), "").retry_after, std::chrono::seconds(7));
  EXPECT_FALSE(failure("ghcr.io", head(404, {{"retry-after", "7"}}), "").retry_after);
}

}  // namespace
}  // namespace pullgate::proxy::distribution
