#include "policy/explain.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

constexpr std::size_t kLineLength = 300;
constexpr std::size_t kPhraseLength = 100;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// Digests in full take a line for themselves: of long runs of hexadecimal digits the first twelve are kept.
std::string abbreviated(std::string_view text) {
  constexpr std::size_t kLongRun = 32;
  constexpr std::size_t kKept = 12;
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const auto* begin = text.begin() + at;
    const auto run = static_cast<std::size_t>(std::find_if_not(begin, text.end(), is_hex) - begin);
    if (run >= kLongRun) {
      shown += text.substr(at, kKept);
      at += run;
    } else {
      const std::size_t length = std::max<std::size_t>(run, 1);
      shown += text.substr(at, length);
      at += length;
    }
  }
  return shown;
}

/// Fit for a quoted string in a header and for JSON without escapes.
std::string unquoted(std::string text) {
  std::ranges::replace(text, '"', '\'');
  std::ranges::replace(text, '\\', '/');
  return text;
}

std::string in_line(std::string_view text, std::size_t max_length) {
  return unquoted(printable(abbreviated(text), max_length));
}

std::string rule_name(const Decision& decision) {
  return decision.rule().empty() ? std::string("no rule") : in_line(decision.rule(), 64);
}

std::string_view headline(Verdict verdict, Mode mode) {
  if (verdict == Verdict::kWarn && mode == Mode::kAudit) return "SERVED (audit only: nothing is enforced)";
  switch (verdict) {
    case Verdict::kDeny:
      return "DENIED";
    case Verdict::kCannotJudge:
      return "CANNOT JUDGE";
    case Verdict::kWarn:
      return "SERVED WITH A WARNING";
    case Verdict::kAllow:
      return "ALLOWED";
  }
  return "DENIED";
}

std::string_view mark(RequirementOutcome::State state) {
  switch (state) {
    case RequirementOutcome::State::kMet:
      return "met";
    case RequirementOutcome::State::kNotMet:
      return "NOT MET";
    case RequirementOutcome::State::kWaived:
      return "waived";
    case RequirementOutcome::State::kNotEvaluated:
      return "not evaluated";
  }
  return "NOT MET";
}

/// "acme-apps/allOf[1]/anyOf[0]/signature" is two steps below the root.
std::size_t depth_of(const std::string& requirement) {
  return static_cast<std::size_t>(std::ranges::count(requirement, '['));
}

void append_objections(std::string& text, const Decision& decision, Accent accent) {
  for (const Objection& objection : decision.objections()) {
    text += fmt::format("  {}  {}\n", accent(tone_of(decision.verdict()), to_string(objection.reason)),
                        printable(objection.requirement));
    text += fmt::format("      found:   {}\n", printable(objection.found, 1200));
    text += fmt::format("      remedy:  {}\n", printable(objection.remedy, 600));
  }
  if (!decision.advice().empty()) text += fmt::format("  advice: {}\n", printable(decision.advice(), 600));
  if (const auto from = decision.account().enforced_from) {
    text += fmt::format("  it will be denied from {} on\n", to_rfc3339(*from));
  }
  // Of a refusal it would read as if one had to wait.
  if (const auto end = decision.account().stands_until; end && decision.serves()) {
    text += fmt::format("  this holds until {}\n", to_rfc3339(*end));
  }
  if (const auto pause = decision.retry_after()) text += fmt::format("  try again in {} s\n", pause->count());
}

void append_requirements(std::string& text, const Decision& decision) {
  if (decision.outcomes().empty()) return;
  text += "requirements\n";
  std::string part;
  for (const RequirementOutcome& outcome : decision.outcomes()) {
    if (outcome.part != part)
      text += fmt::format("  of {}\n", outcome.part.empty() ? "the image" : printable(outcome.part));
    part = outcome.part;
    text += fmt::format("  {:{}}[{}] {}{}{}\n", "", 2 * depth_of(outcome.requirement), mark(outcome.state),
                        outcome.requirement, outcome.detail.empty() ? "" : ": ",
                        abbreviated(printable(outcome.detail, 600)));
  }
}

Tone tone_of(verify::Outcome outcome) {
  return outcome == verify::Outcome::kFailed ? Tone::kBad : Tone::kDoubtful;
}

