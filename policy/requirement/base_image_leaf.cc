#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Prospect = Judgement::Prospect;

// OCI image-spec "Pre-Defined Annotation Keys".
constexpr const char* kBaseName = "org.opencontainers.image.base.name";
constexpr const char* kBaseDigest = "org.opencontainers.image.base.digest";

/// What somebody says the base was, as far as it can be compared.
struct Base {
  std::optional<Repository> repository;
  std::optional<Digest> digest;
  std::string shown;  ///< printable
};

bool is_allowed(const BaseImageLeaf& leaf, const Base& base) {
  if (base.digest && std::ranges::find(leaf.digests, *base.digest) != leaf.digests.end()) return true;
  return base.repository &&
         std::ranges::any_of(leaf.from, [&](const Scope& scope) { return scope.matches(*base.repository); });
}

std::string remedy_of(const BaseImageLeaf& leaf) {
  std::vector<std::string> allowed;
  for (const Scope& scope : leaf.from) allowed.push_back(scope.text());
  for (const Digest& digest : leaf.digests) allowed.push_back(digest.short_text());
  return fmt::format("allowed bases are {}", fmt::join(allowed, ", "));
}

/// "registry/path" as provenance states it, already in full form.
std::optional<Repository> repository_of(const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  auto repository = Repository::parse(name.substr(0, slash), name.substr(slash + 1));
  if (!repository) return std::nullopt;
  return *std::move(repository);
}

Base base_of(const verify::ImageMaterial& image) {
  std::string shown = printable(image.name, 200);
  if (!image.tag.empty()) shown += ":" + printable(image.tag);
  if (image.digest) shown += "@" + image.digest->text();
  return {repository_of(image.name), image.digest, std::move(shown)};
}

struct Annotated {
  enum class State { kAbsent, kUnreadable, kPresent } state = State::kAbsent;
  Base base;
};

/// The name is a reference and may pin a digest itself; one that contradicts base.digest names two bases at once.
Annotated annotated_base(const std::map<std::string, std::string>& annotations) {
  const auto name = annotations.find(kBaseName);
  const auto digest = annotations.find(kBaseDigest);
  Annotated annotated;
  if (name == annotations.end() && digest == annotations.end()) return annotated;
  annotated.state = Annotated::State::kUnreadable;
  annotated.base.shown =
      fmt::format("{}{}{}", name == annotations.end() ? "" : printable(name->second),
                  digest == annotations.end() ? "" : "@", digest == annotations.end() ? "" : printable(digest->second));
  if (digest != annotations.end()) {
    const Result<Digest> parsed = Digest::parse(digest->second);
    if (!parsed) return annotated;
    annotated.base.digest = *parsed;
  }
  if (name != annotations.end()) {
    const Result<ImageReference> parsed = ImageReference::parse(name->second);
    if (!parsed) return annotated;
    if (parsed->digest && annotated.base.digest && parsed->digest != annotated.base.digest) return annotated;
    if (parsed->digest) annotated.base.digest = parsed->digest;
    annotated.base.repository = parsed->repository;
  }
  annotated.state = Annotated::State::kPresent;
  return annotated;
}

/// Does this evidence stand behind what the manifest says about itself? Annotations nobody signed are anybody's text.
bool vouches_for_manifest(const Case& judged, const Witness& witness) {
  if (judged.is_by_a_builder(witness)) return true;
  return witness.signature() != nullptr &&
         std::ranges::any_of(judged.signing_attestors(), [&](const std::string& name) { return witness.is_by(name); });
}

/// May this provenance say what the base is? Where the rule names builders only they may: otherwise whoever signs
/// releases could overrule the build system.
bool may_name_bases(const Case& judged, const Witness& witness) {
  if (witness.provenance() == nullptr) return false;
  if (!judged.builders().empty()) return judged.is_by_a_builder(witness);
  return std::ranges::any_of(judged.signing_attestors(), [&](const std::string& name) { return witness.is_by(name); });
}

