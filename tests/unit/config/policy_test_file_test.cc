#include "config/policy_test_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PolicyTestFile : public ::testing::Test {
 protected:
  PolicyTestFile() { folder_.write("packs/app/oci-layout", "{}"); }

  Loaded<PolicyTest> load(const std::string& cases, const std::string& head = "at: 2026-06-01T00:00:00Z\n") {
    return load_policy_test(
        folder_.write("test.yaml", "version: 1\npolicy: policy.yaml\n" + head + "cases:\n" + cases));
  }
  std::vector<std::string> problems(const std::string& cases, const std::string& head = "at: 2026-06-01T00:00:00Z\n") {
    return folder_.problems(load(cases, head));
  }

  Folder folder_;
};

TEST_F(PolicyTestFile, BecomesCases) {
  const auto loaded = load(
      "  - { name: one, image: \"ghcr.io/acme/app:1\", pack: packs/app, expect: deny, code: NO_EVIDENCE, rule: apps }\n"
      "  - { name: two, image: \"ghcr.io/acme/app:1\", packs: { ghcr.io: packs/app, index.docker.io: packs/app },\n"
      "      at: 2026-07-01T00:00:00Z, expect: cannot-judge }\n");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  EXPECT_EQ(loaded->policy, folder_.path() / "policy.yaml");
  ASSERT_EQ(loaded->cases.size(), 2U);
  const PolicyCase& one = loaded->cases[0];
  EXPECT_EQ(one.verdict, policy::Verdict::kDeny);
  EXPECT_EQ(one.code, Reason::kNoEvidence);
  EXPECT_EQ(one.rule, "apps");
  EXPECT_EQ(to_rfc3339(one.at), "2026-06-01T00:00:00Z");
  ASSERT_EQ(one.packs.size(), 1U);
  EXPECT_EQ(one.packs[0].registry, "ghcr.io");
  EXPECT_EQ(one.packs[0].folder, folder_.path() / "packs/app");
  const PolicyCase& two = loaded->cases[1];
  EXPECT_EQ(two.verdict, policy::Verdict::kCannotJudge);
  EXPECT_EQ(to_rfc3339(two.at), "2026-07-01T00:00:00Z");
  ASSERT_EQ(two.packs.size(), 2U);
  EXPECT_EQ(two.packs[1].registry, "docker.io");
}

TEST_F(PolicyTestFile, IsReadStrictly) {
  const std::string good = "name: a, image: \"ghcr.io/acme/app:1\", pack: packs/app, expect: deny";
  EXPECT_THAT(problems("  - { " + good + " }\n"), IsEmpty());
  EXPECT_THAT(problems("  - { " + good + " }\n  - { " + good + " }\n"), Contains(HasSubstr("a second case named 'a'")));
  EXPECT_THAT(problems("  - { " + good + " }\n", ""), Contains(HasSubstr("test.yaml:4:5: a case needs 'at'")));
  EXPECT_THAT(problems("  - { " + good + ", packs: { ghcr.io: packs/app } }\n"),
              Contains(HasSubstr("exactly one of 'pack' and 'packs'")));
  EXPECT_THAT(problems("  - { " + good + ", code: NO_EVIDENCES }\n"),
              Contains(HasSubstr("did you mean 'NO_EVIDENCE'?")));
  EXPECT_THAT(problems("  - { name: a, image: \"ghcr.io/acme/app:1\", pack: packs/none, expect: deny }\n"),
              Contains(HasSubstr("is no folder")));
  EXPECT_THAT(problems("  - { name: a, image: \"ghcr.io/acme/app:1\", packs: { quay.io: packs/app }, expect: deny }\n"),
              Contains(HasSubstr("has none for 'ghcr.io'")));
  EXPECT_THAT(problems("  - { name: a, image: GHCR, pack: packs/app, expect: denied }\n"),
              Contains(HasSubstr("'expect' cannot be 'denied'; it can be allow, warn, deny, cannot-judge")));
}

TEST_F(PolicyTestFile, ExpectsNoCodeOfAnAllowance) {
  EXPECT_THAT(
      problems("  - { name: a, image: \"ghcr.io/acme/app:1\", pack: packs/app, expect: allow, code: NO_RULE }\n"),
      Contains(HasSubstr("what is allowed has no 'code'")));
}

}  // namespace
}  // namespace pullgate::config
