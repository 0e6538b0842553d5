#include "verify/dsse/check.h"

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/cosign/annotations.h"
#include "verify/dsse/statement.h"
#include "verify/json/node.h"
#include "verify/slsa/provenance.h"
#include "verify/slsa/vsa.h"

namespace pullgate::verify::dsse {
namespace {

using checks::Proven;
using checks::ReportBuilder;

/// Every digest of the first: which of them is another's is for the reader to see.
std::string shown_subjects(const Statement& statement) {
  std::string text;
  for (const auto& [algorithm, value] : statement.subjects.front().digest) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ", ", printable(algorithm, 20), printable(value, 20));
    if (text.size() > 120) break;
  }
  if (statement.subjects.size() > 1) text += fmt::format(" and {} others", statement.subjects.size() - 1);
  return text;
}

/// The predicate must be an object where there is one; SLSA provenance and verification
/// summaries are read, because the policy asks for their parts.
void check_predicate(Statement& statement, PredicateReading reading, ReportBuilder& report) {
  json::Problems problems;
  const json::Node predicate(*statement.predicate, problems);
  if (predicate.exists() && !predicate.is_object()) {
    return report.fail(Check::kPredicate, Reason::kEvidenceUnreadable, "the predicate is not an object");
  }
  if (is_slsa_provenance(statement.predicate_type) && reading == PredicateReading::kTyped) {
    Result<Provenance> provenance = slsa::read_provenance(statement.predicate_type, statement.predicate);
    if (!provenance) return report.fail(Check::kPredicate, provenance.error());
    statement.provenance = std::move(*provenance);
  }
  if (statement.predicate_type == kVerificationSummaryV1 && reading == PredicateReading::kTyped) {
    Result<VerificationSummary> summary = slsa::read_summary(*statement.predicate);
    if (!summary) return report.fail(Check::kPredicate, summary.error());
    statement.summary = std::move(*summary);
  }
  report.pass(Check::kPredicate, statement.predicate_type);
}

Claim claim_of(Statement statement, const StatementSubject& subject) {
  // cosign v3 writes "this image is signed" as a statement. Taken for an attestation it would let a signature stand
  // where a rule asks for any statement.
  if (statement.predicate_type == kCosignSignPredicate) {
    return ImageSignature{.docker_reference = std::nullopt, .annotations = subject.annotations};
  }
  return statement;
}

}  // namespace

std::optional<Proven> check_layer(const checks::Question& question, ReportBuilder& report) {
  const Evidence& evidence = question.evidence;
  const Result<Envelope> envelope = parse_envelope(evidence.payload.bytes());
  const Result<cosign::Annotations> annotations = cosign::read_annotations(evidence);
  if (!envelope || !annotations) {
    report.fail(Check::kForm, envelope ? annotations.error() : envelope.error());
    return std::nullopt;
  }
  report.pass(Check::kForm);
  // cosign timestamps the whole layer here, where bundles timestamp the signature.
  return check_envelope({.signatures = envelope->signatures,
                         .envelope = &*envelope,
                         .stored_envelope = evidence.payload.bytes(),
                         .certificates = annotations->certificates,
                         .log = annotations->log,
                         .timestamped = evidence.payload.bytes()},
                        question, report);
}

std::optional<Proven> check_envelope(const sigstore::Presented& presented, const checks::Question& question,
                                     ReportBuilder& report) {
  const Envelope& envelope = *presented.envelope;
  // The type is part of what is signed, so a swapped one breaks the signature as well; saying which of the two it was
  // is the better answer. A type that a trusted key did sign must not turn other documents into statements either.
  if (envelope.payload_type == kInTotoPayloadType) {
    report.pass(Check::kPayloadType, envelope.payload_type);
  } else {
    report.fail(
        Check::kPayloadType, Reason::kPayloadTypeMismatch,
        fmt::format("payloadType is '{}', not '{}'", printable(envelope.payload_type, 100), kInTotoPayloadType));
  }
  std::optional<sigstore::Attribution> attribution = sigstore::attribute(presented, question.trust, report);
  if (!attribution || envelope.payload_type != kInTotoPayloadType) return std::nullopt;

  Result<Statement> statement = parse_statement(envelope.payload);
  if (!statement) {
    report.fail(Check::kPayload, statement.error());
    return std::nullopt;
  }
  report.pass(Check::kPayload, statement->predicate_type);

  const StatementSubject* const subject = find_subject(*statement, question.image);
  if (subject == nullptr) {
    report.fail(Check::kSubject, Reason::kSubjectMismatch,
                fmt::format("the statement is about {}, not {}", shown_subjects(*statement),
                            question.image.digest().short_text()));
  } else {
    report.pass(Check::kSubject, question.image.digest().text());
  }
  check_predicate(*statement, question.predicates, report);
  if (subject == nullptr) return std::nullopt;
  const StatementSubject matched = *subject;
  return Proven{.signers = std::move(attribution->signers),
                .claim = claim_of(std::move(*statement), matched),
                .corroborations = std::move(attribution->corroborations)};
}

}  // namespace pullgate::verify::dsse