Judgement judge_annotation(const Case& judged, const BaseImageLeaf& leaf, const std::string& name) {
  const Annotated annotated = annotated_base(annotations_of(judged.image()));
  switch (annotated.state) {
    case Annotated::State::kAbsent:
      return Judgement::not_met(Prospect::kNone,
                                {Reason::kBaseNotProven, name, "the manifest has no base image annotations",
                                 fmt::format("set {} and {}", kBaseName, kBaseDigest)});
    case Annotated::State::kUnreadable:
      return Judgement::not_met(Prospect::kNone, {Reason::kBaseNotAllowed, name,
                                                  fmt::format("the base annotations cannot be read or contradict each "
                                                              "other: '{}'",
                                                              annotated.base.shown),
                                                  remedy_of(leaf)});
    case Annotated::State::kPresent:
      break;
  }
  if (!is_allowed(leaf, annotated.base)) {
    return Judgement::not_met(
        Prospect::kNone, {Reason::kBaseNotAllowed, name,
                          fmt::format("built on '{}', says the annotation", annotated.base.shown), remedy_of(leaf)});
  }
  for (const Witness& witness : judged.witnesses()) {
    if (vouches_for_manifest(judged, witness)) {
      return Judgement::met(fmt::format("'{}' by annotation, signed by {}", annotated.base.shown, witness.who()));
    }
  }
  return Judgement::not_met(
      Prospect::kOpen,
      {Reason::kBaseNotProven, name,
       fmt::format("the annotation names '{}', but nobody whom the rule names signed it", annotated.base.shown),
       "sign the image with an attestor or builder of this rule"});
}

/// One statement that names bases, and nothing but allowed ones. Builders list every image they used, so the stages
/// of a multi-stage build must be allowed too.
Judgement judge_provenance_bases(const Case& judged, const BaseImageLeaf& leaf, const std::string& name) {
  std::vector<Objection> near_misses;
  for (const Witness& witness : judged.witnesses()) {
    if (!may_name_bases(judged, witness)) continue;
    const std::vector<verify::ImageMaterial>& images = witness.provenance()->images;
    const std::string place = printable(witness.report->place);
    if (images.empty()) {
      near_misses.push_back({Reason::kBaseNotProven, name, fmt::format("provenance at {} names no base image", place),
                             "the builder must record the base image"});
      continue;
    }
    const auto offending = std::ranges::find_if(
        images, [&](const verify::ImageMaterial& image) { return !is_allowed(leaf, base_of(image)); });
    if (offending == images.end()) {
      return Judgement::met(
          fmt::format("'{}' by provenance, signed by {}", base_of(images.front()).shown, witness.who()));
    }
    near_misses.push_back({Reason::kBaseNotAllowed, name,
                           fmt::format("built on '{}', says the provenance", base_of(*offending).shown),
                           remedy_of(leaf)});
  }
  near_misses.push_back({Reason::kBaseNotProven, name,
                         "no provenance by a builder or attestor of this rule names the base",
                         "build with a builder of this rule and attach its provenance"});
  return Judgement::not_met(Prospect::kOpen, std::move(near_misses));
}

}  // namespace

Judgement judge_base_image(const Case& judged, const BaseImageLeaf& leaf, const std::string& name) {
  // Nothing listed proves nothing: an empty list is not "no proof needed".
  if (leaf.proof.empty()) {
    return Judgement::not_met(Prospect::kNone,
                              {Reason::kBaseNotProven, name, "no kind of proof is listed", "list the proofs"});
  }
  Judgement all = Judgement::met({});
  for (const BaseProof proof : leaf.proof) {
    Judgement one = proof == BaseProof::kAnnotation ? judge_annotation(judged, leaf, name)
                                                    : judge_provenance_bases(judged, leaf, name);
    all.detail += fmt::format("{}{}", all.detail.empty() ? "" : "; ", one.detail);
    if (one.is_met()) continue;
    all.state = RequirementOutcome::State::kNotMet;
    if (one.prospect == Prospect::kNone) all.prospect = Prospect::kNone;
    std::ranges::move(one.objections, std::back_inserter(all.objections));
  }
  return all;
}

}  // namespace pullgate::policy
