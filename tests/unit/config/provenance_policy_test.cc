/// How a policy file says what a build has to be like.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/policy_file.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ProvenancePolicy : public ::testing::Test {
 protected:
  ProvenancePolicy() {
    std::ifstream key(PULLGATE_TEST_DATA "/cases/keys/p256.pub", std::ios::binary);
    folder_.write("build.pub", std::string(std::istreambuf_iterator<char>(key), {}));
  }

  Loaded<Policy> load(const std::string& members) {
    return load_policy(folder_.write("policy.yaml",
                                     "version: 1\n"
                                     "attestors: { build: { key: { file: build.pub } } }\n"
                                     "builders: { ci: { attestor: build, id: https://ci.example } }\n"
                                     "defaults: { noMatch: deny }\n"
                                     "rules:\n"
                                     "  - name: apps\n"
                                     "    scopes: [\"ghcr.io/**\"]\n"
                                     "    require:\n"
                                     "      provenance: { builder: ci, " +
                                         members + " }\n"));
  }
  std::vector<std::string> problems(const std::string& members) { return folder_.problems(load(members)); }
  policy::ProvenanceLeaf leaf(const std::string& members) {
    const Loaded<Policy> loaded = load(members);
    EXPECT_THAT(folder_.problems(loaded), IsEmpty());
    return loaded ? std::get<policy::ProvenanceLeaf>(loaded->rules->rules().at(0).require.node)
                  : policy::ProvenanceLeaf{};
  }

  Folder folder_;
};

TEST_F(ProvenancePolicy, ReadsEverything) {
  const policy::ProvenanceLeaf made = leaf(
      "source: { repository: 'https://github.com/acme/{repo}', versionedTag: v1.2 }, workflow: .github/workflows/*, "
      "trigger: [push, workflow_dispatch], inputs: { version: '{tag}', dry_run: false }, "
      "parameters: { /request/frontend: dockerfile.v0, /request/args/0: 1 }, unexpectedParameters: allow, "
      "materials: { allow: ['git+https://github.com/acme/**', 'pkg:docker/*'], unexpected: deny, complete: required }, "
      "hermetic: required, reproducible: required, labels: agree");
  EXPECT_EQ(made.source->versioned_tag->text(), "v1.2");
  EXPECT_EQ(made.workflow->text(), ".github/workflows/*");
  EXPECT_THAT(made.triggers, ElementsAre("push", "workflow_dispatch"));
  ASSERT_EQ(made.inputs.size(), 2U);
  EXPECT_EQ(made.inputs[1].name, "dry_run");
  EXPECT_EQ(made.inputs[1].value.text(), "false");
  ASSERT_EQ(made.parameters.size(), 2U);
  EXPECT_EQ(made.parameters[1].place.text(), "/request/args/0");
  EXPECT_EQ(made.parameters[1].value.text(), "1");
  EXPECT_EQ(made.unexpected_parameters, policy::UnexpectedParameters::kAllow);
  EXPECT_EQ(made.materials->allow.size(), 2U);
  EXPECT_EQ(made.materials->completeness, policy::BuilderClaim::kRequired);
  EXPECT_EQ(made.hermetic, policy::BuilderClaim::kRequired);
  EXPECT_EQ(made.labels, policy::LabelAgreement::kRequired);
  EXPECT_EQ(made.reproducible, policy::BuilderClaim::kRequired);
}

TEST_F(ProvenancePolicy, DeniesUnexpectedParametersWhereSomeAreListed) {
  using policy::UnexpectedParameters;
  EXPECT_EQ(leaf("minLevel: 0").unexpected_parameters, UnexpectedParameters::kAllow);
  EXPECT_EQ(leaf("parameters: { /a: b }").unexpected_parameters, UnexpectedParameters::kDeny);
  EXPECT_EQ(leaf("unexpectedParameters: deny").unexpected_parameters, UnexpectedParameters::kDeny);
}

