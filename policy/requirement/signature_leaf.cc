#include <fmt/format.h>

#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {

Judgement judge_signature(const Case& judged, const SignatureLeaf& leaf, const std::string& name) {
  const Attestor& attestor = judged.policy().attestor(leaf.attestor);
  const std::string remedy =
      fmt::format("sign {} {}", judged.about().digest.text(), attestor.how_it_signs(judged.about().requested));
  Judgement met;
  std::vector<Objection> near_misses;
  for (const Witness& witness : judged.witnesses()) {
    const std::string place = printable(witness.report->place);
    if (!witness.is_by(leaf.attestor)) {
      if (witness.signature() == nullptr) continue;
      near_misses.push_back(judged.not_by(leaf.attestor, witness, "signed", name, remedy));
    } else if (witness.signature() != nullptr) {
      for (const verify::Signer& signer : witness.signers_of(leaf.attestor)) {
        if (!met.is_met()) met = Judgement::met(fmt::format("{} at {}", describe(signer), place));
        met.supports.push_back({leaf.attestor, signer});
      }
    } else if (const verify::Statement* statement = witness.statement()) {
      // An attestation says something about the image, such as what a scanner found; only a signature approves of it.
      near_misses.push_back({Reason::kNoEvidence, name,
                             fmt::format("{} is an attestation of type {} by {}, not a signature of the image", place,
                                         printable(statement->predicate_type), witness.who()),
                             remedy});
    }
  }
  if (!met.is_met()) {
    std::vector<Objection> failures =
        judged.failures({verify::EvidenceKind::kSimpleSigning, verify::EvidenceKind::kSigstoreBundle}, name, remedy);
    near_misses.insert(near_misses.end(), failures.begin(), failures.end());
    near_misses.push_back({Reason::kNoEvidence, name,
                           fmt::format("no signature by '{}' was found; searched: {}", leaf.attestor, judged.places()),
                           remedy});
    met = Judgement::not_met(Judgement::Prospect::kOpen, std::move(near_misses));
  }
  met.attestor = leaf.attestor;
  return met;
}

}  // namespace pullgate::policy
