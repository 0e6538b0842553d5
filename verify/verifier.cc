#include "verify/verifier.h"

#include <exception>

#include "verify/checks/report_builder.h"
#include "verify/checks/signature.h"
#include "verify/cosign/simple_signing.h"
#include "verify/dsse/check.h"
#include "verify/limits.h"
#include "verify/sigstore/check.h"

namespace pullgate::verify {
namespace {

checks::ReportBuilder begin_report(const Evidence& evidence) {
  switch (evidence.kind) {
    case EvidenceKind::kSimpleSigning:
      return {evidence, {Check::kForm, Check::kSignature, Check::kPayload, Check::kSubject, Check::kTransparency}};
    case EvidenceKind::kDsseEnvelope:
      return {evidence,
              {Check::kForm, Check::kPayloadType, Check::kSignature, Check::kPayload, Check::kSubject,
               Check::kPredicate, Check::kTransparency}};
    case EvidenceKind::kSigstoreBundle:
      break;
  }
  return {evidence,
          {Check::kForm, Check::kKeyHint, Check::kPayloadType, Check::kSignature, Check::kPayload, Check::kSubject,
           Check::kPredicate, Check::kTransparency}};
}

std::optional<checks::Proven> check(const Evidence& evidence, const Content& image, const TrustRoot& trust,
                                    checks::ReportBuilder& report) {
  if (evidence.payload.size() > limits::kEvidenceBytes) {
    report.fail(Check::kForm, Reason::kLimitExceeded,
                std::to_string(evidence.payload.size()) + " bytes, at most " + std::to_string(limits::kEvidenceBytes) +
                    " are allowed");
    return std::nullopt;
  }
  switch (evidence.kind) {
    case EvidenceKind::kSimpleSigning:
      return cosign::check_layer(evidence, image, trust, report);
    case EvidenceKind::kDsseEnvelope:
      return dsse::check_layer(evidence, image, trust, report);
    case EvidenceKind::kSigstoreBundle:
      return sigstore::check_layer(evidence, image, trust, report);
  }
  return std::nullopt;
}

}  // namespace

Verifier::Verifier(std::shared_ptr<const TrustRoot> trust) : trust_(std::move(trust)) {}

Report Verifier::verify(const Evidence& evidence, const Content& image) const {
  checks::ReportBuilder builder = begin_report(evidence);
  std::optional<checks::Proven> proven;
  // Whatever goes wrong inside means no: libraries report exhaustion and surprises by throwing.
  try {
    proven = check(evidence, image, *trust_, builder);
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
