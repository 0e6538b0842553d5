#pragma once
/// `attestation: { predicateType: ..., attestor: scanner, select: newest, maxAge: 168h, where: [...] }`: a verified
/// in-toto statement of exactly this type, by this attestor, that is young enough and meets every condition.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/condition.h"

namespace pullgate::policy {

/// Which of the attestor's statements of the type have to satisfy. Statements of others, and those of which too little
/// is proven for the attestor, are none of them.
enum class Select {
  kAny,  ///< one of them is enough
  /// Every one, and there is at least one. A further statement can end an allowance, so nothing may be missing: where a
  /// place could not be searched, the leaf is not met now.
  kAll,
  /// The one that was signed last, by proven times; of several at the same moment each. What nothing dates could be the
  /// newest, and is not met. Nothing may be missing here either.
  kNewest,
};

std::string_view to_string(Select select);

struct AttestationLeaf {
  std::string predicate_type;
  std::string attestor;
  Select select = Select::kAny;
  /// Since it was signed, by the earliest proven time (see verify::earliest_time).
  std::optional<std::chrono::milliseconds> max_age = std::nullopt;
  std::vector<Condition> where = {};  ///< on the predicate; all of them
};

}  // namespace pullgate::policy
