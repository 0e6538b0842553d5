#include "proxy/cli/evidence_tree.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proxy/ops/json_text.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

struct Fact {
  std::string name;
  std::string value;
};

/// What the tree says about one piece of evidence.
struct Piece {
  std::string kind;
  std::string place;
  Digest digest;
  bool is_verified = false;
  std::vector<Fact> facts = {};             ///< of verified evidence only: who else may say what it says?
  std::vector<std::string> satisfies = {};  ///< names of requirements
  std::string attestors = {};               ///< whom the policy knows; empty: nobody
  std::optional<Reason> reason = {};        ///< of evidence that is not verified
  std::string why_not = {};                 ///< likewise
};

void add_fact(std::vector<Fact>& facts, std::string_view name, std::string_view value) {
  if (!value.empty()) facts.push_back({std::string(name), printable(value, 400)});
}

void add_provenance(std::vector<Fact>& facts, const verify::Provenance& provenance) {
  add_fact(facts, "builder", provenance.builder_id);
  add_fact(facts, "build type", provenance.build_type);
  if (provenance.source) {
    add_fact(facts, "source", provenance.source->repository);
    add_fact(facts, "ref", provenance.source->ref);
    add_fact(facts, "commit", provenance.source->commit);
  }
  add_fact(facts, "workflow", provenance.entry_point);
  add_fact(facts, "trigger", provenance.run.trigger);
  for (const verify::ImageMaterial& image : provenance.images) {
    add_fact(facts, "built from",
             fmt::format("{}{}{}{}{}", image.name, image.tag.empty() ? "" : ":", image.tag, image.digest ? "@" : "",
                         image.digest ? image.digest->short_text() : ""));
  }
}

void add_claim(std::vector<Fact>& facts, const verify::Claim& claim) {
  if (const auto* signature = std::get_if<verify::ImageSignature>(&claim)) {
    if (signature->docker_reference) add_fact(facts, "signed as", *signature->docker_reference);
    for (const auto& [key, value] : signature->annotations) add_fact(facts, "says", fmt::format("{}={}", key, value));
    return;
  }
  const auto& statement = std::get<verify::Statement>(claim);
  add_fact(facts, "predicate", statement.predicate_type);
  if (statement.provenance) add_provenance(facts, *statement.provenance);
  if (statement.summary) {
    add_fact(facts, "verifier", statement.summary->verifier_id);
    add_fact(facts, "levels", fmt::format("{}", fmt::join(statement.summary->levels, ", ")));
  }
}

void add_corroboration(std::vector<Fact>& facts, const verify::Corroboration& known) {
  for (const verify::LogRecord& record : known.logs) {
    add_fact(facts, "logged in", fmt::format("{}, entry {}", record.log, record.index));
  }
  for (const verify::VerifiedTime& time : known.times) {
    add_fact(facts, "existed by", fmt::format("{}, according to {}", to_rfc3339(time.time), time.authority));
  }
}

/// Details of met requirements end with the places of the evidence that meets them.
bool names_place(const std::string& detail, const std::string& place) {
  const std::string shown = " at " + printable(place);
  const std::size_t at = detail.find(shown);
  if (at == std::string::npos) return false;
  const std::size_t end = at + shown.size();
  return end == detail.size() || (detail[end] < '0' || detail[end] > '9');
}

/// What was gathered about the image, or about one part of it.
struct Found {
  const policy::Gathered& gathered;
  const policy::Part* part = nullptr;  ///< null: about the image
};

