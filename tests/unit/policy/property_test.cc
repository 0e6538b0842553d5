/// What must hold for every policy and every heap of evidence, tried on many of both.

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

constexpr std::array<std::string_view, 5> kSigners = {"release", "second", "builder", "elsewhere", "stranger"};
constexpr std::array<std::string_view, 3> kAttestors = {"release", "second", "builder"};

constexpr const char* kScan = "https://scanner.example/report/v1";
constexpr const char* kVerifier = "https://verifier.example/v1";
constexpr std::array<std::string_view, 4> kNames = {"ghcr.io/acme/app:v1.0", "ghcr.io/acme/app",
                                                    "ghcr.io/acme/app:v0.9", "docker.io/library/app:v1.0"};

verify::Statement scan(bool is_clean) {
  verify::Statement statement;
  statement.predicate_type = kScan;
  statement.predicate = std::make_shared<const nlohmann::json>(nlohmann::json{{"clean", is_clean}});
  return statement;
}

verify::Statement summary(std::string level) {
  verify::Statement statement;
  statement.predicate_type = std::string(verify::kVerificationSummaryV1);
  statement.predicate = std::make_shared<const nlohmann::json>(nlohmann::json::object());
  statement.summary = verify::VerificationSummary{.verifier_id = kVerifier,
                                                  .resource_uri = "ghcr.io/acme/app",
                                                  .resource = std::nullopt,
                                                  .policy_uri = "https://policies.example/1",
                                                  .policy_digest = {},
                                                  .outcome = verify::VerificationSummary::Outcome::kPassed,
                                                  .levels = {std::move(level)},
                                                  .time_verified = std::nullopt};
  return statement;
}

class World {
 public:
  explicit World(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine_); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class T, std::size_t N>
  std::string pick(const std::array<T, N>& from) {
    return std::string(from.at(below(N)));
  }

  Requirement requirement(int depth) {
    if (depth == 0 || one_in(3)) return leaf();
    std::vector<Requirement> of;
    for (std::size_t count = 1 + below(3); count > 0; --count) of.push_back(requirement(depth - 1));
    switch (below(3)) {
      case 0:
        return all_of(std::move(of));
      case 1:
        return any_of(std::move(of));
      default:
        return threshold(1 + below(2), {signature(pick(kAttestors)), {attestation()}, provenance("ci")});
    }
  }

  /// A scene whose policy exists; most random trees do, the others are tried again.
  Scene scene() {
    for (;;) {
      Scene made(requirement(3), one_in(8) ? Mode::kWarn : Mode::kEnforce);
      made.has_times = true;
      made.level = 2 + static_cast<int>(below(2));  // what leaves ask for at most
      if (one_in(2)) made.annotated(one_in(2) ? "ghcr.io/base/os:1" : "ghcr.io/sandbox/os:1");
      try {
        (void)made.policy();
        return made;
      } catch (const std::logic_error&) {
        continue;
      }
    }
  }

  void add_evidence(Scene& scene) {
    switch (below(8)) {
      case 0:
      case 1:
        scene.signed_by(pick(kSigners));
        return;
      case 2:
        scene.add_failed(one_in(2) ? verify::EvidenceKind::kSimpleSigning : verify::EvidenceKind::kSigstoreBundle,
                         one_in(2) ? Reason::kSubjectMismatch : Reason::kSignatureInvalid, "failed");
        return;
      case 3:
        scene.signed_for(pick(kSigners), Digest::of("another image"));
        return;
      case 4:
        scene.add({key(pick(kSigners))}, verify::ImageSignature{pick(kNames), {}}, scene.image);
        return;
      case 5:
        scene.reported_by(pick(kSigners), scan(!one_in(3)), some_moment());
        return;
      case 6:
        scene.reported_by(pick(kSigners), summary(one_in(2) ? "SLSA_BUILD_LEVEL_3" : "SLSA_BUILD_LEVEL_1"),
                          some_moment());
        return;
      default:
        scene.attested_by(one_in(2) ? "builder" : pick(kSigners), made());
    }
  }

  void shuffle(Gathered& gathered) {
    std::ranges::shuffle(gathered.reports, engine_);
    std::ranges::shuffle(gathered.gaps, engine_);
  }

