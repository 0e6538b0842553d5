#include "proxy/wire/request_reader.h"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

using Head = std::variant<Request, RequestFault>;

std::optional<Head> read(std::string_view bytes) {
  RequestReader reader;
  reader.feed(bytes);
  return reader.next();
}

Request request_in(std::string_view bytes) {
  const auto head = read(bytes);
  EXPECT_TRUE(head.has_value()) << bytes;
  if (const auto* fault = std::get_if<RequestFault>(&*head)) ADD_FAILURE() << fault->message;
  return std::get<Request>(*head);
}

int fault_status(std::string_view bytes) {
  const auto head = read(bytes);
  if (!head) return 0;
  const auto* fault = std::get_if<RequestFault>(&*head);
  return fault == nullptr ? 200 : fault->status;
}

std::string get(std::string_view header_lines) {
  return fmt::format("GET /v2/ HTTP/1.1\r\nHost: a\r\n{}\r\n", header_lines);
}

TEST(RequestReader, ReadsARequest) {
  const Request request = request_in("GET /v2/a?ns=b HTTP/1.1\r\nHost: gate\r\nRANGE:  bytes=0- \r\n\r\n");
  EXPECT_EQ(request.method, Method::kGet);
  EXPECT_EQ(request.target, "/v2/a?ns=b");
  EXPECT_EQ(request.keep_alive, KeepAlive::kYes);
  ASSERT_NE(request.header("range"), nullptr);
  EXPECT_EQ(*request.header("range"), "bytes=0-");
  EXPECT_EQ(request.header("accept"), nullptr);
}

TEST(RequestReader, ReadsTheSameHoweverTheBytesArrive) {
  const std::string bytes = "\r\nHEAD /v2/x HTTP/1.1\r\nHost: gate\r\nAccept: */*\r\n\r\n";
  RequestReader reader;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    reader.feed(bytes.substr(i, 1));
    ASSERT_FALSE(reader.next().has_value()) << i;
  }
  reader.feed(bytes.substr(bytes.size() - 1));
  const auto head = reader.next();
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(std::get<Request>(*head).method, Method::kHead);
  EXPECT_EQ(std::get<Request>(*head).headers.size(), 2U);
  EXPECT_FALSE(reader.has_begun());
}

TEST(RequestReader, KeepsWhatFollowsForTheNextRequest) {
  RequestReader reader;
  reader.feed("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3");
  EXPECT_EQ(std::get<Request>(*reader.next()).target, "/1");
  EXPECT_EQ(std::get<Request>(*reader.next()).target, "/2");
  EXPECT_FALSE(reader.next().has_value());
  EXPECT_TRUE(reader.has_begun());
}

