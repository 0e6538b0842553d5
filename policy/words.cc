#include "policy/words.h"

#include <chrono>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

std::string texts_of(const std::vector<Scope>& scopes) {
  std::vector<std::string> texts;
  for (const Scope& scope : scopes) texts.push_back(scope.text());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string texts_of(const std::vector<Digest>& digests) {
  std::vector<std::string> texts;
  for (const Digest& digest : digests) texts.push_back(digest.short_text());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string age_in_words(std::optional<std::chrono::milliseconds> age) {
  if (!age) return {};
  return fmt::format(", not older than {} h", std::chrono::duration_cast<std::chrono::hours>(*age).count());
}

/// The words for each kind of node.
class Words {
 public:
  Words(const PolicySet& policy, const ImageReference& requested) : policy_(policy), requested_(requested) {}

  std::string operator()(const AllOf&) const { return "all of these"; }
  std::string operator()(const AnyOf&) const { return "one of these"; }
  std::string operator()(const Threshold& node) const {
    return fmt::format("{} of these {}, each by somebody else", node.at_least, node.of.size());
  }
  std::string operator()(const AcceptLeaf&) const { return "nothing: accepted without evidence"; }
  std::string operator()(const RejectLeaf& leaf) const {
    if (!leaf.digests) return "rejected, whatever the evidence";
    return fmt::format("not one of {} rejected images", leaf.digests->size());
  }

  std::string operator()(const SignatureLeaf& leaf) const {
    std::string text = "a signature " + how(leaf.attestor);
    if (leaf.signed_identity) {
      text += fmt::format(", of the name {}", wanted_name(*leaf.signed_identity, requested_));
    }
    for (const auto& [key, value] : leaf.annotations) text += fmt::format(", annotated {}={}", key, value);
    return text;
  }

  std::string operator()(const AttestationLeaf& leaf) const {
    std::string text = fmt::format("an attestation of type {}, signed {}", leaf.predicate_type, how(leaf.attestor));
    if (leaf.select != Select::kAny) text += fmt::format("; {} of them counts", to_string(leaf.select));
    if (!leaf.where.empty()) text += fmt::format(", meeting {} conditions on what it says", leaf.where.size());
    return text + age_in_words(leaf.max_age);
  }

  std::string operator()(const VsaLeaf& leaf) const {
    return fmt::format("a verification summary by '{}', signed {}, with {}{}", leaf.verifier, how(leaf.attestor),
                       fmt::join(leaf.levels, ", "), age_in_words(leaf.max_age));
  }

  std::string operator()(const ImageLeaf& leaf) const {
    std::vector<std::string> parts;
    if (!leaf.digests.empty()) parts.push_back("a digest among " + texts_of(leaf.digests));
    std::vector<std::string> tags;
    for (const TextPattern& tag : leaf.tags) tags.push_back(tag.text());
    if (!tags.empty()) parts.push_back(fmt::format("a tag like {}", fmt::join(tags, ", ")));
    for (const auto& [key, pattern] : leaf.annotations) {
      parts.push_back(fmt::format("an annotation {} like {}", key, pattern.text()));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
  }

  std::string operator()(const BaseImageLeaf& leaf) const {
    std::vector<std::string_view> proofs;
    for (const BaseProof proof : leaf.proof) proofs.push_back(to_string(proof));
    std::string text = fmt::format("a base image, proven by {}", fmt::join(proofs, " and "));
    if (!leaf.from.empty()) text += ", from " + texts_of(leaf.from);
    if (!leaf.digests.empty())
      text += fmt::format("{} {}", leaf.from.empty() ? ", one of" : " or", texts_of(leaf.digests));
    if (leaf.satisfies == BaseJudgement::kThisPolicy) text += ", which this policy allows";
    return text + age_in_words(leaf.max_age);
  }

  std::string operator()(const ProvenanceLeaf& leaf) const {
    const Builder& builder = policy_.builder(leaf.builder);
    std::string text = fmt::format("provenance by builder '{}' ({}), signed {}", builder.name, builder.id.text(),
                                   how(builder.attestor));
    if (leaf.min_level > 0) text += fmt::format(", level {} or more", leaf.min_level);
    if (leaf.build_type) text += ", build type " + leaf.build_type->text();
    if (leaf.source) text += of_source(*leaf.source);
    if (leaf.workflow) text += ", workflow " + leaf.workflow->filled_in(requested_);
    if (!leaf.triggers.empty()) text += fmt::format(", started by {}", fmt::join(leaf.triggers, " or "));
    for (const InputRequirement& input : leaf.inputs) {
      text += fmt::format(", input {}={}", input.name, input.value.filled_in(requested_));
    }
    if (!leaf.parameters.empty()) text += fmt::format(", {} parameters as the rule says", leaf.parameters.size());
    if (leaf.unexpected_parameters == UnexpectedParameters::kDeny) text += ", no others";
    if (leaf.materials) text += ", only the listed materials";
    if (leaf.hermetic == BuilderClaim::kRequired) text += ", hermetic";
    if (leaf.reproducible == BuilderClaim::kRequired) text += ", reproducible";
    if (leaf.labels == LabelAgreement::kRequired) text += ", labels that agree with it";
    if (builder.unsigned_statements == UnsignedStatements::kUnderSignature) text += ", or in an index signed like that";
    return text + age_in_words(leaf.max_age);
  }

 private:
  [[nodiscard]] std::string how(const std::string& attestor) const {
    return policy_.attestor(attestor).how_it_signs(requested_);
  }

  [[nodiscard]] std::string of_source(const SourceRequirement& source) const {
    std::string text;
    const auto add = [&](std::string_view what, const std::optional<TextTemplate>& pattern) {
      if (pattern) text += fmt::format(", {} {}", what, pattern->filled_in(requested_));
      // Whoever pulls by digest, as bases are pulled, gives no tag to compare with.
      if (pattern && !requested_.tag && pattern->text().contains("{tag}")) text += " (never met by digest)";
    };
    add("source", source.repository);
    add("ref", source.ref);
    add("branch", source.branch);
    add("tag", source.tag);
    if (source.commit) text += ", commit " + *source.commit;
    if (source.versioned_tag) text += ", a tag of the wanted version";
    return text;
  }

  const PolicySet& policy_;
  const ImageReference& requested_;
};

void append(const Requirement& requirement, const std::string& name, std::size_t depth, const Words& words,
            std::vector<RequirementWords>& out) {
  const std::vector<Requirement>& children = children_of(requirement);
  out.push_back({name, depth, printable(std::visit(words, requirement.node), 1000)});
  for (std::size_t i = 0; i < children.size(); ++i) {
    append(children[i], child_name(name, i, kind_of(children[i])), depth + 1, words, out);
  }
}

}  // namespace

std::vector<RequirementWords> in_words(const Rule& rule, const PolicySet& policy, const ImageReference& requested) {
  std::vector<RequirementWords> words;
  append(rule.require, root_name(rule.name, kind_of(rule.require)), 0, Words(policy, requested), words);
  return words;
}

}  // namespace pullgate::policy
