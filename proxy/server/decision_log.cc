#include "proxy/server/decision_log.h"

#include <algorithm>

namespace pullgate::proxy {
namespace {

std::vector<LogField> fields_of(const AskedManifest& asked, std::chrono::milliseconds duration) {
  std::vector<LogField> fields{{"request", asked.request_id},
                               {"client", asked.client},
                               {"method", asked.method},
                               {"repository", asked.repository.text()}};
  if (const auto* tag = std::get_if<Tag>(&asked.reference)) fields.push_back({"tag", tag->text()});
  fields.push_back({"duration_ms", std::int64_t{duration.count()}});
  return fields;
}

/// Who signed what was verified, whether or not the rule wanted it; each once. Whoever may push evidence could fill the
/// log with names, so not more of them than a reader would look at.
void add_signers(const policy::Gathered& gathered, std::vector<std::string>& signers) {
  constexpr std::size_t kMost = 16;
  for (const verify::Report& report : gathered.reports) {
    if (!report.verified) continue;
    for (const verify::Signer& signer : report.verified->signers()) {
      if (signers.size() == kMost) return;
      std::string text = verify::describe(signer);
      if (std::ranges::find(signers, text) == signers.end()) signers.push_back(std::move(text));
    }
  }
  for (const policy::Part& part : gathered.parts) {
    if (part.gathered) add_signers(*part.gathered, signers);
  }
}

void add_judged(std::vector<LogField>& fields, const Judged& judged) {
  fields.push_back({"digest", judged.digest.text()});
  if (!judged.decision) {
    fields.push_back({"verdict", std::string("evidence")});
    return;
  }
  const policy::Decision& decision = *judged.decision;
  fields.push_back({"verdict", std::string(policy::to_string(decision.verdict()))});
  fields.push_back({"mode", std::string(policy::to_string(decision.mode()))});
  fields.push_back({"rule", decision.rule()});
  std::vector<std::string> reasons;
  for (const policy::Objection& objection : decision.objections()) {
    const std::string reason(to_string(objection.reason));
    if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
  }
  fields.push_back({"reasons", std::move(reasons)});
  std::vector<std::string> exceptions;
  for (const policy::RequirementOutcome& outcome : decision.outcomes()) {
    const bool is_known = std::ranges::find(exceptions, outcome.exemption) != exceptions.end();
    if (!outcome.exemption.empty() && !is_known) exceptions.push_back(outcome.exemption);
  }
  if (!exceptions.empty()) fields.push_back({"exceptions", std::move(exceptions)});
  if (!decision.objections().empty()) {
    fields.push_back({"found", decision.objections().front().found});
    fields.push_back({"remedy", decision.objections().front().remedy});
  }
  std::vector<std::string> signers;
  add_signers(*judged.gathered, signers);
  fields.push_back({"signers", std::move(signers)});
  fields.push_back({"decision", decision.id()});
  fields.push_back({"evidence", static_cast<std::int64_t>(judged.gathered->reports.size())});
}

}  // namespace

void log_judgement(const Log& log, const AskedManifest& asked, const Judgement& judgement,
                   std::chrono::milliseconds duration) {
  std::vector<LogField> fields = fields_of(asked, duration);
  if (const auto* unavailable = std::get_if<Unavailable>(&judgement)) {
    const Error& error = unavailable->error;
    fields.push_back({"error", std::string(to_string(error.code))});
    fields.push_back({"cause", error.message});
    log.write(error.code == ErrorCode::kInternal ? LogLevel::kError : LogLevel::kInfo, "unavailable", fields);
    return;
  }
  if (const auto* refusal = std::get_if<Refusal>(&judgement)) {
    add_judged(fields, refusal->judged);
  } else {
    const auto& admission = std::get<Admission>(judgement);
    add_judged(fields, admission.judged());
    if (const auto& index = admission.index()) fields.push_back({"index", index->text()});
  }
  log.info("decision", fields);
}

}  // namespace pullgate::proxy
