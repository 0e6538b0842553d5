// Keyless attestors in decisions: who counts, what has to be proven beside the signature, and what is said when it is
// not.

#include "tests/unit/policy/keyless.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/explain.h"
#include "policy/requirement/distinct.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using TimesFrom = verify::EvidenceRequirements::TimesFrom;

/// Refused, for a signature and for provenance alike, with this reason; returns what was found.
std::string refused(const KeylessScene& scene, Reason reason) {
  for (const Decision& decision : {scene.of_signature(), scene.of_provenance()}) {
    EXPECT_EQ(decision.verdict(), Verdict::kDeny);
    EXPECT_EQ(lead(decision), reason) << to_string(lead(decision)) << decision.objections()[0].found;
  }
  return scene.of_provenance().objections()[0].found;
}

void expect_allowed(const KeylessScene& scene) {
  for (const Decision& decision : {scene.of_signature(), scene.of_provenance()}) {
    EXPECT_EQ(decision.verdict(), Verdict::kAllow) << one_line(decision);
  }
}

TEST(KeylessSignature, MeetsALeafAndIsNamedInWords) {
  const KeylessScene scene;
  expect_allowed(scene);
  for (const Decision& decision : {scene.of_signature(), scene.of_provenance()}) {
    EXPECT_THAT(decision.outcomes()[0].detail, HasSubstr(kWorkflow + " identified by " + kIssuer));
  }
}

TEST(KeylessSignature, OfSomebodyElseSaysWhoSignedAndWhatWouldDo) {
  KeylessScene scene;
  scene.signer.subject.value = "https://github.com/mallory/x/.github/workflows/y.yml@refs/heads/main";
  refused(scene, Reason::kSignerNotTrusted);
  for (const Decision& decision : {scene.of_signature(), scene.of_provenance()}) {
    EXPECT_THAT(decision.objections()[0].found,
                ::testing::AllOf(HasSubstr(scene.signer.subject.value + " identified by " + kIssuer),
                                 HasSubstr("who is no attestor of the policy"), HasSubstr("its subject is"),
                                 HasSubstr("; at referrer 1")));
    EXPECT_THAT(
        decision.objections()[0].remedy,
        ::testing::AllOf(HasSubstr("as attestor 'ci'"), HasSubstr("container.yml@refs/tags/v*"), HasSubstr(kIssuer)));
    EXPECT_THAT(one_line(decision), HasSubstr(scene.signer.subject.value));
  }
}

TEST(KeylessSignature, ThatNoKnownAuthorityCertifiedSaysWhoseItClaimsToBe) {
  const KeylessScene scene;
  Gathered gathered;
  gathered.reports.push_back(
      {verify::EvidenceKind::kSigstoreBundle,
       "referrer 1",
       Digest::of("evidence"),
       {{verify::Check::kCertificate, verify::Outcome::kPassed, std::nullopt, kWorkflow + " identified by " + kIssuer},
        {verify::Check::kChain, verify::Outcome::kFailed, Reason::kSignerNotTrusted, "no authority issued it"}},
       std::nullopt});
  const Decision decision =
      evaluate(scene.policy({SignatureLeaf{"ci"}}),
               {scene.requested, Digest::of("an image"), Digest::of("p"), Digest::of("t")}, Manifest{}, gathered);
  EXPECT_EQ(lead(decision), Reason::kSignerNotTrusted);
  EXPECT_THAT(decision.objections()[0].found,
              HasSubstr("no authority issued it, which says that it is of " + kWorkflow + " identified by " + kIssuer));
}

TEST(KeylessSignature, OfAnotherTrustRootDoesNotCount) {
  KeylessScene scene;
  scene.signer.trust_root = "staging";
  scene.facts.trust_root = "staging";
  EXPECT_THAT(refused(scene, Reason::kSignerNotTrusted), HasSubstr("trust root is 'staging', not 'public-good'"));
}

TEST(KeylessSignature, WithCorroborationOfAnotherTrustRootDoesNotCount) {
  KeylessScene scene;
  scene.facts.trust_root = "staging";
  refused(scene, Reason::kTlogMissing);
}

