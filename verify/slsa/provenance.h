#pragma once
/// SLSA provenance, https://slsa.dev/spec "Provenance" v0.1, v0.2 and v1, and where each producer keeps what.
///
/// The source is read only from members that a producer is known to fill with it; a `buildType` that we do not know has
/// none in v1, whose `externalParameters` are free-form: a policy can compare those one by one. Likewise what is said
/// of the run. Members that we do not know are ignored: the policy decides over what is here, and what is absent
/// satisfies nothing. Statements that contradict themselves are refused.

#include <memory>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "verify/provenance.h"
#include "verify/result.h"

namespace pullgate::verify::slsa {

/// `predicate_type` is one for which is_slsa_provenance() holds; `predicate` is not null, and shared by what is
/// returned.
Result<Provenance> read_provenance(std::string_view predicate_type,
                                   const std::shared_ptr<const nlohmann::json>& predicate);

}  // namespace pullgate::verify::slsa
