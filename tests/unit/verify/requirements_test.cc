#include "verify/requirements.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/verified_factory.h"

namespace pullgate::verify {
namespace {

using Source = VerifiedTime::Source;
using TimesFrom = EvidenceRequirements::TimesFrom;

constexpr const char* kOurRoot = "ours";

Time at(std::string_view text) {
  return parse_rfc3339(text).value();
}

VerifiedTime from_log(std::string_view time, std::string log = "https://rekor.example") {
  return {.time = at(time), .source = Source::kLog, .authority = std::move(log)};
}
VerifiedTime from_authority(std::string_view time, std::string authority = "https://tsa.example") {
  return {.time = at(time), .source = Source::kTimestampAuthority, .authority = std::move(authority)};
}

Verified signed_by_key(Corroboration facts) {
  return testing::VerifiedFactory::make({KeySigner{Digest::of("a key")}}, ImageSignature{}, Digest::of("an image"),
                                        {std::move(facts)});
}

Corroboration with_times(std::vector<VerifiedTime> times, std::string root = kOurRoot) {
  return {.trust_root = std::move(root), .logs = {}, .certificate_logs = {}, .times = std::move(times), .ignored = {}};
}

/// The first reason why it is not enough.
std::optional<Reason> shortfall(Corroboration facts, EvidenceRequirements wanted) {
  wanted.trust_root = kOurRoot;
  for (const Finding& finding : check_requirements(signed_by_key(std::move(facts)), wanted)) {
    if (finding.outcome != Outcome::kPassed) return finding.reason;
  }
  return std::nullopt;
}

EvidenceRequirements valid(std::string_view from, std::string_view until) {
  return {.signer_validity = {.start = at(from), .end = at(until)}};
}

EvidenceRequirements distrusted(std::string_view from) {
  return {.distrusted_from = at(from)};
}

TEST(Requirements, OfNothingAreMetByNothing) {
  EXPECT_EQ(shortfall(with_times({}), {}), std::nullopt);
}

TEST(Requirements, CountTheFactsOfTheirOwnTrustRootOnly) {
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-01T12:00:00Z")}), {.time_sources = 1}), std::nullopt);
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-01T12:00:00Z")}, "theirs"), {.time_sources = 1}),
            Reason::kTimestampMissing);
}

TEST(Requirements, CountDistinctSourcesOfTime) {
  const VerifiedTime one = from_log("2026-03-01T12:00:00Z");
  EXPECT_EQ(shortfall(with_times({one, one}), {.time_sources = 2}), Reason::kThresholdNotMet);
  EXPECT_EQ(
      shortfall(with_times({one, from_log("2026-03-01T12:00:00Z", "https://second.example")}), {.time_sources = 2}),
      std::nullopt);
  const VerifiedTime stamp = from_authority("2026-03-01T12:00:00Z");
  EXPECT_EQ(shortfall(with_times({stamp, stamp}), {.timestamp_authorities = 2}), Reason::kThresholdNotMet);
}

TEST(Requirements, TakeTimesFromWhomTheyNameOnly) {
  const Corroboration logged = with_times({from_log("2026-03-01T12:00:00Z")});
  const Corroboration stamped = with_times({from_authority("2026-03-01T12:00:00Z")});
  const auto wanted = [](TimesFrom from) { return EvidenceRequirements{.time_sources = 1, .times_from = from}; };
  EXPECT_EQ(shortfall(logged, wanted(TimesFrom::kLogs)), std::nullopt);
  EXPECT_EQ(shortfall(stamped, wanted(TimesFrom::kLogs)), Reason::kTimestampMissing);
  EXPECT_EQ(shortfall(stamped, wanted(TimesFrom::kTimestampAuthorities)), std::nullopt);
  EXPECT_EQ(shortfall(logged, wanted(TimesFrom::kTimestampAuthorities)), Reason::kTimestampMissing);
  EXPECT_EQ(shortfall(logged, wanted(TimesFrom::kNobody)), Reason::kTimestampMissing);
}

TEST(SignerValidity, IncludesBothEnds) {
  const EvidenceRequirements march = valid("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z");
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-01T00:00:00Z")}), march), std::nullopt);
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-31T00:00:00Z")}), march), std::nullopt);
  EXPECT_EQ(shortfall(with_times({from_log("2026-02-28T23:59:59.999Z")}), march), Reason::kTimeOutsideValidity);
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-31T00:00:00.001Z")}), march), Reason::kTimeOutsideValidity);
}

TEST(SignerValidity, HasToHoldAtEveryProvenTime) {
  // Whoever has the key of last year can have one of two times fit.
  const EvidenceRequirements march = valid("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z");
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-02T00:00:00Z"), from_authority("2026-05-01T00:00:00Z")}), march),
            Reason::kTimeOutsideValidity);
  // Also at one that would not do to meet it.
  EvidenceRequirements by_authority = march;
  by_authority.times_from = TimesFrom::kTimestampAuthorities;
  EXPECT_EQ(
      shortfall(with_times({from_authority("2026-03-02T00:00:00Z"), from_log("2026-05-01T00:00:00Z")}), by_authority),
      Reason::kTimeOutsideValidity);
}

