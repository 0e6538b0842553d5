#pragma once
/// What a rule wants of a build: one verified SLSA statement of which all of this holds. What a producer left out never
/// matches, whatever the pattern.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "policy/pattern.h"
#include "policy/version_prefix.h"
#include "verify/json_view.h"

namespace pullgate::policy {

/// Where the source was. Of `ref`, `branch`, `tag` and `versioned_tag` one says which ref is wanted; as slsa-verifier's
/// --source-uri, --source-branch, --source-tag and --source-versioned-tag.
struct SourceRequirement {
  std::optional<TextTemplate> repository = std::nullopt;
  std::optional<TextTemplate> ref = std::nullopt;  ///< in full: "refs/heads/main"
  std::optional<std::string> commit = std::nullopt;
  std::optional<TextTemplate> branch = std::nullopt;  ///< behind "refs/heads/"
  std::optional<TextTemplate> tag = std::nullopt;     ///< behind "refs/tags/"
  std::optional<VersionPrefix> versioned_tag = std::nullopt;
};

/// What a person typed who started the workflow by hand. Only such runs have inputs.
struct InputRequirement {
  std::string name;
  TextTemplate value;
};

/// A value in the external parameters.
struct ParameterRequirement {
  JsonPointer place;
  TextTemplate value;
};

/// Parameters and inputs that the leaf says nothing about.
enum class UnexpectedParameters { kAllow, kDeny };

/// What a builder may be asked to claim of a build.
enum class BuilderClaim { kNotAsked, kRequired };

/// Everything that the builder lists as used has to match one of these, and to be pinned by a digest. An empty list is
/// enough only of a builder who claims that it is complete.
struct MaterialsRequirement {
  std::vector<TextTemplate> allow;
  BuilderClaim completeness = BuilderClaim::kNotAsked;
};

/// Do labels and annotations of the image, where there are any, have to name the source that the provenance names?
enum class LabelAgreement { kNotAsked, kRequired };

struct ProvenanceLeaf {
  std::string builder;
  int min_level = 0;
  std::optional<TextPattern> build_type;
  std::optional<SourceRequirement> source;
  std::optional<TextTemplate> workflow;  ///< the entry point: a workflow file, job or target
  std::vector<std::string> triggers;     ///< any of these events; empty: not asked
  std::vector<InputRequirement> inputs;
  std::vector<ParameterRequirement> parameters;
  UnexpectedParameters unexpected_parameters = UnexpectedParameters::kAllow;
  std::optional<MaterialsRequirement> materials;
  BuilderClaim hermetic = BuilderClaim::kNotAsked;
  BuilderClaim reproducible = BuilderClaim::kNotAsked;
  LabelAgreement labels = LabelAgreement::kNotAsked;
  /// Counted from when it was proven to be signed, never from what the statement says.
  std::optional<std::chrono::milliseconds> max_age;
};

}  // namespace pullgate::policy
