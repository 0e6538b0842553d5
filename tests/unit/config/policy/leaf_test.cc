/// Leaves as they are written: what they become, and what is refused where it stands.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/policy_file.h"
#include "tests/unit/config/folder.h"
#include "verify/vsa.h"

namespace pullgate::config {
namespace {

using policy::Scalar;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string key_pem(std::string_view name) {
  std::ifstream file(std::string(PULLGATE_TEST_DATA "/cases/keys/") + std::string(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class LeafFile : public ::testing::Test {
 protected:
  LeafFile() {
    folder_.write("release.pub", key_pem("p256.pub"));
    folder_.write("scanner.pub", key_pem("ed25519.pub"));
    const std::string root = PULLGATE_TEST_DATA "/../config/trust/public-good.json";
    std::ifstream file(root, std::ios::binary);
    folder_.write("root.json", std::string(std::istreambuf_iterator<char>(file), {}));
  }

  Loaded<Policy> load(const std::string& requirement) {
    return load_policy(folder_.write("policy.yaml", R"(version: 1
trustRoots: { root: { sigstore: { trustedRoot: root.json } } }
attestors:
  release: { key: { file: release.pub } }
  scanner: { key: { file: scanner.pub }, trustRoot: root, transparencyLog: ifPresent }
defaults: { noMatch: deny }
rules:
  - { name: other, scopes: ["quay.io/**"], require: { allOf: [ { signature: release }, { signature: scanner } ] } }
  - name: apps
    scopes: ["ghcr.io/acme/**"]
    require: )" + requirement + "\n"));
  }
  std::vector<std::string> problems(const std::string& requirement) { return folder_.problems(load(requirement)); }
  /// Of an attestation leaf with this as its one condition.
  std::vector<std::string> condition_problems(const std::string& condition) {
    return problems("{ attestation: { predicateType: vuln, attestor: scanner, where: [ " + condition + " ] } }");
  }

  template <class Leaf>
  Leaf leaf(const std::string& requirement) {
    const Loaded<Policy> loaded = load(requirement);
    EXPECT_THAT(folder_.problems(loaded), IsEmpty()) << requirement;
    if (!loaded) return {};
    return std::get<Leaf>(loaded->rules->rules().at(1).require.node);
  }
  decltype(policy::PathCondition::test) test_of(const std::string& condition) {
    const auto read = leaf<policy::AttestationLeaf>(
        "{ attestation: { predicateType: vuln, attestor: scanner, where: [ " + condition + " ] } }");
    return std::get<policy::PathCondition>(read.where.at(0)).test;
  }

  Folder folder_;
};

TEST_F(LeafFile, AttestationWithEverythingInIt) {
  const auto read = leaf<policy::AttestationLeaf>(R"({ attestation: { predicateType: "https://example.com/scan/v1",
      attestor: scanner, select: newest, maxAge: 168h, where: [ { path: /a~1b/0, exists: true }, { path: /c, equals: 1 } ] } })");
  EXPECT_EQ(read.predicate_type, "https://example.com/scan/v1");
  EXPECT_EQ(read.attestor, "scanner");
  EXPECT_EQ(read.select, policy::Select::kNewest);
  EXPECT_EQ(read.max_age, std::chrono::hours(168));
  ASSERT_EQ(read.where.size(), 2U);
  EXPECT_THAT(std::get<policy::PathCondition>(read.where[0]).path.steps(), ElementsAre("a/b", "0"));
}

TEST_F(LeafFile, AttestationWithTheLeast) {
  const auto read = leaf<policy::AttestationLeaf>("{ attestation: { predicateType: vuln, attestor: release } }");
  EXPECT_EQ(read.predicate_type, "https://cosign.sigstore.dev/attestation/vuln/v1");
  EXPECT_EQ(read.select, policy::Select::kAny);
  EXPECT_EQ(read.max_age, std::nullopt);
  EXPECT_THAT(read.where, IsEmpty());
}

/// The names of its --type, for the types that it writes.
TEST_F(LeafFile, KnowsCosignsNamesOfTypes) {
  const std::vector<std::pair<std::string, std::string>> names = {
      {"custom", "https://cosign.sigstore.dev/attestation/v1"},
      {"cyclonedx", "https://cyclonedx.org/bom"},
      {"link", "https://in-toto.io/Link/v1"},
      {"openvex", "https://openvex.dev/ns"},
      {"slsaprovenance", "https://slsa.dev/provenance/v0.2"},
      {"slsaprovenance02", "https://slsa.dev/provenance/v0.2"},
      {"slsaprovenance1", "https://slsa.dev/provenance/v1"},
      {"spdx", "https://spdx.dev/Document"},
      {"spdxjson", "https://spdx.dev/Document"},
      {"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"}};
  for (const auto& [name, type] : names) {
    EXPECT_EQ(leaf<policy::AttestationLeaf>("{ attestation: { predicateType: " + name + ", attestor: scanner } }")
                  .predicate_type,
              type);
  }
}

TEST_F(LeafFile, RefusesTypesThatNothingCanHave) {
  const auto type_problems = [this](const std::string& type) {
    return problems("{ attestation: { predicateType: '" + type + "', attestor: scanner } }");
  };
  EXPECT_THAT(type_problems("vulns"), ElementsAre(HasSubstr("did you mean 'vuln'")));
  for (const char* type : {"text/vex", "VULN", "://x", "https://spdx.dev/Docu ment", "https:"}) {
    EXPECT_THAT(type_problems(type), ElementsAre(HasSubstr(":11:46: 'predicateType' must be a URI"))) << type;
  }
  EXPECT_THAT(type_problems("https://spdx.dev/*"), ElementsAre(HasSubstr("compared exactly")));
  EXPECT_THAT(type_problems("https://sigstore.dev/cosign/sign/v1"), ElementsAre(HasSubstr("ask for 'signature'")));
}

TEST_F(LeafFile, RefusesAttestationsThatAreNotOne) {
  EXPECT_THAT(problems("{ attestation: {} }"),
              ElementsAre(HasSubstr("needs 'attestor'"), HasSubstr("needs 'predicateType'")));
  EXPECT_THAT(problems("{ attestation: { predicateType: vuln, attestor: nobody } }"),
              ElementsAre(HasSubstr(":11:62: rule 'apps': no attestor is named 'nobody'")));
  EXPECT_THAT(problems("{ attestation: { predicateType: vuln, attestor: scanner, select: latest } }"),
              ElementsAre(HasSubstr("'select' cannot be 'latest'; it can be any, all, newest")));
  EXPECT_THAT(problems("{ attestation: { predicateType: vuln, attestor: scanner, maxAge: 7d } }"),
              ElementsAre(HasSubstr("'maxAge' must be a whole number with a unit")));
  EXPECT_THAT(problems("{ attestation: { predicateType: vuln, attestor: scanner, maxAge: 1s } }"),
              ElementsAre(HasSubstr("'maxAge' must be between 60s")));
  EXPECT_THAT(problems("{ attestation: { predicateType: vuln, attestor: scanner, where: [] } }"),
              ElementsAre(HasSubstr("'where' must not be empty")));
  EXPECT_THAT(problems("{ attestation: { predicateType: vuln, attestor: scanner, maxage: 1h } }"),
              ElementsAre(HasSubstr("did you mean 'maxAge'")));
  EXPECT_THAT(problems("{ attestation: { predicateType: vuln, attestor: release, select: newest } }"),
              ElementsAre(HasSubstr("'select: newest' needs a proven time")));
}

TEST_F(LeafFile, ReadsValuesWithTheirTypes) {
  const auto value = [this](const std::string& text) {
    return std::get<policy::Membership>(test_of("{ path: /a, equals: " + text + " }")).values.at(0);
  };
  EXPECT_EQ(value("7"), Scalar(std::int64_t{7}));
  EXPECT_EQ(value("-7"), Scalar(std::int64_t{-7}));
  EXPECT_EQ(value("'7'"), Scalar(std::string("7")));
  EXPECT_EQ(value("true"), Scalar(true));
  EXPECT_EQ(value("'true'"), Scalar(std::string("true")));
  EXPECT_EQ(value("PASSED"), Scalar(std::string("PASSED")));
  EXPECT_EQ(value("1.2.3"), Scalar(std::string("1.2.3")));
  EXPECT_EQ(value("2026-06-01"), Scalar(std::string("2026-06-01")));
  EXPECT_EQ(value("''"), Scalar(std::string()));
}

/// A fraction that became a text, or a "no" that became a flag elsewhere, would equal nothing, and nobody would see
/// why.
TEST_F(LeafFile, RefusesValuesThatCouldBeReadTwice) {
  for (const char* text : {"7.5", "1e3", "007", "+7", "0x1F", "0o17", "1_000", ".5", "-0", "9223372036854775808", "yes",
                           "No", "on", "True", ".inf", "nan"}) {
    EXPECT_THAT(condition_problems("{ path: /a, equals: " + std::string(text) + " }"),
                ElementsAre(HasSubstr("is written in quotes")))
        << text;
  }
  EXPECT_THAT(condition_problems("{ path: /a, equals: [1] }"),
              ElementsAre(HasSubstr("must be true, false, a whole number")));
  EXPECT_THAT(condition_problems("{ path: /a, equals: }"), ::testing::Contains(HasSubstr("'equals' has no value")));
}

TEST_F(LeafFile, ReadsEveryComparison) {
  using Relation = policy::Order::Relation;
  using Sense = policy::Membership::Sense;
  EXPECT_FALSE(std::get<policy::Exists>(test_of("{ path: /a, exists: false }")).wanted);
  EXPECT_EQ(std::get<policy::Membership>(test_of("{ path: /a, notEquals: x }")).sense, Sense::kNoneOf);
  EXPECT_EQ(std::get<policy::Membership>(test_of("{ path: /a, equals: x }")).sense, Sense::kOneOf);
  EXPECT_EQ(std::get<policy::Membership>(test_of("{ path: /a, in: [a, b] }")).values.size(), 2U);
  EXPECT_EQ(std::get<policy::Membership>(test_of("{ path: /a, in: [a, b] }")).sense, Sense::kOneOf);
  EXPECT_EQ(std::get<policy::Membership>(test_of("{ path: /a, notIn: [1, 2] }")).sense, Sense::kNoneOf);
  const std::vector<std::pair<std::string, Relation>> relations = {{"lessThan", Relation::kLessThan},
                                                                   {"atMost", Relation::kAtMost},
                                                                   {"greaterThan", Relation::kGreaterThan},
                                                                   {"atLeast", Relation::kAtLeast}};
  for (const auto& [key, relation] : relations) {
    const auto order = std::get<policy::Order>(test_of("{ path: /a, " + key + ": 7 }"));
    EXPECT_EQ(order.relation, relation);
    EXPECT_EQ(std::get<std::int64_t>(order.bound), 7);
  }
  EXPECT_EQ(std::get<Time>(std::get<policy::Order>(test_of("{ path: /a, atLeast: 2026-06-01T00:00:00Z }")).bound),
            parse_rfc3339("2026-06-01T00:00:00Z").value());
  EXPECT_EQ(std::get<policy::Contains>(test_of("{ path: /a, contains: x }")).value, Scalar(std::string("x")));
  const auto size = std::get<policy::Size>(test_of("{ path: /a, size: { atLeast: 1, atMost: 2 } }"));
  EXPECT_EQ(size.at_least, 1U);
  EXPECT_EQ(size.at_most, 2U);
  EXPECT_TRUE(std::get<policy::Matches>(test_of("{ path: /a, matches: 'v[0-9]+' }")).pattern.matches("v12"));
}

TEST_F(LeafFile, RefusesConditionsThatAreNotOne) {
  EXPECT_THAT(condition_problems("{ equals: 1 }"), ElementsAre(HasSubstr("needs 'path'")));
  EXPECT_THAT(condition_problems("{ path: /a }"), ElementsAre(HasSubstr("needs one of exists, equals")));
  EXPECT_THAT(condition_problems("{ path: /a, equals: 1, notEquals: 2 }"),
              ElementsAre(HasSubstr("not equals and notEquals")));
  EXPECT_THAT(condition_problems("{ path: a, equals: 1 }"), ElementsAre(HasSubstr("a JSON pointer begins with '/'")));
  EXPECT_THAT(condition_problems("{ path: /a~, equals: 1 }"), ElementsAre(HasSubstr("'~' is written '~0'")));
  EXPECT_THAT(condition_problems("{ path: '', equals: 1 }"), ElementsAre(HasSubstr("'path' must not be empty")));
  EXPECT_THAT(condition_problems("{ path: /a, exists: yes }"), ElementsAre(HasSubstr("must be true or false")));
  EXPECT_THAT(condition_problems("{ path: /a, in: [1, x] }"), ElementsAre(HasSubstr("values of different types")));
  EXPECT_THAT(condition_problems("{ path: /a, in: [x, x] }"), ElementsAre(HasSubstr("'x' is listed twice")));
  EXPECT_THAT(condition_problems("{ path: /a, in: [] }"), ElementsAre(HasSubstr("'in' must not be empty")));
  for (const char* bound : {"x", "7.5", "true", "'7'", "2026-06-01", "2026-06-01T00:00:00"}) {
    EXPECT_THAT(condition_problems("{ path: /a, lessThan: " + std::string(bound) + " }"),
                ElementsAre(HasSubstr("must be a whole number of 64 bits, or a moment")))
        << bound;
  }
  EXPECT_THAT(condition_problems("{ path: /a, size: {} }"),
              ElementsAre(HasSubstr("'size' needs 'atLeast' or 'atMost'")));
  EXPECT_THAT(condition_problems("{ path: /a, size: { atLeast: 2, atMost: 1 } }"),
              ElementsAre(HasSubstr("can never be met")));
  EXPECT_THAT(condition_problems("{ path: /a, size: { atLeast: -1 } }"), ElementsAre(HasSubstr("whole number from 0")));
  EXPECT_THAT(condition_problems("{ path: /a, matches: '(' }"),
              ElementsAre(HasSubstr("not an RE2 regular expression")));
  EXPECT_THAT(condition_problems("{ path: /a, expression: 'a == 1' }"),
              ElementsAre(HasSubstr("needs one of"), HasSubstr("unknown key 'expression'")));
}

TEST_F(LeafFile, SummaryWithEverythingInIt) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const auto read = leaf<policy::VsaLeaf>(R"({ vsa: { attestor: scanner, verifier: "https://verifier.example/v1",
      resourceUri: "https://releases.example/{repo}", levels: [SLSA_BUILD_LEVEL_3, REVIEWED],
      policy: { uri: "https://policies.example/1", digest: ")" +
                                          digest + R"(" }, maxAge: 720h } })");
  EXPECT_EQ(read.attestor, "scanner");
  EXPECT_EQ(read.verifier, "https://verifier.example/v1");
  EXPECT_EQ(read.resource_uri->text(), "https://releases.example/{repo}");
  EXPECT_THAT(read.levels, ElementsAre("SLSA_BUILD_LEVEL_3", "REVIEWED"));
  EXPECT_EQ(read.policy.uri, "https://policies.example/1");
  EXPECT_EQ(read.policy.digest->text(), digest);
  EXPECT_EQ(read.max_age, std::chrono::hours(720));
}

TEST_F(LeafFile, RefusesSummariesThatAreNotOne) {
  EXPECT_THAT(problems("{ vsa: {} }"),
              ElementsAre(HasSubstr("needs 'attestor'"), HasSubstr("needs 'levels'"), HasSubstr("needs 'verifier'")));
  const auto with = [this](const std::string& more) {
    return problems("{ vsa: { attestor: scanner, verifier: v, " + more + " } }");
  };
  EXPECT_THAT(with("levels: []"), ElementsAre(HasSubstr("'levels' must not be empty")));
  EXPECT_THAT(with("levels: [SLSA_BUILD_LEVEL_0]"),
              ElementsAre(HasSubstr(":11:16: rule 'apps': 'SLSA_BUILD_LEVEL_0' says nothing")));
  EXPECT_THAT(with("levels: [A], policy: {}"), ElementsAre(HasSubstr("'policy' must not be empty")));
  EXPECT_THAT(with("levels: [A], policy: { digest: 'sha256:0' }"), ElementsAre(HasSubstr("a digest")));
  EXPECT_THAT(with("levels: [A], resourceUri: 'x/{host}'"), ElementsAre(HasSubstr("'resourceUri'")));
}

TEST_F(LeafFile, ImageWithEverythingInIt) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const Loaded<Policy> loaded = load("{ allOf: [ { accept: {} }, { image: { digests: ['" + digest +
                                     "'], tags: ['v*'], annotations: { team: 'app-*' } } } ] }");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  const auto& all = std::get<policy::AllOf>(loaded->rules->rules().at(1).require.node);
  const auto& read = std::get<policy::ImageLeaf>(all.of.at(1).node);
  EXPECT_THAT(read.digests, ElementsAre(Digest::parse(digest).value()));
  EXPECT_TRUE(read.tags.at(0).matches("v1.0"));
  EXPECT_TRUE(read.annotations.at("team").matches("app-1"));
}

