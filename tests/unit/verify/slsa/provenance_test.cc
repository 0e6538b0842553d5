#include "verify/slsa/provenance.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pullgate::verify::slsa {
namespace {

using nlohmann::json;

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";
const Source kSource{.repository = "https://github.com/acme/app", .ref = "refs/heads/main", .commit = kCommit};

Provenance v02(const json& predicate) {
  return read_provenance(kSlsaProvenanceV02, predicate).value();
}
Provenance v1(const json& predicate) {
  return read_provenance(kSlsaProvenanceV1, predicate).value();
}

json predicate_v1(const char* build_type, json parameters, json dependencies = json::array()) {
  return {{"buildDefinition",
           {{"buildType", build_type},
            {"externalParameters", std::move(parameters)},
            {"resolvedDependencies", std::move(dependencies)}}},
          {"runDetails", {{"builder", {{"id", "https://builder.example"}}}}}};
}

json predicate_v02(const char* build_type, json config_source, json materials = json::array()) {
  return {{"builder", {{"id", "https://builder.example"}}},
          {"buildType", build_type},
          {"invocation", {{"configSource", std::move(config_source)}}},
          {"materials", std::move(materials)}};
}

const json kGitDependency = {{"uri", "git+https://github.com/acme/app@refs/heads/main"},
                             {"digest", {{"gitCommit", kCommit}}}};

TEST(Provenance, OfSlsaGithubGeneratorHasItsSourceInConfigSource) {
  const Provenance provenance =
      v02(predicate_v02("https://github.com/slsa-framework/slsa-github-generator/container@v1",
                        {{"uri", "git+https://github.com/acme/app@refs/heads/main"},
                         {"digest", {{"sha1", kCommit}}},
                         {"entryPoint", ".github/workflows/release.yml"}}));
  EXPECT_EQ(provenance.source, kSource);
  EXPECT_EQ(provenance.entry_point, ".github/workflows/release.yml");
  EXPECT_EQ(provenance.builder_id, "https://builder.example");
  EXPECT_EQ(provenance.predicate_type, kSlsaProvenanceV02);
}

TEST(Provenance, OfGithubHasItsSourceInTheWorkflow) {
  for (const char* type : {"https://actions.github.io/buildtypes/workflow/v1",
                           "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"}) {
    const Provenance provenance = v1(predicate_v1(
        type,
        {{"workflow", {{"repository", "https://github.com/acme/app"}, {"ref", "refs/heads/main"}, {"path", "a.yml"}}}},
        json::array({kGitDependency})));
    EXPECT_EQ(provenance.source, kSource);
    EXPECT_EQ(provenance.entry_point, "a.yml");
    EXPECT_EQ(provenance.build_type, type);
  }
}

TEST(Provenance, TakesTheCommitOnlyFromTheSameRepositoryAndRef) {
  const json workflow = {
      {"workflow", {{"repository", "https://github.com/acme/app"}, {"ref", "refs/heads/main"}, {"path", "a.yml"}}}};
  const char* const type = "https://actions.github.io/buildtypes/workflow/v1";
  json elsewhere = kGitDependency;
  elsewhere["uri"] = "git+https://github.com/acme/other@refs/heads/main";
  json other_ref = kGitDependency;
  other_ref["uri"] = "git+https://github.com/acme/app@refs/heads/evil";
  json other_commit = kGitDependency;
  other_commit["digest"]["gitCommit"] = std::string(40, 'f');
  EXPECT_EQ(v1(predicate_v1(type, workflow, json::array({elsewhere}))).source->commit, "");
  EXPECT_EQ(v1(predicate_v1(type, workflow, json::array({other_ref}))).source->commit, "");
  EXPECT_EQ(v1(predicate_v1(type, workflow, json::array({kGitDependency, other_commit}))).source->commit, "");
  EXPECT_EQ(v1(predicate_v1(type, workflow, json::array({elsewhere, kGitDependency, kGitDependency}))).source->commit,
            kCommit);
}

TEST(Provenance, OfBuildKitHasItsSourceInConfigSource) {
  const json config = {{"uri", "https://github.com/acme/app.git#refs/heads/main"},
                       {"digest", {{"sha1", kCommit}}},
                       {"path", "Dockerfile"}};
  const Provenance newer =
      v1(predicate_v1("https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                      {{"configSource", config}}));
  EXPECT_EQ(newer.source, kSource);
  EXPECT_EQ(newer.entry_point, "Dockerfile");
  json older_config = config;
  older_config.erase("path");
  older_config["entryPoint"] = "Dockerfile";
  const Provenance older = v02(predicate_v02("https://mobyproject.org/buildkit@v1", older_config));
  EXPECT_EQ(older.source, kSource);
  EXPECT_EQ(older.entry_point, "Dockerfile");
}

TEST(Provenance, OfALocalBuildHasNoSource) {
  EXPECT_FALSE(v02(predicate_v02("https://mobyproject.org/buildkit@v1", json::object())).source);
  json without = predicate_v02("https://mobyproject.org/buildkit@v1", json::object());
  without.erase("invocation");
  EXPECT_FALSE(v02(without).source);
  EXPECT_FALSE(v1(predicate_v1("https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                               {{"request", json::object()}}))
                   .source);
}

TEST(Provenance, OfTektonHasItsSourceAmongTheMaterials) {
  const json pipeline = {{"uri", "git+https://github.com/tekton/catalog"},
                         {"digest", {{"sha1", std::string(40, 'a')}}},
                         {"name", "pipeline"}};
  json input = kGitDependency;
  input["name"] = "inputs/result";
  const Provenance newer =
      v1(predicate_v1("https://tekton.dev/chains/v2/slsa-tekton",
                      {{"buildConfigSource", {{"repository", "git+https://github.com/tekton/catalog"}}}},
                      json::array({pipeline, input})));
  EXPECT_EQ(newer.source, kSource);
  const json config = {{"uri", "git+https://github.com/tekton/catalog"}, {"digest", {{"sha1", std::string(40, 'a')}}}};
  EXPECT_EQ(v02(predicate_v02("tekton.dev/v1/TaskRun", config, json::array({kGitDependency}))).source, kSource);
  // Two sources: which of them was built is not said.
  json second = input;
  second["uri"] = "git+https://github.com/acme/other@refs/heads/main";
  EXPECT_FALSE(
      v1(predicate_v1("https://tekton.dev/chains/v2/slsa", json::object(), json::array({input, second}))).source);
}

TEST(Provenance, OfGoogleCloudBuildHasItsSourceInBuildConfigSource) {
  const Provenance provenance = v1(predicate_v1(
      "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
      {{"buildConfigSource",
        {{"repository", "git+https://github.com/acme/app"}, {"ref", "refs/heads/main"}, {"path", "c.yaml"}}}},
      json::array({kGitDependency})));
  EXPECT_EQ(provenance.source, kSource);
  EXPECT_EQ(provenance.entry_point, "c.yaml");
}

TEST(Provenance, OfAnUnknownBuilderHasNoSource) {
  EXPECT_FALSE(v1(predicate_v1("https://example.com/build/v1",
                               {{"workflow", {{"repository", "https://github.com/acme/app"}}},
                                {"source", "git+https://github.com/acme/app"}},
                               json::array({kGitDependency})))
                   .source);
}

TEST(Provenance, KeepsAGitlabDigestThatClaimsToBeWhatItIsNotOutOfTheCommit) {
  const Provenance provenance =
      v02(predicate_v02("https://gitlab.com/gitlab-org/gitlab-runner/-/blob/v1/PROVENANCE.md",
                        {{"uri", "https://gitlab.com/acme/app"}, {"digest", {{"sha256", kCommit}}}}));
  EXPECT_EQ(provenance.source->repository, "https://gitlab.com/acme/app");
  EXPECT_EQ(provenance.source->commit, "");
}

TEST(Provenance, KeepsAllMaterialsAndKnowsTheImagesAmongThem) {
  const std::string hex(64, 'a');
  const Provenance provenance = v1(predicate_v1(
      "https://actions.github.io/buildtypes/workflow/v1", {{"workflow", json::object()}},
      {kGitDependency, {{"uri", "pkg:docker/alpine@3.18"}, {"digest", {{"sha256", hex}}}}, {{"name", "only a name"}}}));
  ASSERT_EQ(provenance.materials.size(), 3U);
  EXPECT_EQ(provenance.materials[2].name, "only a name");
  ASSERT_EQ(provenance.images.size(), 1U);
  EXPECT_EQ(provenance.images[0].name, "docker.io/library/alpine");
  EXPECT_EQ(provenance.images[0].digest->hex(), hex);
}

TEST(Provenance, OfAnotherShapeIsRefused) {
  const json good = predicate_v1("https://actions.github.io/buildtypes/workflow/v1", {{"workflow", json::object()}});
  ASSERT_TRUE(read_provenance(kSlsaProvenanceV1, good));
  const char* const paths[] = {"/buildDefinition", "/buildDefinition/buildType", "/buildDefinition/externalParameters",
                               "/runDetails",      "/runDetails/builder",        "/runDetails/builder/id"};
  for (const char* path : paths) {
    for (const json& value : {json(), json(1), json::array()}) {
      json changed = good;
      changed[json::json_pointer(path)] = value;
      EXPECT_FALSE(read_provenance(kSlsaProvenanceV1, changed)) << path << " " << value;
    }
  }
  for (const json& materials : {json(1), json::object(), json::array({1}), json::array({{{"uri", 1}}}),
                                json::array({{{"digest", {{"a", 1}}}}})}) {
    json changed = good;
    changed["buildDefinition"]["resolvedDependencies"] = materials;
    EXPECT_FALSE(read_provenance(kSlsaProvenanceV1, changed)) << materials;
  }
  EXPECT_FALSE(read_provenance(kSlsaProvenanceV02, good));
  EXPECT_FALSE(read_provenance(kSlsaProvenanceV1, predicate_v02("t", json::object())));
}

}  // namespace
}  // namespace pullgate::verify::slsa
