#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/base_image/found.h"
#include "policy/base_image/named.h"
#include "policy/requirement/provenance/enclosed.h"
#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Prospect = Judgement::Prospect;

/// Does this evidence stand behind what the manifest says about itself? Annotations nobody signed are anybody's text.
bool vouches_for_manifest(const Case& judged, const Witness& witness) {
  if (judged.satisfies_provenance(witness)) return true;
  return witness.signature() != nullptr &&
         std::ranges::any_of(judged.signing_attestors(), [&](const std::string& name) { return witness.is_by(name); });
}

/// May this provenance say what the base is? Where the rule asks for provenance, only such as it would take: otherwise
/// whoever signs releases could overrule the build system, and whoever may call the builder could write a second
/// statement, about a better base, from a source of their own.
bool may_name_bases(const Case& judged, const Witness& witness) {
  if (witness.provenance() == nullptr) return false;
  if (!judged.provenance_leaves().empty()) return judged.satisfies_provenance(witness);
  return std::ranges::any_of(judged.signing_attestors(), [&](const std::string& name) { return witness.is_by(name); });
}

/// Beyond being allowed by name: what the leaf wants to know of the base itself.
BaseReview review_named(const Case& judged, const BaseImageLeaf& leaf, const NamedBase& base, const std::string& name) {
  if (leaf.satisfies == BaseJudgement::kNone && !leaf.max_age) return {};
  if (const Base* found = found_base(judged, base.repository, base.digest)) return review(judged, leaf, *found, name);
  return {.objection = Objection{Reason::kBaseNotProven, name,
                                 fmt::format("base '{}' was not looked at: only a repository with a digest says which "
                                             "image is meant",
                                             base.shown),
                                 "name the base by its repository and its digest"}};
}

Judgement judge_annotation(const Case& judged, const BaseImageLeaf& leaf, const std::string& name) {
  const AnnotatedBase annotated = annotated_base(annotations_of(judged.image()));
  switch (annotated.state) {
    case AnnotatedBase::State::kAbsent:
      return Judgement::not_met(Prospect::kNone,
                                {Reason::kBaseNotProven, name, "the manifest has no base image annotations",
                                 fmt::format("set {} and {}", kBaseNameAnnotation, kBaseDigestAnnotation)});
    case AnnotatedBase::State::kUnreadable:
      return Judgement::not_met(Prospect::kNone, {Reason::kBaseNotAllowed, name,
                                                  fmt::format("the base annotations cannot be read or contradict each "
                                                              "other: '{}'",
                                                              annotated.base.shown),
                                                  allowed_bases(leaf)});
    case AnnotatedBase::State::kPresent:
      break;
  }
  if (!is_allowed(leaf, annotated.base)) {
    return Judgement::not_met(Prospect::kNone, {Reason::kBaseNotAllowed, name,
                                                fmt::format("built on '{}', says the annotation", annotated.base.shown),
                                                allowed_bases(leaf)});
  }
  BaseReview reviewed = review_named(judged, leaf, annotated.base, name);
  if (reviewed.objection) return Judgement::not_met(Prospect::kOpen, *std::move(reviewed.objection));
  for (const Witness& witness : judged.witnesses()) {
    if (!vouches_for_manifest(judged, witness)) continue;
    Judgement met =
        Judgement::met(fmt::format("'{}' by annotation, signed by {}", annotated.base.shown, witness.who()));
    met.stands_until = reviewed.stands_until;
    return met;
  }
  return Judgement::not_met(
      Prospect::kOpen,
      {Reason::kBaseNotProven, name,
       fmt::format("the annotation names '{}', but nobody whom the rule names signed it", annotated.base.shown),
       "sign the image with an attestor or builder of this rule"});
}

