#pragma once
/// Images, evidence and policies of a small world, for tests of evaluation.

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/evaluate.h"
#include "policy/policy.h"
#include "tests/support/verified_factory.h"

namespace pullgate::policy {

inline const std::string kBuilderId = "https://ci.acme.example/builders/container@v1";
inline const std::string kSourceRepository = "https://github.com/acme/app";

inline Scope scope(std::string_view text) {
  return Scope::parse(text).value();
}
inline TextPattern glob_pattern(std::string_view text) {
  return TextPattern::glob(text).value();
}
inline TextTemplate text_template(std::string_view text) {
  return TextTemplate::parse(text).value();
}
inline ImageReference reference(std::string_view text) {
  return ImageReference::parse(text).value();
}
inline Repository repository(std::string_view text) {
  return reference(text).repository;
}

inline Time moment(std::string_view text) {
  return parse_rfc3339(text).value();
}

/// The key that an attestor of this name signs with.
inline verify::KeySigner key(std::string_view name) {
  return {Digest::of(std::string("key of ") + std::string(name))};
}

inline Requirement signature(std::string attestor) {
  return {SignatureLeaf{std::move(attestor)}};
}
inline Requirement provenance(std::string builder) {
  ProvenanceLeaf leaf;
  leaf.builder = std::move(builder);
  return {std::move(leaf)};
}
inline Requirement all_of(std::vector<Requirement> of) {
  return {AllOf{std::move(of)}};
}
inline Requirement any_of(std::vector<Requirement> of) {
  return {AnyOf{std::move(of)}};
}
inline Requirement threshold(std::size_t at_least, std::vector<Requirement> of) {
  return {Threshold{at_least, std::move(of)}};
}
inline Requirement accept() {
  return {AcceptLeaf{}};
}
/// Every image.
inline Requirement reject() {
  return {RejectLeaf{}};
}
inline Requirement reject(std::vector<Digest> digests) {
  return {RejectLeaf{std::move(digests)}};
}
inline Requirement base_image(std::vector<BaseProof> proof, std::vector<std::string> from,
                              std::vector<Digest> digests = {}) {
  BaseImageLeaf leaf{std::move(proof), {}, std::move(digests)};
  for (const std::string& text : from) leaf.from.push_back(scope(text));
  return {std::move(leaf)};
}

inline Attestor attestor(std::string name) {
  verify::KeySigner own = key(name);
  return {.name = std::move(name), .identity = KeyHolder{std::move(own)}};
}

inline Rule rule(std::string name, std::vector<std::string> scopes, Requirement require, Mode mode = Mode::kEnforce) {
  Rule made;
  made.name = std::move(name);
  for (const std::string& text : scopes) made.scopes.push_back(scope(text));
  made.mode = mode;
  made.require = std::move(require);
  return made;
}

inline PolicySet::Contents contents(std::vector<Attestor> attestors, std::vector<Builder> builders,
                                    std::vector<Rule> rules) {
  return {.attestors = std::move(attestors),
          .builders = std::move(builders),
          .rules = std::move(rules),
          .no_match = NoMatch::kDeny,
          .generation = Digest::of("a policy")};
}

/// One image and one rule about it.
class Scene {
 public:
  explicit Scene(Requirement require, Mode mode = Mode::kEnforce) : require_(std::move(require)), mode_(mode) {}

  /// Of the attestors release, second and builder and the builder ci, those that the rule names are in the policy.
  [[nodiscard]] PolicySet policy() const {
    std::vector<Attestor> attestors;
    std::vector<Builder> builders;
    std::string names = names_in(require_);
    for (const Rule& entry : baseline) names += names_in(entry.require);
    if (names.find("<ci>") != std::string::npos) {
      builders.push_back({"ci", "builder", builder_id, level, unsigned_statements});
    }
    for (const std::string name : {"release", "second", "builder"}) {
      const bool used = names.find("<" + name + ">") != std::string::npos || (name == "builder" && !builders.empty());
      if (used) attestors.push_back(attestor(name));
    }
    // Another rule, elsewhere, so that there are attestors whom the rule under test does not name.
    attestors.push_back(attestor("elsewhere"));
    if (has_times) {
      for (Attestor& known : attestors) known.requirements.trust_root = "times";
    }
    std::vector<Rule> rules;
    rules.push_back(rule("elsewhere", {"elsewhere.example/**"}, signature("elsewhere")));
    rules.push_back(rule("apps", {"ghcr.io/acme/**"}, require_, mode_));
    rules.back().message = message;
    rules.back().effective_from = effective_from;
    rules.back().platforms = platforms;
    auto made = contents(std::move(attestors), std::move(builders), std::move(rules));
    if (has_times) made.trust_roots = {{.name = "times", .timestamp_authorities = 1}};
    made.baseline = baseline;
    made.exemptions = exemptions;
    std::string all;
    for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) all += conflict.message + "\n";
    auto set = PolicySet::make(std::move(made));
    if (!set) throw std::logic_error("the scene's policy contradicts itself: " + all);
    return *std::move(set);
  }

  [[nodiscard]] Decision::About about() const {
    return {requested, image, Digest::of("a policy"), Digest::of("a trust root"), at};
  }

  [[nodiscard]] Decision decide() const { return decide(policy()); }
  /// With a policy of this scene made before, where many decisions follow each other.
  [[nodiscard]] Decision decide(const PolicySet& made) const { return evaluate(made, about(), document, gathered); }

