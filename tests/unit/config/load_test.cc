#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/lint.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kSettings =
    "listen: [ { address: 127.0.0.1:5000 } ]\nupstreams: [ { registry: ghcr.io } ]\npolicy: policy.yaml\n";
const std::string kPolicy =
    "version: 1\ndefaults: { noMatch: deny }\nrules:\n  - { name: all, scopes: ['ghcr.io/**'], require: { accept: {} } "
    "}\n";

TEST(Load, ReadsBothFiles) {
  const Folder folder;
  folder.write("policy.yaml", kPolicy);
  const auto loaded = load(folder.write("pullgate.yaml", kSettings));
  ASSERT_THAT(folder.problems(loaded), IsEmpty());
  EXPECT_EQ(loaded->settings.upstreams.size(), 1U);
  EXPECT_EQ(loaded->policy.rules->rules().size(), 1U);
}

TEST(Load, ShowsTheProblemsOfBothFiles) {
  const Folder folder;
  folder.write("policy.yaml", kPolicy + "version: 1\n");
  const auto loaded = load(folder.write("pullgate.yaml", kSettings + "threads: x\n"));
  EXPECT_THAT(folder.problems(loaded), ElementsAre(HasSubstr("pullgate.yaml:4:10:"), HasSubstr("policy.yaml:5:1:")));
}

TEST(Load, SaysThatThePolicyFileIsMissing) {
  const Folder folder;
  EXPECT_THAT(folder.problems(load(folder.write("pullgate.yaml", kSettings))),
              ElementsAre("policy.yaml: cannot be read: there is no such file"));
}

TEST(Load, SaysThatTheSettingsFileIsMissing) {
  const Folder folder;
  EXPECT_THAT(folder.problems(load(folder.path() / "none.yaml")),
              ElementsAre("none.yaml: cannot be read: there is no such file"));
}

/// The files that the project shows as examples are right in every respect.
class Examples : public ::testing::TestWithParam<const char*> {};

TEST_P(Examples, Load) {
  const auto file = std::filesystem::path(PULLGATE_TEST_DATA) / ".." / "config/examples" / GetParam() / "pullgate.yaml";
  const auto loaded = load(file);
  std::string all;
  if (!loaded) {
    for (const Problem& problem : loaded.problems()) all += problem.text() + "\n";
  }
  EXPECT_TRUE(loaded) << all;
}

TEST_P(Examples, HaveNothingInThemThatIsHardlyMeant) {
  const auto file = std::filesystem::path(PULLGATE_TEST_DATA) / ".." / "config/examples" / GetParam() / "pullgate.yaml";
  for (const Remark& remark : lint_settings(file, parse_rfc3339("2026-12-01T00:00:00Z").value()).remarks) {
    EXPECT_EQ(remark.level, Remark::Level::kHint) << remark.place.text();
  }
}

INSTANTIATE_TEST_SUITE_P(All, Examples,
                         ::testing::Values("minimal", "builders", "keyless", "air-gapped", "reports", "audit-first",
                                           "strict", "github-organisation", "kubernetes-releases", "hardened-bases",
                                           "mixed-keys"));

}  // namespace
}  // namespace pullgate::config
