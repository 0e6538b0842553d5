#pragma once
/// Holds what came with a signature against the authorities of one trust root.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/checks/report_builder.h"
#include "verify/corroboration.h"
#include "verify/sigstore/log_material.h"
#include "verify/sigstore/trusted_root.h"
#include "verify/tlog/body.h"
#include "verify/tsa/token.h"
#include "verify/x509/certificate.h"
#include "verify/x509/sct.h"

namespace pullgate::verify::sigstore {

/// One signature that holds, with everything that came with it; all of it read, none of it verified. Refers to what
/// the evidence was read into.
struct Signature {
  /// Nothing for an envelope with several signatures, of which no log entry could say which one it records.
  std::optional<tlog::LoggedEvidence> logged;
  const LogMaterial& log;
  /// What the timestamps have to be about.
  std::string_view timestamped;
  std::vector<tsa::Token> tokens;
  /// Null for a managed key.
  const x509::Certificate* certificate = nullptr;
  std::vector<x509::CertificateTimestamp> certificate_timestamps;
};

/// The form of log entries and timestamps has been reported before, if it was wrong. Makes the findings kTransparency,
/// kLogPromise, kLogProof and kTimestamp, and for a certificate kChain, kTime and kSct. Nothing when one of them
/// failed: what a known authority should have said and did not is a failure, whatever else there is. What nobody knows
/// is only listed.
std::optional<Corroboration> corroborate(const Signature& signature, const std::string& trust_root,
                                         const Authorities& authorities, checks::ReportBuilder& report);

}  // namespace pullgate::verify::sigstore