TEST_F(LeafFile, RefusesImagesThatSayNothingOrOpenAScope) {
  const auto with = [this](const std::string& image) {
    return problems("{ allOf: [ { signature: release }, { image: " + image + " } ] }");
  };
  EXPECT_THAT(with("{}"), ElementsAre(HasSubstr("'image' must not be empty")));
  EXPECT_THAT(with("{ tags: [] }"), ElementsAre(HasSubstr("'tags' must not be empty")));
  EXPECT_THAT(with("{ annotations: {} }"), ElementsAre(HasSubstr("at least one annotation")));
  EXPECT_THAT(with("{ annotations: { team: } }"), ElementsAre(HasSubstr("'team' has no value")));
  EXPECT_THAT(with("{ labels: { team: x } }"), ElementsAre(HasSubstr("unknown key 'labels'")));
  EXPECT_THAT(problems("{ image: { tags: ['v*'] } }"), ElementsAre(HasSubstr("without any evidence")));
}

TEST_F(LeafFile, ReadsTheSixKindsOfSignedIdentity) {
  const auto identity = [this](const std::string& text) {
    return leaf<policy::SignatureLeaf>("{ signature: { attestor: release, signedIdentity: " + text + " } }")
        .signed_identity;
  };
  for (const char* word : {"matchExact", "matchRepoDigestOrExact", "matchRepository"}) {
    EXPECT_EQ(policy::kind_of(*identity(word)), word);
  }
  EXPECT_EQ(std::get<policy::ExactReference>(*identity("{ exactReference: 'alpine:3' }")).reference.text(),
            "docker.io/library/alpine:3");
  EXPECT_EQ(std::get<policy::ExactRepository>(*identity("{ exactRepository: ghcr.io/acme/app }")).repository.text(),
            "ghcr.io/acme/app");
  const auto remap =
      std::get<policy::Remap>(*identity("{ remap: { prefix: mirror.example/hub, signedPrefix: docker.io } }"));
  EXPECT_EQ(remap.prefix, "mirror.example/hub");
  EXPECT_EQ(remap.signed_prefix, "docker.io");
}

