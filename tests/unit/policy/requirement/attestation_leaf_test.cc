#include "policy/attestation_leaf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/requirement/dated_scene.h"

namespace pullgate::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const nlohmann::json kClean = {{"result", nlohmann::json::array()}, {"verdict", "clean"}};
const nlohmann::json kDirty = {{"result", {"CVE-1"}}, {"verdict", "dirty"}};

constexpr const char* kBefore = "2026-05-30T00:00:00Z";  // two days before the scene's moment
constexpr const char* kLater = "2026-05-31T00:00:00Z";

Condition verdict_is(std::string value) {
  return PathCondition{JsonPointer::parse("/verdict").value(),
                       Membership{Membership::Sense::kOneOf, {std::move(value)}}};
}
Condition nothing_found() {
  return PathCondition{JsonPointer::parse("/result").value(), Size{std::nullopt, 0}};
}

AttestationLeaf scan(Select select = Select::kAny) {
  AttestationLeaf leaf;
  leaf.predicate_type = kScanType;
  leaf.attestor = "release";
  leaf.select = select;
  leaf.where = {nothing_found()};
  return leaf;
}
AttestationLeaf scan(Select select, std::chrono::hours max_age) {
  AttestationLeaf leaf = scan(select);
  leaf.max_age = max_age;
  return leaf;
}
DatedScene scene(AttestationLeaf leaf) {
  return DatedScene({std::move(leaf)});
}

TEST(AttestationLeaf, IsMetByAStatementOfItsTypeByItsAttestor) {
  const Decision decision = scene(scan()).scanned("release", kClean).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kAllow);
  EXPECT_THAT(decision.outcomes().at(0).detail, HasSubstr(kScanType));
  EXPECT_EQ(decision.outcomes().at(0).requirement, "apps/attestation");
}

TEST(AttestationLeaf, IsMetByNothingElse) {
  EXPECT_EQ(lead(scene(scan()).decide()), Reason::kNoEvidence);
  EXPECT_EQ(lead(scene(scan()).scanned("second", kClean).decide()), Reason::kSignerNotTrusted);
  EXPECT_EQ(lead(scene(scan()).scanned("stranger", kClean).decide()), Reason::kSignerNotTrusted);
  // CVE-2022-35930: a statement of another type is none of this one, whatever it says.
  const Decision other =
      scene(scan()).attested("release", statement_of("https://scanner.example/report/v1.1", kClean), {}).decide();
  EXPECT_EQ(lead(other), Reason::kNoEvidence);
  EXPECT_THAT(other.objections().at(0).found, HasSubstr("but of https://scanner.example/report/v1.1"));
  DatedScene is_signed = scene(scan());
  is_signed.evidence.signed_by("release");
  EXPECT_EQ(lead(is_signed.decide()), Reason::kNoEvidence);
  DatedScene of_another_image = scene(scan());
  of_another_image.evidence.add({key("release")}, statement_of(kScanType, kClean), Digest::of("another image"),
                                verify::EvidenceKind::kDsseEnvelope);
  EXPECT_EQ(lead(of_another_image.decide()), Reason::kSubjectMismatch);
  DatedScene failed = scene(scan());
  failed.evidence.add_failed(verify::EvidenceKind::kDsseEnvelope, Reason::kSignatureInvalid, "failed");
  EXPECT_EQ(lead(failed.decide()), Reason::kSignatureInvalid);
}

TEST(AttestationLeaf, CountsWhomEnoughIsProvenOf) {
  for (const Select select : {Select::kAny, Select::kAll, Select::kNewest}) {
    DatedScene unlogged = scene(scan(select));
    unlogged.release.requirements.logs = 1;
    EXPECT_EQ(lead(unlogged.scanned("release", kClean, kLater).decide()), Reason::kTlogMissing);
  }
}

TEST(AttestationLeaf, SaysWhichConditionIsFalse) {
  const Decision decision = scene(scan()).scanned("release", kDirty).decide();
  EXPECT_EQ(lead(decision), Reason::kConditionFalse);
  EXPECT_THAT(decision.objections().at(0).found,
              HasSubstr("/result is an array of 1, says the attestation by attestor 'release'"));
  EXPECT_EQ(decision.objections().at(0).remedy, "wanted there: a size of at most 0");
}

TEST(AttestationLeaf, NeedsEveryConditionOfOneStatement) {
  AttestationLeaf leaf = scan();
  leaf.where = {nothing_found(), verdict_is("clean")};
  EXPECT_EQ(scene(leaf).scanned("release", kClean).verdict(), Verdict::kAllow);
  const nlohmann::json half = {{"result", nlohmann::json::array()}, {"verdict", "dirty"}};
  const nlohmann::json other_half = {{"result", {"CVE-1"}}, {"verdict", "clean"}};
  EXPECT_EQ(lead(scene(leaf).scanned("release", half).scanned("release", other_half).decide()),
            Reason::kConditionFalse);
}

