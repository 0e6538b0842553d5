#include "config/policy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kHead =
    "version: 1\n"
    "attestors:\n"
    "  release: { key: { file: release.pub } }\n"
    "defaults: { noMatch: deny }\n"
    "rules:\n";
const std::string kRule =
    "  - name: apps\n"
    "    scopes: [\"ghcr.io/acme/**\"]\n"
    "    require: { signature: release }\n";

std::string key_of(std::string_view name) {
  std::ifstream file(std::string(PULLGATE_TEST_DATA "/cases/keys/") + std::string(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class PolicyFile : public ::testing::Test {
 protected:
  PolicyFile() {
    folder_.write("release.pub", key_of("p256.pub"));
    folder_.write("builder.pub", key_of("ed25519.pub"));
    folder_.write("rsa.pub", key_of("rsa3072.pub"));
  }

  Loaded<Policy> load(const std::string& text) { return load_policy(folder_.write("policy.yaml", text)); }
  std::vector<std::string> problems(const std::string& text) { return folder_.problems(load(text)); }
  /// Of a policy whose one rule requires this.
  std::vector<std::string> requirement_problems(const std::string& require) {
    return problems(kHead + "  - name: apps\n    scopes: [\"ghcr.io/acme/**\"]\n    require: " + require +
                    "\n  - { name: other, scopes: [\"quay.io/**\"], require: { signature: release } }\n");
  }
  std::vector<std::string> attestor_problems(const std::string& attestor) {
    return problems("version: 1\nattestors:\n  release: " + attestor + "\ndefaults: { noMatch: deny }\nrules:\n" +
                    kRule);
  }

  Folder folder_;
};

TEST_F(PolicyFile, BecomesRulesAndTrust) {
  const Loaded<Policy> loaded = load(kHead + kRule);
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  ASSERT_EQ(loaded->rules->rules().size(), 1U);
  EXPECT_EQ(loaded->rules->rules()[0].name, "apps");
  EXPECT_EQ(loaded->rules->rules()[0].mode, policy::Mode::kEnforce);
  ASSERT_EQ(loaded->trust->keys().size(), 1U);
  const Digest& fingerprint = loaded->trust->keys()[0].key.fingerprint();
  EXPECT_TRUE(loaded->rules->attestor("release").keys()->front() == verify::KeySigner{fingerprint});
}

TEST_F(PolicyFile, WithEverythingInIt) {
  const std::string digest = Digest::of("x").text();
  const Loaded<Policy> loaded = load(R"(
version: 1
attestors:
  release: { key: { files: [release.pub, rsa.pub] }, transparencyLog: none }
  build: { key: { file: builder.pub } }
builders:
  ci: { attestor: build, idRegExp: "https://ci\\.example/[a-z]+", level: 3, unsignedStatements: underSignature }
  old: { attestor: build, id: "https://old.example/*" }
defaults: { mode: audit, noMatch: deny }
rules:
  - name: apps
    scopes: ["ghcr.io/acme/**", "quay.io/acme/*"]
    mode: enforce
    message: "Ask the release team."
    require:
      allOf:
        - threshold: { atLeast: 2, of: [ { signature: release }, { provenance: { builder: old } } ] }
        - anyOf:
            - provenance:
                builder: ci
                minLevel: 2
                buildType: "https://ci.example/types/*"
                source: { repository: "https://github.com/acme/{repo}", ref: "refs/tags/{tag}", commit: 0123456789012345678901234567890123456789 }
            - accept: {}
        - baseImage: { proof: [annotation, provenance], from: ["ghcr.io/base/**"], digests: [")" +
                                     digest + R"("] }
        - reject: { digests: [")" + digest +
                                     R"("] }
  - name: nothing
    scopes: ["ghcr.io/acme/closed"]
    require: { reject: {} }
)");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  const policy::PolicySet& rules = *loaded->rules;
  EXPECT_EQ(rules.builder("ci").level, 3);
  EXPECT_EQ(rules.builder("ci").unsigned_statements, policy::UnsignedStatements::kUnderSignature);
  EXPECT_EQ(rules.builder("old").unsigned_statements, policy::UnsignedStatements::kRefused);
  EXPECT_EQ(rules.builder("ci").attestor, "build");
  EXPECT_TRUE(rules.builder("ci").id.matches("https://ci.example/main"));
  EXPECT_TRUE(rules.builder("old").id.matches("https://old.example/x"));
  EXPECT_EQ(rules.builder("old").level, 0);
  EXPECT_EQ(rules.attestor("release").keys()->size(), 2U);
  EXPECT_EQ(rules.rules()[0].message, "Ask the release team.");
  EXPECT_EQ(rules.rules()[0].mode, policy::Mode::kEnforce);
  EXPECT_EQ(rules.rules()[1].mode, policy::Mode::kAudit);
  const auto& root = std::get<policy::AllOf>(rules.rules()[0].require.node);
  ASSERT_EQ(root.of.size(), 4U);
  EXPECT_EQ(std::get<policy::Threshold>(root.of[0].node).at_least, 2U);
  const auto& any = std::get<policy::AnyOf>(root.of[1].node);
  const auto& leaf = std::get<policy::ProvenanceLeaf>(any.of[0].node);
  EXPECT_EQ(leaf.min_level, 2);
  EXPECT_EQ(leaf.build_type->text(), "https://ci.example/types/*");
  EXPECT_EQ(leaf.source->ref->text(), "refs/tags/{tag}");
  EXPECT_EQ(leaf.source->commit, "0123456789012345678901234567890123456789");
  const auto& base = std::get<policy::BaseImageLeaf>(root.of[2].node);
  EXPECT_THAT(base.proof, ElementsAre(policy::BaseProof::kAnnotation, policy::BaseProof::kProvenance));
  EXPECT_EQ(base.from[0].text(), "ghcr.io/base/**");
  EXPECT_EQ(base.digests[0].text(), digest);
  EXPECT_EQ(std::get<policy::RejectLeaf>(root.of[3].node).digests.value().size(), 1U);
  EXPECT_FALSE(std::get<policy::RejectLeaf>(rules.rules()[1].require.node).digests.has_value());
}

TEST_F(PolicyFile, ThatIsEmptyIsRefused) {
  EXPECT_THAT(problems(""), ElementsAre("policy.yaml: the file is empty"));
  EXPECT_THAT(problems("# nothing\n"), ElementsAre("policy.yaml: the file is empty"));
  EXPECT_THAT(problems("{}\n"),
              ElementsAre("policy.yaml:1:1: the file needs 'defaults'", "policy.yaml:1:1: the file needs 'rules'",
                          "policy.yaml:1:1: the file needs 'version'"));
}

TEST_F(PolicyFile, ThatIsMissingIsRefused) {
  EXPECT_THAT(folder_.problems(load_policy(folder_.path() / "none.yaml")),
              ElementsAre("none.yaml: cannot be read: there is no such file"));
}

TEST_F(PolicyFile, WithoutRulesIsRefused) {
  EXPECT_THAT(problems(kHead + "  []\n"), ElementsAre("policy.yaml:6:3: 'rules' must not be empty"));
}

TEST_F(PolicyFile, WithAnUnknownKeyIsRefusedWithTheNearest) {
  EXPECT_THAT(problems("atestors: {}\n" + kHead + kRule),
              ElementsAre("policy.yaml:1:1: unknown key 'atestors'; did you mean 'attestors'?"));
  EXPECT_THAT(problems(kHead + kRule + "    mesage: x\n"),
              ElementsAre("policy.yaml:9:5: unknown key 'mesage'; did you mean 'message'?"));
  EXPECT_THAT(requirement_problems("{ allOf: [ { signatur: release } ] }"),
              ElementsAre("policy.yaml:8:27: unknown requirement 'signatur'; did you mean 'signature'?"));
}

TEST_F(PolicyFile, WithADuplicateKeyIsRefused) {
  EXPECT_THAT(problems(kHead + kRule + "    require: { accept: {} }\n"),
              ElementsAre(HasSubstr("policy.yaml:9:5: duplicate key 'require'")));
  EXPECT_THAT(problems("version: 1\n" + kHead + kRule),
              ElementsAre(HasSubstr("policy.yaml:2:1: duplicate key 'version'")));
}

TEST_F(PolicyFile, WithARuleThatCanNeverApplyIsRefused) {
  EXPECT_THAT(
      problems(kHead + "  - { name: all, scopes: ['*/**'], require: { signature: release } }\n" +
               "  - { name: never, scopes: ['**'], require: { accept: {} } }\n"),
      ElementsAre(HasSubstr("policy.yaml:7:13: rule 'never': this rule can never apply: more specific scopes")));
  EXPECT_THAT(problems(kHead + "  - { name: never, scopes: ['docker.io/alpine'], require: { signature: release } }\n"),
              ElementsAre(HasSubstr("policy.yaml:6:29: scope 'docker.io/alpine' can never match")));
}

TEST_F(PolicyFile, WithTwoRulesOfEqualScopeIsRefused) {
  EXPECT_THAT(problems(kHead + kRule + "  - { name: again, scopes: [\"ghcr.io/acme/**\"], require: { accept: {} } }\n"),
              ElementsAre("policy.yaml:9:29: rule 'again': scope 'ghcr.io/acme/**' already belongs to rule 'apps'"));
}

TEST_F(PolicyFile, WithAnUnusedAttestorIsRefused) {
  EXPECT_THAT(problems("version: 1\nattestors:\n  release: { key: { file: release.pub } }\n"
                       "  spare: { key: { file: builder.pub } }\ndefaults: { noMatch: deny }\nrules:\n" +
                       kRule),
              ElementsAre(HasSubstr("policy.yaml:4:3: no rule and no builder uses attestor 'spare'")));
}

TEST_F(PolicyFile, WithAnUnknownNameIsRefusedWhereItIsWritten) {
  EXPECT_THAT(requirement_problems("{ signature: relaese }"),
              ElementsAre("policy.yaml:8:27: rule 'apps': no attestor is named 'relaese'; did you mean 'release'?"));
  EXPECT_THAT(requirement_problems("{ provenance: { builder: ci } }"),
              ElementsAre("policy.yaml:8:39: rule 'apps': no builder is named 'ci'"));
  EXPECT_THAT(problems(kHead + "  - { name: apps, scopes: ['x.io/**'], require: { provenance: { builder: ci } } }\n" +
                       "builders: { ci: { attestor: releas, id: x } }\n"),
              ElementsAre(HasSubstr("policy.yaml:7:29: no attestor is named 'releas'; did you mean 'release'?")));
}

TEST_F(PolicyFile, NeedsTheDefaultWritten) {
  EXPECT_THAT(problems("version: 1\nattestors:\n  release: { key: { file: release.pub } }\nrules:\n" + kRule),
              ElementsAre("policy.yaml:1:1: the file needs 'defaults'"));
  EXPECT_THAT(problems("version: 1\nattestors:\n  release: { key: { file: release.pub } }\n"
                       "defaults: { noMatch: allow }\nrules:\n" +
                       kRule),
              ElementsAre("policy.yaml:4:22: 'noMatch' can only be deny: what no rule is about is not served; to begin "
                          "with, write a rule over \"**\" in mode audit"));
}

TEST_F(PolicyFile, OfAnotherVersionIsRefused) {
  for (const std::string version : {"2", "0", "'1'", "one", "1.0"}) {
    EXPECT_THAT(problems("version: " + version + kHead.substr(10) + kRule),
                ElementsAre(HasSubstr("policy.yaml:1:10: 'version'")));
  }
}

TEST_F(PolicyFile, ReportsEveryProblemAtOnceAndNoEchoes) {
  EXPECT_THAT(
      problems("version: 2\n"
               "attestors:\n"
               "  release: { key: { file: gone.pub } }\n"
               "  builder: { key: { file: builder.pub }, transparencylog: none }\n"
               "builders:\n"
               "  ci: { attestor: builder, id: '' }\n"
               "defaults: { noMatch: deny, mode: strict }\n"
               "rules:\n"
               "  - name: apps\n"
               "    scopes: [GHCR.io/x, \"ghcr.io/acme/**\"]\n"
               "    require: { allOf: [ { signature: release }, { provenance: { builder: ci, minLevel: high } } ] }\n"
               "  - scopes: [\"ghcr.io/acme/**\"]\n"
               "    require: { signature: nobody }\n"),
      ElementsAre(HasSubstr(":1:10: 'version'"), HasSubstr(":3:27: key file gone.pub cannot be read"),
                  HasSubstr(":4:42: unknown key 'transparencylog'; did you mean 'transparencyLog'?"),
                  HasSubstr(":6:32: 'id' must not be empty"), HasSubstr(":7:34: 'mode' cannot be 'strict'"),
                  HasSubstr(":10:14: scope 'GHCR.io/x' can never match"), HasSubstr(":11:88: 'minLevel'"),
                  HasSubstr(":12:5: a rule needs 'name'"),
                  HasSubstr(":12:14: scope 'ghcr.io/acme/**' already belongs to rule 'apps'"),
                  HasSubstr(":13:27: no attestor is named 'nobody'")));
}

TEST_F(PolicyFile, RefusesTreesThatCanNeverBeMet) {
  EXPECT_THAT(requirement_problems("{}"),
              ElementsAre(HasSubstr("policy.yaml:8:14: a requirement is exactly one of allOf")));
  EXPECT_THAT(requirement_problems("{ allOf: [] }"), ElementsAre(HasSubstr("'allOf' must not be empty")));
  EXPECT_THAT(requirement_problems("{ anyOf: [] }"), ElementsAre(HasSubstr("'anyOf' must not be empty")));
  EXPECT_THAT(requirement_problems("{ threshold: { atLeast: 2, of: [ { signature: release } ] } }"),
              ElementsAre(HasSubstr("policy.yaml:8:16: rule 'apps': can never be met: 'atLeast: 2'")));
  EXPECT_THAT(requirement_problems("{ threshold: { atLeast: 0, of: [ { signature: release } ] } }"),
              ElementsAre(HasSubstr("'atLeast' must be a whole number from 1")));
  EXPECT_THAT(requirement_problems("{ threshold: { atLeast: 1, of: [ { accept: {} } ] } }"),
              ElementsAre(HasSubstr("a threshold counts attestors")));
}

TEST_F(PolicyFile, RefusesRequirementsThatAreNotOne) {
  EXPECT_THAT(requirement_problems("{ signature: release, accept: {} }"), ElementsAre(HasSubstr("exactly one of")));
  EXPECT_THAT(requirement_problems("release"), ElementsAre(HasSubstr("exactly one of")));
  EXPECT_THAT(requirement_problems("[ { accept: {} } ]"), ElementsAre(HasSubstr("exactly one of")));
  EXPECT_THAT(requirement_problems("{ signature: [release] }"), ElementsAre(HasSubstr("must be a single value")));
  EXPECT_THAT(requirement_problems("{ accept: }"), ElementsAre(HasSubstr("write 'accept: {}'")));
  EXPECT_THAT(requirement_problems("{ accept: true }"), ElementsAre(HasSubstr("'accept' must be a mapping")));
  EXPECT_THAT(requirement_problems("{ accept: { all: true } }"), ElementsAre(HasSubstr("unknown key 'all'")));
}

TEST_F(PolicyFile, ReadsWhatIsAskedOfABase) {
  const Loaded<Policy> loaded =
      load(kHead +
           "  - { name: apps, scopes: ['ghcr.io/**'], require: { allOf: [ { signature: release }, { baseImage: "
           "{ proof: [layers, provenance, annotation], from: ['x.io/**'], satisfies: policy, maxAge: 720h } } ] "
           "} }\n");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  const auto& root = std::get<policy::AllOf>(loaded->rules->rules()[0].require.node);
  const auto& base = std::get<policy::BaseImageLeaf>(root.of[1].node);
  EXPECT_THAT(base.proof,
              ElementsAre(policy::BaseProof::kLayers, policy::BaseProof::kProvenance, policy::BaseProof::kAnnotation));
  EXPECT_EQ(base.satisfies, policy::BaseJudgement::kThisPolicy);
  EXPECT_EQ(base.max_age, std::chrono::hours(720));
  EXPECT_THAT(requirement_problems("{ allOf: [ { signature: release }, { baseImage: { proof: [layers], from: "
                                   "['x.io/**'], satisfies: anything } } ] }"),
              ElementsAre(HasSubstr("'satisfies'")));
}

TEST_F(PolicyFile, RefusesToRejectAnEmptyList) {
  // Whoever writes it means "nothing yet"; without 'digests' it would mean everything.
  EXPECT_THAT(requirement_problems("{ allOf: [ { signature: release }, { reject: { digests: [] } } ] }"),
              ElementsAre(HasSubstr("'digests' must not be empty")));
}

TEST_F(PolicyFile, RefusesWhatLaterVersionsWillHave) {
  EXPECT_THAT(attestor_problems("{ notation: { trustPolicy: x } }"),
              ElementsAre(HasSubstr("'notation' is not part of this version")));
}

TEST_F(PolicyFile, ReadsWhatOfAnImageForSeveralPlatformsHasToSatisfyARule) {
  const std::string head = "version: 1\nattestors:\n  release: { key: { file: release.pub } }\n";
  const std::string baseline =
      "baseline:\n  - { name: all, scopes: ['**'], platforms: index, require: { signature: release } }\n";
  const Loaded<Policy> own = load(kHead + kRule + "    platforms: eachLeaf\n" + baseline);
  ASSERT_THAT(folder_.problems(own), IsEmpty());
  EXPECT_EQ(own->rules->rules()[0].platforms, policy::Platforms::kEachLeaf);
  EXPECT_EQ(own->rules->baseline()[0].platforms, policy::Platforms::kIndex);
  const Loaded<Policy> inherited = load(head + "defaults: { noMatch: deny, platforms: eachLeaf }\nrules:\n" + kRule);
  ASSERT_THAT(folder_.problems(inherited), IsEmpty());
  EXPECT_EQ(inherited->rules->rules()[0].platforms, policy::Platforms::kEachLeaf);
  EXPECT_EQ(load(kHead + kRule)->rules->rules()[0].platforms, policy::Platforms::kLeafOrIndex);
  EXPECT_THAT(problems(kHead + kRule + "    platforms: eachleaf\n"), ElementsAre(HasSubstr("'eachLeaf'")));
}

const std::string kException =
    "exceptions:\n"
    "  - { id: EX-1, digests: ['sha256:" +
    std::string(64, 'a') +
    "'], waives: [apps/signature], reason: late, approvedBy: "
    "[a@b.c], expires: 2026-12-01T00:00:00Z }\n";

std::string without(std::string text, const std::string& part) {
  return text.replace(text.find(part), part.size(), "");
}

TEST_F(PolicyFile, ReadsBaselineExceptionsAndWhenARuleTakesEffect) {
  const Loaded<Policy> loaded = load(kHead + kRule + "    effectiveFrom: 2026-07-01T00:00:00Z\n" + kException +
                                     "baseline:\n"
                                     "  - { name: known-bad, scopes: ['**'], reject: { digests: [] } }\n"
                                     "  - { name: closed, scopes: ['old.example/**'], reject: {} , mode: warn }\n"
                                     "  - { name: all-signed, scopes: ['**'], require: { signature: release } }\n");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  const policy::PolicySet& rules = *loaded->rules;
  EXPECT_EQ(rules.rules()[0].effective_from, parse_rfc3339("2026-07-01T00:00:00Z").value());
  ASSERT_EQ(rules.baseline().size(), 3U);
  EXPECT_THAT(std::get<policy::RejectLeaf>(rules.baseline()[0].require.node).digests.value(), IsEmpty());
  EXPECT_FALSE(std::get<policy::RejectLeaf>(rules.baseline()[1].require.node).digests.has_value());
  EXPECT_EQ(rules.baseline()[1].mode, policy::Mode::kWarn);
  EXPECT_TRUE(std::holds_alternative<policy::SignatureLeaf>(rules.baseline()[2].require.node));
  ASSERT_EQ(rules.exemptions().size(), 1U);
  const policy::Exemption& exemption = rules.exemptions()[0];
  EXPECT_EQ(exemption.id, "EX-1");
  EXPECT_EQ(exemption.digests.size(), 1U);
  EXPECT_THAT(exemption.waives, ElementsAre("apps/signature"));
  EXPECT_EQ(exemption.reason, "late");
  EXPECT_THAT(exemption.approved_by, ElementsAre("a@b.c"));
  EXPECT_EQ(exemption.expires, parse_rfc3339("2026-12-01T00:00:00Z").value());
}

// Without any one of these nobody would answer for it, or it would never end.
TEST_F(PolicyFile, RefusesExceptionsThatSomebodyWouldHaveToAskAbout) {
  const auto problems_without = [this](const std::string& part) {
    return problems(kHead + kRule + without(kException, part));
  };
  EXPECT_THAT(problems_without(", expires: 2026-12-01T00:00:00Z"), ElementsAre(HasSubstr("needs 'expires'")));
  EXPECT_THAT(problems_without(", approvedBy: [a@b.c]"), ElementsAre(HasSubstr("needs 'approvedBy'")));
  EXPECT_THAT(problems_without("reason: late, "), ElementsAre(HasSubstr("needs 'reason'")));
  EXPECT_THAT(problems_without("waives: [apps/signature], "), ElementsAre(HasSubstr("needs 'waives'")));
  EXPECT_THAT(problems_without("id: EX-1, "), ElementsAre(HasSubstr("needs 'id'")));
  EXPECT_THAT(problems_without("digests: ['sha256:" + std::string(64, 'a') + "'], "),
              ElementsAre(HasSubstr("needs 'digests' or 'scopes'")));
}

TEST_F(PolicyFile, ShowsWhereAWaiverIsWrong) {
  std::string text = kHead + kRule + kException;
  text.replace(text.find("apps/signature"), 14, "apps/provenance");
  EXPECT_THAT(problems(text), ElementsAre(AllOf(HasSubstr("policy.yaml:10:"), HasSubstr("apps/provenance"))));
}

TEST_F(PolicyFile, RefusesABaselineEntryThatAsksForNothingOrForTwoThings) {
  EXPECT_THAT(problems(kHead + kRule + "baseline:\n  - { name: none, scopes: ['**'] }\n"),
              ElementsAre(HasSubstr("needs 'require'")));
  EXPECT_THAT(problems(kHead + kRule +
                       "baseline:\n  - { name: two, scopes: ['**'], require: { signature: release }, reject: {} }\n"),
              ElementsAre(HasSubstr("one of 'require' and 'reject'")));
  EXPECT_THAT(problems(kHead + kRule + "    effectiveFrom: soon\n"), ElementsAre(HasSubstr("must be a moment")));
}

TEST_F(PolicyFile, ReadsKeysFromFilesOrInPlace) {
  std::string pem = key_of("p256.pub");
  std::string indented;
  for (const char c : pem) indented += c == '\n' ? std::string("\n      ") : std::string(1, c);
  const Loaded<Policy> loaded = load("version: 1\nattestors:\n  release:\n    key:\n     pem: |\n      " + indented +
                                     "\ndefaults: { noMatch: deny }\nrules:\n" + kRule);
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  EXPECT_EQ(loaded->trust->keys()[0].key.fingerprint(), load(kHead + kRule)->trust->keys()[0].key.fingerprint());
}

TEST_F(PolicyFile, RefusesKeysThatAreNone) {
  EXPECT_THAT(attestor_problems("{ key: { file: gone.pub } }"),
              ElementsAre(HasSubstr("policy.yaml:3:27: key file gone.pub cannot")));
  folder_.write("bad.pub", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
  EXPECT_THAT(attestor_problems("{ key: { file: bad.pub } }"), ElementsAre(HasSubstr("holds no usable public key")));
  folder_.write("two.pub", key_of("p256.pub") + key_of("p384.pub"));
  EXPECT_THAT(attestor_problems("{ key: { file: two.pub } }"), ElementsAre(HasSubstr("holds no usable public key")));
  EXPECT_THAT(attestor_problems("{ key: { file: . } }"), ElementsAre(HasSubstr("is a directory")));
  EXPECT_THAT(attestor_problems("{ key: {} }"), ElementsAre(HasSubstr("exactly one of 'file', 'files' and 'pem'")));
  EXPECT_THAT(attestor_problems("{ key: { file: release.pub, files: [builder.pub] } }"),
              ElementsAre(HasSubstr("exactly one")));
  EXPECT_THAT(attestor_problems("{ key: { files: [] } }"), ElementsAre(HasSubstr("'files' must not be empty")));
  EXPECT_THAT(attestor_problems("{ key: release.pub }"), ElementsAre(HasSubstr("'key' is a mapping")));
  EXPECT_THAT(attestor_problems("{}"), ElementsAre(HasSubstr("an attestor needs exactly one of 'key' and 'keyless'")));
  EXPECT_THAT(attestor_problems(""), ElementsAre(HasSubstr("attestor 'release' has no value")));
}

TEST_F(PolicyFile, RefusesOneKeyUnderTwoNames) {
  folder_.write("copy.pub", key_of("p256.pub"));
  EXPECT_THAT(
      problems(
          "version: 1\nattestors:\n  release: { key: { file: release.pub } }\n  twin: { key: { file: copy.pub } }\n"
          "defaults: { noMatch: deny }\nrules:\n"
          "  - { name: two, scopes: ['**'], require: { threshold: { atLeast: 2, of: [ { signature: release }, "
          "{ signature: twin } ] } } }\n"),
      ElementsAre(HasSubstr("policy.yaml:4:3: key sha256:")));
}

TEST_F(PolicyFile, NarrowsAKeyToOneAlgorithm) {
  const Loaded<Policy> narrow = load(
      "version: 1\nattestors:\n  release: { key: { file: rsa.pub, algorithm: rsa-pss-sha256 } }\n"
      "defaults: { noMatch: deny }\nrules:\n" +
      kRule);
  ASSERT_THAT(folder_.problems(narrow), IsEmpty());
  EXPECT_THAT(narrow->trust->keys()[0].schemes, ElementsAre(verify::SignatureScheme::kRsaPssSha256));
  EXPECT_THAT(attestor_problems("{ key: { file: release.pub, algorithm: rsa-pss-sha256 } }"),
              ElementsAre(HasSubstr("cannot make signatures of 'algorithm' rsa-pss-sha256")));
  EXPECT_THAT(attestor_problems("{ key: { file: release.pub, algorithm: md5 } }"),
              ElementsAre(HasSubstr("'algorithm'")));
}

TEST_F(PolicyFile, RefusesABuilderWithoutOneId) {
  const auto builder_problems = [&](const std::string& builder) {
    return problems("builders:\n  ci: " + builder + "\n" + kHead +
                    "  - { name: apps, scopes: ['x.io/**'], require: { provenance: { builder: ci } } }\n");
  };
  EXPECT_THAT(builder_problems("{ attestor: release, id: x, level: 3 }"), IsEmpty());
  EXPECT_THAT(builder_problems("{ attestor: release, id: x, unsignedStatements: yes }"),
              ElementsAre(HasSubstr("'unsignedStatements'")));
  EXPECT_THAT(builder_problems("{ attestor: release }"), ElementsAre(HasSubstr("exactly one of 'id' and 'idRegExp'")));
  EXPECT_THAT(builder_problems("{ attestor: release, id: x, idRegExp: x }"), ElementsAre(HasSubstr("exactly one of")));
  EXPECT_THAT(builder_problems("{ attestor: release, idRegExp: '(' }"), ElementsAre(HasSubstr("not an RE2")));
  EXPECT_THAT(builder_problems("{ attestor: release, id: x, level: 4 }"), ElementsAre(HasSubstr("from 0 to 3")));
  EXPECT_THAT(builder_problems("{ id: x }"), ElementsAre(HasSubstr("a builder needs 'attestor'")));
}

TEST_F(PolicyFile, RefusesPatternsThatMeanNothing) {
  const auto source_problems = [&](const std::string& source) {
    return problems("builders: { ci: { attestor: release, id: x } }\n" + kHead +
                    "  - { name: apps, scopes: ['x.io/**'], require: { provenance: { builder: ci, source: " + source +
                    " } } }\n");
  };
  EXPECT_THAT(source_problems("{ ref: 'refs/tags/{tags}' }"), ElementsAre(HasSubstr("unknown word '{tags}'")));
  EXPECT_THAT(source_problems("{ repository: '' }"), ElementsAre(HasSubstr("must not be empty")));
  EXPECT_THAT(source_problems("{ commit: main }"), ElementsAre(HasSubstr("40 or 64 lower-case")));
  EXPECT_THAT(source_problems("{}"), ElementsAre(HasSubstr("'source' must not be empty")));
}

TEST_F(PolicyFile, RefusesNamesThatWouldConfuseMessages) {
  EXPECT_THAT(problems(kHead + "  - { name: 'a/b[0]', scopes: ['x.io/**'], require: { signature: release } }\n"),
              ElementsAre(HasSubstr("policy.yaml:6:13: rule 'a/b[0]' must be 1 to 63")));
}

TEST_F(PolicyFile, IsAnotherGenerationWhenTheFileOrAKeyIsAnother) {
  const Digest first = load(kHead + kRule)->rules->generation();
  EXPECT_EQ(load(kHead + kRule)->rules->generation(), first);
  EXPECT_NE(load(kHead + kRule + "# reviewed\n")->rules->generation(), first);
  folder_.write("release.pub", key_of("p384.pub"));
  EXPECT_NE(load(kHead + kRule)->rules->generation(), first);
}

}  // namespace
}  // namespace pullgate::config