Piece piece_of(const verify::Report& report, const Found& found, const EvidenceTree& tree) {
  Piece piece{.kind = std::string(verify::to_string(report.kind)),
              .place = printable(report.place),
              .digest = report.evidence,
              .is_verified = report.verified.has_value()};
  if (!report.verified) {
    const verify::Finding* finding = report.most_telling();
    piece.why_not = finding == nullptr ? "not verified" : printable(finding->detail, 400);
    if (finding != nullptr) piece.reason = finding->reason;
    return piece;
  }
  std::vector<std::string> attestors;
  for (const verify::Signer& signer : report.verified->signers()) {
    add_fact(piece.facts, "signer", verify::describe(signer));
    for (const policy::Attestor* attestor : tree.policy.attestors_of(signer, tree.decision.about().requested)) {
      attestors.push_back(attestor->name);
    }
  }
  piece.attestors = fmt::format("{}", fmt::join(attestors, ", "));
  add_claim(piece.facts, report.verified->claim());
  for (const verify::Corroboration& known : report.verified->corroborations()) add_corroboration(piece.facts, known);
  for (const policy::RequirementOutcome& outcome : tree.decision.outcomes()) {
    const bool is_met = outcome.state == policy::RequirementOutcome::State::kMet;
    // What is found about one part is good for that part alone.
    if (found.part != nullptr && outcome.part != found.part->shown) continue;
    if (is_met && names_place(outcome.detail, report.place)) piece.satisfies.push_back(outcome.requirement);
  }
  return piece;
}

std::string why_not(const Piece& piece, policy::Accent accent) {
  if (!piece.reason) return piece.why_not;
  return fmt::format("{}: {}", accent(policy::Tone::kBad, to_string(*piece.reason)), piece.why_not);
}

struct Line {
  std::string text;
  std::vector<Line> below = {};
};

void append_lines(std::string& out, const std::vector<Line>& lines, const std::string& indent) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_last = i + 1 == lines.size();
    out += fmt::format("{}{} {}\n", indent, is_last ? "`--" : "|--", lines[i].text);
    append_lines(out, lines[i].below, indent + (is_last ? "    " : "|   "));
  }
}

Line line_of(const Piece& piece, policy::Accent accent) {
  Line line{fmt::format("{} at {}: {}", piece.kind, accent(policy::Tone::kPlace, piece.place),
                        piece.is_verified ? "verified" : "not verified")};
  if (!piece.is_verified) line.below.push_back({why_not(piece, accent)});
  for (const Fact& fact : piece.facts) line.below.push_back({fmt::format("{}: {}", fact.name, fact.value)});
  if (!piece.is_verified) return line;
  line.below.push_back(
      {piece.attestors.empty() ? "attestor: none that the policy knows" : "attestor: " + piece.attestors});
  // Of several pieces that would do, the decision names one: about the others there is nothing to say.
  if (!piece.satisfies.empty()) {
    line.below.push_back({fmt::format("satisfies: {}", fmt::join(piece.satisfies, ", "))});
  }
  return line;
}

Line evidence_line(const Found& found, const EvidenceTree& tree, policy::Accent accent) {
  const std::size_t count = found.gathered.reports.size();
  Line evidence{count == 0 ? std::string("evidence: none") : fmt::format("evidence: {}", count)};
  for (const verify::Report& report : found.gathered.reports) {
    evidence.below.push_back(line_of(piece_of(report, found, tree), accent));
  }
  return evidence;
}

Line search_line(const Found& found, policy::Accent accent) {
  Line searched{"searched"};
  for (const std::string& place : found.gathered.places) searched.below.push_back({printable(place)});
  for (const policy::Gap& gap : found.gathered.gaps) {
    searched.below.push_back(
        {fmt::format("{}: could not be searched: {}", accent(policy::Tone::kPlace, printable(gap.place)),
                     printable(gap.cause, 400))});
  }
  return searched;
}

void append_found(std::vector<Line>& lines, const Found& found, const EvidenceTree& tree, policy::Accent accent) {
  lines.push_back(evidence_line(found, tree, accent));
  if (Line searched = search_line(found, accent); !searched.below.empty()) lines.push_back(std::move(searched));
}

const policy::Part* part_of(const TreePlatform& platform, const EvidenceTree& tree) {
  const auto part = std::ranges::find(tree.gathered.parts, platform.manifest, &policy::Part::digest);
  return part == tree.gathered.parts.end() ? nullptr : &*part;
}

