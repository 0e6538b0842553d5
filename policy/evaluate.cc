#include "policy/evaluate.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "policy/requirement/case.h"
#include "policy/requirement/telling.h"
#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

Decision no_rule(const Decision::About& about) {
  const std::string repository = about.requested.repository.text();
  return Decision::object(about, {}, Mode::kEnforce,
                          {{Reason::kNoRule,
                            {},
                            fmt::format("no rule of the policy is about {}", repository),
                            fmt::format("add a rule whose scopes match {}", repository)}},
                          {}, {});
}

Objection objection_of(const Gap& gap, const std::string& rule) {
  // A limit is the same the next time.
  const auto* remedy = gap.reason == Reason::kLimitExceeded ? "attach less evidence to the image" : "try again";
  return {gap.reason, rule, fmt::format("{}: {}", printable(gap.place), printable(gap.cause, 400)), remedy};
}

/// In an order of their own, for the same reason as evidence.
std::vector<Gap> in_canonical_order(std::vector<Gap> gaps) {
  std::ranges::sort(gaps, [](const Gap& a, const Gap& b) {
    return std::tie(a.place, a.reason, a.cause) < std::tie(b.place, b.reason, b.cause);
  });
  return gaps;
}

std::optional<std::chrono::seconds> longest_wait(const std::vector<Gap>& gaps) {
  std::optional<std::chrono::seconds> longest;
  for (const Gap& gap : gaps) longest = std::max(longest, gap.retry_after);  // none is less than any
  return longest;
}

}  // namespace

bool is_static(const Requirement& requirement) {
  if (std::holds_alternative<AcceptLeaf>(requirement.node)) return true;
  if (std::holds_alternative<RejectLeaf>(requirement.node)) return true;
  const std::vector<Requirement>& children = children_of(requirement);
  return !children.empty() && std::ranges::all_of(children, is_static);
}

bool is_rejected(const Requirement& requirement, const Digest& digest) {
  if (const auto* reject = std::get_if<RejectLeaf>(&requirement.node)) {
    return reject->digests.empty() || std::ranges::find(reject->digests, digest) != reject->digests.end();
  }
  const std::vector<Requirement>& children = children_of(requirement);
  const auto rejected = static_cast<std::size_t>(
      std::ranges::count_if(children, [&](const Requirement& child) { return is_rejected(child, digest); }));
  if (std::holds_alternative<AllOf>(requirement.node)) return rejected > 0;
  if (std::holds_alternative<AnyOf>(requirement.node)) return rejected == children.size();
  return false;
}

Decision evaluate(const PolicySet& policy, const Decision::About& about, const ManifestDocument& image,
                  const Gathered& gathered) {
  const Rule* rule = policy.rule_for(about.requested.repository);
  if (rule == nullptr) return no_rule(about);

  const Case judged(policy, *rule, about, image, gathered);
  std::vector<RequirementOutcome> outcomes;
  Judgement judgement =
      judge_requirement(judged, rule->require, root_name(rule->name, kind_of(rule->require)), outcomes);
  if (judgement.is_met()) return Decision::allow(about, rule->name, std::move(outcomes));

  put_most_telling_first(judgement.objections);
  // What could not be gathered matters only where it might have changed the answer: not when nothing could, and not
  // when the rule serves the image either way.
  const bool is_open = judgement.prospect == Judgement::Prospect::kOpen && !gathered.gaps.empty();
  if (!is_open) {
    return Decision::object(about, rule->name, rule->mode, std::move(judgement.objections), std::move(outcomes),
                            rule->message);
  }
  const std::vector<Gap> gaps = in_canonical_order(gathered.gaps);
  std::vector<Objection> missing;
  for (const Gap& gap : gaps) missing.push_back(objection_of(gap, rule->name));
  if (rule->mode != Mode::kEnforce) {
    judgement.objections.insert(judgement.objections.end(), missing.begin(), missing.end());
    return Decision::object(about, rule->name, rule->mode, std::move(judgement.objections), std::move(outcomes),
                            rule->message);
  }
  missing.insert(missing.end(), judgement.objections.begin(), judgement.objections.end());
  return Decision::cannot_judge(about, rule->name, std::move(missing), std::move(outcomes), longest_wait(gaps));
}

}  // namespace pullgate::policy
