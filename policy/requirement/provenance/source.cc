#include <fmt/format.h>

#include "policy/requirement/provenance/comparison.h"
#include "verify/bytes.h"

namespace pullgate::policy::provenance {
namespace {

Difference other_source(const Comparison& compared, std::string_view what, const std::string& value,
                        const std::string& remedy) {
  return compared.differ(Stage::kSource, Reason::kSourceNotAllowed,
                         value.empty() ? fmt::format("the provenance does not say the source {}", what)
                                       : fmt::format("source {} '{}'", what, printable(value)),
                         remedy);
}

/// The source of an image that goes by another tag now: it was moved there, or somebody passes it off as a newer or an
/// older one.
Difference other_tag(const Comparison& compared, std::string_view what, const std::string& value) {
  const ImageReference& requested = compared.judged.about().requested;
  if (!requested.tag) {
    return compared.differ(
        Stage::kSource, Reason::kTagSourceMismatch,
        fmt::format("source {} '{}', and the image was asked for by its digest, so that there is no tag to compare",
                    what, printable(value)),
        "pull it by its tag, or have the rule take any release, such as 'v*' in place of '{tag}'");
  }
  return compared.differ(Stage::kSource, Reason::kTagSourceMismatch,
                         fmt::format("source {} '{}', and the image was asked for by tag '{}'", what, printable(value),
                                     requested.tag->text()),
                         "pull by the tag that it was released under, or release it under this one");
}

std::optional<Difference> against_template(const Comparison& compared, const std::optional<TextTemplate>& wanted,
                                           const std::string& value, std::string_view what) {
  if (!wanted || compared.matches(*wanted, value)) return std::nullopt;
  if (wanted->matches_under_another_tag(value, compared.judged.about().requested)) {
    return other_tag(compared, what, value);
  }
  return other_source(compared, what, value, fmt::format("'{}' is required", compared.shown(*wanted)));
}

/// What stands behind "refs/heads/" or "refs/tags/"; empty for a ref of another kind, so that nothing matches it.
std::string_view behind(std::string_view kind, std::string_view ref) {
  return ref.starts_with(kind) ? ref.substr(kind.size()) : std::string_view();
}

std::optional<Difference> against_named_ref(const Comparison& compared, const SourceRequirement& wanted,
                                            const std::string& ref) {
  constexpr std::string_view kBranches = "refs/heads/";
  constexpr std::string_view kTags = "refs/tags/";
  if (wanted.branch && !compared.matches(*wanted.branch, behind(kBranches, ref))) {
    return other_source(compared, "ref", ref, fmt::format("branch '{}' is required", compared.shown(*wanted.branch)));
  }
  if (wanted.tag && !compared.matches(*wanted.tag, behind(kTags, ref))) {
    if (wanted.tag->matches_under_another_tag(behind(kTags, ref), compared.judged.about().requested)) {
      return other_tag(compared, "ref", ref);
    }
    return other_source(compared, "ref", ref, fmt::format("tag '{}' is required", compared.shown(*wanted.tag)));
  }
  if (wanted.versioned_tag && !wanted.versioned_tag->matches(behind(kTags, ref))) {
    return other_source(compared, "ref", ref,
                        fmt::format("a tag of version {} is required", wanted.versioned_tag->text()));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Difference> against_source(const Comparison& compared) {
  const std::optional<SourceRequirement>& wanted = compared.leaf.source;
  if (!wanted) return std::nullopt;
  if (!compared.statement.source) {
    return compared.differ(Stage::kSource, Reason::kSourceNotAllowed,
                           "the provenance does not say where the source was", "the builder must record the source");
  }
  const verify::Source& source = *compared.statement.source;
  auto difference = against_template(compared, wanted->repository, source.repository, "repository");
  if (!difference) difference = against_template(compared, wanted->ref, source.ref, "ref");
  if (!difference) difference = against_named_ref(compared, *wanted, source.ref);
  if (difference || !wanted->commit || (!source.commit.empty() && source.commit == *wanted->commit)) return difference;
  return other_source(compared, "commit", source.commit, fmt::format("commit '{}' is required", *wanted->commit));
}

}  // namespace pullgate::policy::provenance
