#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;

ProvenanceLeaf by_ci() {
  ProvenanceLeaf leaf;
  leaf.builder = "ci";
  return leaf;
}

Requirement from_source(std::optional<std::string> source_repository, std::optional<std::string> ref = {},
                        std::optional<std::string> commit = {}) {
  ProvenanceLeaf leaf = by_ci();
  leaf.source.emplace();
  if (source_repository) leaf.source->repository = text_template(*source_repository);
  if (ref) leaf.source->ref = text_template(*ref);
  leaf.source->commit = std::move(commit);
  return {leaf};
}

Reason refusal(Scene& scene) {
  const Decision decision = scene.decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  return lead(decision);
}

TEST(ProvenanceLeaf, IsMetByItsBuilder) {
  const Decision decision = Scene(provenance("ci")).attested_by("builder").decide();
  EXPECT_EQ(decision.verdict(), Verdict::kAllow);
  EXPECT_THAT(decision.outcomes()[0].detail, HasSubstr("builder 'ci'"));
}

TEST(ProvenanceLeaf, NeedsTheSignerAndNotOnlyTheId) {
  // Anybody can write the builder's id into a statement and sign it with a key of their own.
  EXPECT_EQ(refusal(Scene(provenance("ci")).attested_by("elsewhere")), Reason::kSignerNotTrusted);
  EXPECT_EQ(refusal(Scene(provenance("ci")).attested_by("stranger")), Reason::kSignerNotTrusted);
}

TEST(ProvenanceLeaf, NeedsTheIdAndNotOnlyTheSigner) {
  verify::Provenance made = Scene::built();
  made.builder_id = kBuilderId + "-evil";
  Scene scene(provenance("ci"));
  EXPECT_EQ(refusal(scene.attested_by("builder", made)), Reason::kBuilderNotAllowed);
  EXPECT_THAT(scene.decide().objections()[0].found, HasSubstr(kBuilderId + "-evil"));
}

TEST(ProvenanceLeaf, TakesNoEmptyIdForABuilder) {
  verify::Provenance made = Scene::built();
  made.builder_id = "";
  Scene scene(provenance("ci"));
  scene.builder_id = glob_pattern("**");
  EXPECT_EQ(refusal(scene.attested_by("builder", made)), Reason::kBuilderNotAllowed);
}

TEST(ProvenanceLeaf, ThatAsksForMoreThanItsBuilderIsGrantedIsRefused) {
  ProvenanceLeaf leaf = by_ci();
  leaf.min_level = 3;
  PolicySet::Contents made = contents({attestor("builder")}, {{"ci", "builder", glob_pattern(kBuilderId), 3}},
                                      {rule("apps", {"ghcr.io/**"}, {leaf})});
  EXPECT_TRUE(PolicySet::conflicts(made).empty());
  made.builders.front().level = 2;
  const std::vector<PolicySet::Conflict> conflicts = PolicySet::conflicts(made);
  ASSERT_EQ(conflicts.size(), 1U);
  EXPECT_EQ(conflicts[0].kind, PolicySet::Conflict::Kind::kRequirement);
  EXPECT_EQ(conflicts[0].requirement, "apps/provenance");
  EXPECT_EQ(conflicts[0].message, "rule 'apps': can never be met: 'minLevel: 3', but builder 'ci' is granted level 2");
}

TEST(ProvenanceLeaf, NeedsTheBuildType) {
  ProvenanceLeaf leaf = by_ci();
  leaf.build_type = glob_pattern("https://ci.acme.example/types/*@v1");
  EXPECT_EQ(Scene({leaf}).attested_by("builder").decide().verdict(), Verdict::kAllow);
  verify::Provenance made = Scene::built();
  made.build_type = "https://ci.acme.example/other";
  EXPECT_EQ(refusal(Scene({leaf}).attested_by("builder", made)), Reason::kBuildTypeNotAllowed);
  made.build_type = "";
  leaf.build_type = glob_pattern("**");
  EXPECT_EQ(refusal(Scene({leaf}).attested_by("builder", made)), Reason::kBuildTypeNotAllowed);
}

TEST(ProvenanceLeaf, NeedsTheSourceRepository) {
  const Requirement require = from_source("https://github.com/acme/{repo}");
  EXPECT_EQ(Scene(require).attested_by("builder").decide().verdict(), Verdict::kAllow);
  verify::Provenance made = Scene::built();
  for (const std::string other :
       {"https://github.com/mallory/app", "https://github.com/acme/app2", "https://github.com/acme/other",
        "https://evil.example/?https://github.com/acme/app"}) {
    made.source->repository = other;
    EXPECT_EQ(refusal(Scene(require).attested_by("builder", made)), Reason::kSourceNotAllowed) << other;
  }
}

TEST(ProvenanceLeaf, TiesTheSourceToTheNameThatWasAskedFor) {
  // The same signed image offered under another name: its source is no longer the one that name stands for.
  Scene scene(from_source("https://github.com/acme/{repo}"));
  scene.requested = reference("ghcr.io/acme/payments:v1.0");
  EXPECT_EQ(refusal(scene.attested_by("builder")), Reason::kSourceNotAllowed);
}

TEST(ProvenanceLeaf, TiesTheRefToTheTagThatWasAskedFor) {
  const Requirement require = from_source({}, "refs/tags/{tag}");
  EXPECT_EQ(Scene(require).attested_by("builder").decide().verdict(), Verdict::kAllow);
  Scene moved(require);
  moved.requested = reference("ghcr.io/acme/app:v2.0");
  EXPECT_EQ(refusal(moved.attested_by("builder")), Reason::kTagSourceMismatch);
  EXPECT_THAT(moved.decide().objections()[0].found, HasSubstr("asked for by tag 'v2.0'"));
  Scene by_digest(require);
  by_digest.requested = reference("ghcr.io/acme/app@" + by_digest.image.text());
  EXPECT_EQ(refusal(by_digest.attested_by("builder")), Reason::kTagSourceMismatch);
  EXPECT_THAT(by_digest.decide().objections()[0].found, HasSubstr("by its digest"));
}