TEST(SignerValidity, IsNotMetWhereNothingProvesATimeCve202654787) {
  EXPECT_EQ(shortfall(with_times({}), valid("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z")),
            Reason::kTimestampMissing);
  EXPECT_EQ(shortfall(with_times({}), {.signer_validity = {.end = at("2026-03-31T00:00:00Z")}}),
            Reason::kTimestampMissing);
  EvidenceRequirements by_authority = valid("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z");
  by_authority.times_from = TimesFrom::kTimestampAuthorities;
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-02T00:00:00Z")}), by_authority), Reason::kTimestampMissing);
}

TEST(Distrust, BeginsAtItsMoment) {
  const EvidenceRequirements wanted = distrusted("2026-03-01T00:00:00Z");
  EXPECT_EQ(shortfall(with_times({from_log("2026-02-28T23:59:59.999Z")}), wanted), std::nullopt);
  EXPECT_EQ(shortfall(with_times({from_log("2026-03-01T00:00:00Z")}), wanted), Reason::kKeyDistrusted);
  EXPECT_EQ(shortfall(with_times({from_log("2026-02-01T00:00:00Z"), from_authority("2026-03-02T00:00:00Z")}), wanted),
            Reason::kKeyDistrusted);
}

TEST(Distrust, HoldsWhereNothingProvesATime) {
  EXPECT_EQ(shortfall(with_times({}), distrusted("2026-03-01T00:00:00Z")), Reason::kKeyDistrusted);
  EvidenceRequirements by_authority = distrusted("2026-03-01T00:00:00Z");
  by_authority.times_from = TimesFrom::kTimestampAuthorities;
  EXPECT_EQ(shortfall(with_times({from_log("2026-02-01T00:00:00Z")}), by_authority), Reason::kKeyDistrusted);
}

TEST(Requirements, KnowWhetherTheyNeedATime) {
  EXPECT_FALSE(EvidenceRequirements{}.needs_a_time());
  EXPECT_FALSE((EvidenceRequirements{.logs = 1}.needs_a_time()));
  EXPECT_TRUE((EvidenceRequirements{.time_sources = 1}.needs_a_time()));
  EXPECT_TRUE(distrusted("2026-03-01T00:00:00Z").needs_a_time());
  EXPECT_TRUE(valid("2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z").needs_a_time());
}

TEST(TimeWindow, IsSaidInWords) {
  EXPECT_EQ(to_string(TimeWindow{}), "at any time");
  EXPECT_EQ(to_string(TimeWindow{.end = at("2026-03-01T00:00:00Z")}), "until 2026-03-01T00:00:00Z");
  EXPECT_EQ(to_string(TimeWindow{.start = at("2026-03-01T00:00:00Z")}), "since 2026-03-01T00:00:00Z");
}

