#pragma once
/// Is a log entry about this evidence? Rekor types hashedrekord 0.0.1, dsse 0.0.1, intoto 0.0.1 and 0.0.2, and the
/// entries of Rekor v2 (rekor-tiles "CLIENTS.md"). A log vouches for its entry only, so whatever is not compared here
/// could be swapped for another entry's (CVE-2022-36056, CVE-2024-53267, CVE-2026-22703).

#include <optional>
#include <string_view>

#include "verify/artifact.h"
#include "verify/dsse/envelope.h"
#include "verify/public_key.h"
#include "verify/result.h"
#include "verify/tlog/entry.h"

namespace pullgate::verify::tlog {

/// Evidence with one signature, as an entry has to record it. Refers to what the evidence was read into.
struct LoggedEvidence {
  std::string_view signature;
  const PublicKey* key = nullptr;               ///< that made the signature
  std::optional<std::string_view> certificate;  ///< DER; with it the entry has to record the certificate, not the key
  const Artifact* artifact = nullptr;           ///< what was signed, unless it is an envelope
  const dsse::Envelope* envelope = nullptr;
  std::optional<std::string_view> stored_envelope;  ///< the envelope's own bytes, where the evidence is nothing else
};

/// kMalformed when the entry says anything else than the evidence, kUnsupported for kinds that say nothing about it.
Status check_body(const Entry& entry, const LoggedEvidence& evidence);

}  // namespace pullgate::verify::tlog
