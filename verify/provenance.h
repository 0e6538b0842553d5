#pragma once
/// SLSA provenance as types: v0.1, v0.2 and v1 (https://slsa.dev/provenance/...), read out of a signed statement as one
/// set of facts. What the producer did not say is absent, never guessed: absent texts are empty.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/digest.h"
#include "verify/json_view.h"
#include "verify/parameters.h"

namespace pullgate::verify {

inline constexpr std::string_view kSlsaProvenanceV01 = "https://slsa.dev/provenance/v0.1";
inline constexpr std::string_view kSlsaProvenanceV02 = "https://slsa.dev/provenance/v0.2";
inline constexpr std::string_view kSlsaProvenanceV1 = "https://slsa.dev/provenance/v1";

/// Is it one of these three?
bool is_slsa_provenance(std::string_view predicate_type);

/// What a builder claims of a build, or leaves open.
enum class Stated { kNothing, kNo, kYes };

/// A material (v0.1, v0.2) or resolved dependency (v1): a ResourceDescriptor reduced to what can be compared.
struct Material {
  std::string uri;
  std::string name;
  std::map<std::string, std::string> digest;  ///< algorithm -> lower-case hex, as stated

  /// Does a digest say which bytes or which commit it was? One of at least 256 bits; of a git URI also a commit's
  /// SHA-1. A value whose length is not its algorithm's (GitLab: a commit called sha256) is none.
  [[nodiscard]] bool is_pinned() const;

  friend bool operator==(const Material&, const Material&) = default;
};

/// Where the source was. `repository` has no "git+" prefix, no ".git" suffix and no "@ref"; `ref` is a full ref
/// ("refs/heads/main") when the producer gives one; `commit` is lower-case hex.
struct Source {
  std::string repository;
  std::string ref;
  std::string commit;

  friend bool operator==(const Source&, const Source&) = default;
};

/// A material that is a container image. `name` is "registry/path" in full (docker.io/library/alpine).
struct ImageMaterial {
  std::string name;
  std::string tag;
  std::optional<Digest> digest;

  friend bool operator==(const ImageMaterial&, const ImageMaterial&) = default;
};

/// What the platform says about the run that built it, where the producer is one that is known to say it. Certificates
/// say the same of the run that signed (identity.h).
struct Run {
  std::string trigger;  ///< the event: "push", "workflow_dispatch"
  /// How the address of the run ends, or all of it: "/actions/runs/8373487125/attempts/1". Only where the run that
  /// builds also signs: GitLab's runner describes a job, and another one signs what it says.
  std::string address_end;
  std::string repository_id;
  std::string repository_owner_id;
  std::string environment;  ///< "github-hosted", "self-hosted"

  friend bool operator==(const Run&, const Run&) = default;
};

/// Where in the external parameters other facts were read: whoever compares those has looked at these.
struct ParameterPlaces {
  std::vector<JsonPointer> repository;
  std::vector<JsonPointer> ref;
  std::vector<JsonPointer> commit;
  std::vector<JsonPointer> entry_point;
  std::vector<JsonPointer> inputs;
};

struct Provenance {
  std::string predicate_type;
  std::string builder_id;
  std::string build_type;   ///< v0.1: recipe.type
  std::string entry_point;  ///< the workflow file, job or target
  std::optional<Source> source;
  /// externalParameters; in v0.2 invocation.parameters, in v0.1 recipe.arguments.
  Parameters parameters;
  ParameterPlaces parameter_places;
  Stated parameters_are_complete = Stated::kNothing;
  /// What a person typed who started the run by hand (GitHub: workflow_dispatch).
  std::map<std::string, std::string> inputs;
  Run run;
  std::string invocation_id;
  std::vector<Material> materials;
  std::vector<ImageMaterial> images;  ///< those of `materials` that are images: pkg:docker, pkg:oci, docker://, oci://
  Stated materials_are_complete = Stated::kNothing;
  Stated hermetic = Stated::kNothing;
  Stated reproducible = Stated::kNothing;
};

}  // namespace pullgate::verify
