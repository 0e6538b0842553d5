#pragma once
/// What a rule requires, in words, for somebody who asks before there is any evidence.

#include <string>
#include <vector>

#include "policy/policy.h"
#include "verify/reference.h"

namespace pullgate::policy {

struct RequirementWords {
  std::string requirement;  ///< its name: "acme-apps/allOf[1]/provenance"
  std::size_t depth = 0;    ///< steps below the root
  std::string text;         ///< "all of these", "a signature with a key of attestor 'release'": printable
};

/// Parents first, in the order of the file. Patterns are shown with what the image that is asked for fills in.
std::vector<RequirementWords> in_words(const Rule& rule, const PolicySet& policy, const ImageReference& requested);

}  // namespace pullgate::policy
