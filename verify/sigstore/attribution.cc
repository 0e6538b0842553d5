#include "verify/sigstore/attribution.h"

#include <algorithm>

#include <fmt/format.h>

#include "verify/crypto/key.h"
#include "verify/sigstore/corroborate.h"
#include "verify/tsa/token.h"
#include "verify/x509/fulcio.h"

namespace pullgate::verify::sigstore {
namespace {

using checks::ReportBuilder;

constexpr std::initializer_list<Check> kOfLogs = {Check::kTransparency, Check::kLogPromise, Check::kLogProof,
                                                  Check::kTimestamp};
constexpr std::initializer_list<Check> kOfCertificates = {Check::kChain, Check::kTime, Check::kSct};

/// The form of log entries and timestamps is reported also when nothing else can be checked.
void report_form(const LogMaterial& log, ReportBuilder& report) {
  if (log.entry_problem) report.fail(Check::kTransparency, log.entry_problem->reason, log.entry_problem->detail);
  if (log.timestamp_problem) {
    report.fail(Check::kTimestamp, log.timestamp_problem->reason, log.timestamp_problem->detail);
  }
}

std::vector<tsa::Token> read_tokens(const LogMaterial& log, ReportBuilder& report) {
  std::vector<tsa::Token> tokens;
  for (const std::string& timestamp : log.timestamps) {
    Result<tsa::Token> token = tsa::parse_response(timestamp);
    if (!token) {
      report.fail(Check::kTimestamp, checks::reason_of(token.error(), Reason::kTimestampInvalid),
                  token.error().message);
      break;
    }
    tokens.push_back(std::move(*token));
  }
  return tokens;
}

/// The signer's certificate. Others may come with it and are not used, but a root among them is refused: whoever sends
/// an anchor expects it to be believed (client specification, "Verification").
std::optional<x509::Certificate> read_certificate(const std::vector<std::string>& ders, ReportBuilder& report) {
  Result<x509::Certificate> leaf = x509::Certificate::parse(ders.front());
  if (!leaf) {
    report.fail(Check::kCertificate, leaf.error());
    return std::nullopt;
  }
  for (std::size_t i = 1; i < ders.size(); ++i) {
    const Result<x509::Certificate> other = x509::Certificate::parse(ders[i]);
    if (!other) {
      report.fail(Check::kCertificate, other.error());
      return std::nullopt;
    }
    if (other->is_self_issued()) {
      report.fail(Check::kCertificate, Reason::kEvidenceUnreadable, "a root certificate in the evidence");
      return std::nullopt;
    }
  }
  if (const Status profile = x509::check_code_signing(*leaf); !profile) {
    report.fail(Check::kCertificate, profile.error());
    return std::nullopt;
  }
  return std::move(*leaf);
}

crypto::SignedMessage message_of(const Presented& presented, const std::string& encoding) {
  return presented.envelope == nullptr ? crypto::SignedMessage(*presented.artifact) : crypto::SignedMessage(encoding);
}

/// What timestamps and logs are about, once it is known which key signed.
Signature signature_by(const PublicKey& key, const Presented& presented) {
  Signature signature{.logged = std::nullopt,
                      .log = presented.log,
                      .timestamped = presented.timestamped.value_or(presented.signatures.front().bytes),
                      .tokens = {},
                      .certificate_timestamps = {}};
  if (presented.signatures.size() == 1) {
    signature.logged = tlog::LoggedEvidence{.signature = presented.signatures.front().bytes,
                                            .key = &key,
                                            .certificate = std::nullopt,
                                            .artifact = presented.artifact,
                                            .envelope = presented.envelope,
                                            .stored_envelope = presented.stored_envelope};
  }
  return signature;
}

std::optional<Attribution> attribute_to_certificate(const Presented& presented, crypto::SignedMessage& message,
                                                    const TrustRoot& trust, ReportBuilder& report) {
  const std::optional<x509::Certificate> leaf = read_certificate(presented.certificates, report);
  if (!leaf) return std::nullopt;
  Result<CertificateSigner> signer = x509::read_identity(*leaf, {});
  if (!signer) {
    report.fail(Check::kCertificate, signer.error());
    return std::nullopt;
  }
  report.pass(Check::kCertificate, describe(*signer));
  if (checks::check_signature_by(leaf->key(), presented.signatures, message, report) != Outcome::kPassed) {
    return std::nullopt;
  }
  Signature signature = signature_by(leaf->key(), presented);
  if (signature.logged) signature.logged->certificate = leaf->der();
  signature.certificate = &*leaf;
  signature.tokens = read_tokens(presented.log, report);
  Result<std::vector<x509::CertificateTimestamp>> timestamps = x509::read_certificate_timestamps(*leaf);
  if (!timestamps) {
    report.fail(Check::kSct, checks::reason_of(timestamps.error(), Reason::kSctInvalid), timestamps.error().message);
    return std::nullopt;
  }
  signature.certificate_timestamps = std::move(*timestamps);

  Attribution attribution;
  std::optional<ReportBuilder> best;
  bool knows_issuer = false;
  for (const SigstoreRoot& root : trust.roots()) {
    ReportBuilder trial = report;
    std::optional<Corroboration> facts = corroborate(signature, root.name(), root.authorities(), trial);
    const bool is_first_success = facts && attribution.signers.empty();
    // What is told is the first success, or else what the first root said that knows the signer's authority.
    const bool knows = trial.outcome(Check::kChain) == Outcome::kPassed;
    if (is_first_success || (attribution.signers.empty() && (!best || (knows && !knows_issuer)))) best = trial;
    knows_issuer = knows_issuer || knows;
    if (!facts) continue;
    attribution.corroborations.push_back(std::move(*facts));
    signer->trust_root = root.name();
    attribution.signers.emplace_back(*signer);
  }
  if (best) {
    report = std::move(*best);
  } else {
    report.fail(Check::kChain, Reason::kSignerNotTrusted,
                "signed with a certificate (keyless), and no trust root for certificates is configured");
  }
  if (attribution.signers.empty()) return std::nullopt;
  return attribution;
}

std::optional<Attribution> attribute_to_keys(const Presented& presented, crypto::SignedMessage& message,
                                             const TrustRoot& trust, ReportBuilder& report) {
  Attribution attribution{.signers = checks::check_signatures(presented.signatures, message, trust, report),
                          .corroborations = {}};
  // Without a signer there is nobody whose entries and timestamps these could be.
  if (attribution.signers.empty()) return std::nullopt;
  const TrustedKey* const signer = trust.find(std::get<KeySigner>(attribution.signers.front()).fingerprint);
  Signature signature = signature_by(signer->key, presented);
  signature.tokens = read_tokens(presented.log, report);

  static const Authorities kNobody;
  if (trust.roots().empty()) static_cast<void>(corroborate(signature, {}, kNobody, report));
  for (const SigstoreRoot& root : trust.roots()) {
    ReportBuilder trial = report;
    std::optional<Corroboration> facts = corroborate(signature, root.name(), root.authorities(), trial);
    const bool says_nothing = facts && facts->logs.empty() && facts->times.empty();
    // What one root has to say is not to be covered by another's silence.
    if (!says_nothing || report.outcome(Check::kTransparency) == Outcome::kInconclusive) report = std::move(trial);
    if (facts && !says_nothing) attribution.corroborations.push_back(std::move(*facts));
  }
  return attribution;
}

}  // namespace

std::optional<Attribution> attribute(const Presented& presented, const TrustRoot& trust, ReportBuilder& report) {
  report_form(presented.log, report);
  std::string encoding;
  if (presented.envelope != nullptr) {
    encoding = dsse::pre_authentication_encoding(presented.envelope->payload_type, presented.envelope->payload);
  }
  crypto::SignedMessage message = message_of(presented, encoding);
  return presented.certificates.empty() ? attribute_to_keys(presented, message, trust, report)
                                        : attribute_to_certificate(presented, message, trust, report);
}

std::vector<Check> complete_list(std::vector<Check> own, bool has_certificate) {
  if (has_certificate) {
    const auto hint = std::ranges::find(own, Check::kKeyHint);
    if (hint == own.end()) {
      own.insert(std::next(std::ranges::find(own, Check::kForm)), Check::kCertificate);
    } else {
      *hint = Check::kCertificate;
    }
  }
  own.insert(own.end(), kOfLogs);
  if (has_certificate) own.insert(own.end(), kOfCertificates);
  return own;
}

}  // namespace pullgate::verify::sigstore
