#include "policy/vsa_leaf.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/age.h"
#include "policy/requirement/tree.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using verify::VerificationSummary;

bool is_about_tag(const std::string& tag, const ImageReference& requested) {
  // Asked for by digest alone, the subject says which image it is; asked for by a tag, a summary of another tag is
  // about what was there under that one.
  return tag.empty() || !requested.tag || requested.tag->text() == tag;
}

/// Is the resource the image that was asked for? SLSA v1.0 "How to verify", step 5, for resource URIs that name images.
bool names_the_image(const VerificationSummary& summary, const Decision::About& about) {
  const ImageReference& requested = about.requested;
  if (const std::optional<verify::ImageMaterial>& image = summary.resource) {
    return image->name == requested.repository.text() && is_about_tag(image->tag, requested) &&
           (!image->digest || *image->digest == about.digest);
  }
  const Result<ImageReference> named = ImageReference::parse_as_written(summary.resource_uri);
  return named && named->repository == requested.repository &&
         is_about_tag(named->tag ? named->tag->text() : "", requested) &&
         (!named->digest || *named->digest == about.digest);
}

/// Is `wanted` among the levels, or implied by a higher one of its track? A document with two levels of one track says
/// no more than the lower one (SLSA v1.0 "verifiedLevels": only the highest is to be listed).
bool has_level(const std::vector<std::string>& levels, const std::string& wanted) {
  const std::optional<TrackLevel> asked = TrackLevel::parse(wanted);
  if (!asked) return std::ranges::find(levels, wanted) != levels.end();
  constexpr int kNotEvaluated = -1;
  std::optional<int> least;
  for (const std::string& text : levels) {
    const std::optional<TrackLevel> level = TrackLevel::parse(text);
    if (!level || level->track != asked->track) continue;
    const int found = level->level.value_or(kNotEvaluated);
    least = std::min(least.value_or(found), found);
  }
  return least && asked->level && *least >= *asked->level;
}

/// The mandatory steps of SLSA v1.0 "How to verify" in their order, and then what this policy adds.
class SummaryComparison {
 public:
  SummaryComparison(const Case& judged, const VsaLeaf& leaf, const std::string& name, const Witness& witness,
                    const std::string& remedy)
      : judged_(judged),
        leaf_(leaf),
        name_(name),
        witness_(witness),
        summary_(*witness.statement()->summary),
        remedy_(remedy),
        shown_(fmt::format("the summary by {} at {}", witness.who(), printable(witness.report->place))) {}

  [[nodiscard]] Age run() const {
    if (!witness_.is_by(leaf_.attestor)) {
      return {.objection = judged_.not_by(leaf_.attestor, witness_, "verification summary signed", name_, remedy_)};
    }
    // Step 4. Whoever may sign as one verifier must not speak for another one.
    if (summary_.verifier_id != leaf_.verifier) return differs("/verifier/id", summary_.verifier_id, leaf_.verifier);
    if (auto objection = against_resource()) return {.objection = std::move(objection)};
    if (summary_.outcome != VerificationSummary::Outcome::kPassed) {
      return differs("/verificationResult", "FAILED", "PASSED");
    }
    for (const std::string& level : leaf_.levels) {
      if (!has_level(summary_.levels, level)) return {.objection = lacks(level)};
    }
    if (const auto& uri = leaf_.policy.uri; uri && summary_.policy_uri != *uri) {
      return differs("/policy/uri", summary_.policy_uri, *uri);
    }
    if (const auto& digest = leaf_.policy.digest) {
      const std::string algorithm(to_string(digest->algorithm()));
      const auto stated = summary_.policy_digest.find(algorithm);
      const std::string found = stated == summary_.policy_digest.end() ? "" : stated->second;
      if (found != digest->hex()) return differs("/policy/digest/" + algorithm, found, digest->hex());
    }
    if (!leaf_.max_age) return {};
    return age_of(judged_, verified_at(), *leaf_.max_age, shown_, name_);
  }

 private:
  [[nodiscard]] Age differs(std::string_view path, std::string_view found, std::string_view wanted) const {
    return {.objection = Objection{Reason::kConditionFalse, name_,
                                   fmt::format("{} is '{}', says {}", path, printable(found), shown_),
                                   fmt::format("wanted there: '{}'", printable(wanted))}};
  }

  [[nodiscard]] std::optional<Objection> against_resource() const {
    const Decision::About& about = judged_.about();
    std::string wanted = about.requested.repository.text();
    if (!leaf_.resource_uri) {
      if (names_the_image(summary_, about)) return std::nullopt;
    } else {
      if (leaf_.resource_uri->matches(summary_.resource_uri, about.requested)) return std::nullopt;
      wanted = leaf_.resource_uri->filled_in(about.requested);
    }
    return Objection{Reason::kNameMismatch, name_,
                     fmt::format("{} is about '{}'", shown_, printable(summary_.resource_uri)),
                     fmt::format("it has to be about '{}'", printable(wanted))};
  }

  [[nodiscard]] Objection lacks(const std::string& level) const {
    const std::string found =
        summary_.levels.empty() ? "no levels" : fmt::format("{}", fmt::join(summary_.levels, ", "));
    return {Reason::kLevelTooLow, name_, fmt::format("{} has {}", shown_, printable(found)),
            fmt::format("{} is required", level)};
  }

  /// What the verifier says about the moment is only believed where it makes the summary older.
  [[nodiscard]] std::optional<Time> verified_at() const {
    const std::optional<Time> proven = signing_time(judged_, leaf_.attestor, witness_);
    if (!proven || !summary_.time_verified) return proven;
    return std::min(*proven, *summary_.time_verified);
  }

  const Case& judged_;
  const VsaLeaf& leaf_;
  const std::string& name_;
  const Witness& witness_;
  const VerificationSummary& summary_;
  const std::string& remedy_;
  std::string shown_;
};

}  // namespace

Judgement judge_vsa(const Case& judged, const VsaLeaf& leaf, const std::string& name) {
  const std::string remedy =
      fmt::format("let '{}' verify {} and attach its summary", printable(leaf.verifier), judged.about().digest.text());
  Judgement met;
  std::vector<Objection> near_misses;
  for (const Witness& witness : judged.witnesses()) {
    if (witness.statement() == nullptr || !witness.statement()->summary) continue;
    Age age = SummaryComparison(judged, leaf, name, witness, remedy).run();
    if (age.objection) {
      near_misses.push_back(*std::move(age.objection));
      continue;
    }
    // A threshold may need every one of those who signed: the first that becomes too old ends the judgement.
    const std::optional<Time> end = earlier(met.stands_until, age.stands_until);
    for (const verify::Signer& signer : witness.signers_of(leaf.attestor)) {
      if (!met.is_met()) {
        met = Judgement::met(fmt::format("'{}' by {} at {}", printable(leaf.verifier), describe(signer),
                                         printable(witness.report->place)));
      }
      met.supports.push_back({leaf.attestor, signer});
    }
    met.stands_until = end;
  }
  if (!met.is_met()) {
    std::vector<Objection> failures =
        judged.failures({verify::EvidenceKind::kDsseEnvelope, verify::EvidenceKind::kSigstoreBundle}, name, remedy);
    near_misses.insert(near_misses.end(), failures.begin(), failures.end());
    near_misses.push_back({Reason::kNoEvidence, name,
                           fmt::format("no verification summary was found; searched: {}", judged.places()), remedy});
    met = Judgement::not_met(Judgement::Prospect::kOpen, std::move(near_misses));
  }
  met.attestor = leaf.attestor;
  return met;
}

}  // namespace pullgate::policy
