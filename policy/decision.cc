#include "policy/decision.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace pullgate::policy {
namespace {

constexpr std::size_t kIdDigits = 12;

/// Each part on a line of its own: none of them can hold a line break, so different decisions stay different.
std::string id_of(Verdict verdict, const Decision::About& about, const Decision::Account& account) {
  std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", about.requested.text(), about.digest.text(),
                  about.policy_generation.text(), about.trust_generation.text(), to_string(verdict), account.rule);
  for (const Objection& objection : account.objections) {
    text += fmt::format("{} {}\n", to_string(objection.reason), objection.requirement);
  }
  return Digest::of(text).hex().substr(0, kIdDigits);
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

Decision::Decision(Verdict verdict, About about, Account account)
    : verdict_(verdict),
      about_(std::move(about)),
      account_(std::move(account)),
      id_(id_of(verdict_, about_, account_)) {}

Decision Decision::allow(About about, Account account) {
  if (account.rule.empty()) throw std::logic_error("an image was to be allowed without a rule");
  if (!account.objections.empty()) throw std::logic_error("an image was to be allowed against an objection");
  return {Verdict::kAllow, std::move(about), std::move(account)};
}

Decision Decision::object(About about, Account account) {
  if (account.objections.empty()) throw std::logic_error("an image was to be denied without a reason");
  const Verdict verdict = account.mode == Mode::kEnforce ? Verdict::kDeny : Verdict::kWarn;
  return {verdict, std::move(about), std::move(account)};
}

Decision Decision::cannot_judge(About about, Account account) {
  if (account.objections.empty()) throw std::logic_error("an image was not to be judged without a reason");
  account.mode = Mode::kEnforce;
  return {Verdict::kCannotJudge, std::move(about), std::move(account)};
}

}  // namespace pullgate::policy
