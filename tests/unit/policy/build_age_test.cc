/// How old provenance may be. The moments are proven by a virtual timestamp authority or by nobody.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/keyless.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::string_view kSigned = "2026-03-01T12:00:00Z";

class BuildAge : public ::testing::Test {
 protected:
  [[nodiscard]] Decision decide(std::string_view now) const {
    ProvenanceLeaf leaf;
    leaf.builder = "ci";
    leaf.max_age = 720h;
    verify::Statement statement;
    statement.predicate_type = Scene::built().predicate_type;
    statement.provenance = Scene::built();
    const Digest image = Digest::of("an image");
    Gathered gathered;
    for (const verify::Corroboration& each : facts) {
      const std::string place = "referrer " + std::to_string(gathered.reports.size());
      gathered.reports.push_back({verify::EvidenceKind::kSigstoreBundle,
                                  place,
                                  Digest::of(place),
                                  {},
                                  verify::testing::VerifiedFactory::make({workflow()}, statement, image, {each})});
    }
    return evaluate(KeylessScene().policy({leaf}),
                    {.requested = reference("ghcr.io/acme/app:v1.0"),
                     .digest = image,
                     .policy_generation = Digest::of("p"),
                     .trust_generation = Digest::of("t"),
                     .at = moment(now)},
                    Manifest{}, gathered);
  }

  static verify::Corroboration at(std::string_view time) {
    verify::Corroboration facts = corroboration();
    facts.times.front().time = moment(time);
    return facts;
  }

  std::vector<verify::Corroboration> facts = {at(kSigned)};
};

TEST_F(BuildAge, IsCountedFromTheProvenTime) {
  EXPECT_EQ(decide("2026-03-01T12:00:00Z").verdict(), Verdict::kAllow);
  EXPECT_EQ(decide("2026-03-31T11:59:59Z").verdict(), Verdict::kAllow);
  const Decision late = decide("2026-03-31T12:00:00Z");
  EXPECT_EQ(late.verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(late), Reason::kEvidenceTooOld);
  EXPECT_THAT(late.objections()[0].found, HasSubstr("2026-03-01T12:00:00Z"));
  EXPECT_THAT(late.objections()[0].remedy, HasSubstr("720h"));
}

TEST_F(BuildAge, EndsTheDecisionWhenItIsReached) {
  const Decision decision = decide("2026-03-10T00:00:00Z");
  EXPECT_TRUE(decision.stands_at(moment("2026-03-31T11:59:59Z")));
  EXPECT_FALSE(decision.stands_at(moment("2026-03-31T12:00:00Z")));
  // Two runs, of which a threshold may need both.
  facts.push_back(at("2026-03-05T12:00:00Z"));
  EXPECT_FALSE(decide("2026-03-10T00:00:00Z").stands_at(moment("2026-03-31T12:00:00Z")));
  EXPECT_EQ(decide("2026-04-02T00:00:00Z").verdict(), Verdict::kAllow);
}

TEST_F(BuildAge, IsNotMadeYoungerByAnotherLog) {
  facts[0].times.push_back({.time = moment("2026-03-30T00:00:00Z"),
                            .source = verify::VerifiedTime::Source::kTimestampAuthority,
                            .authority = "https://tsa.example"});
  EXPECT_EQ(lead(decide("2026-04-01T00:00:00Z")), Reason::kEvidenceTooOld);
}

TEST_F(BuildAge, OfEvidenceWithoutAProvenTimeIsNotKnown) {
  facts[0].times.clear();
  EXPECT_EQ(lead(decide("2026-03-01T12:00:00Z")), Reason::kTimestampMissing);
}

TEST(BuildAgeConflict, OfABuilderOfWhomNobodyProvesATimeIsRefused) {
  ProvenanceLeaf leaf;
  leaf.builder = "ci";
  leaf.max_age = 720h;
  auto made = contents({attestor("builder")}, {{"ci", "builder", TextPattern::exactly(kBuilderId), 3}},
                       {rule("apps", {"ghcr.io/acme/**"}, {leaf})});
  ASSERT_EQ(PolicySet::conflicts(made).size(), 1U);
  EXPECT_THAT(PolicySet::conflicts(made)[0].message, HasSubstr("'maxAge' needs a proven time"));
}

}  // namespace
}  // namespace pullgate::policy
