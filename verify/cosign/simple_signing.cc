#include "verify/cosign/simple_signing.h"

#include "verify/bytes.h"
#include "verify/codec/base64.h"
#include "verify/cosign/annotations.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"
#include "verify/sigstore/attribution.h"

namespace pullgate::verify::cosign {
namespace {

using checks::Proven;
using checks::ReportBuilder;

constexpr const char* kSignatureAnnotation = "dev.cosignproject.cosign/signature";
constexpr std::string_view kPayloadType = "cosign container image signature";

Result<std::string> signature_of(const Evidence& evidence) {
  const auto annotation = evidence.annotations.find(kSignatureAnnotation);
  if (annotation == evidence.annotations.end() || annotation->second.empty()) {
    return {ErrorCode::kMalformed, std::string("the layer has no annotation ") + kSignatureAnnotation};
  }
  Result<std::string> signature = codec::decode_base64(annotation->second);
  if (!signature) return {ErrorCode::kMalformed, "signature annotation: " + signature.error().message};
  return signature;
}

}  // namespace

Result<SimpleSigningPayload> parse_payload(std::string_view json) {
  const Result<json::Document> document = json::parse(json);
  if (!document) return document.error();
  json::Problems problems;
  const json::Node root = document->root(problems);
  root.allow_only({"critical", "optional"});
  const json::Node critical = root["critical"];
  critical.allow_only({"identity", "image", "type"});
  critical["identity"].allow_only({"docker-reference"});
  critical["image"].allow_only({"docker-manifest-digest"});

  const std::string type = critical["type"].text();
  if (type != kPayloadType) {
    critical["type"].refuse("'" + printable(type, 60) + "', not '" + std::string(kPayloadType) + "'",
                            ErrorCode::kUnsupported);
  }
  SimpleSigningPayload payload{.image = Digest::of({}), .docker_reference = {}, .annotations = {}};
  const json::Node image = critical["image"]["docker-manifest-digest"];
  if (const Result<Digest> digest = Digest::parse(image.text())) {
    payload.image = *digest;
  } else {
    image.refuse(digest.error().message);
  }
  payload.docker_reference = critical["identity"]["docker-reference"].text();
  for (const auto& [key, value] : root["optional"].optional_members()) {
    if (value.is_text()) payload.annotations.emplace(key, value.text());
  }
  return problems.unless_any(std::move(payload));
}

std::optional<Proven> check_layer(const checks::Question& question, ReportBuilder& report) {
  const Evidence& evidence = question.evidence;
  const Result<std::string> signature = signature_of(evidence);
  const Result<Annotations> annotations = read_annotations(evidence);
  if (!signature || !annotations) {
    report.fail(Check::kForm, signature ? annotations.error() : signature.error());
    return std::nullopt;
  }
  report.pass(Check::kForm);

  const std::vector<checks::CandidateSignature> signatures = {{.bytes = *signature}};
  const Artifact signed_payload(evidence.payload);
  std::optional<sigstore::Attribution> attribution = sigstore::attribute({.signatures = signatures,
                                                                          .artifact = &signed_payload,
                                                                          .certificates = annotations->certificates,
                                                                          .log = annotations->log},
                                                                         question.trust, report);
  if (!attribution) return std::nullopt;

  Result<SimpleSigningPayload> payload = parse_payload(evidence.payload.bytes());
  if (!payload) {
    report.fail(Check::kPayload, payload.error());
    return std::nullopt;
  }
  report.pass(Check::kPayload, "signed as " + payload->docker_reference);

  // Stops a signature that was copied from another image, the one binding there is between the two.
  if (payload->image != question.image.digest()) {
    report.fail(
        Check::kSubject, Reason::kSubjectMismatch,
        "the signature is about " + payload->image.short_text() + ", not " + question.image.digest().short_text());
    return std::nullopt;
  }
  report.pass(Check::kSubject, question.image.digest().text());
  return Proven{.signers = std::move(attribution->signers),
                .claim = ImageSignature{.docker_reference = std::move(payload->docker_reference),
                                        .annotations = std::move(payload->annotations)},
                .corroborations = std::move(attribution->corroborations)};
}

}  // namespace pullgate::verify::cosign
