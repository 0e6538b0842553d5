#pragma once
/// SLSA provenance, https://slsa.dev/spec "Provenance" v0.2 and v1, and where each producer keeps the source.
///
/// The source is read only from members that a producer is known to fill with it; a `buildType` that we do not know has
/// none in v1, whose `externalParameters` are free-form. Members that we do not know are ignored: the policy decides
/// over what is here, and what is absent satisfies nothing.

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "verify/provenance.h"
#include "verify/result.h"

namespace pullgate::verify::slsa {

/// `predicate_type` is kSlsaProvenanceV02 or kSlsaProvenanceV1.
Result<Provenance> read_provenance(std::string_view predicate_type, const nlohmann::json& predicate);

}  // namespace pullgate::verify::slsa