 private:
  Requirement leaf() {
    switch (below(12)) {
      case 0:
        return one_in(4) ? accept() : signature("release");
      case 1:
        return reject(one_in(3) ? std::vector{Digest::of("an image")} : std::vector{Digest::of("bad")});
      case 2:
        return base_image(proofs(), {"ghcr.io/base/**"},
                          one_in(3) ? std::vector{Digest::of("base")} : std::vector<Digest>{});
      case 3:
      case 4: {
        ProvenanceLeaf wanted;
        wanted.builder = "ci";
        wanted.min_level = static_cast<int>(below(3));
        if (one_in(2)) wanted.source.emplace().repository = text_template("https://github.com/acme/{repo}");
        return {std::move(wanted)};
      }
      case 5:
      case 6:
        return {attestation()};
      case 7: {
        VsaLeaf wanted;
        wanted.attestor = pick(kAttestors);
        wanted.verifier = kVerifier;
        wanted.levels = {one_in(2) ? "SLSA_BUILD_LEVEL_3" : "SLSA_BUILD_LEVEL_1"};
        if (one_in(2)) wanted.max_age = std::chrono::hours(24 * 5);
        return {std::move(wanted)};
      }
      case 8: {
        ImageLeaf wanted;
        wanted.tags = {glob_pattern(one_in(4) ? "v2.*" : "v*")};
        return {std::move(wanted)};
      }
      case 9: {
        SignatureLeaf wanted{pick(kAttestors)};
        wanted.signed_identity = one_in(2) ? SignedIdentity(MatchExact{}) : SignedIdentity(MatchRepository{});
        return {std::move(wanted)};
      }
      default:
        return signature(pick(kAttestors));
    }
  }

  AttestationLeaf attestation() {
    static constexpr std::array kSelects = {Select::kAny, Select::kAny, Select::kAll, Select::kNewest};
    AttestationLeaf wanted;
    wanted.predicate_type = kScan;
    wanted.attestor = pick(kAttestors);
    wanted.select = kSelects.at(below(kSelects.size()));
    if (one_in(2)) wanted.max_age = std::chrono::hours(24 * 5);
    if (!one_in(4)) {
      wanted.where = {
          PathCondition{JsonPointer::parse("/clean").value(), Membership{Membership::Sense::kOneOf, {true}}}};
    }
    return wanted;
  }

  /// In the ten days before the decision, or never.
  std::optional<Time> some_moment() {
    if (one_in(8)) return std::nullopt;
    return moment("2026-05-22T00:00:00Z") + std::chrono::hours(24) * static_cast<int>(below(10));
  }

  std::vector<BaseProof> proofs() {
    switch (below(3)) {
      case 0:
        return {BaseProof::kAnnotation};
      case 1:
        return {BaseProof::kProvenance};
      default:
        return {BaseProof::kAnnotation, BaseProof::kProvenance};
    }
  }

  verify::Provenance made() {
    verify::Provenance provenance = Scene::built();
    if (one_in(4)) provenance.builder_id = "https://laptop.acme.example/make";
    if (one_in(4)) provenance.source->repository = "https://github.com/mallory/app";
    if (one_in(8)) provenance.source.reset();
    if (!one_in(3)) provenance.images.push_back({"ghcr.io/base/os", "1", std::nullopt});
    if (one_in(4)) provenance.images.push_back({"ghcr.io/sandbox/os", "", Digest::of("sandbox")});
    return provenance;
  }

  std::mt19937 engine_;
};

bool says_accept(const Requirement& requirement) {
  return std::holds_alternative<AcceptLeaf>(requirement.node) ||
         std::ranges::any_of(children_of(requirement), says_accept);
}

/// Where all statements or the newest one have to be good, a further one can be bad.
bool can_be_hurt(const PolicySet& policy, const Scene& scene) {
  return can_be_ended_by_evidence(policy, scene.requested.repository);
}

constexpr unsigned kRounds = 1000;

TEST(EveryPolicy, NeverTurnsAllowIntoDenyForMoreEvidence) {
  unsigned allowed = 0;
  unsigned changed = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    const PolicySet policy = scene.policy();
    if (can_be_hurt(policy, scene)) continue;
    bool was_allowed = scene.decide(policy).verdict() == Verdict::kAllow;
    for (int piece = 0; piece < 10; ++piece) {
      world.add_evidence(scene);
      const bool is_allowed = scene.decide(policy).verdict() == Verdict::kAllow;
      ASSERT_FALSE(was_allowed && !is_allowed) << "seed " << seed << " piece " << piece;
      changed += is_allowed != was_allowed ? 1 : 0;
      was_allowed = is_allowed;
    }
    allowed += was_allowed ? 1 : 0;
  }
  // The worlds are neither too easy nor too hard for the property to say something.
  EXPECT_GT(changed, kRounds / 10);
  EXPECT_GT(allowed, kRounds / 10);
  EXPECT_LT(allowed, kRounds - kRounds / 10);
}

