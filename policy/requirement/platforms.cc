#include "policy/requirement/platforms.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "policy/requirement/without_evidence.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Prospect = Judgement::Prospect;

Judgement judge_whole(const Testimony& testimony, const Rule& entry, std::vector<RequirementOutcome>& outcomes) {
  return judge_requirement(Case(testimony, entry), entry.require, root_name(entry.name, kind_of(entry.require)),
                           outcomes);
}

/// All parts of one index, before one entry.
class PartsJudge {
 public:
  PartsJudge(const Testimony& index, const Rule& entry) : index_(index), entry_(entry) {}

  Judgement run(std::vector<RequirementOutcome>& outcomes) {
    const std::vector<Part>& parts = index_.gathered().parts;
    if (parts.empty())
      return uncovered(Prospect::kNone, "the index names no image that could run", "push its platforms");
    for (const Part& part : parts) add(part, judge(part, outcomes));
    std::string tally = fmt::format("{} of {} platforms satisfy the rule", met_, parts.size());
    if (met_ == parts.size()) {
      all_.state = RequirementOutcome::State::kMet;
      all_.detail = std::move(tally);
      return std::move(all_);
    }
    if (says_something()) {
      all_.objections.insert(all_.objections.begin(),
                             {Reason::kPlatformNotCovered, entry_.name, fmt::format("{}, {} does not", tally, first_),
                              "have every platform signed and attested like the others, or the index"});
    }
    all_.detail = std::move(tally);
    return std::move(all_);
  }

  /// Is it worth telling, because some satisfy the rule and others do not?
  [[nodiscard]] bool says_something() const { return met_ > 0 && !is_cut_short_; }

 private:
  Judgement judge(const Part& part, std::vector<RequirementOutcome>& outcomes) const {
    if (!part.document || !part.gathered) {
      return uncovered(
          index_.gathered().gaps.empty() ? Prospect::kNone : Prospect::kOpen,
          part.missing.empty() ? "it was not looked at" : "it could not be looked at: " + printable(part.missing, 400),
          "push every platform that the index names");
    }
    Decision::About about = index_.about();
    about.digest = part.digest;
    const Testimony testimony(index_.policy(), about, *part.document, *part.gathered, index_.about().digest);
    const std::size_t first = outcomes.size();
    Judgement judgement = judge_whole(testimony, entry_, outcomes);
    for (std::size_t i = first; i < outcomes.size(); ++i) outcomes[i].part = part.shown;
    return judgement;
  }

  void add(const Part& part, Judgement one) {
    is_cut_short_ = is_cut_short_ || (!part.document && part.missing.empty());
    all_.stands_until = earlier(all_.stands_until, one.stands_until);
    if (one.is_met()) {
      ++met_;
      return;
    }
    if (first_.empty()) {
      first_ = printable(part.shown);
      all_.prospect = one.prospect;
    } else if (one.prospect == Prospect::kNone) {
      all_.prospect = Prospect::kNone;
    }
    for (Objection& objection : one.objections) {
      objection.found = fmt::format("{}: {}", printable(part.shown), objection.found);
      all_.objections.push_back(std::move(objection));
    }
  }

  [[nodiscard]] Judgement uncovered(Prospect prospect, std::string found, std::string remedy) const {
    return Judgement::not_met(prospect,
                              {Reason::kPlatformNotCovered, entry_.name, std::move(found), std::move(remedy)});
  }

  const Testimony& index_;
  const Rule& entry_;
  std::size_t met_ = 0;
  bool is_cut_short_ = false;  ///< the search ended before the last of them
  std::string first_;          ///< of those that do not satisfy the rule
  Judgement all_;
};

/// What an entry rejects is the index too: it must not come through because its parts are fine.
bool is_rejected(const Testimony& testimony, const Rule& entry) {
  const Decision::About& about = testimony.about();
  return Rejection(testimony.policy(), about.requested.repository, about.digest, about.at).by(entry);
}

bool is_about_absence(const Objection& objection) {
  return objection.reason == Reason::kNoEvidence || objection.reason == Reason::kPlatformNotCovered;
}

/// As a whole, and where that is not enough, part by part: each platform, or an index that contains it.
Judgement judge_either(const Testimony& testimony, const Rule& entry, std::vector<RequirementOutcome>& outcomes) {
  Judgement whole = judge_whole(testimony, entry, outcomes);
  if (whole.is_met() || testimony.gathered().parts.empty() || is_rejected(testimony, entry)) return whole;
  // A report about the index that says no must not be outvoted by what is said about its platforms.
  if (asks_for_all_evidence(entry.require)) return whole;
  PartsJudge judge(testimony, entry);
  Judgement parts = judge.run(outcomes);
  if (parts.is_met()) return parts;
  // That something is missing from the platforms too adds nothing to that it is missing from the index.
  if (!judge.says_something()) std::erase_if(parts.objections, is_about_absence);
  std::ranges::move(parts.objections, std::back_inserter(whole.objections));
  if (parts.prospect == Prospect::kOpen) whole.prospect = Prospect::kOpen;
  return whole;
}

Judgement judge_each_part(const Testimony& testimony, const Rule& entry, std::vector<RequirementOutcome>& outcomes) {
  if (is_rejected(testimony, entry)) return judge_whole(testimony, entry, outcomes);
  return PartsJudge(testimony, entry).run(outcomes);
}

Judgement no_index(const Rule& entry) {
  return Judgement::not_met(Prospect::kNone, {Reason::kPlatformNotCovered, entry.name,
                                              "it is one manifest, and the rule asks for an index that names it",
                                              "pull it by its index, or publish one"});
}

}  // namespace

Judgement judge_entry(const Testimony& testimony, const Rule& entry, std::vector<RequirementOutcome>& outcomes) {
  const bool is_index = std::holds_alternative<Index>(testimony.image());
  // What needs no evidence is the same for every platform.
  if (is_static(entry.require)) return judge_whole(testimony, entry, outcomes);
  switch (entry.platforms) {
    case Platforms::kLeafOrIndex:
      return is_index ? judge_either(testimony, entry, outcomes) : judge_whole(testimony, entry, outcomes);
    case Platforms::kIndex:
      return is_index ? judge_whole(testimony, entry, outcomes) : no_index(entry);
    case Platforms::kEachLeaf:
      return is_index ? judge_each_part(testimony, entry, outcomes) : judge_whole(testimony, entry, outcomes);
  }
  return no_index(entry);
}

}  // namespace pullgate::policy
