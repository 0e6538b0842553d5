#pragma once
/// Who signed, and who vouches for it: the part that all containers of evidence have in common.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/artifact.h"
#include "verify/checks/report_builder.h"
#include "verify/checks/signature.h"
#include "verify/dsse/envelope.h"
#include "verify/sigstore/log_material.h"
#include "verify/trust_root.h"

namespace pullgate::verify::sigstore {

/// What a container brings, read and not verified. Refers to what it was read into. One of `artifact` and `envelope`
/// is what was signed.
struct Presented {
  const std::vector<checks::CandidateSignature>& signatures;  ///< exactly one when there are certificates
  const Artifact* artifact = nullptr;
  const dsse::Envelope* envelope = nullptr;
  /// The envelope's own bytes, where the evidence is nothing else.
  std::optional<std::string_view> stored_envelope = std::nullopt;
  /// DER, the signer's first; empty: a managed key signed.
  const std::vector<std::string>& certificates;
  const LogMaterial& log;
  /// What timestamps are over, where it is not the signature.
  std::optional<std::string_view> timestamped = std::nullopt;
};

struct Attribution {
  std::vector<Signer> signers;
  std::vector<Corroboration> corroborations;
};

/// Makes the findings kSignature, kTransparency, kLogPromise, kLogProof and kTimestamp, and where there are
/// certificates kCertificate, kChain, kTime and kSct. Nothing when it is not known who signed.
///
/// A certificate is held against every trust root for itself and has to satisfy one of them whole; logs of one and an
/// authority of another prove nothing. For a managed key the trust roots only add facts, and who signed is known
/// whatever they say; but what contradicts any of them is a failed finding.
std::optional<Attribution> attribute(const Presented& presented, const TrustRoot& trust, checks::ReportBuilder& report);

/// The list of checks with those for a certificate, where there is one, and with those on logs and timestamps.
std::vector<Check> complete_list(std::vector<Check> own, bool has_certificate);

}  // namespace pullgate::verify::sigstore
