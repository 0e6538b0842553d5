/// Provenance that lies in an index, unsigned, beside each of its platforms.

#include <algorithm>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;

Descriptor named(const std::string& what) {
  return {.media_type = std::string(media_type::kOciManifest), .digest = Digest::of(what), .size = 1};
}

/// An index of two platforms with provenance beside each, which the builder's attestor signed as a whole.
class BuiltIndex : public ::testing::Test {
 protected:
  BuiltIndex() {
    scene.unsigned_statements = UnsignedStatements::kUnderSignature;
    Index index;
    for (const char* what : {"amd64", "arm64", "about amd64", "about arm64"}) index.manifests.push_back(named(what));
    scene.document = std::move(index);
    scene.gathered.enclosed.carriers = {Digest::of("about amd64"), Digest::of("about arm64")};
    describe("amd64", Scene::built());
    describe("arm64", Scene::built());
    scene.signed_by("builder");
  }

  void describe(const std::string& platform, verify::Provenance made) {
    verify::Statement statement;
    statement.predicate_type = made.predicate_type;
    statement.provenance = std::move(made);
    scene.gathered.enclosed.statements.push_back(
        {Digest::of(platform), "attestation manifest of " + platform, std::move(statement), {}});
  }
  EnclosedStatement& about(std::size_t which) { return scene.gathered.enclosed.statements.at(which); }
  [[nodiscard]] Verdict verdict() const { return scene.decide().verdict(); }
  [[nodiscard]] Objection lead() const { return scene.decide().objections().front(); }

  Scene scene{provenance("ci")};
};

TEST_F(BuiltIndex, SatisfiesUnderTheSignatureOverTheIndex) {
  const Decision decision = scene.decide();
  EXPECT_EQ(decision.verdict(), Verdict::kAllow);
  EXPECT_THAT(decision.outcomes().front().detail, HasSubstr("who signed the index with the provenance of 2 platforms"));
}

TEST_F(BuiltIndex, IsWorthNothingWithoutASignature) {
  scene.gathered.reports.clear();
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_EQ(lead().reason, Reason::kNoEvidence);
}

TEST_F(BuiltIndex, IsWorthNothingUnderSomebodyElsesSignature) {
  for (const char* other : {"elsewhere", "stranger"}) {
    scene.gathered.reports.clear();
    scene.signed_by(other);
    EXPECT_EQ(verdict(), Verdict::kDeny) << other;
    EXPECT_EQ(lead().reason, Reason::kSignerNotTrusted);
  }
}

TEST_F(BuiltIndex, IsWorthNothingUnderASignatureOverAnotherIndex) {
  scene.gathered.reports.clear();
  scene.signed_for("builder", Digest::of("another index"));
  EXPECT_EQ(verdict(), Verdict::kDeny);
}

TEST_F(BuiltIndex, IsWorthNothingUnderAnAttestation) {
  // A scanner's report about the index does not vouch for what is in it.
  scene.gathered.reports.clear();
  verify::Statement report;
  report.predicate_type = "https://scanner.example/report/v1";
  scene.reported_by("builder", std::move(report));
  EXPECT_EQ(verdict(), Verdict::kDeny);
}

TEST_F(BuiltIndex, CountsOnlyWhereThePolicySaysSo) {
  // Whoever signs images that others built would vouch for whatever these say of themselves.
  scene.unsigned_statements = UnsignedStatements::kRefused;
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_FALSE(wants_enclosed(scene.policy(), scene.requested.repository, scene.gathered.reports));
  scene.unsigned_statements = UnsignedStatements::kUnderSignature;
  EXPECT_TRUE(wants_enclosed(scene.policy(), scene.requested.repository, scene.gathered.reports));
}

TEST_F(BuiltIndex, IsNotEvenReadWhereNobodySignedWhomThePolicyKnows) {
  // Whoever may push can put as much into an index as fits.
  const auto wanted = [&] {
    return wants_enclosed(scene.policy(), scene.requested.repository, scene.gathered.reports);
  };
  EXPECT_TRUE(wanted());
  scene.gathered.reports.clear();
  EXPECT_FALSE(wanted());
  EXPECT_FALSE((scene.signed_by("stranger"), wanted()));
  EXPECT_FALSE((scene.attested_by("builder"), wanted()));
  EXPECT_TRUE((scene.signed_by("builder"), wanted()));
}

TEST_F(BuiltIndex, BelievesNoSecondStatementBesideOneThatSaysOtherwise) {
  // A frontend that the Dockerfile names, or a scanner stage, can attach a statement of its own.
  verify::Provenance other = Scene::built();
  other.builder_id = "https://elsewhere.example";
  describe("amd64", other);
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_EQ(lead().reason, Reason::kBuilderNotAllowed);
  std::ranges::reverse(scene.gathered.enclosed.statements);
  EXPECT_EQ(verdict(), Verdict::kDeny);
  about(0).statement.reset();
  EXPECT_EQ(verdict(), Verdict::kDeny) << "nor beside one that cannot be read";
}

TEST_F(BuiltIndex, HasProvenanceOfEveryPlatform) {
  scene.gathered.enclosed.statements.pop_back();
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_EQ(lead().reason, Reason::kPlatformNotCovered);
  describe("arm64", Scene::built());
  EXPECT_EQ(verdict(), Verdict::kAllow);
  about(1).about = Digest::of("amd64");
  EXPECT_EQ(verdict(), Verdict::kDeny) << "two of one platform are none of the other";
}

TEST_F(BuiltIndex, TakesWhatOnlyCallsItselfAnAttestationForAPlatform) {
  scene.gathered.enclosed.carriers.pop_back();  // somebody could run it
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_EQ(lead().reason, Reason::kPlatformNotCovered);
}