TEST(AttestationLeaf, IsNotMetByAPredicateThatIsNotThere) {
  EXPECT_EQ(lead(scene(scan()).scanned("release", nullptr).decide()), Reason::kConditionFalse);
  verify::Statement bare;
  bare.predicate_type = kScanType;
  EXPECT_EQ(lead(scene(scan()).attested("release", bare, {}).decide()), Reason::kConditionFalse);
  AttestationLeaf leaf = scan();
  leaf.where.clear();  // that the statement exists is then all that is asked
  EXPECT_EQ(scene(leaf).scanned("release", nullptr).verdict(), Verdict::kAllow);
}

TEST(AttestationLeaf, OfAnyIsMetByOne) {
  EXPECT_EQ(scene(scan()).scanned("release", kDirty).scanned("release", kClean).scanned("release", kDirty).verdict(),
            Verdict::kAllow);
  EXPECT_EQ(scene(scan()).scanned("release", kClean).missing().verdict(), Verdict::kAllow);
  EXPECT_EQ(scene(scan()).scanned("release", kDirty).missing().verdict(), Verdict::kCannotJudge);
}

TEST(AttestationLeaf, OfAllIsNotMetByAllButOne) {
  EXPECT_EQ(scene(scan(Select::kAll)).scanned("release", kClean).scanned("release", kClean).verdict(), Verdict::kAllow);
  EXPECT_EQ(lead(scene(scan(Select::kAll)).scanned("release", kClean).scanned("release", kDirty).decide()),
            Reason::kConditionFalse);
  EXPECT_EQ(lead(scene(scan(Select::kAll)).decide()), Reason::kNoEvidence);
  // What others say does not count, or anybody could stop pulls.
  EXPECT_EQ(scene(scan(Select::kAll)).scanned("release", kClean).scanned("second", kDirty).verdict(), Verdict::kAllow);
}

/// The statement that says otherwise may be where nobody could look.
TEST(AttestationLeaf, OfAllAndOfNewestIsNotMetWhileSomethingIsMissing) {
  for (const Select select : {Select::kAll, Select::kNewest}) {
    const Decision decision = scene(scan(select)).scanned("release", kClean, kLater).missing().decide();
    EXPECT_EQ(decision.verdict(), Verdict::kCannotJudge);
    EXPECT_EQ(lead(decision), Reason::kUpstreamUnreachable);
    EXPECT_THAT(decision.objections().back().found, HasSubstr("needs all attestations to be known"));
  }
  // Nothing that is found later makes a bad statement good; a newer one may.
  EXPECT_EQ(scene(scan(Select::kAll)).scanned("release", kDirty, kLater).missing().verdict(), Verdict::kDeny);
  EXPECT_EQ(scene(scan(Select::kNewest)).scanned("release", kDirty, kLater).missing().verdict(), Verdict::kCannotJudge);
}

TEST(AttestationLeaf, OfNewestIsDecidedByTheNewestAlone) {
  EXPECT_EQ(
      scene(scan(Select::kNewest)).scanned("release", kDirty, kBefore).scanned("release", kClean, kLater).verdict(),
      Verdict::kAllow);
  EXPECT_EQ(
      lead(
          scene(scan(Select::kNewest)).scanned("release", kClean, kBefore).scanned("release", kDirty, kLater).decide()),
      Reason::kConditionFalse);
  EXPECT_EQ(
      scene(scan(Select::kNewest)).scanned("release", kClean, kBefore).scanned("second", kDirty, kLater).verdict(),
      Verdict::kAllow);
  // At the same moment neither is the newer one.
  for (const auto& [first, last] : {std::pair(kClean, kDirty), std::pair(kDirty, kClean)}) {
    EXPECT_EQ(
        lead(scene(scan(Select::kNewest)).scanned("release", first, kLater).scanned("release", last, kLater).decide()),
        Reason::kConditionFalse);
  }
}

TEST(AttestationLeaf, OfNewestIsNotMetWhereSomethingIsUndated) {
  const Decision decision =
      scene(scan(Select::kNewest)).scanned("release", kClean, kLater).scanned("release", kClean).decide();
  EXPECT_EQ(lead(decision), Reason::kTimestampMissing);
  EXPECT_THAT(decision.objections().at(0).found, HasSubstr("which is the newest"));
}

/// Whoever has a copy of an old report can have it dated again, and it stays the old report.
TEST(AttestationLeaf, DatesByTheEarliestTime) {
  const auto redated = [](DatedScene made) {
    return made.attested("release", statement_of(kScanType, kClean), {kLater, kBefore}).decide();
  };
  EXPECT_EQ(lead(redated(scene(scan(Select::kAny, std::chrono::hours(47))))), Reason::kEvidenceTooOld);
  EXPECT_EQ(redated(scene(scan(Select::kAny, std::chrono::hours(49)))).verdict(), Verdict::kAllow);
  DatedScene newest = scene(scan(Select::kNewest));
  newest.scanned("release", kDirty, "2026-05-30T12:00:00Z");
  EXPECT_EQ(lead(redated(newest)), Reason::kConditionFalse);
}

