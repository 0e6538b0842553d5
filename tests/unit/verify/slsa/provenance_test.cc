#include "verify/slsa/provenance.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pullgate::verify::slsa {
namespace {

using nlohmann::json;

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";
const Source kSource{.repository = "https://github.com/acme/app", .ref = "refs/heads/main", .commit = kCommit};

Result<Provenance> read(std::string_view type, json predicate) {
  return read_provenance(type, std::make_shared<const json>(std::move(predicate)));
}
Provenance v01(const json& predicate) {
  return read(kSlsaProvenanceV01, predicate).value();
}
Provenance v02(const json& predicate) {
  return read(kSlsaProvenanceV02, predicate).value();
}
Provenance v1(const json& predicate) {
  return read(kSlsaProvenanceV1, predicate).value();
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

TEST(Provenance, OfVersion01HasItsSourceInTheMaterialThatDefinesIt) {
  json predicate = {{"builder", {{"id", "https://builder.example"}}},
                    {"recipe", {{"type", "https://builder.example/make"}, {"definedInMaterial", 0}}},
                    {"materials", json::array({kGitDependency})}};
  EXPECT_EQ(v01(predicate).source, kSource);
  EXPECT_EQ(v01(predicate).build_type, "https://builder.example/make");
  for (const json& index : {json(1), json(-1), json("-1"), json(1.5), json(), json("a")}) {
    predicate["recipe"]["definedInMaterial"] = index;
    EXPECT_FALSE(v01(predicate).source) << index;
  }
}

TEST(Provenance, OfGoogleCloudBuildInVersion01SaysTagOrBranchInItsSubstitutions) {
  json predicate = {{"builder", {{"id", "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3"}}},
                    {"recipe", {{"type", "https://cloudbuild.googleapis.com/CloudBuildSteps@v0.1"}}},
                    {"materials", {{{"uri", "https://github.com/acme/app"}, {"digest", {{"sha1", kCommit}}}}}}};
  EXPECT_EQ(v01(predicate).source, (Source{kSource.repository, "", kCommit}));
  predicate["recipe"]["arguments"]["substitutions"]["BRANCH_NAME"] = "main";
  EXPECT_EQ(v01(predicate).source, kSource);
  predicate["recipe"]["arguments"]["substitutions"]["TAG_NAME"] = "v1";
  EXPECT_EQ(v01(predicate).source->ref, "refs/tags/v1");
  predicate["materials"][0]["uri"] = "https://github.com/acme/app/commit/" + std::string(40, 'f');
  EXPECT_EQ(v01(predicate).source, (Source{kSource.repository, "refs/tags/v1", ""}));  // two commits
  predicate["materials"][0]["uri"] = "https://github.com/acme/app/commit/main";
  EXPECT_FALSE(v01(predicate).source);
  predicate["materials"][0]["uri"] = "gs://acme/source.tgz";
  EXPECT_FALSE(v01(predicate).source);
}

TEST(Provenance, ThatContradictsItselfIsRefused) {
  const char* const generator = "https://github.com/slsa-framework/slsa-github-generator/container@v1";
  json config = kGitDependency;
  config["digest"] = {{"sha1", kCommit}};
  const json good = predicate_v02(generator, config, json::array({config}));
  ASSERT_TRUE(read(kSlsaProvenanceV02, good));
  json changed = good;
  changed["materials"][0]["uri"] = "git+https://github.com/mallory/app@refs/heads/main";
  EXPECT_FALSE(read(kSlsaProvenanceV02, changed));
  changed = good;
  changed["materials"][0]["digest"]["sha1"] = std::string(40, 'f');
  EXPECT_FALSE(read(kSlsaProvenanceV02, changed));
  // Other producers list what they like first.
  changed["buildType"] = "https://mobyproject.org/buildkit@v1";
  EXPECT_TRUE(read(kSlsaProvenanceV02, changed));
}

TEST(Provenance, SpellsTheInvocationIdInTwoWaysWhichMustAgree) {
  json predicate = predicate_v02("https://mobyproject.org/buildkit@v1", json::object());
  predicate["metadata"] = {{"buildInvocationId", "1"}};
  EXPECT_EQ(v02(predicate).invocation_id, "1");
  predicate["metadata"] = {{"buildInvocationID", "2"}};
  EXPECT_EQ(v02(predicate).invocation_id, "2");
  predicate["metadata"] = {{"buildInvocationID", "2"}, {"buildInvocationId", "2"}};
  EXPECT_EQ(v02(predicate).invocation_id, "2");
  predicate["metadata"] = {{"buildInvocationID", "2"}, {"buildInvocationId", "1"}};
  EXPECT_FALSE(read(kSlsaProvenanceV02, predicate));
  json newer = predicate_v1("https://example.com/build/v1", json::object());
  newer["runDetails"]["metadata"] = {{"invocationId", "1"}, {"invocationID", "2"}};
  EXPECT_FALSE(read(kSlsaProvenanceV1, newer));
}

TEST(Provenance, SaysOfTheRunOnlyWhatAKnownProducerSays) {
  json predicate = predicate_v02("https://ci.example/build", json::object());
  predicate["invocation"]["environment"] = {{"github_event_name", "push"},
                                            {"github_event_payload", {{"inputs", {{"version", "1"}}}}}};
  predicate["metadata"] = {{"buildInvocationId", "8-1"}};
  EXPECT_EQ(v02(predicate).run, verify::Run());
  EXPECT_TRUE(v02(predicate).inputs.empty());
  for (const char* const type : {"https://github.com/slsa-framework/slsa-github-generator-evil/container@v1",
                                 "https://github.com/slsa-framework/slsa-github-generatorx@v1"}) {
    predicate["buildType"] = type;
    EXPECT_EQ(v02(predicate).run, verify::Run()) << type;
  }
  for (const char* const type : {"https://github.com/slsa-framework/slsa-github-generator/container@v1",
                                 "https://github.com/slsa-framework/slsa-github-generator@v1",
                                 "https://github.com/slsa-framework/slsa-github-generator-go@v1"}) {
    predicate["buildType"] = type;
    EXPECT_EQ(v02(predicate).run.trigger, "push") << type;
    EXPECT_EQ(v02(predicate).run.address_end, "/actions/runs/8/attempts/1") << type;
    EXPECT_EQ(v02(predicate).inputs.at("version"), "1") << type;
  }
  for (const char* const odd : {"8", "8-", "-1", "8-1-2", "a-b", "http://run.example/8"}) {
    predicate["metadata"]["buildInvocationId"] = odd;
    EXPECT_EQ(v02(predicate).run.address_end, "") << odd;
  }
}

TEST(Provenance, ClaimsNothingThatIsNotStated) {
  const Provenance bare = v02(predicate_v02("https://mobyproject.org/buildkit@v1", json::object()));
  EXPECT_EQ(bare.hermetic, Stated::kNothing);
  EXPECT_EQ(bare.reproducible, Stated::kNothing);
  EXPECT_EQ(bare.materials_are_complete, Stated::kNothing);
  EXPECT_EQ(bare.parameters_are_complete, Stated::kNothing);
  EXPECT_FALSE(bare.parameters.are_stated());
  json newer = predicate_v1("https://example.com/build/v1", json::object());
  EXPECT_EQ(v1(newer).parameters_are_complete, Stated::kYes);
  newer["runDetails"]["metadata"]["buildkit_completeness"] = {{"request", false}, {"resolvedDependencies", false}};
  EXPECT_EQ(v1(newer).parameters_are_complete, Stated::kNo);
  EXPECT_EQ(v1(newer).materials_are_complete, Stated::kNo);
  for (const json& odd : {json("true"), json(1), json::array()}) {
    newer["runDetails"]["metadata"]["buildkit_hermetic"] = odd;
    EXPECT_FALSE(read(kSlsaProvenanceV1, newer)) << odd;
  }
}

TEST(Material, IsPinnedByADigestThatIsOne) {
  const std::string sha256(64, 'a');
  const std::string git = "git+https://github.com/acme/app";
  EXPECT_TRUE((Material{"https://example.com/x", "", {{"sha256", sha256}}}.is_pinned()));
  EXPECT_TRUE((Material{"https://example.com/x", "", {{"sha512", sha256 + sha256}}}.is_pinned()));
  EXPECT_TRUE((Material{git, "", {{"sha1", kCommit}}}.is_pinned()));
  EXPECT_TRUE((Material{git, "", {{"gitCommit", kCommit}}}.is_pinned()));
  EXPECT_FALSE((Material{git, "", {}}.is_pinned()));
  EXPECT_FALSE((Material{git, "", {{"sha256", kCommit}}}.is_pinned()));
  EXPECT_FALSE((Material{git, "", {{"sha256", std::string(64, 'A')}}}.is_pinned()));
  EXPECT_FALSE((Material{git, "", {{"md5", std::string(32, 'a')}}}.is_pinned()));
  EXPECT_FALSE((Material{"https://example.com/x", "", {{"sha1", kCommit}}}.is_pinned()));  // SHA-1 of a file
  EXPECT_FALSE((Material{"pkg:docker/alpine@3.20", "", {{"sha1", kCommit}}}.is_pinned()));
}

TEST(Provenance, OfAnotherShapeIsRefused) {
  const json good = predicate_v1("https://actions.github.io/buildtypes/workflow/v1", {{"workflow", json::object()}});
  ASSERT_TRUE(read(kSlsaProvenanceV1, good));
  const char* const paths[] = {"/buildDefinition", "/buildDefinition/buildType", "/buildDefinition/externalParameters",
                               "/runDetails",      "/runDetails/builder",        "/runDetails/builder/id"};
  for (const char* path : paths) {
    for (const json& value : {json(), json(1), json::array()}) {
      json changed = good;
      changed[json::json_pointer(path)] = value;
      EXPECT_FALSE(read(kSlsaProvenanceV1, changed)) << path << " " << value;
    }
  }
  for (const json& materials : {json(1), json::object(), json::array({1}), json::array({{{"uri", 1}}}),
                                json::array({{{"digest", {{"a", 1}}}}})}) {
    json changed = good;
    changed["buildDefinition"]["resolvedDependencies"] = materials;
    EXPECT_FALSE(read(kSlsaProvenanceV1, changed)) << materials;
  }
  EXPECT_FALSE(read(kSlsaProvenanceV02, good));
  EXPECT_FALSE(read(kSlsaProvenanceV1, predicate_v02("t", json::object())));
}

}  // namespace
}  // namespace pullgate::verify::slsa
