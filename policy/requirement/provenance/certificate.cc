#include <algorithm>

#include <fmt/format.h>

#include "policy/requirement/provenance/comparison.h"
#include "verify/bytes.h"

namespace pullgate::policy::provenance {
namespace {

using Extensions = verify::FulcioExtensions;
using verify::CertificateSigner;

std::optional<std::string> extension(const CertificateSigner& signer, std::optional<std::string> Extensions::* value) {
  const auto* const name = std::ranges::find(verify::kFulcioExtensionNames, value, &verify::FulcioExtensionName::value);
  return verify::extension_of(signer, *name);
}

enum class Agreement { kEqual, kEnd };

/// Both say the same, or the statement says nothing.
bool agree(const std::string& stated, const std::string& certified, Agreement agreement) {
  if (stated.empty()) return true;
  return agreement == Agreement::kEqual ? certified == stated : certified.ends_with(stated);
}

/// Of GitHub's workflows: ".github/workflows/release.yml" in "https://github.com/acme/app/.github/workflows/
/// release.yml@refs/heads/main". What is not of this form is not compared.
bool agree_about_workflow(const std::string& path, const std::string& config) {
  constexpr std::string_view kFolder = ".github/workflows/";
  // "x/.github/workflows/release.yml" is no other spelling of it: GitHub's builders write the path from the root.
  if (path.contains(kFolder) && !path.starts_with(kFolder)) return false;
  if (!path.starts_with(kFolder)) return true;
  const std::size_t begin = config.find(kFolder);
  if (begin == std::string::npos) return true;
  const std::string_view rest = std::string_view(config).substr(begin);
  return rest.substr(0, rest.find('@')) == path;
}

class Certificate {
 public:
  Certificate(const Comparison& compared, const CertificateSigner& signer) : compared_(compared), signer_(signer) {}

  [[nodiscard]] std::optional<Difference> contradiction() const {
    const verify::Provenance& statement = compared_.statement;
    const verify::Source source = statement.source.value_or(verify::Source{});
    const verify::Run& run = statement.run;
    auto found = compare("source repository", source.repository, verify::source_repository(signer_));
    if (!found) found = compare("source ref", source.ref, verify::source_ref(signer_));
    if (!found) found = compare("source commit", source.commit, verify::source_commit(signer_));
    if (!found) found = compare("trigger", run.trigger, &Extensions::build_trigger);
    if (!found) found = compare("repository id", run.repository_id, &Extensions::source_repository_identifier);
    if (!found) {
      found = compare("owner id", run.repository_owner_id, &Extensions::source_repository_owner_identifier);
    }
    if (!found) found = compare("runner environment", run.environment, &Extensions::runner_environment);
    if (!found) found = compare("run", run.address_end, &Extensions::run_invocation_uri, Agreement::kEnd);
    const std::optional<std::string> config = extension(signer_, &Extensions::build_config_uri);
    if (!found && config && !agree_about_workflow(statement.entry_point, *config)) {
      found = differs("workflow", statement.entry_point, *config);
    }
    return found;
  }

 private:
  [[nodiscard]] std::optional<Difference> compare(std::string_view what, const std::string& stated,
                                                  std::optional<std::string> Extensions::* value,
                                                  Agreement agreement = Agreement::kEqual) const {
    return compare(what, stated, extension(signer_, value), agreement);
  }

  [[nodiscard]] std::optional<Difference> compare(std::string_view what, const std::string& stated,
                                                  const std::optional<std::string>& certified,
                                                  Agreement agreement = Agreement::kEqual) const {
    if (!certified || agree(stated, *certified, agreement)) return std::nullopt;
    return differs(what, stated, *certified);
  }

  [[nodiscard]] Difference differs(std::string_view what, const std::string& stated,
                                   const std::string& certified) const {
    return compared_.differ(Stage::kCertificate, Reason::kEvidenceContradicts,
                            fmt::format("the provenance says {} '{}', the certificate of its signer '{}'", what,
                                        printable(stated), printable(certified)),
                            "trust neither: build again, and let the builder record its own run");
  }

  const Comparison& compared_;
  const CertificateSigner& signer_;
};

}  // namespace

/// The certificate comes from the token of the build, and the statement from whatever ran in it: one that says
/// otherwise is somebody else's, whatever the rule asks about (slsa-verifier compares them likewise).
std::optional<Difference> against_certificates(const Comparison& compared) {
  for (const verify::Signer& signer : compared.witness.signers_of(compared.builder.attestor)) {
    const auto* certificate = std::get_if<CertificateSigner>(&signer);
    if (certificate == nullptr) continue;
    if (auto difference = Certificate(compared, *certificate).contradiction()) return difference;
  }
  return std::nullopt;
}

}  // namespace pullgate::policy::provenance
