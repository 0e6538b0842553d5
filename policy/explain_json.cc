#include <nlohmann/json.hpp>

#include "policy/explain.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTextLength = 2000;

std::string_view to_string(RequirementOutcome::State state) {
  switch (state) {
    case RequirementOutcome::State::kMet:
      return "met";
    case RequirementOutcome::State::kNotMet:
      return "not-met";
    case RequirementOutcome::State::kWaived:
      return "waived";
    case RequirementOutcome::State::kNotEvaluated:
      return "not-evaluated";
  }
  return "not-met";
}

Json json_of(const Objection& objection) {
  return {{"reason", pullgate::to_string(objection.reason)},
          {"requirement", objection.requirement},
          {"found", printable(objection.found, kTextLength)},
          {"remedy", printable(objection.remedy, kTextLength)}};
}

Json json_of(const verify::Report& report) {
  Json findings = Json::array();
  for (const verify::Finding& finding : report.findings) {
    Json entry = {{"check", verify::to_string(finding.check)}, {"outcome", verify::to_string(finding.outcome)}};
    if (finding.reason) entry["reason"] = pullgate::to_string(*finding.reason);
    if (!finding.detail.empty()) entry["detail"] = printable(finding.detail, kTextLength);
    findings.push_back(std::move(entry));
  }
  Json entry = {{"kind", verify::to_string(report.kind)},
                {"place", printable(report.place, kTextLength)},
                {"digest", report.evidence.text()},
                {"verified", report.verified.has_value()}};
  if (report.verified) {
    Json signers = Json::array();
    for (const verify::Signer& signer : report.verified->signers()) signers.push_back(verify::describe(signer));
    entry["signers"] = std::move(signers);
    if (const auto* statement = std::get_if<verify::Statement>(&report.verified->claim())) {
      entry["predicateType"] = printable(statement->predicate_type, kTextLength);
    }
  }
  entry["findings"] = std::move(findings);
  return entry;
}

Json json_of(const Gap& gap) {
  return {{"place", printable(gap.place, kTextLength)},
          {"reason", pullgate::to_string(gap.reason)},
          {"cause", printable(gap.cause, kTextLength)}};
}

Json json_of(const Part& part);

template <class T>
Json list_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

Json json_of(const Part& part) {
  Json entry = {{"platform", printable(part.shown, kTextLength)}, {"digest", part.digest.text()}};
  if (!part.gathered) {
    entry["missing"] = printable(part.missing, kTextLength);
    return entry;
  }
  entry["evidence"] = list_of(part.gathered->reports);
  entry["gaps"] = list_of(part.gathered->gaps);
  return entry;
}

}  // namespace

std::string json(const Decision& decision, const Gathered& gathered) {
  const Decision::About& about = decision.about();
  Json requirements = Json::array();
  for (const RequirementOutcome& outcome : decision.outcomes()) {
    Json entry = {{"requirement", outcome.requirement},
                  {"state", to_string(outcome.state)},
                  {"detail", printable(outcome.detail, kTextLength)}};
    if (!outcome.exemption.empty()) entry["exception"] = outcome.exemption;
    if (!outcome.part.empty()) entry["platform"] = printable(outcome.part, kTextLength);
    requirements.push_back(std::move(entry));
  }
  Json places = Json::array();
  for (const std::string& place : gathered.places) places.push_back(printable(place, kTextLength));

  Json document = {{"decision", decision.id()},
                   {"verdict", to_string(decision.verdict())},
                   {"mode", to_string(decision.mode())},
                   {"image", about.requested.text()},
                   {"digest", about.digest.text()},
                   {"rule", decision.rule()},
                   {"policyGeneration", about.policy_generation.text()},
                   {"trustGeneration", about.trust_generation.text()}};
  if (!decision.objections().empty()) {
    document["reason"] = pullgate::to_string(decision.objections().front().reason);
    document["message"] = one_line(decision);
  }
  document["objections"] = list_of(decision.objections());
  document["requirements"] = std::move(requirements);
  document["evidence"] = list_of(gathered.reports);
  document["searched"] = std::move(places);
  document["gaps"] = list_of(gathered.gaps);
  if (!gathered.parts.empty()) document["platforms"] = list_of(gathered.parts);
  if (!decision.advice().empty()) document["advice"] = printable(decision.advice(), kTextLength);
  if (const auto from = decision.account().enforced_from) document["enforcedFrom"] = to_rfc3339(*from);
  if (const auto end = decision.account().stands_until) document["standsUntil"] = to_rfc3339(*end);
  if (const auto pause = decision.retry_after()) document["retryAfterSeconds"] = pause->count();
  return document.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace pullgate::policy
