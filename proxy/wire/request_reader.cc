#include "proxy/wire/request_reader.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// Beast's parser, driven by hand over one complete head. It tokenises; what we additionally refuse stands in
/// fault_in_head() and fault_in_framing().
class HeadParser final : public http::basic_parser<true> {
 public:
  Request request;
  int version = 0;  // 10 or 11
  std::size_t hosts = 0;
  std::size_t content_lengths = 0;
  bool has_body = false;
  std::optional<std::string> transfer_coding;
  RequestFault fault;

 private:
  void on_request_impl(http::verb method, beast::string_view, beast::string_view target, int http_version,
                       error_code&) override {
    version = http_version;
    request.method = method == http::verb::get    ? Method::kGet
                     : method == http::verb::head ? Method::kHead
                                                  : Method::kOther;
    request.target = std::string(target);
  }

  void on_field_impl(http::field field, beast::string_view name, beast::string_view value,
                     error_code& failure) override {
    if (request.headers.size() >= limits::kRequestHeaders) {
      fault = {431, "more than " + std::to_string(limits::kRequestHeaders) + " header fields"};
      failure = http::error::header_limit;
      return;
    }
    if (field == http::field::host) ++hosts;
    if (field == http::field::content_length) {
      ++content_lengths;
      has_body = has_body || value != "0";
    }
    if (field == http::field::transfer_encoding) {
      // Two Transfer-Encoding fields are one list to some and the last one to others.
      transfer_coding = transfer_coding ? std::string("several") : in_lower_case(std::string_view(value));
    }
    request.headers.emplace_back(in_lower_case(std::string_view(name)), std::string(value));
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override { request.keep_alive = keep_alive() ? KeepAlive::kYes : KeepAlive::kNo; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override { return body.size(); }
  void on_finish_impl(error_code&) override {}
};

bool is_head_byte(char c) {
  return (c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n' || c == '\t';
}

/// What the parser would let pass, or repair, in the lines of a head.
std::optional<RequestFault> fault_in_head(std::string_view head) {
  const std::size_t first_line = head.find("\r\n");
  if (std::ranges::count(head.substr(0, first_line), ' ') != 2) return RequestFault{400, "malformed request line"};
  for (std::size_t i = 0; i < head.size(); ++i) {
    // RFC 9112 section 2.2: a bare CR or LF ends a line for some recipients and not for others.
    if (head[i] == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) return RequestFault{400, "a bare CR"};
    if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r')) return RequestFault{400, "a bare LF"};
    if (!is_head_byte(head[i])) {
      return RequestFault{400, "a byte that is not printable ASCII"};
    }
    const bool line_begins = i > 0 && head[i - 1] == '\n';
    // RFC 9112 section 5.2: obs-fold hides a field from whoever does not unfold.
    if (line_begins && (head[i] == ' ' || head[i] == '\t')) return RequestFault{400, "a folded header field"};
  }
  for (std::size_t start = first_line + 2; start < head.size();) {
    const std::size_t end = std::min(head.find("\r\n", start), head.size());
    const std::string_view line = head.substr(start, end - start);
    const std::size_t colon = line.find(':');
    // RFC 9112 section 5.1: white space before the colon makes "Content-Length :" a field to some only.
    if (!line.empty() &&
        (colon == std::string_view::npos || line.substr(0, colon).find_first_of(" \t") != std::string_view::npos)) {
      return RequestFault{400, "a malformed header field"};
    }
    start = end + 2;
  }
  return std::nullopt;
}

/// Where the request ends must be beyond doubt: RFC 9112 section 6.3.
std::optional<RequestFault> fault_in_framing(const HeadParser& parser) {
  if (parser.hosts > 1) return RequestFault{400, "more than one Host"};
  if (parser.content_lengths > 1) return RequestFault{400, "more than one Content-Length"};
  if (parser.content_lengths > 0 && parser.transfer_coding) {
    return RequestFault{400, "both Content-Length and Transfer-Encoding"};
  }
  if (parser.transfer_coding && *parser.transfer_coding != "chunked") {
    return RequestFault{400, "a Transfer-Encoding other than chunked"};
  }
  const bool is_pull = parser.request.method != Method::kOther;
  if (is_pull && (parser.has_body || parser.transfer_coding)) return RequestFault{400, "a GET or HEAD with a body"};
  if (parser.request.target.empty() || parser.request.target.front() != '/') {
    return RequestFault{400, "a request target that is not a path"};
  }
  return std::nullopt;
}

RequestFault malformed(const HeadParser& parser, const error_code& failure) {
  if (!parser.fault.message.empty()) return parser.fault;
  return {400, "malformed request: " + printable(failure.message(), 80)};
}

std::variant<Request, RequestFault> parse_head(std::string_view head) {
  if (head.find("\r\n") > limits::kRequestLineBytes) {
    return RequestFault{414, "a request line of more than " + std::to_string(limits::kRequestLineBytes) + " bytes"};
  }
  if (const auto fault = fault_in_head(head)) return *fault;

  HeadParser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits::kRequestHeadBytes + 1));
  parser.body_limit(boost::none);
  error_code failure;
  std::size_t taken = 0;
  // put() returns after the request line and after the fields.
  while (taken < head.size() && !parser.is_header_done()) {
    const std::size_t size = parser.put(boost::asio::buffer(head.data() + taken, head.size() - taken), failure);
    if (failure) return malformed(parser, failure);
    if (size == 0) return RequestFault{400, "malformed request"};
    taken += size;
  }
  if (!parser.is_header_done() || taken != head.size()) return RequestFault{400, "malformed request"};
  if (const auto fault = fault_in_framing(parser)) return *fault;
  // RFC 9112 section 3.2: HTTP/1.1 requires Host. HTTP/1.0 does not.
  if (parser.version >= 11 && parser.hosts == 0) return RequestFault{400, "no Host"};
  // What follows a request whose body we will not read is not a request.
  if (parser.request.method == Method::kOther) parser.request.keep_alive = KeepAlive::kNo;
  return std::move(parser.request);
}

}  // namespace

