#include "policy/attestor.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Extension = KeylessIdentity::Extension;

/// Digests may say their algorithm (fulcio "oid-info.md", .10, .13 and .19: "sha1:..."); people write the digest.
std::string_view without_algorithm(std::string_view digest) {
  for (std::string_view prefix : {"sha1:", "sha256:"}) {
    if (digest.starts_with(prefix)) return digest.substr(prefix.size());
  }
  return digest;
}

bool matches(const Extension& wanted, const std::string& value, const ImageReference& requested) {
  if (wanted.value.matches(value, requested)) return true;
  return wanted.name.name.ends_with("Digest") && wanted.value.matches(without_algorithm(value), requested);
}

std::string differs(std::string_view what, std::string_view found, std::string_view wanted) {
  return fmt::format("its {} is '{}', not '{}'", what, printable(found), printable(wanted));
}

std::optional<std::string> difference_in_extensions(const std::vector<Extension>& extensions,
                                                    const verify::CertificateSigner& signer,
                                                    const ImageReference& requested) {
  for (const Extension& wanted : extensions) {
    const std::optional<std::string> value = verify::extension_of(signer, wanted.name);
    const std::string text = wanted.value.filled_in(requested);
    if (!value)
      return fmt::format("its certificate does not say {}; '{}' is wanted", wanted.name.name, printable(text));
    if (!matches(wanted, *value, requested)) return differs(wanted.name.name, *value, text);
  }
  return std::nullopt;
}

/// Runs that a pull request from outside causes, under the name and with the rights of the branch that it asks to
/// change: what they sign may be what the request brought.
constexpr std::array<std::string_view, 2> kTriggersOfStrangers = {"pull_request_target", "workflow_run"};

/// GitHub's old extension says it likewise. Whoever means such runs has to say so.
std::optional<std::string> difference_in_trigger(const std::vector<Extension>& extensions,
                                                 const verify::CertificateSigner& signer) {
  const auto* const trigger = std::ranges::find(verify::kFulcioExtensionNames, &verify::FulcioExtensions::build_trigger,
                                                &verify::FulcioExtensionName::value);
  const std::optional<std::string> caused_by = verify::extension_of(signer, *trigger);
  if (!caused_by || std::ranges::find(kTriggersOfStrangers, *caused_by) == kTriggersOfStrangers.end()) {
    return std::nullopt;
  }
  const auto names_it = [&](const Extension& wanted) {
    return wanted.name.arc == trigger->arc || wanted.name.value == &verify::FulcioExtensions::github_workflow_trigger;
  };
  if (std::ranges::any_of(extensions, names_it)) return std::nullopt;
  return fmt::format(
      "its buildTrigger is '{}', which a stranger's pull request can cause and the attestor does not name", *caused_by);
}

std::optional<std::string> difference_from(const KeylessIdentity& identity, const std::string& trust_root,
                                           const verify::Signer& signer, const ImageReference& requested) {
  const auto* certificate = std::get_if<verify::CertificateSigner>(&signer);
  if (certificate == nullptr) return "it signed with a key, not with a certificate";
  // What another root's authority certifies is another's word: each is trusted for itself.
  if (certificate->trust_root != trust_root) {
    return differs("trust root", certificate->trust_root, trust_root);
  }
  if (!identity.issuer.matches(certificate->issuer, requested)) {
    return differs("issuer", certificate->issuer, identity.issuer.filled_in(requested));
  }
  if (identity.subject_kind && *identity.subject_kind != certificate->subject.kind) {
    return differs("subject's kind", to_string(certificate->subject.kind), to_string(*identity.subject_kind));
  }
  if (!identity.subject.matches(certificate->subject.value, requested)) {
    return differs("subject", certificate->subject.value, identity.subject.filled_in(requested));
  }
  if (auto difference = difference_in_extensions(identity.extensions, *certificate, requested)) return difference;
  return difference_in_trigger(identity.extensions, *certificate);
}

std::optional<std::string> difference_from(const KeyHolder& keys, const verify::Signer& signer) {
  const auto* key = std::get_if<verify::KeySigner>(&signer);
  if (key == nullptr) return "it signed with a certificate, not with a key";
  if (std::ranges::find(keys, *key) == keys.end()) return "it signed with another key";
  return std::nullopt;
}

}  // namespace

Result<NamePattern> NamePattern::glob(std::string_view text) {
  Result<TextTemplate> form = TextTemplate::parse(text);
  if (!form) return std::move(form).error();
  return NamePattern(*std::move(form));
}

Result<NamePattern> NamePattern::regular_expression(std::string_view text) {
  Result<TextPattern> form = TextPattern::regular_expression(text);
  if (!form) return std::move(form).error();
  return NamePattern(*std::move(form));
}

bool NamePattern::matches(std::string_view text, const ImageReference& requested) const {
  // What a certificate does not say is empty, and a generous pattern must not accept that.
  if (text.empty()) return false;
  if (const auto* pattern = std::get_if<TextPattern>(&form_)) return pattern->matches(text);
  return std::get<TextTemplate>(form_).matches(text, requested);
}

bool NamePattern::may_match(std::string_view text) const {
  if (const auto* pattern = std::get_if<TextPattern>(&form_)) return pattern->matches(text);
  std::string open = this->text();
  for (std::size_t begin = open.find('{'); begin != std::string::npos; begin = open.find('{')) {
    open.replace(begin, open.find('}', begin) - begin + 1, "**");
  }
  const Result<TextPattern> pattern = TextPattern::glob(open);
  return pattern && pattern->matches(text);
}

std::string NamePattern::filled_in(const ImageReference& requested) const {
  if (const auto* pattern = std::get_if<TextPattern>(&form_)) return pattern->text();
  return std::get<TextTemplate>(form_).filled_in(requested);
}

const std::string& NamePattern::text() const {
  return std::visit([](const auto& form) -> const std::string& { return form.text(); }, form_);
}

std::optional<std::string> Attestor::difference(const verify::Signer& signer, const ImageReference& requested) const {
  if (const auto* certified = keyless()) return difference_from(*certified, requirements.trust_root, signer, requested);
  return difference_from(*keys(), signer);
}

std::optional<verify::Finding> Attestor::shortfall(const verify::Verified& verified) const {
  for (verify::Finding& finding : verify::check_requirements(verified, requirements)) {
    if (finding.outcome != verify::Outcome::kPassed) return std::move(finding);
  }
  return std::nullopt;
}

std::string Attestor::how_it_signs(const ImageReference& requested) const {
  const auto* certified = keyless();
  if (certified == nullptr) {
    // So that a wrong file can be told from a missing signature.
    const KeyHolder& own = *keys();
    return own.size() == 1 ? fmt::format("with {} of attestor '{}'", describe(own.front()), name)
                           : fmt::format("with one of the {} keys of attestor '{}'", own.size(), name);
  }
  std::string text =
      fmt::format("as attestor '{}', {} identified by {}", name, printable(certified->subject.filled_in(requested)),
                  printable(certified->issuer.text()));
  for (const Extension& wanted : certified->extensions) {
    text += fmt::format(", {} '{}'", wanted.name.name, printable(wanted.value.filled_in(requested)));
  }
  return text;
}

bool Attestor::may_be(const verify::CertificateSigner& certificate) const {
  const KeylessIdentity* named = keyless();
  return named != nullptr && requirements.trust_root == certificate.trust_root &&
         named->issuer.may_match(certificate.issuer) && named->subject.may_match(certificate.subject.value);
}

}  // namespace pullgate::policy
