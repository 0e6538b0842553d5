#include "proxy/upstream/http/response_head.h"

#include <gtest/gtest.h>

#include "tests/support/error_code.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

Result<HttpResponseHead> read_head(const std::vector<std::string>& lines) {
  ResponseHeadReader reader;
  for (const auto& line : lines) {
    auto progress = reader.feed(line);
    if (!progress) return progress.error();
    if (*progress == ResponseHeadReader::Progress::kComplete) return reader.take();
  }
  return Error{ErrorCode::kInternal, "not complete"};
}

Result<HttpResponseHead> with_field(const std::string& line) {
  return read_head({"HTTP/1.1 200 OK\r\n", line, "\r\n"});
}

Result<BodyLength> length_of(const std::vector<std::pair<std::string, std::string>>& headers) {
  return body_length({.status = 200, .headers = headers});
}

TEST(ResponseHead, KeepsFieldsInOrderUnderLowerCaseNames) {
  const auto head = read_head(
      {"HTTP/1.1 206 Partial Content\r\n", "Content-Type:text/plain \r\n", "X-A:  one\r\n", "x-a:two\r\n", "\r\n"});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 206);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"content-type", "text/plain"}, {"x-a", "one"}, {"x-a", "two"}};
  EXPECT_EQ(head->headers, expected);
}

TEST(ResponseHead, GivesTheOnlyValueOfAHeader) {
  const HttpResponseHead head{.status = 200, .headers = {{"a", "1"}, {"b", "2"}, {"b", "2"}, {"c", "3"}, {"c", "4"}}};
  EXPECT_EQ(**head.only("a"), "1");
  EXPECT_EQ(**head.only("b"), "2");
  EXPECT_EQ(tests::error_code(head.only("c")), ErrorCode::kUpstreamInvalid);
  EXPECT_FALSE(head.only("d")->has_value());
}

TEST(ResponseHead, SkipsInterimAnswers) {
  const auto head =
      read_head({"HTTP/1.1 103 Early Hints\r\n", "Link: </x>\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "A: 1\r\n", "\r\n"});
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->headers.size(), 1U);
}

TEST(ResponseHead, RefusesControlCharactersInValues) {
  for (const std::string& value : {std::string("a\rb"), std::string("a\0b", 3), std::string("a\x1b[2J"),
                                   std::string("a\x7f"), std::string("a\nb")})
    EXPECT_EQ(tests::error_code(with_field("X: " + value + "\r\n")), ErrorCode::kUpstreamInvalid);
  EXPECT_TRUE(with_field("X: a\tb\r\n"));
  EXPECT_TRUE(with_field("X: caf\xc3\xa9\r\n"));
}

TEST(ResponseHead, RefusesFoldedAndNamelessLines) {
  for (const auto* line :
       {" folded\r\n", "\tfolded\r\n", "no colon\r\n", ": empty\r\n", "Content-Length : 5\r\n", "A B: c\r\n"})
    EXPECT_EQ(tests::error_code(with_field(line)), ErrorCode::kUpstreamInvalid) << line;
}

TEST(ResponseHead, RefusesAStatusLineWithoutAStatus) {
  for (const auto* line :
       {"HTTP/1.1\r\n", "HTTP/1.1 \r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 99\r\n", "HTTP/1.1 600\r\n"})
    EXPECT_FALSE(read_head({line, "\r\n"})) << line;
}

TEST(ResponseHead, IsBoundedInBytesAndInFields) {
  ResponseHeadReader long_lines;
  ASSERT_TRUE(long_lines.feed("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(tests::error_code(long_lines.feed("X: " + std::string(limits::kHeaderBytes, 'x'))),
            ErrorCode::kUpstreamInvalid);

  ResponseHeadReader many_lines;
  ASSERT_TRUE(many_lines.feed("HTTP/1.1 200 OK\r\n"));
  for (std::size_t i = 0; i < limits::kHeaderFields; ++i) ASSERT_TRUE(many_lines.feed("X: y\r\n"));
  EXPECT_EQ(tests::error_code(many_lines.feed("X: y\r\n")), ErrorCode::kUpstreamInvalid);
}

TEST(ResponseHead, BoundsInterimAnswersAndTrailersToo) {
  ResponseHeadReader interim;
  bool refused = false;
  for (std::size_t i = 0; i < limits::kHeaderBytes && !refused; ++i)
    refused = !interim.feed("HTTP/1.1 100 Continue\r\n") || !interim.feed("\r\n");
  EXPECT_TRUE(refused);

  ResponseHeadReader trailers;
  ASSERT_TRUE(trailers.feed("HTTP/1.1 200 OK\r\n"));
  ASSERT_TRUE(trailers.feed("\r\n"));
  EXPECT_FALSE(trailers.feed("X: " + std::string(limits::kHeaderBytes, 'x')));
}

TEST(ResponseHead, IgnoresTrailers) {
  ResponseHeadReader reader;
  ASSERT_TRUE(reader.feed("HTTP/1.1 200 OK\r\n"));
  ASSERT_EQ(*reader.feed("\r\n"), ResponseHeadReader::Progress::kComplete);
  ASSERT_EQ(*reader.feed("Docker-Content-Digest: sha256:00\r\n"), ResponseHeadReader::Progress::kMore);
  EXPECT_TRUE(reader.head().headers.empty());
}

TEST(ResponseHead, RefusesTwoLengthsForOneBody) {
  EXPECT_EQ(length_of({{"content-length", "5"}})->declared, 5U);
  EXPECT_EQ(length_of({})->framing, BodyLength::Framing::kConnection);
  EXPECT_EQ(length_of({{"transfer-encoding", "Chunked"}})->framing, BodyLength::Framing::kChunked);
  EXPECT_TRUE(length_of({{"content-length", "5"}, {"content-length", "5"}}));
  EXPECT_EQ(tests::error_code(length_of({{"content-length", "5"}, {"content-length", "6"}})),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(length_of({{"content-length", "5"}, {"transfer-encoding", "chunked"}})),
            ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(length_of({{"transfer-encoding", "gzip, chunked"}})), ErrorCode::kUpstreamInvalid);
  for (const auto* text : {"", "-1", "+5", "5x", "0x5", "5,5", "99999999999999999999999"})
    EXPECT_EQ(tests::error_code(length_of({{"content-length", text}})), ErrorCode::kUpstreamInvalid) << text;
}

}  // namespace
}  // namespace pullgate::proxy
