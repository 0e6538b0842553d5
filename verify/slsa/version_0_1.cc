#include <string>
#include <string_view>
#include <vector>

#include "verify/slsa/build_types.h"
#include "verify/slsa/reading.h"
#include "verify/slsa/versions.h"

namespace pullgate::verify::slsa {
namespace {

using json::Node;

/// recipe.definedInMaterial: an index, which Google Cloud Build writes as a text; nothing when it is none of a
/// material.
std::optional<std::size_t> defining_material(const Node& recipe, std::size_t materials) {
  const std::optional<std::string> text = recipe["definedInMaterial"].if_scalar();
  for (std::size_t index = 0; text && index < materials && index < 10; ++index) {
    if (*text == std::to_string(index)) return index;
  }
  return std::nullopt;
}

/// Google Cloud Build: the first material, of which older builders wrote "https://host/owner/name/commit/<commit>", and
/// the tag or branch of the trigger among the substitutions (slsa-verifier reads these likewise).
std::optional<Source> google_source(const Node& arguments, const std::vector<Material>& materials) {
  if (materials.empty()) return std::nullopt;
  Material material = materials.front();
  constexpr std::string_view kCommit = "/commit/";
  std::string commit;
  if (const std::size_t at = material.uri.rfind(kCommit); at != std::string::npos) {
    commit = material.uri.substr(at + kCommit.size());
    if (!is_hex(commit, 40)) return std::nullopt;
    material.uri.resize(at);
  }
  std::optional<Source> source = source_in(material);
  if (!source) return std::nullopt;
  if (!commit.empty()) {
    // Two commits: neither was said.
    source->commit = source->commit.empty() || source->commit == commit ? commit : "";
  }
  if (arguments.is_object() && arguments["substitutions"].is_object() && source->ref.empty()) {
    const Node substitutions = arguments["substitutions"];
    const std::string tag = substitutions["TAG_NAME"].optional_text();
    const std::string branch = substitutions["BRANCH_NAME"].optional_text();
    if (!tag.empty()) {
      source->ref = "refs/tags/" + tag;
    } else if (!branch.empty()) {
      source->ref = "refs/heads/" + branch;
    }
  }
  return source;
}

}  // namespace

Provenance read_version_0_1(const Predicate& predicate) {
  const Node& root = predicate.root;
  Provenance provenance;
  provenance.builder_id = root["builder"]["id"].text();
  read_materials(root["materials"], provenance);
  const Node recipe = root["recipe"];
  provenance.build_type = recipe["type"].text();
  provenance.entry_point = recipe["entryPoint"].optional_text();
  provenance.parameters = predicate.parameters(recipe["arguments"]);
  if (provenance.build_type.starts_with(kGoogleRecipe)) {
    provenance.source = google_source(recipe["arguments"], provenance.materials);
  } else if (const auto index = defining_material(recipe, provenance.materials.size())) {
    provenance.source = source_in(provenance.materials.at(*index));
  }
  if (const Node metadata = root["metadata"]; metadata.exists()) {
    provenance.invocation_id = read_either(metadata, "buildInvocationId", "buildInvocationID");
    provenance.reproducible = read_stated(metadata["reproducible"]);
    if (const Node completeness = metadata["completeness"]; completeness.exists()) {
      provenance.parameters_are_complete = read_stated(completeness["arguments"]);
      provenance.materials_are_complete = read_stated(completeness["materials"]);
    }
  }
  return provenance;
}

}  // namespace pullgate::verify::slsa