BaseReview review_all(const Case& judged, const BaseImageLeaf& leaf, const std::vector<verify::ImageMaterial>& images,
                      const std::string& name) {
  BaseReview outcome;
  for (const verify::ImageMaterial& image : images) {
    const NamedBase base = base_of(image);
    if (!is_allowed(leaf, base)) {
      return {.objection =
                  Objection{Reason::kBaseNotAllowed, name,
                            fmt::format("built on '{}', says the provenance", base.shown), allowed_bases(leaf)}};
    }
    BaseReview one = review_named(judged, leaf, base, name);
    if (one.objection) return one;
    outcome.stands_until = earlier(outcome.stands_until, one.stands_until);
  }
  return outcome;
}

/// The same of provenance that lies in the index: that of every platform.
std::optional<Judgement> judge_enclosed_bases(const Case& judged, const BaseImageLeaf& leaf, const std::string& name,
                                              std::vector<Objection>& near_misses) {
  for (const Witness& witness : judged.witnesses()) {
    for (const ProvenanceLeaf* wanted : judged.provenance_leaves()) {
      if (!provenance::may_cover(judged, *wanted, witness)) continue;
      const auto covered = provenance::enclosed_under(judged, *wanted, witness, name);
      if (covered.of_platforms.empty()) continue;
      BaseReview reviewed;
      for (const verify::Provenance* statement : covered.of_platforms) {
        if (statement->images.empty()) {
          reviewed.objection = {Reason::kBaseNotProven, name, "provenance in the index names no base image",
                                "the builder must record the base image"};
        } else if (!reviewed.objection) {
          BaseReview one = review_all(judged, leaf, statement->images, name);
          reviewed.objection = std::move(one.objection);
          reviewed.stands_until = earlier(reviewed.stands_until, one.stands_until);
        }
      }
      if (reviewed.objection) {
        near_misses.push_back(*std::move(reviewed.objection));
        continue;
      }
      Judgement met =
          Judgement::met(fmt::format("'{}' by provenance in the index, signed by {}",
                                     base_of(covered.of_platforms.front()->images.front()).shown, witness.who()));
      met.stands_until = earlier(reviewed.stands_until, covered.stands_until);
      return met;
    }
  }
  return std::nullopt;
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
    BaseReview reviewed = review_all(judged, leaf, images, name);
    if (reviewed.objection) {
      near_misses.push_back(*std::move(reviewed.objection));
      continue;
    }
    Judgement met =
        Judgement::met(fmt::format("'{}' by provenance, signed by {}", base_of(images.front()).shown, witness.who()));
    met.stands_until = reviewed.stands_until;
    return met;
  }
  if (auto enclosed = judge_enclosed_bases(judged, leaf, name, near_misses)) return *std::move(enclosed);
  near_misses.push_back({Reason::kBaseNotProven, name,
                         "no provenance by a builder or attestor of this rule names the base",
                         "build with a builder of this rule and attach its provenance"});
  return Judgement::not_met(Prospect::kOpen, std::move(near_misses));
}

Judgement judge_proof(const Case& judged, const BaseImageLeaf& leaf, BaseProof proof, const std::string& name) {
  switch (proof) {
    case BaseProof::kLayers:
      return judge_layers(judged, leaf, name);
    case BaseProof::kAnnotation:
      return judge_annotation(judged, leaf, name);
    case BaseProof::kProvenance:
      return judge_provenance_bases(judged, leaf, name);
  }
  return Judgement::not_met(Prospect::kNone, {Reason::kBaseNotProven, name, "an unknown kind of proof", ""});
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
    Judgement one = judge_proof(judged, leaf, proof, name);
    all.detail += fmt::format("{}{}", all.detail.empty() ? "" : "; ", one.detail);
    all.stands_until = earlier(all.stands_until, one.stands_until);
    if (one.is_met()) continue;
    all.state = RequirementOutcome::State::kNotMet;
    if (one.prospect == Prospect::kNone) all.prospect = Prospect::kNone;
    std::ranges::move(one.objections, std::back_inserter(all.objections));
  }
  return all;
}

}  // namespace pullgate::policy
