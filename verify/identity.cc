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
  if (!signer.issuer.empty()) text += " identified by " + printable(signer.issuer, 100);
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

std::optional<std::string> source_commit(const CertificateSigner& signer) {
  std::optional<std::string> digest = signer.extensions.source_repository_digest;
  if (!digest && signer.issuer == kGithubActions) digest = signer.extensions.github_workflow_sha;
  // fulcio "oid-info.md", .13: digests may carry the name of their algorithm.
  if (digest && digest->starts_with("sha1:")) digest->erase(0, std::string_view("sha1:").size());
  return digest;
}

std::optional<std::string> extension_of(const CertificateSigner& signer, const FulcioExtensionName& extension) {
  const FulcioExtensions& said = signer.extensions;
  if (const auto& value = said.*extension.value) return value;
  if (extension.value == &FulcioExtensions::source_repository_uri) return source_repository(signer);
  if (extension.value == &FulcioExtensions::source_repository_ref) return source_ref(signer);
  if (signer.issuer != kGithubActions) return std::nullopt;
  if (extension.value == &FulcioExtensions::source_repository_digest) return source_commit(signer);
  if (extension.value == &FulcioExtensions::build_trigger) return said.github_workflow_trigger;
  return std::nullopt;
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