/// Those that the index lists, and what else was looked at by itself, which an index in the index lists.
std::vector<TreePlatform> all_platforms(const EvidenceTree& tree) {
  std::vector<TreePlatform> platforms = tree.platforms;
  for (const policy::Part& part : tree.gathered.parts) {
    if (std::ranges::find(platforms, part.digest, &TreePlatform::manifest) == platforms.end()) {
      platforms.push_back({part.shown.substr(0, part.shown.find(' ')), part.digest});
    }
  }
  return platforms;
}

Line platform_line(const TreePlatform& platform, const EvidenceTree& tree, policy::Accent accent) {
  Line line{fmt::format("{}: {}", printable(platform.name), platform.manifest.text())};
  const policy::Part* part = part_of(platform, tree);
  if (part != nullptr && part->gathered) append_found(line.below, {*part->gathered, part}, tree, accent);
  if (part != nullptr && !part->missing.empty()) {
    line.below.push_back({"could not be looked at: " + printable(part->missing, 400)});
  }
  return line;
}

std::string decision_line(const policy::Decision& decision, policy::Accent accent) {
  const policy::Tone tone = policy::tone_of(decision.verdict());
  std::string text = fmt::format("decision: {}", accent(tone, to_string(decision.verdict())));
  if (!decision.rule().empty()) text += fmt::format(", by '{}' ({})", decision.rule(), to_string(decision.mode()));
  if (decision.objections().empty()) return text;
  const policy::Objection& lead = decision.objections().front();
  return fmt::format("{}; {}: {}", text, accent(tone, to_string(lead.reason)), printable(lead.found, 400));
}

/// What its own decision says about further bases stands below it.
Line base_line(const policy::Base& base, policy::Accent accent) {
  Line line{fmt::format("{}@{}", base.repository.text(), base.digest.text())};
  if (!base.missing.empty()) line.below.push_back({"could not be looked at: " + printable(base.missing, 400)});
  if (base.decision == nullptr) return line;
  line.below.push_back({decision_line(*base.decision, accent)});
  for (const policy::RequirementOutcome& outcome : base.decision->outcomes()) {
    const bool is_about_bases = outcome.requirement.ends_with("/baseImage") && !outcome.detail.empty();
    if (is_about_bases) {
      line.below.push_back({fmt::format("{}: {}", printable(outcome.requirement), printable(outcome.detail, 400))});
    }
  }
  return line;
}

/// An exception that the decision rests on.
struct Used {
  const policy::RequirementOutcome& outcome;
  const policy::Exemption& exemption;
};

std::vector<Used> exemptions_used(const EvidenceTree& tree) {
  std::vector<Used> used;
  const std::vector<policy::Exemption>& known = tree.policy.exemptions();
  for (const policy::RequirementOutcome& outcome : tree.decision.outcomes()) {
    if (outcome.state != policy::RequirementOutcome::State::kWaived) continue;
    const auto exemption = std::ranges::find(known, outcome.exemption, &policy::Exemption::id);
    if (exemption != known.end()) used.push_back({outcome, *exemption});
  }
  return used;
}

void append_bases_and_exceptions(std::vector<Line>& lines, const EvidenceTree& tree, policy::Accent accent) {
  Line bases{"bases"};
  for (const policy::Base& base : tree.gathered.bases) bases.below.push_back(base_line(base, accent));
  for (const policy::Gap& gap : tree.gathered.base_gaps) {
    bases.below.push_back({fmt::format("{}: could not be asked: {}", accent(policy::Tone::kPlace, printable(gap.place)),
                                       printable(gap.cause, 400))});
  }
  if (!bases.below.empty()) lines.push_back(std::move(bases));
  Line exceptions{"exceptions"};
  for (const auto& [outcome, exemption] : exemptions_used(tree)) {
    exceptions.below.push_back(
        {fmt::format("{}: waives {} until {}: {}", printable(exemption.id), printable(outcome.requirement),
                     to_rfc3339(exemption.expires), printable(exemption.reason, 400))});
  }
  if (!exceptions.below.empty()) lines.push_back(std::move(exceptions));
}

void write_decision(JsonText& json, const policy::Decision& decision) {
  json.key("decision").begin_object().key("id").value(decision.id());
  json.key("verdict").value(to_string(decision.verdict())).key("rule").value(decision.rule());
  if (!decision.objections().empty()) json.key("reason").value(to_string(decision.objections().front().reason));
  json.end_object();
}

