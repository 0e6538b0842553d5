#pragma once
/// in-toto statements (Statement v0.1 and v1), as read from a payload whose signature holds.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "verify/provenance.h"
#include "verify/vsa.h"

namespace pullgate::verify {

/// cosign v3 writes plain image signatures as statements of this type.
inline constexpr std::string_view kCosignSignPredicate = "https://sigstore.dev/cosign/sign/v1";

struct StatementSubject {
  std::string name;
  std::map<std::string, std::string> digest;       ///< algorithm -> value, as stated
  std::map<std::string, std::string> annotations;  ///< string-valued ones; cosign v3 keeps `-a key=value` here
};

struct Statement {
  std::string predicate_type;
  std::vector<StatementSubject> subjects;
  std::shared_ptr<const nlohmann::json> predicate;  ///< never null; an absent predicate is JSON null
  std::optional<Provenance> provenance;             ///< present exactly for the predicate types of provenance.h
  std::optional<VerificationSummary> summary;       ///< present exactly for the predicate type of vsa.h
};

}  // namespace pullgate::verify
