#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

class SignatureJudge {
 public:
  SignatureJudge(const Case& judged, const SignatureLeaf& leaf, const std::string& name)
      : judged_(judged), leaf_(leaf), name_(name) {}

  /// Why not is put into words only where it matters: most images that are pulled are signed, and beside what counts
  /// there may be a lot that does not.
  Judgement run() const {
    Judgement judgement;
    for (const Witness& witness : judged_.witnesses()) count(witness, judgement);
    if (!judgement.is_met()) judgement = Judgement::not_met(Judgement::Prospect::kOpen, near_misses());
    judgement.attestor = leaf_.attestor;
    return judgement;
  }

 private:
  void count(const Witness& witness, Judgement& judgement) const {
    const verify::ImageSignature* signature = witness.signature();
    if (signature == nullptr || !witness.is_by(leaf_.attestor) || difference_in(*signature, witness)) return;
    for (const verify::Signer& signer : witness.signers_of(leaf_.attestor)) {
      if (!judgement.is_met()) {
        judgement = Judgement::met(fmt::format("{} at {}", describe(signer), printable(witness.report->place)));
      }
      judgement.supports.push_back({leaf_.attestor, signer});
    }
  }

  [[nodiscard]] std::vector<Objection> near_misses() const {
    const std::string remedy =
        fmt::format("sign {} {}", judged_.about().digest.text(),
                    judged_.policy().attestor(leaf_.attestor).how_it_signs(judged_.about().requested));
    std::vector<Objection> near_misses;
    for (const Witness& witness : judged_.witnesses()) {
      if (auto near_miss = near_miss_of(witness, remedy)) near_misses.push_back(*std::move(near_miss));
    }
    std::ranges::move(
        judged_.failures({verify::EvidenceKind::kSimpleSigning, verify::EvidenceKind::kSigstoreBundle}, name_, remedy),
        std::back_inserter(near_misses));
    near_misses.push_back(
        {Reason::kNoEvidence, name_,
         fmt::format("no signature by '{}' was found; searched: {}", leaf_.attestor, judged_.places()), remedy});
    return near_misses;
  }

  [[nodiscard]] std::optional<Objection> near_miss_of(const Witness& witness, const std::string& remedy) const {
    const verify::ImageSignature* signature = witness.signature();
    if (!witness.is_by(leaf_.attestor)) {
      if (signature == nullptr) return std::nullopt;
      return judged_.not_by(leaf_.attestor, witness, "signed", name_, remedy);
    }
    if (signature != nullptr) return difference_in(*signature, witness);
    // An attestation says something about the image, such as what a scanner found; only a signature approves of it.
    const verify::Statement* statement = witness.statement();
    if (statement == nullptr) return std::nullopt;
    return Objection{Reason::kNoEvidence, name_,
                     fmt::format("{} is an attestation of type {} by {}, not a signature of the image",
                                 printable(witness.report->place), printable(statement->predicate_type), witness.who()),
                     remedy};
  }

  /// What the right signer says about the image, and should not, or does not say.
  [[nodiscard]] std::optional<Objection> difference_in(const verify::ImageSignature& signature,
                                                       const Witness& witness) const {
    if (!leaf_.signed_identity && leaf_.annotations.empty()) return std::nullopt;
    const std::string by = fmt::format("by {} at {}", witness.who(), printable(witness.report->place));
    if (leaf_.signed_identity) {
      const ImageReference& requested = judged_.about().requested;
      const std::optional<std::string>& signed_as = signature.docker_reference;
      // The newer form of signatures has no name: what does not say which image was meant does not mean this one.
      if (!signed_as || !is_signed_as(*leaf_.signed_identity, *signed_as, requested)) {
        return Objection{Reason::kNameMismatch, name_,
                         signed_as ? fmt::format("signed as '{}' {}", printable(*signed_as), by)
                                   : fmt::format("signed without a name {}", by),
                         fmt::format("sign it as {}", wanted_name(*leaf_.signed_identity, requested))};
      }
    }
    for (const auto& [key, value] : leaf_.annotations) {
      const auto found = signature.annotations.find(key);
      if (found != signature.annotations.end() && found->second == value) continue;
      const std::string shown =
          found == signature.annotations.end() ? "is absent" : fmt::format("is '{}'", printable(found->second));
      return Objection{Reason::kConditionFalse, name_,
                       fmt::format("the annotation '{}' {} in the signature {}", printable(key), shown, by),
                       fmt::format("wanted there: '{}'", printable(value))};
    }
    return std::nullopt;
  }

  const Case& judged_;
  const SignatureLeaf& leaf_;
  const std::string& name_;
};

}  // namespace

Judgement judge_signature(const Case& judged, const SignatureLeaf& leaf, const std::string& name) {
  return SignatureJudge(judged, leaf, name).run();
}

}  // namespace pullgate::policy