TEST(KeylessSignature, NeedsALogUnlessThePolicySaysOtherwise) {
  KeylessScene scene;
  scene.facts.logs.clear();
  EXPECT_THAT(refused(scene, Reason::kTlogMissing),
              ::testing::AllOf(StartsWith("0 transparency logs, 1 required"), HasSubstr(kWorkflow)));
  scene.attestor.requirements.logs = 0;
  expect_allowed(scene);
}

TEST(KeylessSignature, NeedsACertificateLogUnlessThePolicySaysOtherwise) {
  KeylessScene scene;
  scene.facts.certificate_logs.clear();
  refused(scene, Reason::kSctMissing);
  scene.attestor.requirements.certificate_logs = 0;
  expect_allowed(scene);
}

TEST(KeylessSignature, NeedsAProvenTime) {
  KeylessScene scene;
  scene.facts.times.clear();
  refused(scene, Reason::kTimestampMissing);
}

TEST(KeylessSignature, NeedsATimestampWhereThePolicySaysSo) {
  KeylessScene scene;
  scene.attestor.requirements.timestamp_authorities = 1;
  refused(scene, Reason::kTimestampMissing);
  scene.facts.times.push_back({.time = moment("2026-03-01T12:00:01Z"),
                               .source = verify::VerifiedTime::Source::kTimestampAuthority,
                               .authority = "https://tsa.example"});
  expect_allowed(scene);
}

TEST(KeylessSignature, MayHaveToBeInSeveralLogs) {
  KeylessScene scene;
  scene.attestor.requirements.logs = 2;
  EXPECT_THAT(refused(scene, Reason::kThresholdNotMet), HasSubstr("1 transparency logs, 2 required"));
  scene.facts.logs.push_back({.log = "https://second.example", .key = Digest::of("second"), .index = 1});
  expect_allowed(scene);
}

TEST(KeylessSignature, CountsWithinItsWindowOnly) {
  KeylessScene scene;
  scene.attestor.requirements.signer_validity.end = moment("2026-02-28T00:00:00Z");
  EXPECT_THAT(refused(scene, Reason::kTimeOutsideValidity), HasSubstr("signed at 2026-03-01T12:00:00Z"));
  scene.attestor.requirements.signer_validity.end = moment("2026-03-02T00:00:00Z");
  expect_allowed(scene);
  scene.attestor.requirements.distrusted_from = moment("2026-03-01T12:00:00Z");
  refused(scene, Reason::kKeyDistrusted);
}

TEST(KeylessBuilder, IsASignerAndTheIdItClaims) {
  KeylessScene scene;
  scene.provenance.builder_id = kBuilderId + "-evil";
  EXPECT_EQ(lead(scene.of_provenance()), Reason::kBuilderNotAllowed);
}

TEST(KeylessBuilder, IsTheWorkflowThatItsCertificateNames) {
  // The attestor is wider than the builder: any workflow of the organisation may sign, and one writes another's name.
  KeylessScene scene;
  scene.builder_id = TextPattern::glob("https://github.com/acme/builders/.github/workflows/*.yml@refs/tags/v*").value();
  scene.provenance.builder_id = kWorkflow;
  EXPECT_EQ(scene.of_provenance().verdict(), Verdict::kAllow);
  scene.provenance.builder_id = "https://github.com/acme/builders/.github/workflows/other.yml@refs/tags/v1.2.3";
  const Decision decision = scene.of_provenance();
  EXPECT_EQ(lead(decision), Reason::kBuilderNotAllowed);
  EXPECT_THAT(decision.objections().front().found, HasSubstr("the certificate of its signer '" + kWorkflow + "'"));
}

TEST(KeylessBuilder, WhoseProvenanceIsNotProvenLeadsBeforeSomebodyElse) {
  KeylessScene scene;
  scene.facts.logs.clear();
  ProvenanceLeaf leaf;
  leaf.builder = "ci";
  const PolicySet policy = scene.policy({leaf});
  verify::CertificateSigner stranger = workflow();
  stranger.issuer = "https://ci.example";
  const Digest image = Digest::of("an image");
  Gathered gathered;
  for (const verify::CertificateSigner& signer : {stranger, workflow()}) {
    verify::Statement statement;
    statement.predicate_type = scene.provenance.predicate_type;
    statement.provenance = scene.provenance;
    const std::string place = "referrer " + std::to_string(gathered.reports.size());
    gathered.reports.push_back({verify::EvidenceKind::kSigstoreBundle,
                                place,
                                Digest::of(place),
                                {},
                                verify::testing::VerifiedFactory::make({signer}, statement, image, {scene.facts})});
  }
  const Decision decision =
      evaluate(policy, {scene.requested, image, Digest::of("p"), Digest::of("t")}, Manifest{}, gathered);
  EXPECT_EQ(lead(decision), Reason::kTlogMissing);
}

