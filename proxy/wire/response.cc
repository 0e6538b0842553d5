#include "proxy/wire/response.h"

#include <algorithm>
#include <stdexcept>

namespace pullgate::proxy {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace

void ResponseHead::add(std::string_view name, std::string value) {
  if (!is_token(name)) throw std::invalid_argument("a response header's name is not a token");
  if (!is_printable(value)) throw std::invalid_argument("a response header's value is not printable ASCII");
  headers_.emplace_back(std::string(name), std::move(value));
}

void ResponseHead::set_reason(std::string phrase) {
  if (!is_printable(phrase)) throw std::invalid_argument("a reason phrase is not printable ASCII");
  reason_ = std::move(phrase);
}

const std::string* ResponseHead::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers_, [&](const auto& field) { return field.first == name; });
  return found == headers_.end() ? nullptr : &found->second;
}

std::string_view standard_reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

std::string written_head(const ResponseHead& head, std::uint64_t content_length, KeepAlive keep_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(head.status()) + " ";
  text += head.reason().empty() ? standard_reason(head.status()) : std::string_view(head.reason());
  text += "\r\n";
  for (const auto& [name, value] : head.headers()) {
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
  }
  // RFC 9110 section 15.4.5: a 304 must not be taken for an empty representation.
  if (head.status() != 304) text += "Content-Length: " + std::to_string(content_length) + "\r\n";
  if (keep_alive == KeepAlive::kNo) text += "Connection: close\r\n";
  text += "\r\n";
  return text;
}

}  // namespace pullgate::proxy