TEST(AttestationLeaf, IsNotMetByWhatIsTooOldOrUndated) {
  const auto aged = [](std::chrono::hours max_age, std::string_view moment) {
    return scene(scan(Select::kAny, max_age)).scanned("release", kClean, moment).decide();
  };
  EXPECT_EQ(aged(std::chrono::hours(25), kLater).verdict(), Verdict::kAllow);
  const Decision old = aged(std::chrono::hours(24), kLater);
  EXPECT_EQ(lead(old), Reason::kEvidenceTooOld);
  EXPECT_THAT(old.objections().at(0).found, HasSubstr("is of 2026-05-31T00:00:00Z"));
  EXPECT_THAT(old.objections().at(0).remedy, HasSubstr("24h"));
  EXPECT_EQ(lead(aged(std::chrono::hours(25), {})), Reason::kTimestampMissing);
  DatedScene timeless = scene(scan(Select::kAny, std::chrono::hours(25))).scanned("release", kClean, kLater);
  timeless.evidence.at = Time::max();
  EXPECT_EQ(lead(timeless.decide()), Reason::kEvidenceTooOld);
}

TEST(AttestationLeaf, IsNotMetByWhatHasNotComeYet) {
  const auto ahead = [](std::string_view moment) {
    return scene(scan(Select::kAny, std::chrono::hours(24))).scanned("release", kClean, moment).decide();
  };
  EXPECT_EQ(ahead("2026-06-01T00:05:00Z").verdict(), Verdict::kAllow);  // clocks differ
  EXPECT_EQ(lead(ahead("2026-06-01T00:05:01Z")), Reason::kTimeOutsideValidity);
}

TEST(AttestationLeaf, StandsUntilItIsTooOld) {
  const auto end = [](Select select) {
    const std::chrono::hours max_age(100);
    DatedScene made = scene(scan(select, max_age));
    made.scanned("release", kClean, kLater).scanned("release", kClean, kBefore).scanned("release", kClean, kLater);
    return made.decide().account().stands_until;
  };
  // Any one would do; but under a threshold every signer may be needed, so the first end is looked at.
  EXPECT_EQ(end(Select::kAny), moment(kBefore) + std::chrono::hours(100));
  EXPECT_EQ(end(Select::kAll), moment(kBefore) + std::chrono::hours(100));
  EXPECT_EQ(end(Select::kNewest), moment(kLater) + std::chrono::hours(100));
  EXPECT_EQ(scene(scan()).scanned("release", kClean, kLater).decide().account().stands_until, std::nullopt);
}

TEST(AttestationLeaf, CountsInThresholds) {
  AttestationLeaf others = scan();
  others.attestor = "second";
  const Requirement both = threshold(2, {{scan()}, {others}});
  EXPECT_EQ(DatedScene(both).scanned("release", kClean).scanned("second", kClean).verdict(), Verdict::kAllow);
  EXPECT_EQ(lead(DatedScene(both).scanned("release", kClean).scanned("release", kClean).decide()),
            Reason::kThresholdNotMet);
}

TEST(AttestationLeaf, NeedsAnAttestorThatCanBeDated) {
  const auto conflicts = [](const Requirement& require, std::string trust_root,
                            verify::EvidenceRequirements::TimesFrom from) {
    Attestor scanner = attestor("release");
    scanner.requirements.trust_root = std::move(trust_root);
    scanner.requirements.times_from = from;
    auto made = contents({scanner}, {}, {rule("apps", {"ghcr.io/acme/**"}, require)});
    made.trust_roots = {{.name = kLogs, .logs = 1}};
    std::vector<std::string> messages;
    for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) {
      if (conflict.kind == PolicySet::Conflict::Kind::kRequirement) messages.push_back(conflict.message);
    }
    return messages;
  };
  using TimesFrom = verify::EvidenceRequirements::TimesFrom;
  EXPECT_THAT(conflicts({scan(Select::kNewest)}, kLogs, TimesFrom::kNobody),
              ElementsAre(HasSubstr("'select: newest' needs a proven time")));
  EXPECT_THAT(conflicts({scan(Select::kAny, std::chrono::hours(1))}, kLogs, TimesFrom::kNobody),
              ElementsAre(HasSubstr("'maxAge' needs a proven time")));
  EXPECT_THAT(conflicts({scan(Select::kNewest)}, {}, TimesFrom::kAnybody), SizeIs(1));
  EXPECT_THAT(conflicts({scan(Select::kNewest)}, kLogs, TimesFrom::kLogs), SizeIs(0));
  EXPECT_THAT(conflicts({scan()}, {}, TimesFrom::kNobody), SizeIs(0));
  AttestationLeaf signature_type = scan();
  signature_type.predicate_type = verify::kCosignSignPredicate;
  EXPECT_THAT(conflicts({signature_type}, kLogs, TimesFrom::kLogs), ElementsAre(HasSubstr("ask for 'signature'")));
}

}  // namespace
}  // namespace pullgate::policy
