#include "verify/sigstore/check.h"

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/dsse/check.h"
#include "verify/sigstore/bundle.h"

namespace pullgate::verify::sigstore {
namespace {

using checks::Proven;
using checks::ReportBuilder;

void check_log_material(const Bundle& bundle, ReportBuilder& report) {
  if (bundle.log_problem) {
    return report.fail(Check::kTransparency, bundle.log_problem->reason, bundle.log_problem->detail);
  }
  if (bundle.log_entries + bundle.timestamps == 0) return report.pass(Check::kTransparency, "no log entry");
  report.pass(Check::kTransparency, fmt::format("{} log entries and {} timestamps, not held against their authorities",
                                                bundle.log_entries, bundle.timestamps));
}

/// The name by which the bundle calls its key, from the two places that may name it; nothing after a failure.
std::optional<std::string> check_key(const Bundle& bundle, const TrustRoot& trust, ReportBuilder& report) {
  const auto* const key = std::get_if<ManagedKey>(&bundle.key);
  if (key == nullptr) {
    report.fail(Check::kKeyHint, Reason::kFormatUnsupported,
                "signed with a certificate (keyless), and no trust root for certificates is configured");
    return std::nullopt;
  }
  std::string hint = key->hint;
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

Outcome check_message_digest(const MessageSignature& message, const Content& image, ReportBuilder& report) {
  if (!message.claimed) {
    report.pass(Check::kMessageDigest, "not stated");
    return Outcome::kPassed;
  }
  const crypto::Hash hash = message.claimed->algorithm == "SHA2_256"   ? crypto::Hash::kSha256
                            : message.claimed->algorithm == "SHA2_384" ? crypto::Hash::kSha384
                                                                       : crypto::Hash::kSha512;
  // Not signed, so nothing follows when it agrees; but a bundle that says it is about something else is not evidence.
  if (crypto::hash_of(hash, image.bytes()) != message.claimed->value) {
    report.fail(Check::kMessageDigest, Reason::kSubjectMismatch,
                fmt::format("the bundle is about {} {}..., not {}", message.claimed->algorithm,
                            hex_encode(message.claimed->value).substr(0, 12), image.digest().short_text()));
    return Outcome::kFailed;
  }
  report.pass(Check::kMessageDigest, message.claimed->algorithm);
  return Outcome::kPassed;
}

/// The artifact that a message signature is made over is the manifest itself: the signature is the binding.
std::optional<Proven> check_message(const MessageSignature& message, std::string hint, const Content& image,
                                    const TrustRoot& trust, ReportBuilder& report) {
  if (check_message_digest(message, image, report) != Outcome::kPassed) return std::nullopt;
  std::vector<Signer> signers = checks::check_signatures({{.bytes = message.signature, .key_hint = std::move(hint)}},
                                                         image.bytes(), trust, report);
  if (signers.empty()) return std::nullopt;
  return Proven{std::move(signers), ImageSignature{}};
}

}  // namespace

std::optional<Proven> check_layer(const Evidence& evidence, const Content& image, const TrustRoot& trust,
                                  ReportBuilder& report) {
  Result<Bundle> bundle = parse_bundle(evidence.payload.bytes());
  const bool is_message = bundle && std::holds_alternative<MessageSignature>(bundle->content);
  if (is_message) {
    report.expect({Check::kForm, Check::kKeyHint, Check::kMessageDigest, Check::kSignature, Check::kTransparency});
  }
  if (!bundle) {
    report.fail(Check::kForm, bundle.error());
    return std::nullopt;
  }
  report.pass(Check::kForm);
  check_log_material(*bundle, report);
  std::optional<std::string> hint = check_key(*bundle, trust, report);
  if (!hint) return std::nullopt;
  if (is_message) {
    return check_message(std::get<MessageSignature>(bundle->content), std::move(*hint), image, trust, report);
  }
  auto& envelope = std::get<dsse::Envelope>(bundle->content);
  envelope.signatures.front().key_hint = std::move(*hint);
  return dsse::check_envelope(envelope, image, trust, report);
}

}  // namespace pullgate::verify::sigstore
