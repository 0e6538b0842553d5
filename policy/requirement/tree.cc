#include "policy/requirement/tree.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/telling.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Prospect = Judgement::Prospect;

struct Children {
  std::vector<Judgement> judgements;

  [[nodiscard]] std::size_t met() const {
    return static_cast<std::size_t>(std::ranges::count_if(judgements, &Judgement::is_met));
  }
  [[nodiscard]] std::size_t open_or_met() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        judgements, [](const Judgement& child) { return child.is_met() || child.prospect == Prospect::kOpen; }));
  }
  /// Of what is met among them, at the first end. Where another child would do as well that is too early, which only
  /// costs a second look.
  [[nodiscard]] std::optional<Time> stand_until() const {
    std::optional<Time> end;
    for (const Judgement& child : judgements) {
      if (child.is_met()) end = earlier(end, child.stands_until);
    }
    return end;
  }
  /// "2 of 3 met"
  [[nodiscard]] std::string tally() const { return fmt::format("{} of {} met", met(), judgements.size()); }
  std::vector<Objection> take_objections() {
    std::vector<Objection> objections;
    for (Judgement& child : judgements) {
      if (!child.is_met()) std::ranges::move(child.objections, std::back_inserter(objections));
    }
    return objections;
  }
};

Prospect open_if(bool open) {
  return open ? Prospect::kOpen : Prospect::kNone;
}

/// An empty list is a rule that says nothing. "All of nothing" would be true; here it is refused.
Judgement nothing_listed(const std::string& name) {
  return Judgement::not_met(
      Prospect::kNone,
      {Reason::kNoEvidence, name, "the requirement lists nothing that could meet it", "write down what is required"});
}

Judgement judge_all(Children children, const std::string& name) {
  const std::size_t size = children.judgements.size();
  if (size == 0) return nothing_listed(name);
  if (children.met() == size) return Judgement::met(children.tally());
  Judgement judgement;
  judgement.prospect = open_if(children.open_or_met() == size);
  judgement.detail = children.tally();
  judgement.objections = children.take_objections();
  return judgement;
}

Judgement judge_any(Children children, const std::string& name) {
  if (children.judgements.empty()) return nothing_listed(name);
  if (children.met() > 0) return Judgement::met(children.tally());
  Judgement judgement;
  judgement.prospect = open_if(children.open_or_met() > 0);
  judgement.detail = children.tally();
  judgement.objections = children.take_objections();
  return judgement;
}

Judgement judge_threshold(Children children, const Threshold& threshold, const std::string& name) {
  if (children.judgements.empty() || threshold.at_least == 0) return nothing_listed(name);
  std::vector<Support> supports;
  std::set<std::string> possible;
  std::set<std::string> missing;
  for (const Judgement& child : children.judgements) {
    if (!child.is_met() && !child.attestor.empty()) missing.insert(child.attestor);
    supports.insert(supports.end(), child.supports.begin(), child.supports.end());
    if ((child.is_met() || child.prospect == Prospect::kOpen) && !child.attestor.empty())
      possible.insert(child.attestor);
  }
  const std::size_t distinct = distinct_attestors(supports);
  std::string tally = fmt::format("{} of {} attestors", distinct, threshold.at_least);
  if (distinct >= threshold.at_least) return Judgement::met(std::move(tally));
  Judgement judgement;
  judgement.prospect = open_if(possible.size() >= threshold.at_least);
  const std::string absent =
      missing.empty()
          ? ""
          : fmt::format("; missing are '{}'", printable(fmt::format("{}", fmt::join(missing, "', '")), 200));
  judgement.objections.push_back({Reason::kThresholdNotMet, name, fmt::format("met by {}{}", tally, absent),
                                  fmt::format("at least {} different attestors must sign", threshold.at_least)});
  std::ranges::move(children.take_objections(), std::back_inserter(judgement.objections));
  judgement.detail = std::move(tally);
  return judgement;
}

Judgement judge_reject(const Case& judged, const RejectLeaf& leaf, const std::string& name) {
  const Digest& digest = judged.about().digest;
  if (!leaf.rejects(digest)) return Judgement::met("not among the rejected images");
  const std::string found =
      !leaf.digests ? "the rule rejects every image in its scopes" : fmt::format("the rule rejects {}", digest.text());
  return Judgement::not_met(Prospect::kNone, {Reason::kRejectedByRule, name, found, "pull another image"});
}

