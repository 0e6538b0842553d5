#include <array>
#include <string_view>

#include <fmt/format.h>

#include "policy/requirement/provenance/comparison.h"
#include "verify/bytes.h"

namespace pullgate::policy::provenance {
namespace {

using Texts = std::map<std::string, std::string>;

/// "https://github.com/acme/app" for what people write about it: with "git+", ".git" or a slash, or a page of it.
std::string_view repository_of(std::string_view text) {
  if (text.starts_with("git+")) text.remove_prefix(4);
  text = text.substr(0, text.find('#'));
  text = text.substr(0, text.find("/tree/"));
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.ends_with(".git")) text.remove_suffix(4);
  return text;
}

/// What an image says of itself, before what its provenance says.
class Labels {
 public:
  explicit Labels(const Comparison& compared) : compared_(compared) {}

  [[nodiscard]] std::optional<Difference> contradiction(const Texts& texts, std::string_view where) const {
    const verify::Source source = compared_.statement.source.value_or(verify::Source{});
    const auto repository = texts.find(kSourceLabel);
    if (repository != texts.end() && !source.repository.empty() &&
        repository_of(repository->second) != source.repository) {
      return differs(where, kSourceLabel, repository->second, source.repository);
    }
    const auto revision = texts.find(kRevisionLabel);
    if (revision != texts.end() && !source.commit.empty() && revision->second != source.commit) {
      return differs(where, kRevisionLabel, revision->second, source.commit);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] Difference differs(std::string_view where, std::string_view label, const std::string& said,
                                   const std::string& stated) const {
    return compared_.differ(
        Stage::kLabels, Reason::kEvidenceContradicts,
        fmt::format("{} says {} '{}', the provenance '{}'", where, label, printable(said), printable(stated)),
        "set the label in this build, or take it out: labels that are not set come from the base");
  }

  const Comparison& compared_;
};

}  // namespace

std::optional<Difference> against_labels(const Comparison& compared) {
  if (compared.leaf.labels == LabelAgreement::kNotAsked) return std::nullopt;
  const Labels labels(compared);
  if (auto found = labels.contradiction(annotations_of(compared.judged.image()), "an annotation")) return found;
  const std::vector<Leaf>& leaves = compared.judged.gathered().leaves;
  for (const Leaf& leaf : leaves) {
    if (!leaf.layers) {
      return compared.differ(
          Stage::kLabels, Reason::kEvidenceUnreadable,
          fmt::format("the labels of {} are not known: {}", printable(leaf.shown), printable(leaf.missing, 300)),
          "push an image whose config can be read");
    }
    const std::string where = printable(leaf.shown);
    if (auto found = labels.contradiction(leaf.layers->annotations, "an annotation of " + where)) return found;
    if (auto found = labels.contradiction(leaf.layers->config.labels, "a label of " + where)) return found;
  }
  if (!leaves.empty()) return std::nullopt;
  return compared.differ(Stage::kLabels, Reason::kEvidenceUnreadable, "the labels of the image are not known",
                         "push an image whose config can be read");
}

}  // namespace pullgate::policy::provenance