TEST(ProvenanceLeaf, TellsAnotherTagFromAnotherSource) {
  // What no tag would have made right is not about tags.
  verify::Provenance made = Scene::built();
  made.source->ref = "refs/heads/main";
  EXPECT_EQ(refusal(Scene(from_source({}, "refs/tags/{tag}")).attested_by("builder", made)), Reason::kSourceNotAllowed);
  made.source->ref = "refs/tags/a/b";  // no tag of an image has a slash
  EXPECT_EQ(refusal(Scene(from_source({}, "refs/tags/{tag}")).attested_by("builder", made)), Reason::kSourceNotAllowed);
  made.source->ref = "refs/tags/v1.1";
  EXPECT_EQ(refusal(Scene(from_source({}, "refs/tags/v2.*")).attested_by("builder", made)), Reason::kSourceNotAllowed);
  ProvenanceLeaf by_tag = by_ci();
  by_tag.source.emplace();
  by_tag.source->tag = text_template("{tag}");
  EXPECT_EQ(refusal(Scene({by_tag}).attested_by("builder", made)), Reason::kTagSourceMismatch);
}

TEST(ProvenanceLeaf, NeedsTheCommit) {
  EXPECT_EQ(Scene(from_source({}, {}, std::string(40, 'a'))).attested_by("builder").decide().verdict(),
            Verdict::kAllow);
  EXPECT_EQ(refusal(Scene(from_source({}, {}, std::string(40, 'b'))).attested_by("builder")),
            Reason::kSourceNotAllowed);
}

TEST(ProvenanceLeaf, TakesWhatWasLeftOutForNo) {
  verify::Provenance made = Scene::built();
  made.source->ref = "";
  EXPECT_EQ(refusal(Scene(from_source({}, "**")).attested_by("builder", made)), Reason::kSourceNotAllowed);
  made.source->repository = "";
  EXPECT_EQ(refusal(Scene(from_source("**")).attested_by("builder", made)), Reason::kSourceNotAllowed);
  made.source->commit = "";
  EXPECT_EQ(refusal(Scene(from_source({}, {}, "")).attested_by("builder", made)), Reason::kSourceNotAllowed);
  made.source.reset();
  EXPECT_EQ(refusal(Scene(from_source("**")).attested_by("builder", made)), Reason::kSourceNotAllowed);
}

TEST(ProvenanceLeaf, WantsAllOfItFromOneStatement) {
  // The right builder for another source, and the right source by another builder, make no right provenance.
  verify::Provenance wrong_source = Scene::built();
  wrong_source.source->repository = "https://github.com/mallory/app";
  EXPECT_EQ(refusal(Scene(from_source("https://github.com/acme/app"))
                        .attested_by("builder", wrong_source)
                        .attested_by("elsewhere")),
            Reason::kSourceNotAllowed);
}

TEST(ProvenanceLeaf, ReportsTheStatementThatCameFurthest) {
  verify::Provenance wrong_source = Scene::built();
  wrong_source.source->repository = "https://github.com/mallory/app";
  verify::Provenance wrong_builder = Scene::built();
  wrong_builder.builder_id = "https://laptop.acme.example/make";
  EXPECT_EQ(refusal(Scene(from_source("https://github.com/acme/app"))
                        .attested_by("builder", wrong_builder)
                        .attested_by("builder", wrong_source)
                        .attested_by("elsewhere")),
            Reason::kSourceNotAllowed);
}

TEST(ProvenanceLeaf, IsNotMetByASignature) {
  EXPECT_EQ(refusal(Scene(provenance("ci")).signed_by("builder")), Reason::kNoEvidence);
}

TEST(ProvenanceLeaf, IsNotMetByAStatementOfAnotherTypeCve202235929Cve202235930) {
  Scene scene(provenance("ci"));
  verify::Statement statement;
  statement.predicate_type = "https://spdx.dev/Document";
  scene.add({key("builder")}, statement, scene.image, verify::EvidenceKind::kDsseEnvelope);
  EXPECT_EQ(refusal(scene), Reason::kNoEvidence);
}

TEST(ProvenanceLeaf, IsNotMetWhereNoStatementIsOfItsTypeCve202525204) {
  Scene scene(provenance("ci"));
  for (const char* type : {"https://spdx.dev/Document", "https://in-toto.io/attestation/vulns/v0.1",
                           "https://slsa.dev/provenance/v1x", ""}) {
    verify::Statement statement;
    statement.predicate_type = type;
    scene.add({key("builder")}, statement, scene.image, verify::EvidenceKind::kDsseEnvelope);
  }
  EXPECT_EQ(refusal(scene), Reason::kNoEvidence);
}

TEST(ProvenanceLeaf, SaysWhyCandidatesFailed) {
  EXPECT_EQ(refusal(Scene(provenance("ci"))
                        .add_failed(verify::EvidenceKind::kDsseEnvelope, Reason::kPayloadTypeMismatch, "text/plain")),
            Reason::kPayloadTypeMismatch);
  // A signature that failed says nothing about provenance.
  EXPECT_EQ(refusal(Scene(provenance("ci"))
                        .add_failed(verify::EvidenceKind::kSimpleSigning, Reason::kSignatureInvalid, "does not hold")),
            Reason::kNoEvidence);
}

}  // namespace
}  // namespace pullgate::policy