TEST(RequestReader, KnowsWhichConnectionsStayOpen) {
  EXPECT_EQ(request_in("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive, KeepAlive::kNo);
  EXPECT_EQ(request_in("GET / HTTP/1.0\r\n\r\n").keep_alive, KeepAlive::kNo);
  EXPECT_EQ(request_in("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive, KeepAlive::kYes);
}

TEST(RequestReader, NeverKeepsAConnectionWhoseBodyItDoesNotRead) {
  const Request request = request_in("PUT /v2/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(request.method, Method::kOther);
  EXPECT_EQ(request.keep_alive, KeepAlive::kNo);
}

TEST(RequestReader, RefusesWhatTwoReadersCouldReadDifferently) {
  const std::vector<std::string> smuggled = {
      get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
      get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
      get("Content-Length: 0\r\nContent-Length: 0\r\n"),
      get("Content-Length: 5\r\nContent-Length: 6\r\n"),
      get("Content-Length: 5, 5\r\n"),
      get("Content-Length: +5\r\n"),
      get("Content-Length: 0x5\r\n"),
      get("Content-Length: -1\r\n"),
      get("Content-Length: 18446744073709551616\r\n"),
      get("Content-Length: 5\r\n"),
      get("Transfer-Encoding: chunked\r\n"),
      get("Transfer-Encoding: identity\r\n"),
      get("Transfer-Encoding: gzip, chunked\r\n"),
      get("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
      get("Transfer-Encoding : chunked\r\n"),
      get("Content-Length : 0\r\n"),
      get("Content-Length\t: 0\r\n"),
      get(" X: folded\r\n"),
      get("X: a\r\n folded\r\n"),
      get("X: a\r\n\tfolded\r\n"),
      get("X: a\rContent-Length: 5\r\n"),
      get("X: a\nContent-Length: 5\r\n"),
      get(std::string("X: a\0b\r\n", 8)),
      get("X: \x80\r\n"),
      get("no colon\r\n"),
      get(": empty name\r\n"),
      get("Host: b\r\n"),
      "GET /v2/ HTTP/1.1\r\n\r\n",
      "GET /v2/ HTTP/1.1 \r\nHost: a\r\n\r\n",
      "GET  /v2/ HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /v2/ x HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET http://elsewhere.test/v2/ HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /v2/ HTTP/2.0\r\nHost: a\r\n\r\n",
      "GET /v2/ HTTP/1.1\nHost: a\n\n",
      "GET /v2/\r\nHost: a\r\n\r\n",
      "POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
      "POST /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
  };
  for (const std::string& bytes : smuggled) EXPECT_EQ(fault_status(bytes), 400) << bytes;
}

TEST(RequestReader, AllowsAnEmptyBodyThatIsSaidToBeEmpty) {
  EXPECT_EQ(fault_status(get("Content-Length: 0\r\n")), 200);
}

TEST(RequestReader, AnswersTlsAtOnce) {
  EXPECT_EQ(fault_status("\x16\x03\x01\x02"), 400);
}

TEST(RequestReader, LimitsTheRequestLine) {
  const auto line_of = [](std::size_t size) {
    const std::string_view rest = "GET / HTTP/1.1";
    return "GET /" + std::string(size - rest.size(), 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(fault_status(line_of(limits::kRequestLineBytes - 1)), 200);
  EXPECT_EQ(fault_status(line_of(limits::kRequestLineBytes)), 200);
  EXPECT_EQ(fault_status(line_of(limits::kRequestLineBytes + 1)), 414);
}

TEST(RequestReader, LimitsALineThatDoesNotEnd) {
  EXPECT_EQ(fault_status("GET /" + std::string(limits::kRequestLineBytes - 5, 'a')), 0);
  EXPECT_EQ(fault_status("GET /" + std::string(limits::kRequestLineBytes - 4, 'a')), 414);
}

TEST(RequestReader, LimitsTheHead) {
  const auto head_of = [](std::size_t size) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    while (size - head.size() > 4096) head += "X: " + std::string(1000, 'x') + "\r\n";
    const std::size_t rest = size - head.size() - std::string_view("X: \r\n\r\n").size();
    return head + "X: " + std::string(rest, 'x') + "\r\n\r\n";
  };
  ASSERT_EQ(head_of(limits::kRequestHeadBytes).size(), limits::kRequestHeadBytes);
  EXPECT_EQ(fault_status(head_of(limits::kRequestHeadBytes - 1)), 200);
  EXPECT_EQ(fault_status(head_of(limits::kRequestHeadBytes)), 200);
  EXPECT_EQ(fault_status(head_of(limits::kRequestHeadBytes + 1)), 431);
}

TEST(RequestReader, LimitsTheNumberOfFields) {
  const auto head_with = [](std::size_t fields) {
    std::string lines;
    for (std::size_t i = 1; i < fields; ++i) lines += "X: y\r\n";
    return get(lines);
  };
  EXPECT_EQ(fault_status(head_with(limits::kRequestHeaders - 1)), 200);
  EXPECT_EQ(fault_status(head_with(limits::kRequestHeaders)), 200);
  EXPECT_EQ(fault_status(head_with(limits::kRequestHeaders + 1)), 431);
}

}  // namespace
}  // namespace pullgate::proxy
