#include "proxy/cli/sarif.h"

#include <fmt/format.h>

#include "proxy/ops/json_text.h"

namespace pullgate::proxy {
namespace {

std::string_view text_of(SarifLevel level) {
  switch (level) {
    case SarifLevel::kNote:
      return "note";
    case SarifLevel::kWarning:
      return "warning";
    case SarifLevel::kError:
      return "error";
  }
  return "error";
}

void write_text(JsonText& json, std::string_view key, std::string_view text) {
  json.key(key).begin_object().key("text").value(text).end_object();
}

void write_result(JsonText& json, const SarifResult& result) {
  json.begin_object().key("ruleId").value(result.rule).key("level").value(text_of(result.level));
  write_text(json, "message", result.message);
  json.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
  json.key("artifactLocation").begin_object().key("uri").value(result.uri).end_object();
  if (result.line > 0) {
    json.key("region").begin_object().key("startLine").value(std::int64_t{result.line});
    if (result.column > 0) json.key("startColumn").value(std::int64_t{result.column});
    json.end_object();
  }
  json.end_object().end_object().end_array().end_object();
}

}  // namespace

std::string file_uri(std::string_view path) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kUnreserved.contains(c)) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

std::string sarif(const std::vector<SarifRule>& rules, const std::vector<SarifResult>& results) {
  JsonText json;
  json.begin_object()
      .key("$schema")
      .value("https://json.schemastore.org/sarif-2.1.0.json")
      .key("version")
      .value("2.1.0");
  json.key("runs").begin_array().begin_object().key("tool").begin_object().key("driver").begin_object();
  json.key("name").value("pullgate").key("version").value(PULLGATE_VERSION).key("rules").begin_array();
  for (const SarifRule& rule : rules) {
    json.begin_object().key("id").value(rule.id);
    write_text(json, "shortDescription", rule.description);
    json.end_object();
  }
  json.end_array().end_object().end_object().key("results").begin_array();
  for (const SarifResult& result : results) write_result(json, result);
  json.end_array().end_object().end_array().end_object();
  return json.text();
}

}  // namespace pullgate::proxy
