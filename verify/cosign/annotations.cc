#include "verify/cosign/annotations.h"

#include "verify/codec/base64.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"

namespace pullgate::verify::cosign {
namespace {

constexpr const char* kBundleAnnotation = "dev.sigstore.cosign/bundle";

Status check_form(std::string_view text) {
  const Result<json::Document> document = json::parse(text);
  if (!document) return document.error();
  json::Problems problems;
  const json::Node root = document->root(problems);
  root.allow_only({"SignedEntryTimestamp", "Payload"});
  const json::Node payload = root["Payload"];
  // The promise signs the canonical form of exactly these four members.
  payload.allow_only({"body", "integratedTime", "logIndex", "logID"});
  for (const json::Node& node : {root["SignedEntryTimestamp"], payload["body"]}) {
    const Result<std::string> bytes = codec::decode_base64(node.text());
    if (!bytes || bytes->empty()) node.refuse("standard base64 expected");
  }
  static_cast<void>(payload["integratedTime"].integer());
  static_cast<void>(payload["logIndex"].integer());
  if (!Digest::parse_hex(Digest::Algorithm::kSha256, payload["logID"].text())) {
    payload["logID"].refuse("64 lower-case hexadecimal digits expected");
  }
  return problems.unless_any(Done{});
}

}  // namespace

void check_log_annotation(const Evidence& evidence, checks::ReportBuilder& report) {
  const auto annotation = evidence.annotations.find(kBundleAnnotation);
  if (annotation == evidence.annotations.end()) return report.pass(Check::kTransparency, "no log entry");
  if (const Status form = check_form(annotation->second); !form) {
    return report.fail(Check::kTransparency, Reason::kTlogInvalid, "log annotation: " + form.error().message);
  }
  report.pass(Check::kTransparency, "1 log entry, not held against a log");
}

}  // namespace pullgate::verify::cosign
