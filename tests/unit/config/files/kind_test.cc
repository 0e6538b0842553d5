#include "config/files/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/lint.h"
#include "config/load.h"
#include "config/policy_test_file.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;

constexpr const char* kSettingsText =
    "listen: [ { address: 127.0.0.1:5000 } ]\nupstreams: [ { registry: ghcr.io } ]\npolicy: policy.yaml\n";
constexpr const char* kPolicyText =
    "version: 1\ndefaults: { noMatch: deny }\nrules: [ { name: a, scopes: [\"**\"], require: { reject: {} } } ]\n";
constexpr const char* kTestText = "version: 1\npolicy: policy.yaml\ncases: []\n";

class FileKinds : public ::testing::Test {
 protected:
  std::vector<std::string> as_policy(const std::string& text) const {
    return folder_.problems(load_policy(folder_.write("x", text)));
  }
  std::vector<std::string> as_settings(const std::string& text) const {
    return folder_.problems(load(folder_.write("x", text)));
  }
  std::vector<std::string> as_test(const std::string& text) const {
    return folder_.problems(load_policy_test(folder_.write("x", text)));
  }

  Folder folder_;
};

TEST_F(FileKinds, AreToldApart) {
  EXPECT_THAT(as_policy(kSettingsText),
              ElementsAre("x: these look like the settings (pullgate.yaml), and a policy (policy.yaml) is wanted"));
  EXPECT_THAT(as_policy(kTestText),
              ElementsAre("x: these look like cases for 'pullgate policy test', and a policy (policy.yaml) is wanted"));
  EXPECT_THAT(as_settings(kPolicyText),
              ElementsAre("x: these look like a policy (policy.yaml), and the settings (pullgate.yaml) are wanted, "
                          "which name the policy"));
  EXPECT_THAT(as_test(kPolicyText), ElementsAre("x: these look like a policy (policy.yaml), and cases for 'pullgate "
                                                "policy test' are wanted"));
}

TEST_F(FileKinds, OfOtherToolsAreRecognised) {
  const std::string policy_json = R"({"default": [{"type": "reject"}], "transports": {"docker": {}}})";
  const std::string remedy = "; 'From another tool' in config/README.md says how it is written here";
  EXPECT_THAT(as_policy(policy_json), ElementsAre("x: this is a policy.json of podman, skopeo and CRI-O" + remedy));
  EXPECT_THAT(as_settings(policy_json), ElementsAre("x: this is a policy.json of podman, skopeo and CRI-O" + remedy));
  EXPECT_THAT(as_policy("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {}\n"),
              ElementsAre("x: this is a Kubernetes resource (ClusterPolicy)" + remedy));
  EXPECT_THAT(as_policy("version: '1.0'\ntrustPolicies: []\n"),
              ElementsAre("x: this is a trust policy of Notary Project" + remedy));
}

TEST_F(FileKinds, AreNotGuessedOfWhatIsOnlyIncomplete) {
  EXPECT_EQ(as_policy("version: 1\n").size(), 2U) << "defaults and rules";
  EXPECT_EQ(as_policy("version: 1\nrules: []\nlisten: []\n").size(), 3U);
  EXPECT_THAT(folder_.problems(load_policy(folder_.write("x", kPolicyText))), ElementsAre());
}

}  // namespace
}  // namespace pullgate::config
