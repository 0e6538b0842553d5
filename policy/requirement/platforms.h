#pragma once
/// An entry of the policy over an image: over the image as a whole, over each of its platforms, or either, as the entry
/// says. (An index names a manifest for each platform; these are its parts.)

#include <vector>

#include "policy/decision.h"
#include "policy/requirement/case.h"
#include "policy/requirement/tree.h"

namespace pullgate::policy {

/// Appends the outcome of every requirement, for each part that was judged.
Judgement judge_entry(const Testimony& testimony, const Rule& entry, std::vector<RequirementOutcome>& outcomes);

}  // namespace pullgate::policy