void append_evidence(std::string& text, const Gathered& gathered, Accent accent) {
  text += fmt::format("evidence: {}\n", gathered.reports.empty() ? "none" : std::to_string(gathered.reports.size()));
  for (const verify::Report& report : gathered.reports) {
    text += fmt::format("  {} at {}", verify::to_string(report.kind), accent(Tone::kPlace, printable(report.place)));
    if (report.verified) {
      text += ": verified";
      for (const verify::Signer& signer : report.verified->signers()) text += ", " + verify::describe(signer);
      text += "\n";
      continue;
    }
    text += ": not verified\n";
    for (const verify::Finding& finding : report.findings) {
      text += fmt::format("    {:<16} {}{}{}{}{}\n", verify::to_string(finding.check),
                          verify::to_string(finding.outcome), finding.reason ? " " : "",
                          finding.reason ? accent(tone_of(finding.outcome), to_string(*finding.reason)) : std::string(),
                          finding.detail.empty() ? "" : ": ", printable(finding.detail, 400));
    }
  }
  if (!gathered.places.empty()) {
    text += fmt::format("searched: {}\n", printable(fmt::format("{}", fmt::join(gathered.places, ", ")), 2000));
  }
  for (const Gap& gap : gathered.gaps) {
    text += fmt::format("could not search {}: {} {}\n", accent(Tone::kPlace, printable(gap.place)),
                        accent(Tone::kDoubtful, to_string(gap.reason)), printable(gap.cause, 400));
  }
  for (const Part& part : gathered.parts) {
    if (part.gathered) {
      text += fmt::format("of {}\n", accent(Tone::kPlace, printable(part.shown)));
      append_evidence(text, *part.gathered, accent);
    } else if (!part.missing.empty()) {
      text += fmt::format("could not look at {}: {}\n", accent(Tone::kPlace, printable(part.shown)),
                          printable(part.missing, 400));
    }
  }
}

}  // namespace

std::string unaccented(Tone /*tone*/, std::string_view text) {
  return std::string(text);
}

Tone tone_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllow:
      return Tone::kGood;
    case Verdict::kWarn:
    case Verdict::kCannotJudge:
      return Tone::kDoubtful;
    case Verdict::kDeny:
      return Tone::kBad;
  }
  return Tone::kBad;
}

std::string one_line(const Decision& decision) {
  const std::string rule = rule_name(decision);
  if (decision.objections().empty()) {
    const bool is_waived = std::ranges::any_of(decision.outcomes(), [](const RequirementOutcome& outcome) {
      return outcome.state == RequirementOutcome::State::kWaived;
    });
    return fmt::format("pullgate: {}: every requirement is met{}; decision {}", rule,
                       is_waived ? " or waived by an exception" : "", decision.id());
  }
  const Objection& lead = decision.objections().front();
  const bool is_cannot_judge = decision.verdict() == Verdict::kCannotJudge;
  const std::string opening =
      fmt::format("pullgate: {}: {}{}: ", rule, is_cannot_judge ? "cannot judge now: " : "", to_string(lead.reason));
  const auto enforced_from = decision.account().enforced_from;
  const std::string closing = fmt::format("{}{}; decision {}", enforced_from ? "; denied from " : "",
                                          enforced_from ? to_rfc3339(*enforced_from) : "", decision.id());
  const std::size_t room = kLineLength - opening.size() - closing.size();

  // The operator's own advice says best what to do; what is left belongs to what was found.
  const std::string remedy = in_line(lead.remedy, room / 3);
  const std::string advice = decision.advice().empty() ? "" : " - " + in_line(decision.advice(), room / 4);
  const std::size_t taken = remedy.size() + advice.size() + 2;
  const std::string found = in_line(lead.found, room - taken);
  return fmt::format("{}{}; {}{}{}", opening, found, remedy, advice, closing);
}

std::string reason_phrase(const Decision& decision) {
  std::string phrase = fmt::format("pullgate: {}", rule_name(decision));
  if (!decision.objections().empty()) {
    const Objection& lead = decision.objections().front();
    if (decision.verdict() == Verdict::kCannotJudge) phrase += ": cannot judge now";
    phrase += fmt::format(": {}: {}", to_string(lead.reason), lead.found);
  }
  return in_line(phrase, kPhraseLength);
}

std::string paragraph(const Decision& decision, const Gathered& gathered, Accent accent) {
  const Decision::About& about = decision.about();
  const std::string verdict = accent(tone_of(decision.verdict()), headline(decision.verdict(), decision.mode()));
  std::string text = fmt::format("{} {}\n", verdict, about.requested.text());
  text += fmt::format("digest: {}\n", about.digest.text());
  text += fmt::format("rule: {} ({}), decision {}\n", rule_name(decision), to_string(decision.mode()), decision.id());
  append_objections(text, decision, accent);
  append_requirements(text, decision);
  append_evidence(text, gathered, accent);
  return text;
}

}  // namespace pullgate::policy