CertificateSigner github(FulcioExtensions extensions) {
  return {.trust_root = kOurRoot,
          .subject = {.kind = SubjectAlternativeName::Kind::kUri, .value = "https://github.com/acme/ci/w.yml@main"},
          .issuer = "https://token.actions.githubusercontent.com",
          .extensions = std::move(extensions)};
}

const FulcioExtensionName& extension_named(std::string_view name) {
  return *std::ranges::find(kFulcioExtensionNames, name, &FulcioExtensionName::name);
}

TEST(Extensions, AreFoundInGithubsOlderForm) {
  FulcioExtensions older;
  older.github_workflow_repository = "acme/app";
  older.github_workflow_ref = "refs/heads/main";
  older.github_workflow_sha = "0123";
  older.github_workflow_trigger = "push";
  const CertificateSigner signer = github(older);
  EXPECT_EQ(extension_of(signer, extension_named("sourceRepository")), "https://github.com/acme/app");
  EXPECT_EQ(extension_of(signer, extension_named("sourceRepositoryRef")), "refs/heads/main");
  EXPECT_EQ(extension_of(signer, extension_named("sourceRepositoryDigest")), "0123");
  EXPECT_EQ(extension_of(signer, extension_named("buildTrigger")), "push");
  EXPECT_EQ(extension_of(signer, extension_named("githubWorkflowRef")), "refs/heads/main");
  EXPECT_EQ(extension_of(signer, extension_named("buildConfigURI")), std::nullopt);
}

TEST(Extensions, OfTheOlderFormAreGithubsOnly) {
  FulcioExtensions older;
  older.github_workflow_repository = "acme/app";
  older.github_workflow_ref = "refs/heads/main";
  older.github_workflow_sha = "0123";
  older.github_workflow_trigger = "push";
  CertificateSigner signer = github(older);
  signer.issuer = "https://ci.example";
  for (const char* name : {"sourceRepository", "sourceRepositoryRef", "sourceRepositoryDigest", "buildTrigger"}) {
    EXPECT_EQ(extension_of(signer, extension_named(name)), std::nullopt) << name;
  }
  EXPECT_EQ(source_commit(signer), std::nullopt);
}

TEST(Extensions, SayTheCommitWithoutItsAlgorithm) {
  FulcioExtensions newer;
  newer.source_repository_digest = "sha1:0123";
  EXPECT_EQ(source_commit(github(newer)), "0123");
  EXPECT_EQ(extension_of(github(newer), extension_named("sourceRepositoryDigest")), "sha1:0123");
}

std::optional<Time> earliest(std::vector<VerifiedTime> times, TimesFrom from, std::string root = kOurRoot) {
  return earliest_time(signed_by_key(with_times(std::move(times), std::move(root))),
                       {.trust_root = kOurRoot, .times_from = from});
}

/// Whoever has a copy of evidence can have it dated again.
TEST(Requirements, DateEvidenceByItsEarliestTime) {
  const VerifiedTime stamp = from_authority("2026-03-01T12:00:00Z");
  const VerifiedTime again = from_authority("2026-09-01T12:00:00Z");
  EXPECT_EQ(earliest({again, stamp, again}, TimesFrom::kAnybody), stamp.time);
  EXPECT_EQ(earliest({again}, TimesFrom::kAnybody), again.time);
}

TEST(Requirements, DateNothingByWhatTheyDoNotName) {
  const VerifiedTime logged = from_log("2026-03-01T12:00:00Z");
  const VerifiedTime stamp = from_authority("2026-09-01T12:00:00Z");
  EXPECT_EQ(earliest({}, TimesFrom::kAnybody), std::nullopt);
  EXPECT_EQ(earliest({logged}, TimesFrom::kTimestampAuthorities), std::nullopt);
  EXPECT_EQ(earliest({logged}, TimesFrom::kNobody), std::nullopt);
  EXPECT_EQ(earliest({logged}, TimesFrom::kLogs, "theirs"), std::nullopt);
  // What is not asked does not count, and still shows that the evidence is older.
  EXPECT_EQ(earliest({logged, stamp}, TimesFrom::kTimestampAuthorities), logged.time);
}

}  // namespace
}  // namespace pullgate::verify
