#pragma once
/// SLSA v1.0 and v1.1 "Verification Summary Attestation (VSA)", schema v1. Members that we do not know are ignored;
/// those that we know have to have their types, also the ones that nobody asks for.

#include <nlohmann/json_fwd.hpp>

#include "verify/result.h"
#include "verify/vsa.h"

namespace pullgate::verify::slsa {

Result<VerificationSummary> read_summary(const nlohmann::json& predicate);

}  // namespace pullgate::verify::slsa
