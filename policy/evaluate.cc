#include "policy/evaluate.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "policy/requirement/case.h"
#include "policy/requirement/platforms.h"
#include "policy/requirement/telling.h"
#include "policy/requirement/tree.h"
#include "policy/requirement/without_evidence.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

Decision no_rule(const Decision::About& about) {
  const std::string repository = about.requested.repository.text();
  return Decision::object(about, {.rule = {},
                                  .objections = {{Reason::kNoRule,
                                                  {},
                                                  fmt::format("no rule of the policy is about {}", repository),
                                                  fmt::format("add a rule whose scopes match {}", repository)}}});
}

std::string remedy_of(Reason gap) {
  // A limit is the same the next time, and so is a wrong password.
  if (gap == Reason::kLimitExceeded) return "have less attached to the image or said about it";
  if (gap == Reason::kUpstreamAuth) return "give pullgate credentials that may read this, and try again";
  if (gap == Reason::kUpstreamRateLimited) return "try again; with credentials the limit may be higher";
  return "try again";
}

Objection objection_of(const Gap& gap, const std::string& rule) {
  if (!gap.remedy.empty()) {
    return {gap.reason, rule, fmt::format("{}: {}", printable(gap.place), printable(gap.cause, 400)),
            printable(gap.remedy, 400)};
  }
  return {gap.reason, rule, fmt::format("{}: {}", printable(gap.place), printable(gap.cause, 400)),
          remedy_of(gap.reason)};
}

/// In an order of their own, for the same reason as evidence.
std::vector<Gap> in_canonical_order(std::vector<Gap> gaps) {
  std::ranges::sort(gaps, [](const Gap& a, const Gap& b) {
    return std::tie(a.place, a.reason, a.cause) < std::tie(b.place, b.reason, b.cause);
  });
  return gaps;
}

/// Of the image, of its bases, and of its platforms where these were looked at.
std::vector<Gap> all_gaps(const Gathered& gathered) {
  std::vector<Gap> gaps = gathered.gaps;
  gaps.insert(gaps.end(), gathered.base_gaps.begin(), gathered.base_gaps.end());
  for (const Part& part : gathered.parts) {
    if (!part.gathered) continue;
    for (Gap gap : all_gaps(*part.gathered)) {
      gap.place = part.shown + ": " + gap.place;
      gaps.push_back(std::move(gap));
    }
  }
  return gaps;
}

std::optional<std::chrono::seconds> longest_wait(const std::vector<Gap>& gaps) {
  std::optional<std::chrono::seconds> longest;
  for (const Gap& gap : gaps) longest = std::max(longest, gap.retry_after);  // none is less than any
  return longest;
}

bool asks_for_enclosed(const Requirement& requirement, const PolicySet& policy) {
  const auto* leaf = std::get_if<ProvenanceLeaf>(&requirement.node);
  return (leaf != nullptr &&
          policy.builder(leaf->builder).unsigned_statements == UnsignedStatements::kUnderSignature) ||
         std::ranges::any_of(children_of(requirement),
                             [&](const Requirement& child) { return asks_for_enclosed(child, policy); });
}

bool asks_for_judged_bases(const Requirement& requirement) {
  const auto* leaf = std::get_if<BaseImageLeaf>(&requirement.node);
  return (leaf != nullptr && leaf->satisfies == BaseJudgement::kThisPolicy) ||
         std::ranges::any_of(children_of(requirement), asks_for_judged_bases);
}

/// What became of one entry that applies.
struct Answer {
  std::size_t place;  ///< among the answers
  const Rule* entry;
  Mode mode;
  Judgement judgement;

  /// Might what could not be gathered have changed it?
  [[nodiscard]] bool is_open() const { return judgement.prospect == Judgement::Prospect::kOpen; }
};

/// From the answers of all entries to one decision.
class Conclusion {
 public:
  Conclusion(const Decision::About& about, const Gathered& gathered) : about_(about), gathered_(gathered) {}

  void add(const Rule& entry, Judgement judgement) {
    account_.stands_until = earlier(account_.stands_until, judgement.stands_until);
    if (judgement.is_met()) return;
    const Mode mode = entry.mode_at(about_.at);
    if (mode != entry.mode) account_.stands_until = earlier(account_.stands_until, entry.effective_from);
    put_most_telling_first(judgement.objections);
    objecting_.push_back({objecting_.size(), &entry, mode, std::move(judgement)});
  }

  std::vector<RequirementOutcome>& outcomes() { return account_.outcomes; }