TEST_F(ProvenancePolicy, NamesOneRefInOneWay) {
  EXPECT_EQ(leaf("source: { branch: main }").source->branch->text(), "main");
  EXPECT_EQ(leaf("source: { tag: 'v{tag}' }").source->tag->text(), "v{tag}");
  EXPECT_THAT(problems("source: { branch: main, tag: v1 }"),
              ElementsAre(HasSubstr("'branch' and 'tag' are one too many: one of ref, branch, tag and versionedTag")));
  EXPECT_THAT(problems("source: { ref: refs/heads/main, versionedTag: v1 }"),
              ElementsAre(HasSubstr("'ref' and 'versionedTag' are one too many")));
  for (const std::string key : {"branch", "tag"}) {
    EXPECT_THAT(problems("source: { " + key + ": refs/heads/main }"), ElementsAre(HasSubstr("is written as 'ref'")));
  }
  for (const std::string version : {"1.2", "v1.x", "v", "v1.2.3.4", "'*'"}) {
    EXPECT_THAT(problems("source: { versionedTag: " + version + " }"), ElementsAre(HasSubstr("v1, v1.2 or v1.2.3")));
  }
  EXPECT_THAT(problems("source: {}"), ElementsAre(HasSubstr("'source' must not be empty")));
}

TEST_F(ProvenancePolicy, RefusesWhatCanNeverBeMetOrSaysNothing) {
  EXPECT_THAT(problems("trigger: [push], inputs: { version: v1 }"),
              ElementsAre(HasSubstr("'inputs' can never be met: only builds that 'workflow_dispatch' started")));
  EXPECT_THAT(problems("trigger: []"), ElementsAre(HasSubstr("'trigger' must not be empty")));
  EXPECT_THAT(problems("trigger: push"), ElementsAre(HasSubstr("'trigger' must be a list")));
  EXPECT_THAT(problems("inputs: {}"), ElementsAre(HasSubstr("'inputs' must be a mapping that is not empty")));
  EXPECT_THAT(problems("inputs: [a]"), ElementsAre(HasSubstr("'inputs' must be a mapping that is not empty")));
  EXPECT_THAT(problems("inputs: { a: [b] }"), ElementsAre(HasSubstr("input 'a' must be a single value")));
  EXPECT_THAT(problems("inputs: { a: '' }"), ElementsAre(HasSubstr("input 'a' must not be empty")));
  EXPECT_THAT(problems("parameters: {}"), ElementsAre(HasSubstr("'parameters' must be a mapping that is not empty")));
  EXPECT_THAT(problems("materials: {}"), ElementsAre(HasSubstr("'materials' needs 'allow'")));
  EXPECT_THAT(problems("materials: { allow: [] }"), ElementsAre(HasSubstr("'allow' must not be empty")));
  EXPECT_THAT(problems("materials: { allow: ['**'], unexpected: allow }"), ElementsAre(HasSubstr("it can be deny")));
  EXPECT_THAT(problems("labels: any"), ElementsAre(HasSubstr("'labels' cannot be 'any'")));
  EXPECT_THAT(problems("hermetic: true"), ElementsAre(HasSubstr("'hermetic' cannot be 'true'; it can be required")));
  EXPECT_THAT(problems("maxAge: 720h"), ElementsAre(HasSubstr("'maxAge' needs a proven time")));
  EXPECT_THAT(problems("maxAge: 30 days"), ElementsAre(HasSubstr("'maxAge'")));
}

TEST_F(ProvenancePolicy, NamesParametersByJsonPointer) {
  EXPECT_EQ(leaf("parameters: { /a~1b/~0c: x }").parameters[0].place.text(), "/a~1b/~0c");
  EXPECT_THAT(problems("parameters: { frontend: x }"), ElementsAre(HasSubstr("a JSON pointer begins with '/'")));
  EXPECT_THAT(problems("parameters: { '': x }"), ElementsAre(HasSubstr("a JSON pointer to one parameter")));
  EXPECT_THAT(problems("parameters: { /a~b: x }"), ElementsAre(HasSubstr("'~0'")));
}

}  // namespace
}  // namespace pullgate::config
