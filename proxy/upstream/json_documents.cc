#include "proxy/upstream/json_documents.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/json_document.h"

namespace pullgate::proxy {

namespace {

using Json = nlohmann::json;

/// The text of a member; empty when the value is no object or the member no text.
std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<std::vector<Tag>> parse_tag_list(std::string_view body) {
  const Error malformed{ErrorCode::kUpstreamInvalid, "the tag list cannot be read"};
  const auto document = parse_json(body);
  if (!document || !document->is_object()) return malformed;
  const auto list = document->find("tags");
  if (list == document->end() || !(list->is_array() || list->is_null())) return malformed;
  std::vector<Tag> tags;
  for (const Json& entry : *list) {
    auto tag = Tag::parse(entry.is_string() ? entry.get_ref<const std::string&>() : std::string());
    if (!tag) return malformed;
    tags.push_back(std::move(*tag));
  }
  return tags;
}

std::string stated_error(std::string_view body) {
  const auto document = parse_json(body);
  if (!document || !document->is_object()) return {};
  const auto errors = document->find("errors");
  if (errors == document->end() || !errors->is_array() || errors->empty()) return {};
  const auto code = text_of(errors->front(), "code");
  const auto message = text_of(errors->front(), "message");
  return printable(code.empty() || message.empty() ? code + message : code + ": " + message);
}

Result<IssuedToken> parse_token(std::string_view body) {
  const auto document = parse_json(body);
  if (!document || !document->is_object()) return {ErrorCode::kUpstreamInvalid, "an answer that cannot be read"};
  // Both names are in use (OAuth 2.0 has the second); where both are there they are the same.
  IssuedToken issued{.token = text_of(*document, "token")};
  if (issued.token.empty()) issued.token = text_of(*document, "access_token");
  const bool is_plain = std::ranges::all_of(issued.token, [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || std::string_view("-._~+/=").contains(c);
  });
  // What else it may hold would end up in the header of our requests.
  if (issued.token.empty() || !is_plain) return {ErrorCode::kUpstreamInvalid, "an answer without a token"};
  if (const auto seconds = document->find("expires_in"); seconds != document->end() && seconds->is_number_integer()) {
    issued.lifetime = std::clamp(std::chrono::seconds(seconds->get<std::int64_t>()), std::chrono::seconds(60),
                                 std::chrono::seconds(std::chrono::hours(1)));
  }
  return issued;
}

Status check_layout_marker(std::string_view text) {
  const auto document = parse_json(text);
  if (document && text_of(*document, "imageLayoutVersion") == "1.0.0") return Done{};
  return {ErrorCode::kUpstreamInvalid, "the oci-layout file does not say imageLayoutVersion 1.0.0"};
}

}  // namespace pullgate::proxy
