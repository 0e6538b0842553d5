/// What a policy file is told where names and values are nearly right.

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/policy_file.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;

std::string key_in_cases(const std::string& name) {
  std::ifstream file(PULLGATE_TEST_DATA "/cases/keys/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class PolicyNames : public ::testing::Test {
 protected:
  PolicyNames() {
    folder_.write("release.pub", key_in_cases("p256.pub"));
    folder_.write("second.pub", key_in_cases("ed25519.pub"));
  }
  std::vector<std::string> problems(const std::string& text) const {
    return folder_.problems(load_policy(folder_.write("policy.yaml", text)));
  }
  /// Of a policy with the attestors release and second and the builder ci, of second, whose one rule asks for this
  /// beside a signature by release and provenance by ci.
  std::vector<std::string> about(const std::string& require) const {
    return problems(
        "version: 1\ndefaults: { noMatch: deny }\nattestors: { release: { key: { file: release.pub } }, second: { key: "
        "{ file: second.pub } } }\nbuilders: { ci: { attestor: second, id: x, level: 2 } }\nrules:\n  - name: apps\n   "
        " scopes: "
        "['**']\n    require: { allOf: [ { signature: release }, { provenance: { builder: ci } },\n" +
        require + " ] }\n");
  }

  Folder folder_;
};

TEST_F(PolicyNames, OfTheOtherKindAreNamedAsSuch) {
  EXPECT_THAT(
      about("{ signature: ci }"),
      ElementsAre("policy.yaml:9:14: rule 'apps': no attestor is named 'ci'; that is a builder, for 'provenance: "
                  "{ builder: ci }', and its attestor is 'second'"));
  EXPECT_THAT(
      about("{ provenance: { builder: second } }"),
      ElementsAre("policy.yaml:9:26: rule 'apps': no builder is named 'second'; that is the attestor of builder "
                  "'ci'"));
  EXPECT_THAT(about("{ provenance: { builder: release } }"),
              ElementsAre("policy.yaml:9:26: rule 'apps': no builder is named 'release'; that is an attestor, and "
                          "'builders' says which builder.id it may claim"));
  EXPECT_THAT(about("{ signature: somebody }"), ElementsAre("policy.yaml:9:14: rule 'apps': no attestor is named "
                                                            "'somebody'; there are release, second"));
  EXPECT_THAT(about("{ provenance: { builder: somebody } }"),
              ElementsAre("policy.yaml:9:26: rule 'apps': no builder is named 'somebody'; there is ci"));
}

TEST_F(PolicyNames, OfALevelBeyondWhatTheBuilderIsGrantedAreRefusedAtTheLeaf) {
  const std::string head =
      "version: 1\ndefaults: { noMatch: deny }\nattestors: { release: { key: { file: release.pub } } }\n";
  const std::string rule =
      "rules:\n  - name: apps\n    scopes: ['**']\n    require: { provenance: { builder: ci, minLevel: 3 } }\n";
  EXPECT_THAT(problems(head + "builders: { ci: { attestor: release, id: x, level: 2 } }\n" + rule),
              ElementsAre("policy.yaml:8:16: rule 'apps': can never be met: 'minLevel: 3', but builder 'ci' is granted "
                          "level 2"));
  EXPECT_THAT(problems(head + "builders: { ci: { attestor: release, id: x, level: 3 } }\n" + rule), ElementsAre());
  // What cannot be read is said once.
  EXPECT_THAT(problems(head + "builders: { ci: { attestor: release, id: x, level: 4 } }\n" + rule),
              ElementsAre("policy.yaml:4:52: 'level' must be a whole number from 0 to 3"));
}

TEST_F(PolicyNames, OfFilesAndMomentsAreToldTheirForm) {
  const std::string rest =
      "defaults: { noMatch: deny }\nrules: [ { name: a, scopes: ['**'], require: { signature: release } } ]\n";
  EXPECT_THAT(problems("version: 1\nattestors: { release: { key: release.pub } }\n" + rest),
              ElementsAre("policy.yaml:2:30: 'key' is a mapping; write 'key: { file: release.pub }'"));
  EXPECT_THAT(
      problems("version: 1\nattestors: { release: { key: { file: release.pub }, validUntil: 2027-01-31 } }\n" + rest),
      ElementsAre("policy.yaml:2:65: 'validUntil' must be a moment with its time; write 2027-01-31T00:00:00Z"));
  EXPECT_THAT(
      problems("version: 1\nattestors: { release: { key: { file: release.pub }, validUntil: 2027-13-31 } }\n" + rest),
      ElementsAre("policy.yaml:2:65: 'validUntil' must be a moment such as 2026-12-01T00:00:00Z"));
}

}  // namespace
}  // namespace pullgate::config
