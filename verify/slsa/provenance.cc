#include "verify/slsa/provenance.h"

#include <array>
#include <utility>

#include "verify/json/node.h"
#include "verify/slsa/reading.h"
#include "verify/slsa/versions.h"

namespace pullgate::verify {

bool is_slsa_provenance(std::string_view predicate_type) {
  return predicate_type == kSlsaProvenanceV01 || predicate_type == kSlsaProvenanceV02 ||
         predicate_type == kSlsaProvenanceV1;
}

bool Material::is_pinned() const {
  struct Algorithm {
    std::string_view name;
    std::size_t digits;
  };
  // "gitCommit" is SHA-1 or SHA-256, as the repository is.
  static constexpr std::array kAlgorithms = {Algorithm{"sha256", 64}, Algorithm{"sha384", 96}, Algorithm{"sha512", 128},
                                             Algorithm{"gitCommit", 64}};
  for (const Algorithm& algorithm : kAlgorithms) {
    const auto stated = digest.find(std::string(algorithm.name));
    if (stated != digest.end() && slsa::is_hex(stated->second, algorithm.digits)) return true;
  }
  // SHA-1 is broken for files; of a commit it is all there is.
  const bool is_git =
      uri.starts_with("git+") || uri.ends_with(".git") || uri.contains(".git#") || uri.contains(".git@");
  return (is_git || digest.contains("gitCommit")) && !slsa::commit_in(digest).empty();
}

namespace slsa {

Result<Provenance> read_provenance(std::string_view predicate_type,
                                   const std::shared_ptr<const nlohmann::json>& predicate) {
  json::Problems problems;
  const Predicate root{json::Node(*predicate, problems), predicate};
  Provenance provenance = predicate_type == kSlsaProvenanceV01   ? read_version_0_1(root)
                          : predicate_type == kSlsaProvenanceV02 ? read_version_0_2(root)
                                                                 : read_version_1(root);
  provenance.predicate_type = predicate_type;
  return problems.unless_any(std::move(provenance));
}

}  // namespace slsa
}  // namespace pullgate::verify
