#include "verify/identity.h"

#include "verify/bytes.h"

namespace pullgate::verify {
namespace {

constexpr std::string_view kGithubActions = "https://token.actions.githubusercontent.com";

std::string described(const KeySigner& signer) {
  return "key " + signer.fingerprint.short_text();
}

std::string described(const CertificateSigner& signer) {
  std::string text = printable(signer.subject.value);
  if (!signer.issuer.empty()) text += " (" + printable(signer.issuer, 100) + ")";
  return text;
}

}  // namespace

std::optional<std::string> source_repository(const CertificateSigner& signer) {
  if (signer.extensions.source_repository_uri) return signer.extensions.source_repository_uri;
  // The older extension has no host: it was filled for this one issuer, whose repositories are all on one.
  if (signer.issuer != kGithubActions || !signer.extensions.github_workflow_repository) return std::nullopt;
  return "https://github.com/" + *signer.extensions.github_workflow_repository;
}

std::optional<std::string> source_ref(const CertificateSigner& signer) {
  if (signer.extensions.source_repository_ref) return signer.extensions.source_repository_ref;
  return signer.issuer == kGithubActions ? signer.extensions.github_workflow_ref : std::nullopt;
}

std::string_view to_string(SubjectAlternativeName::Kind kind) {
  switch (kind) {
    case SubjectAlternativeName::Kind::kUri:
      return "uri";
    case SubjectAlternativeName::Kind::kEmail:
      return "email";
    case SubjectAlternativeName::Kind::kUserName:
      return "username";
    case SubjectAlternativeName::Kind::kDnsName:
      return "dns";
  }
  return "unknown";
}

std::string describe(const Signer& signer) {
  return std::visit([](const auto& one) { return described(one); }, signer);
}

}  // namespace pullgate::verify