/// What the certificate contradicts, in one respect.
std::string contradiction(const KeylessScene& scene, const std::function<void(verify::FulcioExtensions&)>& change) {
  EXPECT_EQ(scene.of_provenance().verdict(), Verdict::kAllow);
  KeylessScene other = scene;
  change(other.signer.extensions);
  const Decision decision = other.of_provenance();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  if (decision.objections().empty()) return {};
  EXPECT_EQ(lead(decision), Reason::kEvidenceContradicts);
  return decision.objections()[0].found;
}

TEST(KeylessBuilder, HasToAgreeWithItsCertificateAboutTheSource) {
  // The builder is anybody's to call: what ran in it could write another's repository into the statement.
  KeylessScene scene;
  scene.source = SourceRequirement{.repository = text_template("https://github.com/acme/*")};
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.source_repository_uri = "https://github.com/mallory/app"; }),
              ::testing::AllOf(HasSubstr(kSourceRepository),
                               HasSubstr("the certificate of its signer 'https://github.com/mallory/app'")));
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.source_repository_ref = "refs/pull/1/merge"; }),
              HasSubstr("ref"));
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.source_repository_digest = std::string(40, 'b'); }),
              HasSubstr("commit"));
  // Whatever the rule asks about.
  scene.source.reset();
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.source_repository_ref = "refs/pull/1/merge"; }),
              HasSubstr("ref"));
}

TEST(KeylessBuilder, HasToAgreeWithItsCertificateAboutTheRun) {
  KeylessScene scene;
  scene.provenance.run = {.trigger = "push",
                          .address_end = "/actions/runs/8/attempts/1",
                          .repository_id = "1",
                          .repository_owner_id = "2",
                          .environment = "github-hosted"};
  scene.provenance.entry_point = ".github/workflows/release.yml";
  verify::FulcioExtensions& certified = scene.signer.extensions;
  certified.build_trigger = "push";
  certified.github_workflow_trigger = "push";
  certified.source_repository_identifier = "1";
  certified.source_repository_owner_identifier = "2";
  certified.run_invocation_uri = kSourceRepository + "/actions/runs/8/attempts/1";
  certified.build_config_uri = kSourceRepository + "/.github/workflows/release.yml@refs/tags/v1.0";
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.build_trigger = "schedule"; }), HasSubstr("trigger 'push'"));
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.source_repository_identifier = "3"; }), HasSubstr("id '1'"));
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.source_repository_owner_identifier = "3"; }),
              HasSubstr("owner id '2'"));
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.runner_environment = "self-hosted"; }),
              HasSubstr("runner environment"));
  for (const std::string other : {"/actions/runs/8/attempts/2", "/actions/runs/18/attempts/1", "/actions/runs/8"}) {
    EXPECT_THAT(contradiction(scene, [&](auto& said) { said.run_invocation_uri = kSourceRepository + other; }),
                HasSubstr("run '/actions/runs/8/attempts/1'"));
  }
  EXPECT_THAT(contradiction(scene,
                            [](auto& said) {
                              said.build_config_uri = kSourceRepository + "/.github/workflows/other.yml@refs/tags/v1.0";
                            }),
              HasSubstr("workflow '.github/workflows/release.yml'"));
  // Another spelling of a path is another path.
  const std::string path = std::exchange(scene.provenance.entry_point, "x/.github/workflows/release.yml");
  const Decision spelt_otherwise = scene.of_provenance();
  ASSERT_EQ(spelt_otherwise.verdict(), Verdict::kDeny);
  EXPECT_EQ(spelt_otherwise.objections().front().reason, Reason::kEvidenceContradicts);
  scene.provenance.entry_point = path;
  // GitHub's certificates of before 2023 say the event in their own way.
  certified.build_trigger.reset();
  EXPECT_THAT(contradiction(scene, [](auto& said) { said.github_workflow_trigger = "schedule"; }),
              HasSubstr("trigger 'push'"));
  // What one of the two leaves out is no contradiction.
  certified = {};
  EXPECT_EQ(scene.of_provenance().verdict(), Verdict::kAllow);
}

