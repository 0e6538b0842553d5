#include "tests/unit/verify/sigstore/scene.h"

namespace pullgate::verify {

const sandbox::VirtualSigstore& one_sigstore() {
  static const sandbox::VirtualSigstore one;
  return one;
}

std::shared_ptr<const TrustRoot> trust_of(const nlohmann::json& trusted_root, std::vector<TrustedKey> keys) {
  return std::make_shared<const TrustRoot>(std::move(keys),
                                           std::vector{SigstoreRoot::parse(kSceneRoot, trusted_root.dump()).value()});
}

TrustedKey trusted_key(const sandbox::SigningKey& key) {
  const PublicKey parsed = PublicKey::parse_spki(key.spki()).value();
  return {parsed, default_schemes(parsed.type())};
}

Report verify_bundle(const nlohmann::json& bundle, const std::shared_ptr<const TrustRoot>& trust,
                     const std::string& artifact) {
  return Verifier(trust).verify({.kind = EvidenceKind::kSigstoreBundle,
                                 .place = "here",
                                 .payload = Content::of(bundle.dump()),
                                 .media_type = {},
                                 .annotations = {}},
                                Content::of(artifact));
}

Report verify_bundle(const nlohmann::json& bundle) {
  static const std::shared_ptr<const TrustRoot> trust = trust_of(one_sigstore().trusted_root());
  return verify_bundle(bundle, trust);
}

Report verify_layer(EvidenceKind kind, const sandbox::VirtualSigstore::Layer& layer,
                    const std::shared_ptr<const TrustRoot>& trust) {
  return Verifier(trust).verify({.kind = kind,
                                 .place = "here",
                                 .payload = Content::of(layer.bytes),
                                 .media_type = {},
                                 .annotations = layer.annotations},
                                Content::of(sandbox::Signing().artifact));
}

std::string told(const Report& report) {
  if (report.verified) return "verified";
  const Finding* const finding = report.most_telling();
  if (finding == nullptr) return "inconclusive";
  return std::string(to_string(finding->check)) + " " + std::string(to_string(*finding->reason)) + ": " +
         finding->detail;
}

nlohmann::json& log_entry(nlohmann::json& bundle) {
  return bundle.at("verificationMaterial").at("tlogEntries").at(0);
}

nlohmann::json& timestamps(nlohmann::json& bundle) {
  return bundle.at("verificationMaterial").at("timestampVerificationData").at("rfc3161Timestamps");
}

}  // namespace pullgate::verify
