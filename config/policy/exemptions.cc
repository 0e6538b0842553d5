#include <string>
#include <utility>
#include <vector>

#include "config/policy/draft.h"
#include "config/policy/lists.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

std::vector<std::string> read_texts(const yaml::Node& node, std::string_view what, yaml::Problems& problems) {
  std::vector<std::string> texts;
  for (const yaml::Node& item : yaml::read_list(node, what, problems)) {
    if (auto text = yaml::read_text(item, what, problems)) texts.push_back(*std::move(text));
  }
  return texts;
}

/// Who answers for it, why, and until when are not for the program: they are what a reviewer has to see, so that none
/// of them may be missing.
void read_exemption(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems) {
  const std::size_t problems_before = problems.size();
  yaml::Mapping entry(node, "an exception", problems);
  const yaml::Node* id = entry.require("id");
  const yaml::Node* digests = entry.find("digests");
  const yaml::Node* scopes = entry.find("scopes");
  const yaml::Node* waives = entry.require("waives");
  const yaml::Node* reason = entry.require("reason");
  const yaml::Node* approved_by = entry.require("approvedBy");
  const yaml::Node* expires = entry.require("expires");
  entry.finish();
  policy::Exemption exemption;
  ExemptionPlaces places;
  places.id = id != nullptr ? id->mark : node.mark;
  places.expires = expires != nullptr ? expires->mark : node.mark;
  if (id != nullptr) exemption.id = yaml::read_name(*id, "exception", problems).value_or("");
  if (digests != nullptr) exemption.digests = read_digests(*digests, problems);
  if (scopes != nullptr) exemption.scopes = read_scopes(*scopes, "'scopes'", problems).scopes;
  if (waives != nullptr) {
    for (const yaml::Node& item : yaml::read_list(*waives, "'waives'", problems)) {
      const auto text = yaml::read_text(item, "the name of a requirement", problems);
      if (!text) continue;
      places.waivers.emplace(*text, item.mark);
      exemption.waives.push_back(*text);
    }
  }
  if (reason != nullptr) exemption.reason = yaml::read_text(*reason, "'reason'", problems).value_or("");
  if (approved_by != nullptr) exemption.approved_by = read_texts(*approved_by, "'approvedBy'", problems);
  if (expires != nullptr) exemption.expires = read_moment(*expires, "'expires'", problems).value_or(Time::min());
  if (digests == nullptr && scopes == nullptr && entry.is_mapping()) {
    problems.add(node.mark, "an exception needs 'digests' or 'scopes': which images it is about");
  }
  // What is left of an entry that could not be read would only cause echoes.
  if (problems.size() != problems_before) return;
  draft.contents.exemptions.push_back(std::move(exemption));
  draft.exemptions.push_back(std::move(places));
}

}  // namespace

void read_exemptions(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems) {
  for (const yaml::Node& item : yaml::read_list(node, "'exceptions'", problems)) read_exemption(item, draft, problems);
}

}  // namespace pullgate::config
