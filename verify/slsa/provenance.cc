#include "verify/slsa/provenance.h"

#include <algorithm>
#include <array>

#include "verify/json/node.h"
#include "verify/limits.h"
#include "verify/slsa/uri.h"

namespace pullgate::verify::slsa {
namespace {

using json::Node;
using json::Problems;

constexpr std::array<std::string_view, 2> kGithubWorkflow = {
    "https://actions.github.io/buildtypes/workflow/v1",
    "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"};
constexpr std::string_view kBuildkit =
    "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
constexpr std::string_view kGoogleCloudBuild = "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1";
constexpr std::string_view kTektonV1 = "https://tekton.dev/chains/v2/slsa";  // and "...-tekton"
constexpr std::string_view kTektonV02 = "tekton.dev/";
constexpr std::string_view kGithubGenerator = "https://github.com/slsa-framework/slsa-github-generator";
constexpr std::string_view kContainerBased = "https://slsa.dev/container-based-build/";

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// The git commit among a material's digests. GitLab's "sha256" with 40 digits is not one: it says what it is not.
std::string commit_in(const std::map<std::string, std::string>& digests) {
  for (const char* name : {"gitCommit", "sha1"}) {
    const auto digest = digests.find(name);
    if (digest != digests.end() && is_commit(digest->second)) return digest->second;
  }
  return {};
}

Material read_material(const Node& node) {
  return {.uri = node["uri"].optional_text(),
          .name = node["name"].optional_text(),
          .digest = node["digest"].optional_texts()};
}

std::vector<Material> read_materials(const Node& node) {
  std::vector<Material> materials;
  for (const Node& material : node.optional_elements(limits::kJsonValues)) {
    materials.push_back(read_material(material));
  }
  return materials;
}

std::optional<Source> source_in(const Material& material) {
  std::optional<Source> source = parse_git_uri(material.uri);
  if (source) source->commit = commit_in(material.digest);
  return source;
}

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

/// Tekton: the one git material whose name fits. Its configSource tells where the pipeline's definition came from,
/// which is not the source that was built.
std::optional<Source> only_git_source(const std::vector<Material>& materials,
                                      std::initializer_list<std::string_view> names) {
  std::optional<Source> found;
  for (const Material& material : materials) {
    if (std::ranges::find(names, material.name) == names.end()) continue;
    const std::optional<Source> source = source_in(material);
    if (!source || source->commit.empty()) continue;
    if (found && *found != *source) return std::nullopt;
    found = source;
  }
  return found;
}

std::vector<ImageMaterial> images_among(const std::vector<Material>& materials, const Node& place) {
  std::vector<ImageMaterial> images;
  for (const Material& material : materials) {
    Result<std::optional<ImageMaterial>> image = image_of(material);
    if (!image) {
      place.refuse(image.error().message);
    } else if (*image) {
      images.push_back(std::move(**image));
    }
  }
  return images;
}

/// https://slsa.dev/provenance/v0.2: slsa-github-generator, BuildKit, Tekton Chains, npm, GitLab.
Provenance read_v02(const Node& root) {
  Provenance provenance;
  provenance.builder_id = root["builder"]["id"].text();
  provenance.build_type = root["buildType"].text();
  provenance.materials = read_materials(root["materials"]);
  provenance.images = images_among(provenance.materials, root["materials"]);
  const Node invocation = root["invocation"];
  if (provenance.build_type.starts_with(kTektonV02)) {
    provenance.source = only_git_source(provenance.materials, {""});
  } else if (invocation.exists() && invocation["configSource"].exists()) {
    const Node config = invocation["configSource"];
    provenance.entry_point = config["entryPoint"].optional_text();
    provenance.source = source_in(read_material(config));
  }
  return provenance;
}

void read_v1_source(const Node& parameters, Provenance& provenance) {
  const std::string& type = provenance.build_type;
  if (std::ranges::find(kGithubWorkflow, type) != kGithubWorkflow.end()) {
    const Node workflow = parameters["workflow"];
    provenance.source = source_from_members(workflow, provenance.materials);
    provenance.entry_point = workflow["path"].optional_text();
  } else if (type == kGoogleCloudBuild && parameters["buildConfigSource"].exists()) {
    const Node config = parameters["buildConfigSource"];
    provenance.source = source_from_members(config, provenance.materials);
    provenance.entry_point = config["path"].optional_text();
  } else if (type == kBuildkit && parameters["configSource"].exists()) {
    const Node config = parameters["configSource"];
    provenance.source = source_in(read_material(config));
    provenance.entry_point = config["path"].optional_text();
  } else if (type.starts_with(kTektonV1)) {
    provenance.source = only_git_source(provenance.materials, {"inputs/result", "input/result"});
  } else if (type.starts_with(kContainerBased)) {
    provenance.source = source_in(read_material(parameters["source"]));
  } else if (type.starts_with(kGithubGenerator) && !provenance.materials.empty()) {
    // Delegated builds: slsa-verifier takes the first dependency for the source as well.
    provenance.source = source_in(provenance.materials.front());
  }
}

/// https://slsa.dev/provenance/v1
Provenance read_v1(const Node& root) {
  Provenance provenance;
  const Node definition = root["buildDefinition"];
  provenance.build_type = definition["buildType"].text();
  provenance.builder_id = root["runDetails"]["builder"]["id"].text();
  provenance.materials = read_materials(definition["resolvedDependencies"]);
  provenance.images = images_among(provenance.materials, definition["resolvedDependencies"]);
  const Node parameters = definition["externalParameters"];
  if (!parameters.is_object()) parameters.refuse("an object expected");
  read_v1_source(parameters, provenance);
  return provenance;
}

}  // namespace

Result<Provenance> read_provenance(std::string_view predicate_type, const nlohmann::json& predicate) {
  Problems problems;
  const Node root(predicate, problems);
  Provenance provenance = predicate_type == kSlsaProvenanceV02 ? read_v02(root) : read_v1(root);
  provenance.predicate_type = predicate_type;
  return problems.unless_any(std::move(provenance));
}

}  // namespace pullgate::verify::slsa
