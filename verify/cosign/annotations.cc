#include "verify/cosign/annotations.h"

#include "verify/bytes.h"
#include "verify/checks/report_builder.h"
#include "verify/codec/pem.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"

namespace pullgate::verify::cosign {
namespace {

constexpr const char* kCertificateAnnotation = "dev.sigstore.cosign/certificate";
constexpr const char* kBundleAnnotation = "dev.sigstore.cosign/bundle";
constexpr const char* kTimestampAnnotation = "dev.sigstore.cosign/rfc3161timestamp";

const std::string* annotation(const Evidence& evidence, const char* key) {
  const auto found = evidence.annotations.find(key);
  return found == evidence.annotations.end() ? nullptr : &found->second;
}

/// An annotation says no kind, only the body does.
void read_kind(const json::Node& node, tlog::Entry& entry) {
  const Result<json::Document> document = json::parse(entry.body);
  if (!document) return node.refuse(document.error().message, document.error().code);
  json::Problems problems;
  const json::Node body = document->root(problems);
  entry.kind = body["kind"].text();
  entry.version = body["apiVersion"].text();
  if (const auto& wrong = problems.first()) node.refuse(wrong->message);
}

tlog::Entry read_entry(const json::Node& root) {
  root.allow_only({"SignedEntryTimestamp", "Payload"});
  tlog::Entry entry;
  entry.promise = root["SignedEntryTimestamp"].bytes();
  const json::Node payload = root["Payload"];
  // The promise signs the canonical form of exactly these four members.
  payload.allow_only({"body", "integratedTime", "logIndex", "logID"});
  entry.body = payload["body"].bytes();
  entry.integrated_time = payload["integratedTime"].integer();
  entry.index = payload["logIndex"].integer();
  if (const auto id = Digest::parse_hex(Digest::Algorithm::kSha256, payload["logID"].text())) {
    entry.log_id = id->raw();
  } else {
    payload["logID"].refuse("64 lower-case hexadecimal digits expected");
  }
  read_kind(payload["body"], entry);
  return entry;
}

sigstore::LogProblem problem(Reason reason, const Error& error) {
  return {checks::reason_of(error, reason), "annotation: " + error.message};
}

void read_log_entry(const std::string& text, sigstore::LogMaterial& log) {
  const Result<json::Document> document = json::parse(text);
  if (!document) {
    log.entry_problem = problem(Reason::kTlogInvalid, document.error());
    return;
  }
  json::Problems problems;
  log.entries.push_back(read_entry(document->root(problems)));
  if (const auto& wrong = problems.first()) log.entry_problem = problem(Reason::kTlogInvalid, *wrong);
}

void read_timestamp(const std::string& text, sigstore::LogMaterial& log) {
  const Result<json::Document> document = json::parse(text);
  if (!document) {
    log.timestamp_problem = problem(Reason::kTimestampInvalid, document.error());
    return;
  }
  json::Problems problems;
  const json::Node root = document->root(problems);
  root.allow_only({"SignedRFC3161Timestamp"});
  log.timestamps.push_back(root["SignedRFC3161Timestamp"].bytes());
  if (const auto& wrong = problems.first()) log.timestamp_problem = problem(Reason::kTimestampInvalid, *wrong);
}

}  // namespace

Result<Annotations> read_annotations(const Evidence& evidence) {
  Annotations annotations;
  if (const std::string* const pem = annotation(evidence, kCertificateAnnotation)) {
    Result<codec::PemBlock> block = codec::parse_pem_block(*pem);
    if (!block) return {block.error().code, "certificate annotation: " + block.error().message};
    if (block->label != "CERTIFICATE") {
      return {ErrorCode::kMalformed, "certificate annotation: '" + printable(block->label, 40) + "'"};
    }
    annotations.certificates.push_back(std::move(block->der));
  }
  if (const std::string* const entry = annotation(evidence, kBundleAnnotation)) {
    read_log_entry(*entry, annotations.log);
  }
  if (const std::string* const timestamp = annotation(evidence, kTimestampAnnotation)) {
    read_timestamp(*timestamp, annotations.log);
  }
  return annotations;
}

bool has_certificate(const Evidence& evidence) {
  return annotation(evidence, kCertificateAnnotation) != nullptr;
}

}  // namespace pullgate::verify::cosign