  Decision decide(const Rule& rule) && {
    if (objecting_.empty()) {
      account_.rule = rule.name;
      return Decision::allow(about_, std::move(account_));
    }
    // What denies whatever is still found leads; then what would deny; then what warns; then what is only recorded.
    std::ranges::sort(objecting_, {},
                      [this](const Answer& answer) { return std::pair(rank_of(answer), answer.place); });
    const Answer& lead = objecting_.front();
    account_.rule = lead.entry->name;
    account_.mode = lead.mode;
    account_.advice = lead.entry->message;
    if (lead.mode != lead.entry->mode) account_.enforced_from = lead.entry->effective_from;
    // What could not be gathered matters only where it might have changed the answer: not when nothing could, and not
    // when the image is served either way.
    const std::vector<Gap> gaps = in_canonical_order(all_gaps(gathered_));
    std::vector<Objection> missing;
    if (lead.is_open()) {
      for (const Gap& gap : gaps) missing.push_back(objection_of(gap, lead.entry->name));
    }
    const bool is_serving = lead.mode != Mode::kEnforce;
    if (!is_serving) account_.objections = missing;
    for (Answer& answer : objecting_) std::ranges::move(answer.judgement.objections, back_of(account_.objections));
    if (is_serving) std::ranges::move(missing, back_of(account_.objections));
    if (is_serving || missing.empty()) return Decision::object(about_, std::move(account_));
    account_.retry_after = longest_wait(gaps);
    account_.advice.clear();
    return Decision::cannot_judge(about_, std::move(account_));
  }

 private:
  static std::back_insert_iterator<std::vector<Objection>> back_of(std::vector<Objection>& objections) {
    return std::back_inserter(objections);
  }

  [[nodiscard]] int rank_of(const Answer& answer) const {
    switch (answer.mode) {
      case Mode::kEnforce:
        return answer.is_open() ? 1 : 0;
      case Mode::kWarn:
        return 2;
      case Mode::kAudit:
        return 3;
    }
    return 0;
  }

  const Decision::About& about_;
  const Gathered& gathered_;
  Decision::Account account_;
  std::vector<Answer> objecting_;
};

}  // namespace

bool needs_evidence(const PolicySet& policy, const Repository& repository) {
  return !std::ranges::all_of(policy.entries_for(repository),
                              [](const Rule* entry) { return is_static(entry->require); });
}

bool wants_enclosed(const PolicySet& policy, const Repository& repository, const std::vector<verify::Report>& reports) {
  const bool is_signed = std::ranges::any_of(reports, [&](const verify::Report& report) {
    return report.verified && std::holds_alternative<verify::ImageSignature>(report.verified->claim()) &&
           std::ranges::any_of(report.verified->signers(),
                               [&](const verify::Signer& signer) { return policy.may_know(signer); });
  });
  return is_signed && std::ranges::any_of(policy.entries_for(repository),
                                          [&](const Rule* entry) { return asks_for_enclosed(entry->require, policy); });
}

PartsWanted parts_wanted(const PolicySet& policy, const Repository& repository) {
  PartsWanted wanted = PartsWanted::kNever;
  for (const Rule* entry : policy.entries_for(repository)) {
    if (is_static(entry->require) || entry->platforms == Platforms::kIndex) continue;
    if (entry->platforms == Platforms::kEachLeaf) return PartsWanted::kAlways;
    if (asks_for_all_evidence(entry->require)) continue;
    wanted = PartsWanted::kWhenNotAllowed;
  }
  return wanted;
}

bool can_be_ended_by_evidence(const PolicySet& policy, const Repository& repository) {
  const auto asks_for_all = [](const Rule& entry) { return asks_for_all_evidence(entry.require); };
  // What ends the allowance of a base ends that of what is built on it; which rule judges the base is not known here.
  const auto is_asked_of_some_base = [&] {
    return std::ranges::any_of(policy.rules(), asks_for_all) || std::ranges::any_of(policy.baseline(), asks_for_all);
  };
  return std::ranges::any_of(policy.entries_for(repository), [&](const Rule* entry) {
    return asks_for_all(*entry) || (asks_for_judged_bases(entry->require) && is_asked_of_some_base());
  });
}

bool is_rejected(const PolicySet& policy, const Repository& repository, const Digest& digest, Time at) {
  const Rejection rejection(policy, repository, digest, at);
  return std::ranges::any_of(policy.entries_for(repository), [&](const Rule* entry) {
    return entry->mode_at(at) == Mode::kEnforce && rejection.by(*entry);
  });
}

Decision evaluate(const PolicySet& policy, const Decision::About& about, const ManifestDocument& image,
                  const Gathered& gathered) {
  const std::vector<const Rule*> entries = policy.entries_for(about.requested.repository);
  if (entries.empty()) return no_rule(about);
  const Testimony testimony(policy, about, image, gathered);
  Conclusion conclusion(about, gathered);
  for (const Rule* entry : entries) {
    conclusion.add(*entry, judge_entry(testimony, *entry, conclusion.outcomes()));
  }
  return std::move(conclusion).decide(*entries.back());
}

}  // namespace pullgate::policy
