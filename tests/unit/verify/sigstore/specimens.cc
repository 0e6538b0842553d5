#include "tests/unit/verify/sigstore/specimens.h"

#include <utility>

#include "tests/unit/verify/data.h"
#include "tests/unit/verify/sigstore/scene.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;

std::vector<TrustedKey> keys_of(const Signing& signing) {
  return signing.managed_key == nullptr ? std::vector<TrustedKey>() : std::vector{trusted_key(*signing.managed_key)};
}

Specimen made(std::string name, const Signing& signing, const Json& trusted_root) {
  return {std::move(name),
          EvidenceKind::kSigstoreBundle,
          {{kPayload, one_sigstore().bundle(signing).dump()}},
          Content::of(signing.artifact),
          trust_of(trusted_root, keys_of(signing))};
}

Specimen made_layer(std::string name, EvidenceKind kind, const Signing& signing) {
  const sandbox::VirtualSigstore::Layer layer = kind == EvidenceKind::kSimpleSigning
                                                    ? one_sigstore().signature_layer(signing)
                                                    : one_sigstore().attestation_layer(signing);
  std::map<std::string, std::string> texts = layer.annotations;
  texts[kPayload] = layer.bytes;
  return {std::move(name), kind, std::move(texts), Content::of(signing.artifact),
          trust_of(one_sigstore().trusted_root(), keys_of(signing))};
}

/// GitHub's own for private repositories: a certificate authority and a timestamp authority, and no log of any kind.
Json root_without_logs() {
  Json root = one_sigstore().trusted_root();
  root.erase("tlogs");
  root.erase("ctlogs");
  return root;
}

Kind bundle(const std::string& name, const Signing& signing, const Json& trusted_root = one_sigstore().trusted_root()) {
  return {name, [=](const std::string& artifact) {
            Signing about = signing;
            about.artifact = artifact;
            return made(name, about, trusted_root);
          }};
}

Kind layer(const std::string& name, EvidenceKind kind, const Signing& signing) {
  return {name, [=](const std::string& artifact) {
            Signing about = signing;
            about.artifact = artifact;
            return made_layer(name, kind, about);
          }};
}

Signing stamped(Signing signing) {
  signing.stamps = {Stamp{}};
  return signing;
}

Signing logged(Signing::Log log, Signing::EntryKind kind = Signing::EntryKind::kUsual) {
  Signing signing;
  signing.log = log;
  signing.entry_kind = kind;
  return signing;
}

Signing of_message(Signing signing) {
  signing.content = Signing::Content::kMessage;
  return signing;
}

Signing by_key(Signing signing) {
  static const SigningKey key = SigningKey::make();
  signing.managed_key = &key;
  return signing;
}

}  // namespace

Report Specimen::report() const {
  Evidence evidence{
      .kind = kind, .place = name, .payload = Content::of(texts.at(kPayload)), .media_type = {}, .annotations = texts};
  evidence.annotations.erase(kPayload);
  return Verifier(trust).verify(evidence, image);
}

Specimen Specimen::with(const std::string& which, std::string text) const {
  Specimen changed = *this;
  changed.texts[which] = std::move(text);
  return changed;
}

std::vector<Kind> kinds_of_specimens() {
  using enum Signing::EntryKind;
  const Signing rekor1 = logged(Signing::Log::kRekor1);
  const Signing rekor2 = stamped(logged(Signing::Log::kRekor2));
  Signing older_message = of_message(rekor1);
  older_message.version = "0.1";
  Signing unlogged = stamped(logged(Signing::Log::kNone));
  unlogged.leaf.scts.clear();
  return {
      bundle("KeylessEnvelopeInRekor1", rekor1),
      bundle("KeylessMessageInRekor1", older_message),
      bundle("KeylessEnvelopeInRekor1AsIntoto002", logged(Signing::Log::kRekor1, kIntoto002)),
      bundle("KeylessEnvelopeInRekor2", rekor2),
      bundle("KeylessEnvelopeInRekor2AsDsse", stamped(logged(Signing::Log::kRekor2, kDsse))),
      bundle("KeylessMessageInRekor2", of_message(rekor2)),
      bundle("KeylessEnvelopeWithTimestampOnly", unlogged, root_without_logs()),
      bundle("KeyedEnvelopeInRekor1WithTimestamp", by_key(stamped(rekor1))),
      bundle("KeyedMessageInRekor1", by_key(of_message(rekor1))),
      bundle("KeyedEnvelopeInRekor2", by_key(rekor2)),
      bundle("KeyedMessageInRekor2", by_key(of_message(rekor2))),
      layer("KeylessSignatureLayer", EvidenceKind::kSimpleSigning, stamped(rekor1)),
      layer("KeylessAttestationLayer", EvidenceKind::kDsseEnvelope, stamped(rekor1)),
      layer("KeylessAttestationLayerInRekor1AsIntoto001", EvidenceKind::kDsseEnvelope,
            logged(Signing::Log::kRekor1, kIntoto001)),
      layer("KeylessAttestationLayerInRekor1AsIntoto002", EvidenceKind::kDsseEnvelope,
            logged(Signing::Log::kRekor1, kIntoto002)),
      layer("KeyedSignatureLayerInRekor1", EvidenceKind::kSimpleSigning, by_key(rekor1)),
      layer("KeyedAttestationLayerInRekor1", EvidenceKind::kDsseEnvelope, by_key(rekor1)),
  };
}

Specimen specimen_from_case(const std::string& path) {
  const Json document = Json::parse(bytes_of(kCases / path / "case.json"));
  std::vector<std::string> keys;
  for (const Json& key : document.at("trusted")) keys.push_back(key.at("key"));
  std::map<std::string, std::string> texts = document.at("annotations");
  texts[kPayload] = bytes_of(kCases / path / "evidence");
  const EvidenceKind kind = path.starts_with("simple") ? EvidenceKind::kSimpleSigning
                            : path.starts_with("dsse") ? EvidenceKind::kDsseEnvelope
                                                       : EvidenceKind::kSigstoreBundle;
  return {path, kind, std::move(texts), Content::of(bytes_of(kCases / document.at("image").get<std::string>())),
          trust_in(keys)};
}

}  // namespace pullgate::verify
