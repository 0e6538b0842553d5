#pragma once
/// A keyless signer and the attestor that means it, for tests of both; right in every way until a test changes one.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {

inline const std::string kIssuer = "https://token.actions.githubusercontent.com";
inline const std::string kWorkflow =
    "https://github.com/acme/builders/.github/workflows/container.yml@refs/tags/v1.2.3";

inline verify::CertificateSigner workflow() {
  verify::CertificateSigner signer;
  signer.trust_root = "public-good";
  signer.subject = {verify::SubjectAlternativeName::Kind::kUri, kWorkflow};
  signer.issuer = kIssuer;
  for (const verify::FulcioExtensionName& name : verify::kFulcioExtensionNames) {
    signer.extensions.*name.value = "value of " + std::string(name.name);
  }
  signer.extensions.build_signer_uri = kWorkflow;
  signer.extensions.source_repository_uri = kSourceRepository;
  signer.extensions.source_repository_ref = "refs/tags/v1.0";
  signer.extensions.source_repository_digest = std::string(40, 'a');
  signer.extensions.runner_environment = "github-hosted";
  return signer;
}

/// What a signature of the public instance brings along.
inline verify::Corroboration corroboration() {
  return {.trust_root = "public-good",
          .logs = {{.log = "https://rekor.example", .key = Digest::of("log"), .index = 1}},
          .certificate_logs = {"https://ctfe.example"},
          .times = {{.time = moment("2026-03-01T12:00:00Z"), .authority = "https://rekor.example"}},
          .ignored = {}};
}

inline Attestor keyless_attestor() {
  return {.name = "ci",
          .identity = KeylessIdentity{.issuer = NamePattern::exactly(kIssuer),
                                      .subject = NamePattern::glob("https://github.com/acme/builders/.github/workflows/"
                                                                   "container.yml@refs/tags/v*")
                                                     .value()},
          .requirements = verify::usual_requirements("public-good")};
}

inline KeylessIdentity& identity_of(Attestor& attestor) {
  return std::get<KeylessIdentity>(attestor.identity);
}

/// One image that one keyless signer signed, before one rule that wants its signature or its provenance.
struct KeylessScene {
  Attestor attestor = keyless_attestor();
  verify::CertificateSigner signer = workflow();
  verify::Corroboration facts = corroboration();
  verify::Provenance provenance = Scene::built();
  TextPattern builder_id = TextPattern::exactly(kBuilderId);
  std::optional<SourceRequirement> source = std::nullopt;
  ImageReference requested = reference("ghcr.io/acme/app:v1.0");

  [[nodiscard]] PolicySet policy(Requirement require) const {
    std::vector<Builder> builders;
    if (std::holds_alternative<ProvenanceLeaf>(require.node)) builders.push_back({"ci", "ci", builder_id, 3});
    auto made = contents({attestor}, std::move(builders), {rule("apps", {"ghcr.io/acme/**"}, std::move(require))});
    made.trust_roots = {{.name = "public-good",
                         .certificate_authorities = 1,
                         .logs = 2,
                         .certificate_logs = 2,
                         .timestamp_authorities = 2}};
    std::string all;
    for (const PolicySet::Conflict& conflict : PolicySet::conflicts(made)) all += conflict.message + "\n";
    auto set = PolicySet::make(std::move(made));
    if (!set) throw std::logic_error("the scene's policy contradicts itself: " + all);
    return *std::move(set);
  }

  [[nodiscard]] Decision of_signature() const { return decide({SignatureLeaf{"ci"}}, verify::ImageSignature{}); }

  [[nodiscard]] Decision of_provenance() const {
    verify::Statement statement;
    statement.predicate_type = provenance.predicate_type;
    statement.provenance = provenance;
    ProvenanceLeaf leaf;
    leaf.builder = "ci";
    leaf.source = source;
    return decide({std::move(leaf)}, std::move(statement));
  }

 private:
  [[nodiscard]] Decision decide(Requirement require, verify::Claim claim) const {
    const Digest image = Digest::of("an image");
    Gathered gathered;
    gathered.reports.push_back({verify::EvidenceKind::kSigstoreBundle,
                                "referrer 1",
                                Digest::of("evidence"),
                                {},
                                verify::testing::VerifiedFactory::make({signer}, std::move(claim), image, {facts})});
    gathered.places = {"referrers API"};
    return evaluate(policy(std::move(require)), {requested, image, Digest::of("a policy"), Digest::of("a trust root")},
                    Manifest{}, gathered);
  }
};

}  // namespace pullgate::policy
