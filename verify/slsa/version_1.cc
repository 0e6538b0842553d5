#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "verify/slsa/build_types.h"
#include "verify/slsa/reading.h"
#include "verify/slsa/run.h"
#include "verify/slsa/uri.h"
#include "verify/slsa/versions.h"

namespace pullgate::verify::slsa {
namespace {

using json::Node;

/// The source that a repository, and perhaps a ref, name in two members; its commit is that of the dependency with the
/// same repository and ref, when there is exactly one commit to be found.
std::optional<Source> source_from_members(const Node& node, const std::vector<Material>& materials) {
  std::optional<Source> source = parse_git_uri(node["repository"].optional_text());
  if (!source) return std::nullopt;
  const std::string ref = node["ref"].optional_text();
  source->ref = ref.starts_with("refs/") ? ref : "";
  std::vector<std::string> commits;
  for (const Material& material : materials) {
    const std::optional<Source> dependency = source_in(material);
    if (!dependency || dependency->repository != source->repository) continue;
    if (!dependency->ref.empty() && !source->ref.empty() && dependency->ref != source->ref) continue;
    if (!dependency->commit.empty()) commits.push_back(dependency->commit);
  }
  std::ranges::sort(commits);
  commits.erase(std::ranges::unique(commits).begin(), commits.end());
  if (commits.size() == 1) source->commit = commits.front();
  return source;
}

/// Of a pointer that is written here.
JsonPointer place(std::string_view pointer) {
  return JsonPointer::parse(pointer).value();
}

/// Places of a parameter with a repository, a ref and a path in it.
void note_members(const std::string& key, Provenance& provenance) {
  ParameterPlaces& places = provenance.parameter_places;
  places.repository = {place(key + "/repository")};
  places.ref = {place(key + "/ref")};
  places.entry_point = {place(key + "/path")};
}

/// Places of a parameter that is a ResourceDescriptor of the source.
void note_descriptor(const std::string& key, Provenance& provenance) {
  ParameterPlaces& places = provenance.parameter_places;
  places.repository = places.ref = {place(key + "/uri")};
  places.commit = {place(key + "/digest")};
}

/// actions/attest: formats of "workflow/v1", externalParameters.workflow and internalParameters.github.
void read_github_workflow(const Node& parameters, const Node& internal, Provenance& provenance) {
  const Node workflow = parameters["workflow"];
  provenance.source = source_from_members(workflow, provenance.materials);
  provenance.entry_point = workflow["path"].optional_text();
  provenance.inputs = read_scalars(parameters["inputs"]);
  note_members("/workflow", provenance);
  provenance.parameter_places.inputs = {place("/inputs")};
  provenance.run.address_end = github_address_end(provenance.invocation_id);
  if (!internal.exists() || !internal["github"].exists()) return;
  const Node github = internal["github"];
  provenance.run.trigger = github["event_name"].optional_text();
  provenance.run.repository_id = github["repository_id"].optional_text();
  provenance.run.repository_owner_id = github["repository_owner_id"].optional_text();
  provenance.run.environment = github["runner_environment"].optional_text();
}

void read_google_cloud_build(const Node& parameters, Provenance& provenance) {
  const Node config = parameters["buildConfigSource"];
  if (!config.exists()) return;
  provenance.source = source_from_members(config, provenance.materials);
  provenance.entry_point = config["path"].optional_text();
  note_members("/buildConfigSource", provenance);
}

void read_buildkit(const Node& parameters, Provenance& provenance) {
  const Node config = parameters["configSource"];
  if (!config.exists()) return;
  provenance.source = source_in(read_material(config));
  provenance.entry_point = config["path"].optional_text();
  note_descriptor("/configSource", provenance);
  provenance.parameter_places.entry_point = {place("/configSource/path")};
}

/// What was built is among the dependencies; buildConfigSource is where the pipeline's definition came from.
void read_tekton(const Node& parameters, Provenance& provenance) {
  provenance.source = only_git_source(provenance.materials, {"inputs/result", "input/result"});
  const Node config = parameters["buildConfigSource"];
  if (!config.exists()) return;
  provenance.entry_point = config["path"].optional_text();
  provenance.parameter_places.entry_point = {place("/buildConfigSource/path")};
}

void read_gitlab(const Node& parameters, Provenance& provenance) {
  provenance.source = parse_git_uri(parameters["source"].optional_text());
  provenance.entry_point = parameters["entryPoint"].optional_text();
  provenance.parameter_places.repository = {place("/source")};
  provenance.parameter_places.entry_point = {place("/entryPoint")};
}

/// slsa-github-generator's builders of v1: GitHub's variables are internal parameters.
void read_generator(const Node& parameters, const Node& internal, Provenance& provenance) {
  read_github_environment(internal, Letters::kUpper, provenance);
  if (provenance.build_type.starts_with(kContainerBased)) {
    provenance.source = source_in(read_material(parameters["source"]));
    note_descriptor("/source", provenance);
  } else if (!provenance.materials.empty()) {
    // Delegated builds: slsa-verifier takes the first dependency for the source as well.
    provenance.source = source_in(provenance.materials.front());
  }
}

void read_producer(const Node& parameters, const Node& internal, Provenance& provenance) {
  const std::string& type = provenance.build_type;
  if (is_github_workflow(type)) return read_github_workflow(parameters, internal, provenance);
  if (type == kGoogleCloudBuild) return read_google_cloud_build(parameters, provenance);
  if (type == kBuildkit) return read_buildkit(parameters, provenance);
  if (type.starts_with(kTektonV1)) return read_tekton(parameters, provenance);
  if (type.starts_with(kGitlabRunner)) return read_gitlab(parameters, provenance);
  if (type.starts_with(kContainerBased) || is_github_generator(type)) {
    return read_generator(parameters, internal, provenance);
  }
}

void read_metadata_1(const Node& metadata, Provenance& provenance) {
  if (!metadata.exists()) return;
  provenance.invocation_id = read_either(metadata, "invocationId", "invocationID");
  provenance.hermetic = read_stated(metadata["buildkit_hermetic"]);
  provenance.reproducible = read_stated(metadata["buildkit_reproducible"]);
  if (const Node completeness = metadata["buildkit_completeness"]; completeness.exists()) {
    if (read_stated(completeness["request"]) == Stated::kNo) provenance.parameters_are_complete = Stated::kNo;
    provenance.materials_are_complete = read_stated(completeness["resolvedDependencies"]);
  }
}

}  // namespace

Provenance read_version_1(const Predicate& predicate) {
  const Node& root = predicate.root;
  Provenance provenance;
  const Node definition = root["buildDefinition"];
  provenance.build_type = definition["buildType"].text();
  provenance.builder_id = root["runDetails"]["builder"]["id"].text();
  read_materials(definition["resolvedDependencies"], provenance);
  // SLSA v1.0 "Provenance", externalParameters: complete by definition, unless the producer says otherwise.
  provenance.parameters_are_complete = Stated::kYes;
  read_metadata_1(root["runDetails"]["metadata"], provenance);
  const Node parameters = definition["externalParameters"];
  if (!parameters.is_object()) parameters.refuse("an object expected");
  provenance.parameters = predicate.parameters(parameters);
  read_producer(parameters, definition["internalParameters"], provenance);
  return provenance;
}

}  // namespace pullgate::verify::slsa
