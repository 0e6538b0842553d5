#include "verify/verifier.h"

#include <exception>

#include "verify/checks/question.h"
#include "verify/checks/report_builder.h"
#include "verify/checks/signature.h"
#include "verify/cosign/annotations.h"
#include "verify/cosign/simple_signing.h"
#include "verify/dsse/check.h"
#include "verify/limits.h"
#include "verify/sigstore/attribution.h"
#include "verify/sigstore/check.h"

namespace pullgate::verify {
namespace {

/// The list for evidence that cannot even be opened; a bundle's own list follows from what is in it.
std::vector<Check> checks_of(const Evidence& evidence) {
  const bool has_certificate = cosign::has_certificate(evidence);
  switch (evidence.kind) {
    case EvidenceKind::kSimpleSigning:
      return sigstore::complete_list({Check::kForm, Check::kSignature, Check::kPayload, Check::kSubject},
                                     has_certificate);
    case EvidenceKind::kDsseEnvelope:
      return sigstore::complete_list(
          {Check::kForm, Check::kPayloadType, Check::kSignature, Check::kPayload, Check::kSubject, Check::kPredicate},
          has_certificate);
    case EvidenceKind::kSigstoreBundle:
      break;
  }
  return sigstore::complete_list({Check::kForm, Check::kKeyHint, Check::kPayloadType, Check::kSignature,
                                  Check::kPayload, Check::kSubject, Check::kPredicate},
                                 false);
}

std::optional<checks::Proven> check(const checks::Question& question, checks::ReportBuilder& report) {
  const Evidence& evidence = question.evidence;
  if (evidence.payload.size() > limits::kEvidenceBytes) {
    report.fail(Check::kForm, Reason::kLimitExceeded,
                std::to_string(evidence.payload.size()) + " bytes, at most " + std::to_string(limits::kEvidenceBytes) +
                    " are allowed");
    return std::nullopt;
  }
  switch (evidence.kind) {
    case EvidenceKind::kSimpleSigning:
      return cosign::check_layer(question, report);
    case EvidenceKind::kDsseEnvelope:
      return dsse::check_layer(question, report);
    case EvidenceKind::kSigstoreBundle:
      return sigstore::check_layer(question, report);
  }
  return std::nullopt;
}

}  // namespace

Verifier::Verifier(std::shared_ptr<const TrustRoot> trust) : trust_(std::move(trust)) {}

Report Verifier::verify(const Evidence& evidence, const Artifact& image, PredicateReading predicates) const {
  checks::ReportBuilder builder(evidence, checks_of(evidence));
  std::optional<checks::Proven> proven;
  // Whatever goes wrong inside means no: libraries report exhaustion and surprises by throwing.
  try {
    proven = check({.evidence = evidence, .image = image, .trust = *trust_, .predicates = predicates}, builder);
  } catch (const std::exception& error) {
    proven.reset();
    builder.fail_next(std::string("could not be checked: ") + error.what());
  }
  Report report = builder.report();
  if (proven && !proven->signers.empty() && builder.overall() == Outcome::kPassed) {
    report.verified = Verified(std::move(proven->signers), std::move(proven->claim), image.digest(),
                               std::move(proven->corroborations));
  }
  return report;
}

}  // namespace pullgate::verify
