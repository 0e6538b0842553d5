#pragma once
/// Exceptions of a policy file: somebody answers for an image that does not meet a requirement, for a while. (Called
/// exemptions here, because an exception is something else in C++.)

#include <string>
#include <string_view>
#include <vector>

#include "policy/pattern.h"
#include "policy/requirement.h"
#include "verify/digest.h"
#include "verify/reference.h"
#include "verify/time.h"

namespace pullgate::policy {

/// `{ id: EX-1, digests: [...], scopes: [...], waives: [acme-apps/baseImage], reason: ..., approvedBy: [...],
/// expires: ... }`. The named requirements count as met for these images, and nothing else does. Bound to digests or to
/// scopes; to both, an image has to be among both.
struct Exemption {
  std::string id;
  std::vector<Digest> digests = {};
  std::vector<Scope> scopes = {};
  std::vector<std::string> waives;  ///< as written: see requirements_named()
  std::string reason;
  std::vector<std::string> approved_by;
  Time expires = Time::min();  ///< no longer at this moment

  /// An exemption that is bound to nothing is about nothing.
  [[nodiscard]] bool covers(const Repository& repository, const Digest& digest) const;
};

/// The requirements of a tree that a waiver means: the one of this name in full ("acme-apps/allOf[1]/baseImage"), or
/// else all of that kind ("acme-apps/baseImage"). One waiver may mean one requirement only, which a policy is checked
/// for; `under_threshold` are left out of what can be waived, because a threshold counts who signed.
struct NamedRequirements {
  std::vector<std::string> names;
  std::vector<std::string> under_threshold;
};
NamedRequirements requirements_named(std::string_view written, std::string_view rule, const Requirement& tree);

}  // namespace pullgate::policy