const std::string* Request::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const auto& field) { return field.first == name; });
  return found == headers.end() ? nullptr : &found->second;
}

std::optional<std::variant<Request, RequestFault>> RequestReader::next() {
  // RFC 9112 section 2.2: empty lines before a request line are skipped.
  std::size_t blank = 0;
  while (buffer_.compare(blank, 2, "\r\n") == 0) blank += 2;
  if (blank > 0) {
    buffer_.erase(0, blank);
    searched_ = 0;
  }
  const std::size_t from = searched_ < kHeadEnd.size() ? 0 : searched_ - (kHeadEnd.size() - 1);
  const std::size_t end = buffer_.find(kHeadEnd, from);
  const std::size_t size = end == std::string::npos ? buffer_.size() : end + kHeadEnd.size();
  if (size > limits::kRequestHeadBytes) {
    return RequestFault{431, "a request head of more than " + std::to_string(limits::kRequestHeadBytes) + " bytes"};
  }
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    const std::size_t line = buffer_.find("\r\n");
    if (std::min(line, buffer_.size()) > limits::kRequestLineBytes) {
      return RequestFault{414, "a request line of more than " + std::to_string(limits::kRequestLineBytes) + " bytes"};
    }
    // What can never become a head is answered now, not at the deadline: lines that end otherwise, and TLS, with which
    // clients try a port that they know nothing about.
    if (buffer_.find("\n\n") != std::string::npos) return RequestFault{400, "a bare LF"};
    if (!std::ranges::all_of(std::string_view(buffer_).substr(from), is_head_byte)) {
      return RequestFault{400, "a byte that is not printable ASCII"};
    }
    return std::nullopt;
  }
  auto parsed = parse_head(std::string_view(buffer_).substr(0, size));
  buffer_.erase(0, size);
  searched_ = 0;
  return parsed;
}

}  // namespace pullgate::proxy
