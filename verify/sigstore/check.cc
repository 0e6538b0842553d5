#include "verify/sigstore/check.h"

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/dsse/check.h"
#include "verify/sigstore/attribution.h"
#include "verify/sigstore/bundle.h"

namespace pullgate::verify::sigstore {
namespace {

using checks::Proven;
using checks::ReportBuilder;

/// The name by which the bundle calls its managed key, from the two places that may name it; nothing after a failure.
std::optional<std::string> check_key(const ManagedKey& key, const Bundle& bundle, const TrustRoot& trust,
                                     ReportBuilder& report) {
  std::string hint = key.hint;
  if (const auto* const envelope = std::get_if<dsse::Envelope>(&bundle.content)) {
    const std::string& keyid = envelope->signatures.front().key_hint;
    if (!hint.empty() && !keyid.empty() && hint != keyid) {
      report.fail(Check::kKeyHint, Reason::kEvidenceUnreadable,
                  fmt::format("the hint '{}' and the keyid '{}' name different keys", printable(hint, 60),
                              printable(keyid, 60)));
      return std::nullopt;
    }
    if (hint.empty()) hint = keyid;
  }
  if (const std::optional<Digest> named = checks::fingerprint_in_hint(hint)) {
    if (trust.find(*named) == nullptr) {
      report.fail(Check::kKeyHint, Reason::kSignerNotTrusted,
                  "signed by a key that is not trusted, " + describe(KeySigner{*named}));
      return std::nullopt;
    }
    report.pass(Check::kKeyHint, describe(KeySigner{*named}));
  } else {
    report.pass(Check::kKeyHint, hint.empty() ? "no hint" : "'" + printable(hint, 60) + "'");
  }
  return hint;
}

Outcome check_message_digest(const MessageSignature& message, const Artifact& image, ReportBuilder& report) {
  if (!message.claimed) {
    report.pass(Check::kMessageDigest, "not stated");
    return Outcome::kPassed;
  }
  const crypto::Hash hash = message.claimed->algorithm == "SHA2_256"   ? crypto::Hash::kSha256
                            : message.claimed->algorithm == "SHA2_384" ? crypto::Hash::kSha384
                                                                       : crypto::Hash::kSha512;
  // Not signed, so nothing follows when it agrees; but a bundle that says it is about something else is not evidence.
  crypto::SignedMessage bytes(image);
  const std::string* const actual = bytes.hash(hash);
  if (actual == nullptr || *actual != message.claimed->value) {
    report.fail(Check::kMessageDigest, Reason::kSubjectMismatch,
                fmt::format("the bundle is about {} {}..., not {}", message.claimed->algorithm,
                            hex_encode(message.claimed->value).substr(0, 12), image.digest().short_text()));
    return Outcome::kFailed;
  }
  report.pass(Check::kMessageDigest, message.claimed->algorithm);
  return Outcome::kPassed;
}

std::vector<Check> checks_of(const Result<Bundle>& bundle) {
  const bool is_message = bundle && std::holds_alternative<MessageSignature>(bundle->content);
  const bool has_certificate = bundle && std::holds_alternative<Certificates>(bundle->key);
  if (is_message) {
    return complete_list({Check::kForm, Check::kKeyHint, Check::kMessageDigest, Check::kSignature}, has_certificate);
  }
  return complete_list({Check::kForm, Check::kKeyHint, Check::kPayloadType, Check::kSignature, Check::kPayload,
                        Check::kSubject, Check::kPredicate},
                       has_certificate);
}

/// The artifact that a message signature is made over is the manifest itself: the signature is the binding.
std::optional<Proven> check_message(const MessageSignature& message, const Presented& presented,
                                    const checks::Question& question, ReportBuilder& report) {
  if (check_message_digest(message, question.image, report) != Outcome::kPassed) return std::nullopt;
  std::optional<Attribution> attribution = attribute(presented, question.trust, report);
  if (!attribution) return std::nullopt;
  return Proven{.signers = std::move(attribution->signers),
                .claim = ImageSignature{},
                .corroborations = std::move(attribution->corroborations)};
}

}  // namespace

std::optional<Proven> check_layer(const checks::Question& question, ReportBuilder& report) {
  const Result<Bundle> bundle = parse_bundle(question.evidence.payload.bytes());
  report.expect(checks_of(bundle));
  if (!bundle) {
    report.fail(Check::kForm, bundle.error());
    return std::nullopt;
  }
  report.pass(Check::kForm);

  std::string hint;
  if (const auto* const key = std::get_if<ManagedKey>(&bundle->key)) {
    std::optional<std::string> named = check_key(*key, *bundle, question.trust, report);
    if (!named) return std::nullopt;
    hint = std::move(*named);
  }
  static const std::vector<std::string> kNoCertificates;
  const auto* const certificates = std::get_if<Certificates>(&bundle->key);
  const auto* const envelope = std::get_if<dsse::Envelope>(&bundle->content);
  const auto* const message = std::get_if<MessageSignature>(&bundle->content);
  const std::vector<checks::CandidateSignature> signatures = {
      {.bytes = envelope != nullptr ? envelope->signatures.front().bytes : message->signature, .key_hint = hint}};
  const Presented presented{.signatures = signatures,
                            .artifact = message != nullptr ? &question.image : nullptr,
                            .envelope = envelope,
                            .certificates = certificates != nullptr ? certificates->certificates : kNoCertificates,
                            .log = bundle->log};
  return envelope != nullptr ? dsse::check_envelope(presented, question, report)
                             : check_message(*message, presented, question, report);
}

}  // namespace pullgate::verify::sigstore