/// What is not met, for an image that an exemption covers. One that is over waives nothing; that it is over is worth
/// knowing to whoever wonders why the image could be pulled yesterday.
Judgement under(const Exemption& exemption, Judgement judgement, Time at) {
  if (at >= exemption.expires) {
    if (!judgement.objections.empty()) {
      judgement.objections.front().found += fmt::format("; exception '{}', which waived this, expired at {}",
                                                        printable(exemption.id), to_rfc3339(exemption.expires));
    }
    return judgement;
  }
  Judgement waived = Judgement::met(
      fmt::format("waived by exception '{}' until {}: {} (approved by {}); it is not met: {}", printable(exemption.id),
                  to_rfc3339(exemption.expires), printable(exemption.reason, 300),
                  printable(fmt::format("{}", fmt::join(exemption.approved_by, ", ")), 200), judgement.detail));
  waived.state = RequirementOutcome::State::kWaived;
  waived.stands_until = exemption.expires;
  return waived;
}

struct JudgeNode {
  const Case& judged;
  const std::string& name;
  Children children;

  Judgement operator()(const AllOf&) { return judge_all(std::move(children), name); }
  Judgement operator()(const AnyOf&) { return judge_any(std::move(children), name); }
  Judgement operator()(const Threshold& node) { return judge_threshold(std::move(children), node, name); }
  Judgement operator()(const SignatureLeaf& leaf) { return judge_signature(judged, leaf, name); }
  Judgement operator()(const ProvenanceLeaf& leaf) { return judge_provenance(judged, leaf, name); }
  Judgement operator()(const AttestationLeaf& leaf) { return judge_attestation(judged, leaf, name); }
  Judgement operator()(const VsaLeaf& leaf) { return judge_vsa(judged, leaf, name); }
  Judgement operator()(const BaseImageLeaf& leaf) { return judge_base_image(judged, leaf, name); }
  Judgement operator()(const ImageLeaf& leaf) { return judge_image(judged, leaf, name); }
  Judgement operator()(const AcceptLeaf&) { return Judgement::met("the rule asks for no evidence"); }
  Judgement operator()(const RejectLeaf& leaf) { return judge_reject(judged, leaf, name); }
};

/// Could what was not gathered meet this leaf? Configs and bases that are missing are no evidence about the image.
bool may_be_met_by_what_is_missing(const Case& judged, const Requirement& leaf) {
  const Gathered& gathered = judged.gathered();
  if (!gathered.gaps.empty()) return true;
  const auto* provenance = std::get_if<ProvenanceLeaf>(&leaf.node);
  const bool reads_configs = std::holds_alternative<BaseImageLeaf>(leaf.node) ||
                             (provenance != nullptr && provenance->labels == LabelAgreement::kRequired);
  return reads_configs && !gathered.base_gaps.empty();
}

}  // namespace

std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

Judgement Judgement::met(std::string detail) {
  Judgement judgement;
  judgement.state = RequirementOutcome::State::kMet;
  judgement.prospect = Prospect::kOpen;
  judgement.detail = std::move(detail);
  return judgement;
}

Judgement Judgement::not_met(Prospect prospect, Objection objection) {
  Judgement judgement;
  judgement.prospect = prospect;
  judgement.detail = objection.found;
  judgement.objections.push_back(std::move(objection));
  return judgement;
}

Judgement Judgement::not_met(Prospect prospect, std::vector<Objection> near_misses) {
  if (near_misses.empty()) throw std::logic_error("a requirement was not met without a reason");
  put_most_telling_first(near_misses);
  return not_met(prospect, std::move(near_misses.front()));
}

Judgement judge_requirement(const Case& judged, const Requirement& requirement, const std::string& name,
                            std::vector<RequirementOutcome>& outcomes) {
  const std::size_t place = outcomes.size();
  outcomes.push_back({name, RequirementOutcome::State::kNotEvaluated, {}});
  Children children;
  const std::vector<Requirement>& of = children_of(requirement);
  for (std::size_t i = 0; i < of.size(); ++i) {
    children.judgements.push_back(judge_requirement(judged, of[i], child_name(name, i, kind_of(of[i])), outcomes));
  }
  const std::optional<Time> end = children.stand_until();
  Judgement judgement = std::visit(JudgeNode{judged, name, std::move(children)}, requirement.node);
  judgement.stands_until = earlier(judgement.stands_until, end);
  if (of.empty() && !may_be_met_by_what_is_missing(judged, requirement)) judgement.prospect = Prospect::kNone;
  const Exemption* exemption = judgement.is_met() ? nullptr : judged.exemption_of(name);
  if (exemption != nullptr) {
    judgement = under(*exemption, std::move(judgement), judged.about().at);
    if (judgement.is_met()) outcomes[place].exemption = exemption->id;
  }
  outcomes[place].state = judgement.state;
  outcomes[place].detail = judgement.detail;
  return judgement;
}

}  // namespace pullgate::policy
