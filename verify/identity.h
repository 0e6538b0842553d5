#pragma once
/// Who signed. The verifier proves identities; which identity is wanted is the policy's question.

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "verify/digest.h"

namespace pullgate::verify {

/// The holder of a managed key, known by the SHA-256 of its SubjectPublicKeyInfo.
struct KeySigner {
  Digest fingerprint;

  friend auto operator<=>(const KeySigner&, const KeySigner&) = default;
  friend bool operator==(const KeySigner&, const KeySigner&) = default;
};

/// The one name in a certificate. The kind belongs to the identity: an e-mail address never stands for a URI.
struct SubjectAlternativeName {
  enum class Kind {
    kUri,       ///< CI workflows, SPIFFE IDs
    kEmail,     ///< people, service accounts
    kUserName,  ///< Fulcio's otherName, "user!domain"
    kDnsName,   ///< authorities other than Fulcio
  };
  Kind kind = Kind::kUri;
  std::string value;

  friend auto operator<=>(const SubjectAlternativeName&, const SubjectAlternativeName&) = default;
  friend bool operator==(const SubjectAlternativeName&, const SubjectAlternativeName&) = default;
};

/// What Fulcio certifies of the token that the signer showed (fulcio "oid-info.md", 1.3.6.1.4.1.57264.1.2 to .6 and .9
/// to .24). What an issuer does not say is absent.
struct FulcioExtensions {
  std::optional<std::string> github_workflow_trigger;  ///< .2 to .6: the older form, of GitHub Actions only
  std::optional<std::string> github_workflow_sha;
  std::optional<std::string> github_workflow_name;
  std::optional<std::string> github_workflow_repository;  ///< "owner/name"
  std::optional<std::string> github_workflow_ref;
  std::optional<std::string> build_signer_uri;
  std::optional<std::string> build_signer_digest;
  std::optional<std::string> runner_environment;
  std::optional<std::string> source_repository_uri;
  std::optional<std::string> source_repository_digest;
  std::optional<std::string> source_repository_ref;
  std::optional<std::string> source_repository_identifier;
  std::optional<std::string> source_repository_owner_uri;
  std::optional<std::string> source_repository_owner_identifier;
  std::optional<std::string> build_config_uri;
  std::optional<std::string> build_config_digest;
  std::optional<std::string> build_trigger;
  std::optional<std::string> run_invocation_uri;
  std::optional<std::string> source_repository_visibility;
  std::optional<std::string> deployment_environment;
  std::optional<std::string> token_subject;

  friend auto operator<=>(const FulcioExtensions&, const FulcioExtensions&) = default;
  friend bool operator==(const FulcioExtensions&, const FulcioExtensions&) = default;
};

/// How the extensions are called, and where they are: one table for whoever reads certificates and whoever reads rules.
struct FulcioExtensionName {
  std::string_view name;  ///< "buildSignerURI"
  unsigned arc;           ///< last number of the object identifier
  std::optional<std::string> FulcioExtensions::* value;
};
inline constexpr std::array kFulcioExtensionNames = {
    FulcioExtensionName{"githubWorkflowTrigger", 2, &FulcioExtensions::github_workflow_trigger},
    FulcioExtensionName{"githubWorkflowSHA", 3, &FulcioExtensions::github_workflow_sha},
    FulcioExtensionName{"githubWorkflowName", 4, &FulcioExtensions::github_workflow_name},
    FulcioExtensionName{"githubWorkflowRepository", 5, &FulcioExtensions::github_workflow_repository},
    FulcioExtensionName{"githubWorkflowRef", 6, &FulcioExtensions::github_workflow_ref},
    FulcioExtensionName{"buildSignerURI", 9, &FulcioExtensions::build_signer_uri},
    FulcioExtensionName{"buildSignerDigest", 10, &FulcioExtensions::build_signer_digest},
    FulcioExtensionName{"runnerEnvironment", 11, &FulcioExtensions::runner_environment},
    FulcioExtensionName{"sourceRepository", 12, &FulcioExtensions::source_repository_uri},
    FulcioExtensionName{"sourceRepositoryDigest", 13, &FulcioExtensions::source_repository_digest},
    FulcioExtensionName{"sourceRepositoryRef", 14, &FulcioExtensions::source_repository_ref},
    FulcioExtensionName{"sourceRepositoryIdentifier", 15, &FulcioExtensions::source_repository_identifier},
    FulcioExtensionName{"sourceRepositoryOwner", 16, &FulcioExtensions::source_repository_owner_uri},
    FulcioExtensionName{"sourceRepositoryOwnerIdentifier", 17, &FulcioExtensions::source_repository_owner_identifier},
    FulcioExtensionName{"buildConfigURI", 18, &FulcioExtensions::build_config_uri},
    FulcioExtensionName{"buildConfigDigest", 19, &FulcioExtensions::build_config_digest},
    FulcioExtensionName{"buildTrigger", 20, &FulcioExtensions::build_trigger},
    FulcioExtensionName{"runInvocationURI", 21, &FulcioExtensions::run_invocation_uri},
    FulcioExtensionName{"sourceRepositoryVisibility", 22, &FulcioExtensions::source_repository_visibility},
    FulcioExtensionName{"deploymentEnvironment", 23, &FulcioExtensions::deployment_environment},
    FulcioExtensionName{"tokenSubject", 24, &FulcioExtensions::token_subject},
};

/// Whoever an authority certified for a few minutes: keyless signing. The same person certified under two trust roots
/// is two signers, because each root is trusted for itself.
struct CertificateSigner {
  std::string trust_root;  ///< the name of the root whose authority issued the certificate
  SubjectAlternativeName subject;
  std::string issuer;  ///< who identified the signer to the authority, a URL; empty when the certificate does not say
  FulcioExtensions extensions;

  friend auto operator<=>(const CertificateSigner&, const CertificateSigner&) = default;
  friend bool operator==(const CertificateSigner&, const CertificateSigner&) = default;
};

/// The source repository as a URI, its ref and its commit, whichever form of the extensions the certificate has:
/// GitHub's certificates of before 2023 have the older one only. Absent when neither is there.
std::optional<std::string> source_repository(const CertificateSigner& signer);
std::optional<std::string> source_ref(const CertificateSigner& signer);
/// The commit in hexadecimal, without the "sha1:" that some issuers put before it.
std::optional<std::string> source_commit(const CertificateSigner& signer);
/// One extension likewise: in the form that it is called by, or in GitHub's older one that says the same.
std::optional<std::string> extension_of(const CertificateSigner& signer, const FulcioExtensionName& extension);

/// One alternative per kind of identity that a signature can prove.
using Signer = std::variant<KeySigner, CertificateSigner>;

std::string_view to_string(SubjectAlternativeName::Kind kind);  // "uri", "email", "username", "dns"

/// "key sha256:0123456789ab", "https://github.com/... identified by https://token...": for messages, printable.
std::string describe(const Signer& signer);

}  // namespace pullgate::verify
