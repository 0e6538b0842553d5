#include "verify/dsse/envelope.h"

#include <fmt/format.h>

#include "verify/codec/base64.h"
#include "verify/json/reader.h"
#include "verify/limits.h"

namespace pullgate::verify::dsse {
namespace {

std::string read_base64(const json::Node& node, Base64Form form) {
  const std::string text = node.text();
  Result<std::string> bytes =
      form == Base64Form::kStandard ? codec::decode_base64(text) : codec::decode_base64_either(text);
  if (bytes) return std::move(*bytes);
  node.refuse(bytes.error().message);
  return {};
}

}  // namespace

Result<Envelope> parse_envelope(std::string_view json) {
  const Result<json::Document> document = json::parse(json);
  if (!document) return document.error();
  json::Problems problems;
  return problems.unless_any(read_envelope(document->root(problems), Base64Form::kEither));
}

Envelope read_envelope(const json::Node& node, Base64Form form) {
  Envelope envelope;
  envelope.payload_type = node["payloadType"].text();
  envelope.payload = read_base64(node["payload"], form);
  for (const json::Node& signature : node["signatures"].elements(limits::kEnvelopeSignatures)) {
    envelope.signatures.push_back(
        {.bytes = read_base64(signature["sig"], form), .key_hint = signature["keyid"].optional_text()});
    if (envelope.signatures.back().bytes.empty()) signature["sig"].refuse("an empty signature");
  }
  if (envelope.signatures.empty()) node["signatures"].refuse("at least one signature expected");
  return envelope;
}

std::string pre_authentication_encoding(std::string_view payload_type, std::string_view payload) {
  return fmt::format("DSSEv1 {} {} {} {}", payload_type.size(), payload_type, payload.size(), payload);
}

}  // namespace pullgate::verify::dsse
