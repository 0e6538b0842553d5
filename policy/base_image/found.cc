#include "policy/base_image/found.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/base_image/named.h"
#include "policy/requirement/age.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

BaseReview refuse(Reason reason, const std::string& name, std::string found, std::string remedy) {
  return {.objection = Objection{reason, name, std::move(found), std::move(remedy)}};
}

BaseReview review_decision(const Base& base, const std::string& name) {
  const std::string base_image = shown(base);
  if (base.decision == nullptr) {
    return refuse(Reason::kBaseNotProven, name,
                  fmt::format("base '{}' could not be judged: {}", base_image, base.missing),
                  "the base must be where pullgate can ask for it");
  }
  if (base.decision->verdict() == Verdict::kAllow) return {.stands_until = base.decision->account().stands_until};
  const Objection& lead = base.decision->objections().front();
  return refuse(base.decision->verdict() == Verdict::kCannotJudge ? Reason::kBaseNotProven : Reason::kBaseNotAllowed,
                name,
                fmt::format("base '{}' does not satisfy this policy: {} {}: {}", base_image, lead.requirement,
                            to_string(lead.reason), lead.found),
                "of the base, not of this image: " + lead.remedy);
}

/// What images say about their age is only text; but it is the base's text, which is among those that are allowed.
BaseReview review_age(const Case& judged, const Base& base, std::chrono::milliseconds max_age,
                      const std::string& name) {
  std::optional<Time> oldest;
  for (const ImageLayers& image : base.images) {
    const Result<Time> created = parse_rfc3339(image.config.created);
    if (!created) {
      return refuse(Reason::kBaseNotProven, name,
                    fmt::format("base '{}' does not say when it was created", shown(base)),
                    "use a base whose config says so, or leave out maxAge");
    }
    oldest = oldest ? std::min(*oldest, *created) : *created;
  }
  if (!oldest) {
    return refuse(Reason::kBaseNotProven, name, fmt::format("base '{}' was not seen: {}", shown(base), base.missing),
                  "the base must be where pullgate can ask for it");
  }
  const Time now = judged.about().at;
  // Clocks differ; a base of a time that is further ahead than that says nothing about its age.
  const bool is_ahead = *oldest > now + kClockSkew;
  if (is_ahead || now >= *oldest + max_age) {
    return refuse(Reason::kBaseTooOld, name,
                  fmt::format("base '{}' was created at {}{}", shown(base), to_rfc3339(*oldest),
                              is_ahead ? ", which has not come yet" : ""),
                  fmt::format("build on a newer base: it may be at most {} old", in_hours(max_age)));
  }
  return {.stands_until = *oldest + max_age};
}

}  // namespace

const Base* found_base(const Case& judged, const std::optional<Repository>& repository,
                       const std::optional<Digest>& digest) {
  const std::vector<Base>& bases = judged.gathered().bases;
  const auto found = std::ranges::find_if(
      bases, [&](const Base& base) { return repository == base.repository && digest == base.digest; });
  return found == bases.end() ? nullptr : &*found;
}

BaseReview review(const Case& judged, const BaseImageLeaf& leaf, const Base& base, const std::string& name) {
  BaseReview outcome;
  if (leaf.satisfies == BaseJudgement::kThisPolicy) {
    outcome = review_decision(base, name);
    if (outcome.objection) return outcome;
  }
  if (leaf.max_age) {
    BaseReview age = review_age(judged, base, *leaf.max_age, name);
    if (age.objection) return age;
    outcome.stands_until = earlier(outcome.stands_until, age.stands_until);
  }
  return outcome;
}

std::string shown(const Base& base) {
  return fmt::format("{}@{}", base.repository.text(), base.digest.short_text());
}

std::string self_description(const ImageConfig& config) {
  std::vector<std::string> parts;
  const auto version = config.labels.find(kVersionLabel);
  if (version != config.labels.end()) parts.push_back("version " + printable(version->second, 64));
  if (!config.created.empty()) parts.push_back("created " + printable(config.created, 40));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace pullgate::policy
