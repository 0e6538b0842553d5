#include "policy/decision.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace pullgate::policy {
namespace {

constexpr std::size_t kIdDigits = 12;

/// Each part on a line of its own: none of them can hold a line break, so different questions stay different.
std::string id_of(const Decision::About& about) {
  const std::string question = fmt::format("{}\n{}\n{}\n{}\n", about.requested.text(), about.digest.text(),
                                           about.policy_generation.text(), about.trust_generation.text());
  return Digest::of(question).hex().substr(0, kIdDigits);
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kDeny:
      return "deny";
    case Verdict::kCannotJudge:
      return "cannot-judge";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kAllow:
      return "allow";
  }
  return "deny";
}

Decision::Decision(Verdict verdict, Mode mode, About about, std::string rule)
    : verdict_(verdict), mode_(mode), about_(std::move(about)), rule_(std::move(rule)), id_(id_of(about_)) {}

Decision Decision::allow(About about, std::string rule, std::vector<RequirementOutcome> outcomes) {
  if (rule.empty()) throw std::logic_error("an image was to be allowed without a rule");
  Decision decision(Verdict::kAllow, Mode::kEnforce, std::move(about), std::move(rule));
  decision.outcomes_ = std::move(outcomes);
  return decision;
}

Decision Decision::object(About about, std::string rule, Mode mode, std::vector<Objection> objections,
                          std::vector<RequirementOutcome> outcomes, std::string advice) {
  if (objections.empty()) throw std::logic_error("an image was to be denied without a reason");
  const Verdict verdict = mode == Mode::kEnforce ? Verdict::kDeny : Verdict::kWarn;
  Decision decision(verdict, mode, std::move(about), std::move(rule));
  decision.objections_ = std::move(objections);
  decision.outcomes_ = std::move(outcomes);
  decision.advice_ = std::move(advice);
  return decision;
}

Decision Decision::cannot_judge(About about, std::string rule, std::vector<Objection> objections,
                                std::vector<RequirementOutcome> outcomes,
                                std::optional<std::chrono::seconds> retry_after) {
  if (objections.empty()) throw std::logic_error("an image was not to be judged without a reason");
  Decision decision(Verdict::kCannotJudge, Mode::kEnforce, std::move(about), std::move(rule));
  decision.objections_ = std::move(objections);
  decision.outcomes_ = std::move(outcomes);
  decision.retry_after_ = retry_after;
  return decision;
}

}  // namespace pullgate::policy