TEST_F(LeafFile, ReadsTheAnnotationsOfASignature) {
  const auto read =
      leaf<policy::SignatureLeaf>("{ signature: { attestor: release, annotations: { release: '1.0', n: 7 } } }");
  EXPECT_EQ(read.attestor, "release");
  EXPECT_FALSE(read.signed_identity);
  EXPECT_EQ(read.annotations, (std::map<std::string, std::string>{{"release", "1.0"}, {"n", "7"}}));
}

TEST_F(LeafFile, RefusesSignaturesThatAreNotOne) {
  const auto with = [this](const std::string& identity) {
    return problems("{ signature: { attestor: release, signedIdentity: " + identity + " } }");
  };
  EXPECT_THAT(problems("{ signature: {} }"), ElementsAre(HasSubstr("needs 'attestor'")));
  EXPECT_THAT(problems("{ signature: { attestor: nobody, signedIdentity: matchExact } }"),
              ElementsAre(HasSubstr(":11:39: rule 'apps': no attestor is named 'nobody'")));
  EXPECT_THAT(with("matchexact"), ElementsAre(HasSubstr("did you mean 'matchExact'")));
  EXPECT_THAT(with("exactReference"), ElementsAre(HasSubstr("cannot be 'exactReference'")));
  EXPECT_THAT(with("{ matchExact: {} }"), ElementsAre(HasSubstr("unknown key 'matchExact'")));
  EXPECT_THAT(with("{}"), ElementsAre(HasSubstr("exactly one of exactReference")));
  EXPECT_THAT(with("{ exactReference: 'a/b:1', exactRepository: a/b }"),
              ElementsAre(HasSubstr("exactly one of exactReference")));
  EXPECT_THAT(with("{ exactReference: ghcr.io/acme/app }"), ElementsAre(HasSubstr("a tag or a digest is missing")));
  EXPECT_THAT(with("{ exactRepository: 'ghcr.io/acme/app:1' }"), ElementsAre(HasSubstr("neither tag nor digest")));
  EXPECT_THAT(with("{ remap: { prefix: ghcr.io } }"), ElementsAre(HasSubstr("needs 'signedPrefix'")));
  EXPECT_THAT(
      with("{ remap: { prefix: ghcr.io/, signedPrefix: index.docker.io } }"),
      ElementsAre(HasSubstr("'prefix': not a repository path"), HasSubstr("this registry's name is 'docker.io'")));
}

}  // namespace
}  // namespace pullgate::config