TEST_F(BuiltIndex, HasToNameThePlatformsItself) {
  scene.document = Index{};
  EXPECT_EQ(verdict(), Verdict::kDeny);
}

TEST_F(BuiltIndex, AsksOfEachStatementWhatItAsksOfASignedOne) {
  about(1).statement->provenance->builder_id = "https://elsewhere.example";
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_EQ(lead().reason, Reason::kBuilderNotAllowed);
  EXPECT_THAT(lead().found, HasSubstr("attestation manifest of arm64"));
  about(1).statement.reset();
  about(1).problem = "not JSON";
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_THAT(lead().found, HasSubstr("not JSON"));
}

TEST_F(BuiltIndex, NamesBases) {
  scene.require({all_of({provenance("ci"), base_image({BaseProof::kProvenance}, {"ghcr.io/base/**"})})});
  const verify::ImageMaterial good{.name = "ghcr.io/base/os", .tag = "1", .digest = Digest::of("base")};
  const verify::ImageMaterial bad{.name = "ghcr.io/evil/os", .tag = "1", .digest = Digest::of("evil")};
  EXPECT_EQ(verdict(), Verdict::kDeny) << "no base is named";
  for (std::size_t i = 0; i < 2; ++i) about(i).statement->provenance->images = {good};
  EXPECT_EQ(verdict(), Verdict::kAllow);
  about(1).statement->provenance->images = {good, bad};
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_EQ(lead().reason, Reason::kBaseNotAllowed);
  about(1).statement->provenance->images = {good};
  scene.gathered.reports.clear();
  EXPECT_EQ(verdict(), Verdict::kDeny);
}

/// What an image says of itself, before what its provenance says.
class LabelledImage : public ::testing::Test {
 protected:
  LabelledImage() {
    ProvenanceLeaf leaf;
    leaf.builder = "ci";
    leaf.labels = LabelAgreement::kRequired;
    scene.require({leaf});
    scene.attested_by("builder");
    scene.gathered.leaves = {
        {.shown = "linux/amd64",
         .layers = ImageLayers{.manifest = scene.image, .layers = {}, .annotations = {}, .config = {}},
         .missing = {}}};
  }
  std::map<std::string, std::string>& labels() { return scene.gathered.leaves.front().layers->config.labels; }
  [[nodiscard]] Verdict verdict() const { return scene.decide().verdict(); }
  [[nodiscard]] Reason lead() const { return scene.decide().objections().front().reason; }

  Scene scene{provenance("ci")};
};

TEST_F(LabelledImage, MaySayNothing) {
  EXPECT_EQ(verdict(), Verdict::kAllow);
}

TEST_F(LabelledImage, NamesTheSourceOfTheProvenance) {
  for (const char* spelling :
       {"https://github.com/acme/app", "https://github.com/acme/app.git", "https://github.com/acme/app/",
        "git+https://github.com/acme/app.git#refs/heads/main", "https://github.com/acme/app/tree/main/x"}) {
    labels()[kSourceLabel] = spelling;
    EXPECT_EQ(verdict(), Verdict::kAllow) << spelling;
  }
  for (const char* other :
       {"https://github.com/acme/other", "https://github.com/acme/app2", "https://github.com/acme", "",
        "https://evil.example/?https://github.com/acme/app", "https://github.com/acme/app/issues"}) {
    labels()[kSourceLabel] = other;
    EXPECT_EQ(verdict(), Verdict::kDeny) << other;
    EXPECT_EQ(lead(), Reason::kEvidenceContradicts);
  }
}

TEST_F(LabelledImage, NamesTheCommitOfTheProvenance) {
  labels()[kRevisionLabel] = std::string(40, 'a');
  EXPECT_EQ(verdict(), Verdict::kAllow);
  labels()[kRevisionLabel] = std::string(40, 'b');
  EXPECT_EQ(verdict(), Verdict::kDeny);
  EXPECT_EQ(lead(), Reason::kEvidenceContradicts);
}

TEST_F(LabelledImage, IsContradictedByAnnotationsToo) {
  scene.gathered.leaves.front().layers->annotations[kSourceLabel] = "https://github.com/acme/other";
  EXPECT_EQ(lead(), Reason::kEvidenceContradicts);
  scene.gathered.leaves.front().layers->annotations.clear();
  std::get<Manifest>(scene.document).annotations[kSourceLabel] = "https://github.com/acme/other";
  EXPECT_EQ(lead(), Reason::kEvidenceContradicts);
}

TEST_F(LabelledImage, HasToBeReadable) {
  scene.gathered.leaves.push_back({.shown = "linux/arm64", .layers = std::nullopt, .missing = "not there"});
  EXPECT_EQ(lead(), Reason::kEvidenceUnreadable);
  scene.gathered.leaves.clear();
  EXPECT_EQ(lead(), Reason::kEvidenceUnreadable);
}

TEST_F(LabelledImage, CannotBeJudgedWhileItsConfigCannotBeHad) {
  scene.gathered.leaves.clear();
  scene.gathered.base_gaps.push_back({"config of linux/amd64", Reason::kUpstreamUnreachable, "refused", std::nullopt});
  EXPECT_EQ(verdict(), Verdict::kCannotJudge);
}

TEST_F(LabelledImage, IsOnlyReadWhereTheRuleAsks) {
  EXPECT_TRUE(bases_wanted(scene.policy(), scene.requested.repository).layers);
  scene.require(provenance("ci"));
  EXPECT_FALSE(bases_wanted(scene.policy(), scene.requested.repository).layers);
  labels()[kSourceLabel] = "https://github.com/base/os";
  EXPECT_EQ(verdict(), Verdict::kAllow) << "labels come from bases too";
}

}  // namespace
}  // namespace pullgate::policy
