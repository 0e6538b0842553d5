#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

class SignatureJudge {
 public:
  SignatureJudge(const Case& judged, const SignatureLeaf& leaf, const std::string& name)
      : judged_(judged),
        leaf_(leaf),
        name_(name),
        remedy_(fmt::format("sign {} {}", judged.about().digest.text(),
                            judged.policy().attestor(leaf.attestor).how_it_signs(judged.about().requested))) {}

  Judgement run() && {
    for (const Witness& witness : judged_.witnesses()) examine(witness);
    if (!met_.is_met()) {
      std::vector<Objection> failures = judged_.failures(
          {verify::EvidenceKind::kSimpleSigning, verify::EvidenceKind::kSigstoreBundle}, name_, remedy_);
      near_misses_.insert(near_misses_.end(), failures.begin(), failures.end());
      near_misses_.push_back(
          {Reason::kNoEvidence, name_,
           fmt::format("no signature by '{}' was found; searched: {}", leaf_.attestor, judged_.places()), remedy_});
      met_ = Judgement::not_met(Judgement::Prospect::kOpen, std::move(near_misses_));
    }
    met_.attestor = leaf_.attestor;
    return std::move(met_);
  }

 private:
  void examine(const Witness& witness) {
    const std::string place = printable(witness.report->place);
    if (!witness.is_by(leaf_.attestor)) {
      if (witness.signature() == nullptr) return;
      near_misses_.push_back(judged_.not_by(leaf_.attestor, witness, "signed", name_, remedy_));
    } else if (const verify::ImageSignature* signature = witness.signature()) {
      if (auto difference = difference_in(*signature, witness)) {
        near_misses_.push_back(*std::move(difference));
        return;
      }
      for (const verify::Signer& signer : witness.signers_of(leaf_.attestor)) {
        if (!met_.is_met()) met_ = Judgement::met(fmt::format("{} at {}", describe(signer), place));
        met_.supports.push_back({leaf_.attestor, signer});
      }
    } else if (const verify::Statement* statement = witness.statement()) {
      // An attestation says something about the image, such as what a scanner found; only a signature approves of it.
      near_misses_.push_back({Reason::kNoEvidence, name_,
                              fmt::format("{} is an attestation of type {} by {}, not a signature of the image", place,
                                          printable(statement->predicate_type), witness.who()),
                              remedy_});
    }
  }

  /// What the right signer says about the image, and should not, or does not say.
  [[nodiscard]] std::optional<Objection> difference_in(const verify::ImageSignature& signature,
                                                       const Witness& witness) const {
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
  std::string remedy_;
  Judgement met_;
  std::vector<Objection> near_misses_;
};

}  // namespace

Judgement judge_signature(const Case& judged, const SignatureLeaf& leaf, const std::string& name) {
  return SignatureJudge(judged, leaf, name).run();
}

}  // namespace pullgate::policy