/// Nor does a policy ever, whatever it asks for, because of evidence by somebody whom it does not name.
TEST(EveryPolicy, NeverTurnsAllowIntoDenyForEvidenceOfStrangers) {
  unsigned allowed = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    const PolicySet policy = scene.policy();
    for (int piece = 0; piece < 6; ++piece) world.add_evidence(scene);
    if (scene.decide(policy).verdict() != Verdict::kAllow) continue;
    ++allowed;
    for (const std::string stranger : {"stranger", "elsewhere"}) {
      scene.signed_by(stranger).attested_by(stranger).reported_by(stranger, scan(false), scene.at);
      scene.reported_by(stranger, scan(false)).reported_by(stranger, summary("SLSA_BUILD_LEVEL_0"), scene.at);
    }
    scene.add_failed(verify::EvidenceKind::kDsseEnvelope, Reason::kSignatureInvalid, "failed");
    ASSERT_EQ(scene.decide(policy).verdict(), Verdict::kAllow) << "seed " << seed;
  }
  EXPECT_GT(allowed, kRounds / 10);
}

TEST(EveryPolicy, DoesNotLookAtTheOrderOfEvidence) {
  for (unsigned seed = 0; seed < kRounds / 5; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    for (int piece = 0; piece < 6; ++piece) world.add_evidence(scene);
    if (world.one_in(2)) scene.missing().missing(Reason::kUpstreamRateLimited, std::chrono::seconds(3));
    const Decision before = scene.decide();
    world.shuffle(scene.gathered);
    const Decision after = scene.decide();
    ASSERT_EQ(before.verdict(), after.verdict()) << "seed " << seed;
    ASSERT_EQ(before.objections().size(), after.objections().size()) << "seed " << seed;
    for (std::size_t i = 0; i < before.objections().size(); ++i) {
      ASSERT_EQ(before.objections()[i].reason, after.objections()[i].reason) << "seed " << seed;
      ASSERT_EQ(before.objections()[i].found, after.objections()[i].found) << "seed " << seed;
    }
    for (std::size_t i = 0; i < before.outcomes().size(); ++i) {
      ASSERT_EQ(before.outcomes()[i].detail, after.outcomes()[i].detail) << "seed " << seed;
    }
  }
}

TEST(EveryPolicy, AllowsNothingUnprovenUnlessItSaysAccept) {
  unsigned without_accept = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    const PolicySet policy = scene.policy();
    const Rule* applies = policy.rule_for(scene.requested.repository);
    ASSERT_NE(applies, nullptr);
    if (says_accept(applies->require)) continue;
    ++without_accept;
    for (int piece = 0; piece < 4; ++piece) {
      scene.add_failed(verify::EvidenceKind::kSigstoreBundle, Reason::kSignatureInvalid, "failed");
      scene.signed_for("release", Digest::of("another image"));
      scene.signed_by("stranger").attested_by("stranger").reported_by("stranger", scan(true), scene.at);
      scene.reported_by("stranger", summary("SLSA_BUILD_LEVEL_3"), scene.at);
    }
    ASSERT_NE(scene.decide().verdict(), Verdict::kAllow) << "seed " << seed;
  }
  EXPECT_GT(without_accept, kRounds / 2);
}

/// Some requirement of the rule that can be waived, by its full name.
std::optional<std::string> some_waiver(World& world, const PolicySet& policy, const Scene& scene) {
  std::vector<std::string> names;
  for (const RequirementOutcome& outcome : scene.decide(policy).outcomes()) {
    const NamedRequirements found =
        requirements_named(outcome.requirement, "apps", policy.rule_for(scene.requested.repository)->require);
    if (found.names.size() == 1) names.push_back(outcome.requirement);
  }
  if (names.empty()) return std::nullopt;
  return names[world.below(names.size())];
}