  /// In place of what it was made with.
  void require(Requirement requirement) { require_ = std::move(requirement); }

  Scene& signed_by(const std::string& name) { return add({key(name)}, verify::ImageSignature{}, image); }
  Scene& signed_for(const std::string& name, const Digest& other) {
    return add({key(name)}, verify::ImageSignature{}, other);
  }
  Scene& attested_by(const std::string& name, verify::Provenance made) {
    verify::Statement statement;
    statement.predicate_type = made.predicate_type;
    statement.provenance = std::move(made);
    return add({key(name)}, std::move(statement), image, verify::EvidenceKind::kDsseEnvelope);
  }
  Scene& attested_by(const std::string& name) { return attested_by(name, built()); }

  /// A statement of any type, dated where the scene has times.
  Scene& reported_by(const std::string& name, verify::Statement statement,
                     std::optional<Time> signed_at = std::nullopt) {
    return add({key(name)}, std::move(statement), image, verify::EvidenceKind::kDsseEnvelope, signed_at);
  }

  Scene& add(std::vector<verify::Signer> signers, verify::Claim claim, const Digest& subject,
             verify::EvidenceKind kind = verify::EvidenceKind::kSimpleSigning,
             std::optional<Time> signed_at = std::nullopt) {
    std::vector<verify::Corroboration> facts;
    if (signed_at) {
      facts.push_back({.trust_root = "times", .logs = {}, .certificate_logs = {}, .times = {}, .ignored = {}});
      facts.back().times.push_back({.time = *signed_at,
                                    .source = verify::VerifiedTime::Source::kTimestampAuthority,
                                    .authority = "https://tsa.example"});
    }
    const std::string place = "place " + std::to_string(gathered.reports.size());
    gathered.reports.push_back(
        {kind,
         place,
         Digest::of(place),
         {},
         verify::testing::VerifiedFactory::make(std::move(signers), std::move(claim), subject, std::move(facts))});
    return *this;
  }
  /// A piece of evidence that did not verify.
  Scene& add_failed(verify::EvidenceKind kind, Reason reason, std::string detail) {
    const std::string place = "place " + std::to_string(gathered.reports.size());
    gathered.reports.push_back({kind,
                                place,
                                Digest::of(place),
                                {{verify::Check::kSignature, verify::Outcome::kFailed, reason, std::move(detail)}},
                                std::nullopt});
    return *this;
  }
  Scene& missing(Reason reason = Reason::kUpstreamUnreachable,
                 std::optional<std::chrono::seconds> retry_after = std::nullopt) {
    gathered.gaps.push_back({"referrers API", reason, "connection refused", retry_after});
    return *this;
  }
  Scene& annotated(const std::string& base_name, const std::string& base_digest = {}) {
    auto& annotations = std::get<Manifest>(document).annotations;
    if (!base_name.empty()) annotations["org.opencontainers.image.base.name"] = base_name;
    if (!base_digest.empty()) annotations["org.opencontainers.image.base.digest"] = base_digest;
    return *this;
  }

  /// Provenance as the builder ci would make it.
  static verify::Provenance built() {
    verify::Provenance made;
    made.predicate_type = std::string(verify::kSlsaProvenanceV1);
    made.builder_id = kBuilderId;
    made.build_type = "https://ci.acme.example/types/container@v1";
    made.source = verify::Source{kSourceRepository, "refs/tags/v1.0", std::string(40, 'a')};
    return made;
  }
  static verify::Provenance built_on(std::vector<verify::ImageMaterial> images) {
    verify::Provenance made = built();
    made.images = std::move(images);
    return made;
  }

  ImageReference requested = reference("ghcr.io/acme/app:v1.0");
  Digest image = Digest::of("an image");
  ManifestDocument document = Manifest{};
  Gathered gathered{.reports = {}, .places = {"referrers API", "tag sha256-0123.sig"}, .gaps = {}};
  TextPattern builder_id = TextPattern::exactly(kBuilderId);
  int level = 3;
  UnsignedStatements unsigned_statements = UnsignedStatements::kRefused;
  bool has_times = false;  ///< the attestors count a trust root by which evidence is dated
  std::string message;
  std::optional<Time> effective_from;
  Platforms platforms = Platforms::kLeafOrIndex;
  std::vector<Rule> baseline;
  std::vector<Exemption> exemptions;
  Time at = moment("2026-06-01T00:00:00Z");

 private:
  static std::string names_in(const Requirement& requirement) {
    std::string names;
    if (const auto* leaf = std::get_if<SignatureLeaf>(&requirement.node)) names += "<" + leaf->attestor + ">";
    if (const auto* leaf = std::get_if<ProvenanceLeaf>(&requirement.node)) names += "<" + leaf->builder + ">";
    if (const auto* leaf = std::get_if<AttestationLeaf>(&requirement.node)) names += "<" + leaf->attestor + ">";
    if (const auto* leaf = std::get_if<VsaLeaf>(&requirement.node)) names += "<" + leaf->attestor + ">";
    for (const Requirement& child : children_of(requirement)) names += names_in(child);
    return names;
  }

  Requirement require_;
  Mode mode_;
};

inline Reason lead(const Decision& decision) {
  return decision.objections().at(0).reason;
}

}  // namespace pullgate::policy