TEST(KeylessBuilder, MayHaveACertificateThatDoesNotSayTheSource) {
  KeylessScene scene;
  scene.source = SourceRequirement{.repository = text_template(kSourceRepository)};
  scene.signer.extensions = {};
  EXPECT_EQ(scene.of_provenance().verdict(), Verdict::kAllow);
}

TEST(KeyAttestor, MayNeedALogAndATimeToo) {
  Scene scene(signature("release"));
  auto made = contents({attestor("release")}, {}, {rule("apps", {"ghcr.io/acme/**"}, signature("release"))});
  made.trust_roots = {{.name = "public-good", .certificate_authorities = 1, .logs = 1, .timestamp_authorities = 1}};
  made.attestors[0].requirements = {
      .trust_root = "public-good", .logs = 1, .signer_validity = {.end = moment("2026-03-31T00:00:00Z")}};
  const PolicySet policy = *PolicySet::make(made);
  const auto decision = [&](std::vector<verify::Corroboration> facts) {
    Gathered gathered;
    gathered.reports.push_back({verify::EvidenceKind::kSimpleSigning,
                                "here",
                                Digest::of("x"),
                                {},
                                verify::testing::VerifiedFactory::make({key("release")}, verify::ImageSignature{},
                                                                       scene.image, std::move(facts))});
    return evaluate(policy, scene.about(), scene.document, gathered);
  };
  EXPECT_EQ(decision({corroboration()}).verdict(), Verdict::kAllow);
  EXPECT_EQ(lead(decision({})), Reason::kTlogMissing);
  verify::Corroboration late = corroboration();
  late.times[0].time = moment("2026-04-01T00:00:00Z");
  EXPECT_EQ(lead(decision({late})), Reason::kTimeOutsideValidity);
  late = corroboration();
  late.times.clear();
  EXPECT_EQ(lead(decision({late})), Reason::kTimestampMissing);
  EXPECT_THAT(decision({late}).objections()[0].found, HasSubstr("attestor 'release'"));
}

/// The conflicts of a policy whose one attestor was changed.
std::vector<std::string> conflicts(const std::function<void(Attestor&)>& change, TrustRootSummary root) {
  Attestor attestor = keyless_attestor();
  change(attestor);
  auto made = contents({attestor}, {}, {rule("apps", {"ghcr.io/acme/**"}, {SignatureLeaf{"ci"}})});
  made.trust_roots = {std::move(root)};
  std::vector<std::string> messages;
  for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) {
    messages.push_back(conflict.requirement + ": " + conflict.message);
  }
  return messages;
}