TEST(EveryPolicy, NeverTurnsDenyIntoAllowForAWaiverLess) {
  unsigned waived = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    for (int piece = 0; piece < 3; ++piece) world.add_evidence(scene);
    const PolicySet without = scene.policy();
    const auto waiver = some_waiver(world, without, scene);
    if (!waiver) continue;
    scene.exemptions = {{.id = "EX-1",
                         .digests = {scene.image},
                         .waives = {*waiver},
                         .reason = "late",
                         .approved_by = {"alice"},
                         .expires = scene.at + std::chrono::hours(1)}};
    const PolicySet with = scene.policy();
    const bool is_allowed_without = scene.decide(without).verdict() == Verdict::kAllow;
    const bool is_allowed_with = scene.decide(with).verdict() == Verdict::kAllow;
    ASSERT_FALSE(is_allowed_without && !is_allowed_with) << "seed " << seed << " waives " << *waiver;
    waived += is_allowed_with && !is_allowed_without ? 1 : 0;
    scene.at += std::chrono::hours(1);
    ASSERT_EQ(scene.decide(with).verdict(), scene.decide(without).verdict()) << "seed " << seed << ": it has expired";
  }
  EXPECT_GT(waived, kRounds / 10);
}

TEST(EveryPolicy, NeverTurnsDenyIntoAllowForABaselineEntryMore) {
  unsigned denied = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    for (int piece = 0; piece < 4; ++piece) world.add_evidence(scene);
    const bool was_allowed = scene.decide().verdict() == Verdict::kAllow;
    scene.baseline = {rule("everywhere", {"**"}, signature(world.one_in(2) ? "release" : "second"))};
    const bool is_allowed = scene.decide().verdict() == Verdict::kAllow;
    ASSERT_FALSE(!was_allowed && is_allowed) << "seed " << seed;
    denied += was_allowed && !is_allowed ? 1 : 0;
  }
  EXPECT_GT(denied, kRounds / 50);
}

TEST(EveryPolicy, ExplainsEveryRefusal) {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    for (int piece = 0; piece < 4; ++piece) world.add_evidence(scene);
    const Decision decision = scene.decide();
    if (decision.verdict() == Verdict::kAllow) {
      ASSERT_TRUE(decision.objections().empty());
      continue;
    }
    ASSERT_FALSE(decision.objections().empty()) << "seed " << seed;
    for (const Objection& objection : decision.objections()) {
      ASSERT_FALSE(objection.found.empty() || objection.remedy.empty() || objection.requirement.empty())
          << "seed " << seed;
    }
  }
}

TEST(EveryPolicy, ServesNoMoreWhenEvidenceIsMissing) {
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    for (int piece = 0; piece < 5; ++piece) world.add_evidence(scene);
    const bool is_whole_needed = can_be_hurt(scene.policy(), scene);
    const Decision whole = scene.decide();
    const Decision gappy = scene.missing().decide();
    if (is_whole_needed) {
      ASSERT_TRUE(whole.serves() || !gappy.serves()) << "seed " << seed;
      continue;
    }
    ASSERT_EQ(whole.serves(), gappy.serves()) << "seed " << seed;
    if (whole.verdict() == Verdict::kAllow) ASSERT_EQ(gappy.verdict(), Verdict::kAllow) << "seed " << seed;
  }
}

/// Where a gap was called hopeless (a plain denial), no evidence may ever have helped.
TEST(EveryPolicy, CallsADenialFinalOnlyWhenItIs) {
  unsigned final_denials = 0;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    World world(seed);
    Scene scene = world.scene();
    scene.missing();
    if (scene.decide().verdict() != Verdict::kDeny) continue;
    ++final_denials;
    const verify::Provenance best = Scene::built_on({{"ghcr.io/base/os", "1", std::nullopt}});
    for (const std::string_view attestor : kAttestors) {
      const std::string name(attestor);
      scene.add({key(name)}, verify::ImageSignature{std::string(kNames.front()), {}}, scene.image);
      scene.attested_by(name, best).reported_by(name, scan(true), scene.at);
      scene.reported_by(name, summary("SLSA_BUILD_LEVEL_3"), scene.at);
    }
    ASSERT_EQ(scene.decide().verdict(), Verdict::kDeny) << "seed " << seed;
  }
  EXPECT_GT(final_denials, kRounds / 50);
}

}  // namespace
}  // namespace pullgate::policy
