#include "policy/attestation_leaf.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/age.h"
#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Prospect = Judgement::Prospect;

/// A statement of the leaf's type by its attestor.
struct Candidate {
  const Witness* witness;
  std::optional<Time> signed_at;
};

class AttestationJudge {
 public:
  AttestationJudge(const Case& judged, const AttestationLeaf& leaf, const std::string& name)
      : judged_(judged),
        leaf_(leaf),
        name_(name),
        remedy_(fmt::format("attest {} {}", printable(leaf.predicate_type),
                            judged.policy().attestor(leaf.attestor).how_it_signs(judged.about().requested))) {
    for (const Witness& witness : judged.witnesses()) sort(witness);
  }

  Judgement run() && {
    if (candidates_.empty()) return nothing_found();
    switch (leaf_.select) {
      case Select::kAny:
        return any_of_them();
      case Select::kAll:
        return every(candidates_, Prospect::kNone);
      case Select::kNewest:
        return newest_of_them();
    }
    return nothing_found();
  }

 private:
  void sort(const Witness& witness) {
    const verify::Statement* statement = witness.statement();
    if (statement == nullptr) return;
    const bool is_ours = witness.is_by(leaf_.attestor);
    if (statement->predicate_type != leaf_.predicate_type) {
      if (is_ours) other_types_.insert(printable(statement->predicate_type));
    } else if (is_ours) {
      candidates_.push_back({&witness, signing_time(judged_, leaf_.attestor, witness)});
    } else {
      near_misses_.push_back(judged_.not_by(leaf_.attestor, witness, "attestation signed", name_, remedy_));
    }
  }

  [[nodiscard]] std::string shown(const Witness& witness) const {
    return fmt::format("the attestation by {} at {}", witness.who(), printable(witness.report->place));
  }

  /// What keeps one statement from satisfying; otherwise until when it does.
  [[nodiscard]] Age examine(const Candidate& candidate) const {
    Age age;
    if (leaf_.max_age) age = age_of(judged_, candidate.signed_at, *leaf_.max_age, shown(*candidate.witness), name_);
    if (age.objection) return age;
    const verify::Statement& statement = *candidate.witness->statement();
    for (const Condition& condition : leaf_.where) {
      std::optional<Unmet> wrong = statement.predicate == nullptr ? Unmet{"nothing is said", "a predicate"}
                                                                  : unmet(condition, JsonView(*statement.predicate));
      if (!wrong) continue;
      age.objection =
          Objection{Reason::kConditionFalse, name_, fmt::format("{}, says {}", wrong->found, shown(*candidate.witness)),
                    fmt::format("wanted there: {}", wrong->wanted)};
      return age;
    }
    return age;
  }

  void note_met(Judgement& met, const Candidate& candidate) const {
    for (const verify::Signer& signer : candidate.witness->signers_of(leaf_.attestor)) {
      if (!met.is_met()) {
        std::optional<Time> end = met.stands_until;
        met = Judgement::met(fmt::format("{} by {} at {}", printable(leaf_.predicate_type), describe(signer),
                                         printable(candidate.witness->report->place)));
        met.stands_until = end;
      }
      met.supports.push_back({leaf_.attestor, signer});
    }
  }

  Judgement any_of_them() {
    Judgement met;
    for (const Candidate& candidate : candidates_) {
      Age age = examine(candidate);
      if (age.objection) {
        near_misses_.push_back(*std::move(age.objection));
        continue;
      }
      // A threshold may need every one of those who signed: the first that becomes too old ends the judgement.
      met.stands_until = earlier(met.stands_until, age.stands_until);
      note_met(met, candidate);
    }
    if (met.is_met()) return met;
    return Judgement::not_met(Prospect::kOpen, std::move(near_misses_));
  }

  /// `prospect`: could further statements help where one of these does not satisfy?
  Judgement every(const std::vector<Candidate>& candidates, Prospect prospect) {
    Judgement met;
    std::vector<Objection> objections;
    for (const Candidate& candidate : candidates) {
      Age age = examine(candidate);
      if (age.objection) {
        objections.push_back(*std::move(age.objection));
        continue;
      }
      met.stands_until = earlier(met.stands_until, age.stands_until);
      note_met(met, candidate);
    }
    if (!objections.empty()) return Judgement::not_met(prospect, std::move(objections));
    // A statement that says otherwise may be where we could not look. Elsewhere further evidence only helps, here it
    // can hurt, and whoever can make a place fail must not be able to hide it.
    if (const Gap* gap = judged_.gap()) return not_all_is_known(*gap);
    return met;
  }

  Judgement newest_of_them() {
    const auto undated = std::ranges::find_if(candidates_, [](const Candidate& one) { return !one.signed_at; });
    if (undated != candidates_.end()) {
      return Judgement::not_met(
          Prospect::kNone,
          {Reason::kTimestampMissing, name_,
           fmt::format("nothing proves when {} was signed, so nobody knows which is the newest",
                       shown(*undated->witness)),
           fmt::format("let attestor '{}' require a transparency log or a timestamp", leaf_.attestor)});
    }
    const std::optional<Time> newest = std::ranges::max(candidates_, {}, &Candidate::signed_at).signed_at;
    std::erase_if(candidates_, [&](const Candidate& one) { return one.signed_at != newest; });
    return every(candidates_, Prospect::kOpen);
  }

  [[nodiscard]] Judgement not_all_is_known(const Gap& gap) const {
    return Judgement::not_met(
        Prospect::kOpen, {gap.reason, name_,
                          fmt::format("'select: {}' needs all attestations to be known, and {} could not be searched",
                                      to_string(leaf_.select), printable(gap.place)),
                          "try again"});
  }

  Judgement nothing_found() {
    std::vector<Objection> failures =
        judged_.failures({verify::EvidenceKind::kDsseEnvelope, verify::EvidenceKind::kSigstoreBundle}, name_, remedy_);
    near_misses_.insert(near_misses_.end(), failures.begin(), failures.end());
    const std::string others = other_types_.empty() ? "" : fmt::format(" (but of {})", fmt::join(other_types_, ", "));
    near_misses_.push_back(
        {Reason::kNoEvidence, name_,
         fmt::format("no attestation of type {} by '{}' was found{}; searched: {}", printable(leaf_.predicate_type),
                     leaf_.attestor, printable(others, 300), judged_.places()),
         remedy_});
    return Judgement::not_met(Prospect::kOpen, std::move(near_misses_));
  }

  const Case& judged_;
  const AttestationLeaf& leaf_;
  const std::string& name_;
  std::string remedy_;
  std::vector<Candidate> candidates_;
  std::vector<Objection> near_misses_;
  std::set<std::string> other_types_;
};

}  // namespace

std::string_view to_string(Select select) {
  switch (select) {
    case Select::kAny:
      return "any";
    case Select::kAll:
      return "all";
    case Select::kNewest:
      return "newest";
  }
  return "unknown";
}

Judgement judge_attestation(const Case& judged, const AttestationLeaf& leaf, const std::string& name) {
  Judgement judgement = AttestationJudge(judged, leaf, name).run();
  judgement.attestor = leaf.attestor;
  return judgement;
}

}  // namespace pullgate::policy