std::vector<std::string> conflicts(const std::function<void(Attestor&)>& change) {
  return conflicts(change, {"public-good", 1, 2, 2, 1});
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(KeylessConflict, OfAWildcardForEverybodyIsRefused) {
  EXPECT_THAT(conflicts([](Attestor&) {}), IsEmpty());
  for (const auto& anybody : {NamePattern::glob("**"), NamePattern::glob("**o**"), NamePattern::glob("https://**"),
                              NamePattern::glob("**@**"), NamePattern::regular_expression("https://.+@refs/.+"),
                              NamePattern::regular_expression(".*"), NamePattern::regular_expression(".+")}) {
    EXPECT_THAT(conflicts([&](Attestor& a) { identity_of(a).subject = anybody.value(); }),
                ElementsAre(HasSubstr("subject: attestor 'ci': ")))
        << anybody.value().text();
    EXPECT_THAT(conflicts([&](Attestor& a) { identity_of(a).issuer = anybody.value(); }),
                ElementsAre(HasSubstr("issuer: attestor 'ci': ")));
  }
  EXPECT_THAT(conflicts([](Attestor& a) { identity_of(a).subject = NamePattern::glob("**@acme.example").value(); }),
              IsEmpty());
}

TEST(KeylessConflict, OfAskingAnIssuerForWhatItNeverSaysIsRefused) {
  const auto asking = [](const std::string& issuer, std::size_t extension) {
    return conflicts([&](Attestor& a) {
      identity_of(a).issuer = NamePattern::exactly(issuer);
      identity_of(a).extensions = {{verify::kFulcioExtensionNames.at(extension), NamePattern::exactly("x")}};
    });
  };
  constexpr std::size_t kGithubWorkflowTrigger = 0;
  constexpr std::size_t kBuildSignerUri = 5;
  constexpr std::size_t kTokenSubject = verify::kFulcioExtensionNames.size() - 1;
  EXPECT_THAT(asking("https://accounts.google.com", kBuildSignerUri),
              ElementsAre(HasSubstr("extensions: attestor 'ci': can never be met: certificates of the issuer "
                                    "'https://accounts.google.com' do not say buildSignerURI")));
  EXPECT_THAT(asking("https://accounts.google.com", kTokenSubject), IsEmpty());
  EXPECT_THAT(asking("https://gitlab.com", kGithubWorkflowTrigger), ElementsAre(HasSubstr("do not say")));
  EXPECT_THAT(asking("https://gitlab.com", kBuildSignerUri), IsEmpty());
  EXPECT_THAT(asking("https://token.actions.acme.ghe.com", kGithubWorkflowTrigger), IsEmpty());
}

TEST(KeylessConflict, OfAskingForWhatTheTrustRootDoesNotHaveIsRefused) {
  const auto nothing = [](Attestor&) {};
  EXPECT_THAT(conflicts(nothing, {"public-good", 0, 1, 1, 1}), ElementsAre(HasSubstr("no certificate authority")));
  EXPECT_THAT(conflicts(nothing, {"public-good", 1, 0, 1, 1}),
              ElementsAre(HasSubstr("has no transparency logs; if none is needed, write 'transparencyLog: none'")));
  EXPECT_THAT(conflicts(nothing, {"public-good", 1, 1, 0, 1}), ElementsAre(HasSubstr("write 'sct: none'")));
  EXPECT_THAT(conflicts([](Attestor& a) { a.requirements.timestamp_authorities = 2; }),
              ElementsAre(HasSubstr("timestamp: attestor 'ci': can never be met: trust root 'public-good' has 1 ")));
  EXPECT_THAT(conflicts([](Attestor& a) { a.requirements.logs = 3; }), ElementsAre(HasSubstr("and 3 are asked for")));
  EXPECT_THAT(conflicts(nothing, {"public-god", 1, 1, 1, 1}),
              ElementsAre(HasSubstr("no attestor uses trust root 'public-god'"),
                          HasSubstr("no trust root is named 'public-good'; did you mean 'public-god'?")));
}

TEST(KeylessConflict, OfACertificateWithoutAProvenTimeIsRefused) {
  EXPECT_THAT(conflicts([](Attestor& a) { a.requirements.time_sources = 0; }),
              ElementsAre(HasSubstr("at least one time has to be proven")));
  EXPECT_THAT(conflicts([](Attestor& a) { a.requirements.times_from = TimesFrom::kNobody; }),
              ElementsAre(HasSubstr("nothing may prove one")));
}

TEST(KeylessConflict, OfWindowsThatAreEmptyIsRefused) {
  EXPECT_THAT(conflicts([](Attestor& a) {
                a.requirements.signer_validity = {moment("2026-02-01T00:00:00Z"), moment("2026-01-01T00:00:00Z")};
              }),
              ElementsAre(HasSubstr("validUntil: attestor 'ci': can never be met: it is before 'validFrom'")));
  EXPECT_THAT(conflicts([](Attestor& a) {
                a.requirements.signer_validity.start = moment("2026-02-01T00:00:00Z");
                a.requirements.distrusted_from = moment("2026-02-01T00:00:00Z");
              }),
              ElementsAre(HasSubstr("distrustedFrom: attestor 'ci': can never be met")));
  EXPECT_THAT(conflicts([](Attestor& a) {
                a.requirements.signer_validity.end = moment("2026-02-01T00:00:00Z");
                a.requirements.distrusted_from = moment("2026-02-02T00:00:00Z");
              }),
              ElementsAre(HasSubstr("says nothing")));
}

TEST(KeylessConflict, OfOneIdentityUnderTwoNamesIsRefused) {
  Attestor twin = keyless_attestor();
  twin.name = "twin";
  const Requirement both = all_of({signature("ci"), signature("twin")});
  auto made = contents({keyless_attestor(), twin}, {}, {rule("apps", {"ghcr.io/acme/**"}, both)});
  made.trust_roots = {{"public-good", 1, 1, 1, 1}};
  ASSERT_EQ(PolicySet::conflicts(made).size(), 1U);
  EXPECT_THAT(PolicySet::conflicts(made)[0].message, HasSubstr("the same identity is also attestor 'ci'"));
  identity_of(made.attestors[1]).subject = NamePattern::exactly(kWorkflow);
  EXPECT_THAT(PolicySet::conflicts(made), IsEmpty());
}

TEST(KeylessConflict, OfAKeyThatIsAskedForACertificateOrForNothingIsRefused) {
  const auto of_key = [](verify::EvidenceRequirements requirements) {
    auto made = contents({attestor("release")}, {}, {rule("apps", {"ghcr.io/acme/**"}, signature("release"))});
    made.attestors[0].requirements = std::move(requirements);
    made.trust_roots = {{"public-good", 1, 1, 1, 1}};
    std::vector<std::string> messages;
    for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) messages.push_back(conflict.message);
    return messages;
  };
  EXPECT_THAT(of_key({.trust_root = "public-good", .certificate_logs = 1}),
              ElementsAre(HasSubstr("a key has no certificate")));
  EXPECT_THAT(of_key({.trust_root = "public-good", .times_from = TimesFrom::kNobody}),
              ElementsAre(HasSubstr("is asked nothing")));
  EXPECT_THAT(of_key({.logs = 1}),
              ElementsAre(HasSubstr("no attestor uses trust root"), HasSubstr("needs 'trustRoot'")));
}

