#include "policy/requirement/distinct.h"

#include <map>
#include <set>
#include <utility>
#include <variant>

namespace pullgate::policy {
namespace {

/// Who is behind a signer. Every run of a workflow has a certificate of its own, with its own commit and run in it, and
/// one name may be certified under several trust roots: all of them are one signer.
using Person = std::variant<verify::KeySigner, std::pair<std::string, verify::SubjectAlternativeName>>;

Person person_behind(const verify::Signer& signer) {
  if (const auto* key = std::get_if<verify::KeySigner>(&signer)) return *key;
  const auto& certificate = std::get<verify::CertificateSigner>(signer);
  return std::pair(certificate.issuer, certificate.subject);
}

/// A maximum bipartite matching by augmenting paths.
class Matching {
 public:
  explicit Matching(const std::vector<Support>& supports) {
    for (const Support& support : supports) people_of_[support.attestor].insert(person_behind(support.signer));
  }

  std::size_t size() && {
    std::size_t matched = 0;
    for (const auto& [attestor, people] : people_of_) {
      std::set<Person> tried;
      if (find_person(attestor, tried) == Found::kYes) ++matched;
    }
    return matched;
  }

 private:
  enum class Found { kNo, kYes };

  Found find_person(const std::string& attestor, std::set<Person>& tried) {
    for (const Person& person : people_of_.at(attestor)) {
      if (!tried.insert(person).second) continue;
      const auto taken = attestor_of_.find(person);
      if (taken == attestor_of_.end() || find_person(taken->second, tried) == Found::kYes) {
        attestor_of_[person] = attestor;
        return Found::kYes;
      }
    }
    return Found::kNo;
  }

  std::map<std::string, std::set<Person>> people_of_;
  std::map<Person, std::string> attestor_of_;
};

}  // namespace

std::size_t distinct_attestors(const std::vector<Support>& supports) {
  return Matching(supports).size();
}

}  // namespace pullgate::policy