void write_bases_and_exceptions(JsonText& json, const EvidenceTree& tree) {
  json.key("bases").begin_array();
  for (const policy::Base& base : tree.gathered.bases) {
    json.begin_object().key("repository").value(base.repository.text()).key("digest").value(base.digest.text());
    if (!base.missing.empty()) json.key("missing").value(base.missing);
    if (base.decision != nullptr) write_decision(json, *base.decision);
    json.end_object();
  }
  json.end_array().key("exceptions").begin_array();
  for (const auto& [outcome, exemption] : exemptions_used(tree)) {
    json.begin_object().key("id").value(exemption.id).key("waives").value(outcome.requirement);
    json.key("expires").value(to_rfc3339(exemption.expires)).key("reason").value(exemption.reason).end_object();
  }
  json.end_array();
}

void write_piece(JsonText& json, const Piece& piece) {
  json.begin_object().key("kind").value(piece.kind).key("place").value(piece.place);
  json.key("digest").value(piece.digest.text()).key("verified").value(piece.is_verified);
  if (!piece.is_verified) json.key("why").value(why_not(piece, policy::unaccented));
  json.key("facts").begin_array();
  for (const Fact& fact : piece.facts) {
    json.begin_object().key("name").value(fact.name).key("value").value(fact.value).end_object();
  }
  json.end_array().key("attestors").value(piece.attestors).key("satisfies").begin_array();
  for (const std::string& requirement : piece.satisfies) json.value(requirement);
  json.end_array().end_object();
}

/// Members of the object that has been begun.
void write_found(JsonText& json, const Found& found, const EvidenceTree& tree) {
  json.key("evidence").begin_array();
  for (const verify::Report& report : found.gathered.reports) write_piece(json, piece_of(report, found, tree));
  json.end_array().key("searched").begin_array();
  for (const std::string& place : found.gathered.places) json.value(place);
  json.end_array().key("gaps").begin_array();
  for (const policy::Gap& gap : found.gathered.gaps) {
    json.begin_object().key("place").value(gap.place).key("reason").value(to_string(gap.reason));
    json.key("cause").value(gap.cause).end_object();
  }
  json.end_array();
}

void write_platform(JsonText& json, const TreePlatform& platform, const EvidenceTree& tree) {
  json.begin_object().key("platform").value(platform.name).key("digest").value(platform.manifest.text());
  const policy::Part* part = part_of(platform, tree);
  if (part != nullptr && part->gathered) write_found(json, {*part->gathered, part}, tree);
  if (part != nullptr && !part->missing.empty()) json.key("missing").value(part->missing);
  json.end_object();
}

}  // namespace

std::string text_of(const EvidenceTree& tree, policy::Accent accent) {
  const policy::Decision::About& about = tree.decision.about();
  std::string out = about.requested.text() + "\n";
  std::vector<Line> lines = {{"digest: " + about.digest.text()}, {decision_line(tree.decision, accent)}};
  if (!tree.platforms.empty()) {
    Line platforms{fmt::format("index of {}", tree.platforms.size())};
    for (const TreePlatform& platform : all_platforms(tree)) {
      platforms.below.push_back(platform_line(platform, tree, accent));
    }
    lines.push_back(std::move(platforms));
  }
  append_found(lines, {tree.gathered}, tree, accent);
  append_bases_and_exceptions(lines, tree, accent);
  append_lines(out, lines, "");
  return out;
}

std::string json_of(const EvidenceTree& tree) {
  const policy::Decision::About& about = tree.decision.about();
  JsonText json;
  json.begin_object().key("image").value(about.requested.text()).key("digest").value(about.digest.text());
  write_decision(json, tree.decision);
  json.key("platforms").begin_array();
  for (const TreePlatform& platform : all_platforms(tree)) write_platform(json, platform, tree);
  json.end_array();
  write_found(json, {tree.gathered}, tree);
  write_bases_and_exceptions(json, tree);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace pullgate::proxy