TEST(Thresholds, CountAPersonOnceWhateverNumberOfCertificatesItHas) {
  // Every run of a workflow has another certificate; two runs are not two people.
  verify::CertificateSigner again = workflow();
  again.extensions.run_invocation_uri = "another run";
  verify::CertificateSigner elsewhere = workflow();
  elsewhere.trust_root = "another root";
  EXPECT_EQ(distinct_attestors({{"a", workflow()}, {"b", again}, {"c", elsewhere}}), 1U);
  verify::CertificateSigner other = workflow();
  other.issuer = "https://another.example";
  EXPECT_EQ(distinct_attestors({{"a", workflow()}, {"b", other}}), 2U);
}

// Whoever may call the builder could write a second statement, about a base, that is about another build than the
// certificate says.
TEST(KeylessProvenance, ThatContradictsItsCertificateNamesNoBase) {
  const KeylessScene scene;
  const PolicySet policy = [&] {
    auto made = contents({scene.attestor}, {{"ci", "ci", scene.builder_id, 3}},
                         {rule("apps", {"ghcr.io/acme/**"},
                               all_of({provenance("ci"), base_image({BaseProof::kProvenance}, {"ghcr.io/base/**"})}))});
    made.trust_roots = {{.name = "public-good",
                         .certificate_authorities = 1,
                         .logs = 2,
                         .certificate_logs = 2,
                         .timestamp_authorities = 2}};
    return PolicySet::make(std::move(made)).value();
  }();
  const Digest image = Digest::of("an image");
  const auto decide = [&](const std::string& commit) {
    verify::Provenance about_the_base = Scene::built_on({{"ghcr.io/base/os", "", std::nullopt}});
    about_the_base.source->commit = commit;
    Gathered gathered;
    for (const verify::Provenance& made : {Scene::built(), about_the_base}) {
      verify::Statement statement;
      statement.predicate_type = made.predicate_type;
      statement.provenance = made;
      const std::string place = "referrer " + std::to_string(gathered.reports.size());
      gathered.reports.push_back(
          {verify::EvidenceKind::kSigstoreBundle,
           place,
           Digest::of(place),
           {},
           verify::testing::VerifiedFactory::make({scene.signer}, std::move(statement), image, {scene.facts})});
    }
    return evaluate(policy, {scene.requested, image, Digest::of("p"), Digest::of("t")}, Manifest{}, gathered);
  };
  EXPECT_EQ(decide(std::string(40, 'a')).verdict(), Verdict::kAllow);
  const Decision denied = decide(std::string(40, 'b'));
  ASSERT_EQ(denied.verdict(), Verdict::kDeny);
  EXPECT_EQ(denied.objections().front().reason, Reason::kBaseNotProven);
}

}  // namespace
}  // namespace pullgate::policy
