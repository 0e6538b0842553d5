#include <string_view>

#include "verify/slsa/build_types.h"
#include "verify/slsa/reading.h"
#include "verify/slsa/run.h"
#include "verify/slsa/versions.h"

namespace pullgate::verify::slsa {
namespace {

using json::Node;

void read_metadata(const Node& metadata, Provenance& provenance) {
  if (!metadata.exists()) return;
  provenance.invocation_id = read_either(metadata, "buildInvocationId", "buildInvocationID");
  provenance.reproducible = read_stated(metadata["reproducible"]);
  provenance.hermetic = read_stated(metadata["https://mobyproject.org/buildkit@v1#hermetic"]);
  if (const Node completeness = metadata["completeness"]; completeness.exists()) {
    provenance.parameters_are_complete = read_stated(completeness["parameters"]);
    provenance.materials_are_complete = read_stated(completeness["materials"]);
  }
}

/// slsa-github-generator writes the source twice, and slsa-verifier wants both to be the same.
void refuse_second_source(const Node& materials, const Material& config_source, const Provenance& provenance) {
  if (provenance.materials.empty()) return;
  const Material& first = provenance.materials.front();
  if (first.uri == config_source.uri && first.digest == config_source.digest) return;
  materials.refuse("the first material is another source than invocation/configSource");
}

}  // namespace

Provenance read_version_0_2(const Predicate& predicate) {
  const Node& root = predicate.root;
  Provenance provenance;
  provenance.builder_id = root["builder"]["id"].text();
  provenance.build_type = root["buildType"].text();
  read_materials(root["materials"], provenance);
  read_metadata(root["metadata"], provenance);
  const Node invocation = root["invocation"];
  Material config_source;
  if (invocation.exists()) {
    provenance.parameters = predicate.parameters(invocation["parameters"]);
    if (const Node config = invocation["configSource"]; config.exists()) {
      provenance.entry_point = config["entryPoint"].optional_text();
      config_source = read_material(config);
    }
  }
  if (is_github_generator(provenance.build_type)) {
    if (invocation.exists()) read_github_environment(invocation["environment"], Letters::kLower, provenance);
    refuse_second_source(root["materials"], config_source, provenance);
  }
  // Tekton: configSource tells where the pipeline's definition came from, which is not the source that was built.
  provenance.source = provenance.build_type.starts_with(kTektonV02) ? only_git_source(provenance.materials, {""})
                                                                    : source_in(config_source);
  return provenance;
}

}  // namespace pullgate::verify::slsa
