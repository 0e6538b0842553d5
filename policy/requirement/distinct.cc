#include "policy/requirement/distinct.h"

#include <map>
#include <set>

namespace pullgate::policy {
namespace {

/// A maximum bipartite matching by augmenting paths.
class Matching {
 public:
  explicit Matching(const std::vector<Support>& supports) {
    for (const Support& support : supports) signers_of_[support.attestor].insert(support.signer);
  }

  std::size_t size() && {
    std::size_t matched = 0;
    for (const auto& [attestor, signers] : signers_of_) {
      std::set<verify::Signer> tried;
      if (find_signer(attestor, tried) == Found::kYes) ++matched;
    }
    return matched;
  }

 private:
  enum class Found { kNo, kYes };

  Found find_signer(const std::string& attestor, std::set<verify::Signer>& tried) {
    for (const verify::Signer& signer : signers_of_.at(attestor)) {
      if (!tried.insert(signer).second) continue;
      const auto taken = attestor_of_.find(signer);
      if (taken == attestor_of_.end() || find_signer(taken->second, tried) == Found::kYes) {
        attestor_of_[signer] = attestor;
        return Found::kYes;
      }
    }
    return Found::kNo;
  }

  std::map<std::string, std::set<verify::Signer>> signers_of_;
  std::map<verify::Signer, std::string> attestor_of_;
};

}  // namespace

std::size_t distinct_attestors(const std::vector<Support>& supports) {
  return Matching(supports).size();
}

}  // namespace pullgate::policy
