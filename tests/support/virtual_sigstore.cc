// The logs of the virtual Sigstore, and what it makes of everything: trust roots, bundles, layers.

#include "tests/support/virtual_sigstore.h"

#include "tests/support/der.h"

namespace pullgate::sandbox {
namespace {

using nlohmann::json;

constexpr const char* kKeySignature = "dev.cosignproject.cosign/signature";
constexpr const char* kKeyCertificate = "dev.sigstore.cosign/certificate";
constexpr const char* kKeyBundle = "dev.sigstore.cosign/bundle";
constexpr const char* kKeyTimestamp = "dev.sigstore.cosign/rfc3161timestamp";

std::string big_endian64(std::uint64_t value) {
  std::string out;
  for (int i = 7; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

/// Half of the leaves, rounded up to a power of two: RFC 6962 section 2.1, "the largest power of two smaller than n".
std::size_t split(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

std::vector<std::string> part(const std::vector<std::string>& list, std::size_t from, std::size_t to) {
  return {list.begin() + static_cast<std::ptrdiff_t>(from), list.begin() + static_cast<std::ptrdiff_t>(to)};
}

std::string name_of(std::string_view origin) {
  return std::string(origin.substr(0, origin.find(" - ")));
}

json log_json(const std::string& url, const SigningKey& key, const std::string& id) {
  return {{"baseUrl", url},
          {"hashAlgorithm", "SHA2_256"},
          {"publicKey",
           {{"rawBytes", base64(key.spki())},
            {"keyDetails", key.details()},
            {"validFor", {{"start", "2025-03-01T00:00:00Z"}}}}},
          {"logId", {{"keyId", base64(id)}}}};
}

json chain_json(const std::string& uri, const std::vector<std::string>& certificates) {
  json list = json::array();
  for (const std::string& certificate : certificates) list.push_back({{"rawBytes", base64(certificate)}});
  return {{"subject", {{"organization", "sigstore.test"}, {"commonName", "test"}}},
          {"uri", uri},
          {"certChain", {{"certificates", list}}},
          {"validFor", {{"start", "2025-03-01T00:00:00Z"}}}};
}

/// The signer as a log records it: certificate or key.
struct Verifier {
  const SigningKey& key;
  std::string certificate;  ///< DER; empty for a managed key

  [[nodiscard]] std::string pem_base64() const {
    return base64(certificate.empty() ? key.public_pem() : pem("CERTIFICATE", certificate));
  }
  [[nodiscard]] json rekor2() const {
    const std::string details = key.kind() == SigningKey::Kind::kEd25519 ? "PKIX_ED25519_PH" : key.details();
    json out = {{"keyDetails", details}};
    if (certificate.empty()) {
      out["publicKey"] = {{"rawBytes", base64(key.spki())}};
    } else {
      out["x509Certificate"] = {{"rawBytes", base64(certificate)}};
    }
    return out;
  }
};

std::string hash_of_key(const SigningKey& key) {
  return key.kind() == SigningKey::Kind::kP384 ? "sha384" : key.kind() == SigningKey::Kind::kP521 ? "sha512" : "sha256";
}

json named_sha256(std::string_view bytes) {
  return {{"algorithm", "sha256"}, {"value", hex(sha256(bytes))}};
}

json hashedrekord1(const std::string& artifact, const std::string& signature, const Verifier& verifier) {
  return {{"apiVersion", "0.0.1"},
          {"kind", "hashedrekord"},
          {"spec",
           {{"data", {{"hash", named_sha256(artifact)}}},
            {"signature", {{"content", base64(signature)}, {"publicKey", {{"content", verifier.pem_base64()}}}}}}}};
}

json dsse1(const std::string& envelope, const std::string& payload, const std::string& signature,
           const Verifier& verifier) {
  return {{"apiVersion", "0.0.1"},
          {"kind", "dsse"},
          {"spec",
           {{"envelopeHash", named_sha256(envelope)},
            {"payloadHash", named_sha256(payload)},
            {"signatures", json::array({{{"signature", base64(signature)}, {"verifier", verifier.pem_base64()}}})}}}};
}

/// Records no signature, only the hash of the text that has it.
json intoto1(const std::string& envelope, const std::string& payload, const Verifier& verifier) {
  return {{"apiVersion", "0.0.1"},
          {"kind", "intoto"},
          {"spec",
           {{"content", {{"hash", named_sha256(envelope)}, {"payloadHash", named_sha256(payload)}}},
            {"publicKey", verifier.pem_base64()}}}};
}

/// Encodes the text of the signature once more.
json intoto2(const std::string& type, const std::string& envelope, const std::string& payload,
             const std::string& signature, const Verifier& verifier) {
  const json signatures = json::array({{{"sig", base64(base64(signature))}, {"publicKey", verifier.pem_base64()}}});
  return {{"apiVersion", "0.0.2"},
          {"kind", "intoto"},
          {"spec",
           {{"content",
             {{"envelope", {{"payloadType", type}, {"signatures", signatures}}},
              {"hash", named_sha256(envelope)},
              {"payloadHash", named_sha256(payload)}}}}}};
}

/// How Rekor v1 records an envelope.
json envelope_entry1(const Signing& signing, const std::string& envelope, const std::string& payload,
                     const std::string& signature, const Verifier& verifier) {
  switch (signing.entry_kind) {
    case Signing::EntryKind::kUsual:
    case Signing::EntryKind::kDsse:
      break;
    case Signing::EntryKind::kIntoto001:
      return intoto1(envelope, payload, verifier);
    case Signing::EntryKind::kIntoto002:
      return intoto2(signing.payload_type, envelope, payload, signature, verifier);
  }
  return dsse1(envelope, payload, signature, verifier);
}

json hashedrekord2(const std::string& hashed, const std::string& signature, const Verifier& verifier) {
  const std::string algorithm = hash_of_key(verifier.key);
  return {{"apiVersion", "0.0.2"},
          {"kind", "hashedrekord"},
          {"spec",
           {{"hashedRekordV002",
             {{"data", {{"algorithm", "SHA2_" + algorithm.substr(3)}, {"digest", base64(hash(hashed, algorithm))}}},
              {"signature", {{"content", base64(signature)}, {"verifier", verifier.rekor2()}}}}}}}};
}

/// What Rekor v2 recorded of envelopes at first: the hash of the payload, not of what the signature is over.
json dsse2(const std::string& payload, const std::string& signature, const Verifier& verifier) {
  return {{"apiVersion", "0.0.2"},
          {"kind", "dsse"},
          {"spec",
           {{"dsseV002",
             {{"payloadHash", {{"algorithm", "SHA2_256"}, {"digest", base64(sha256(payload))}}},
              {"signatures", json::array({{{"content", base64(signature)}, {"verifier", verifier.rekor2()}}})}}}}}};
}

json envelope_json(const Signing& signing, const std::string& payload, const std::string& signature) {
  return {{"payload", base64(payload)},
          {"payloadType", signing.payload_type},
          {"signatures", json::array({{{"sig", base64(signature)}}})}};
}

std::string media_type(const std::string& version) {
  return version == "0.3" ? "application/vnd.dev.sigstore.bundle.v0.3+json"
                          : "application/vnd.dev.sigstore.bundle+json;version=" + version;
}

std::string payload_of(const Signing& signing) {
  return signing.payload.value_or(VirtualSigstore::statement(signing.artifact).dump());
}

const SigningKey& key_of(const Signing& signing) {
  return signing.managed_key != nullptr ? *signing.managed_key : signing.leaf.key;
}

}  // namespace

std::string leaf_hash(std::string_view entry) {
  return sha256(std::string(1, '\0') + std::string(entry));
}

std::string tree_root(const std::vector<std::string>& leaf_hashes) {
  if (leaf_hashes.size() == 1) return leaf_hashes.front();
  const std::size_t k = split(leaf_hashes.size());
  return sha256("\x01" + tree_root(part(leaf_hashes, 0, k)) + tree_root(part(leaf_hashes, k, leaf_hashes.size())));
}

std::vector<std::string> audit_path(std::size_t index, const std::vector<std::string>& leaf_hashes) {
  if (leaf_hashes.size() == 1) return {};
  const std::size_t k = split(leaf_hashes.size());
  const std::vector<std::string> left = part(leaf_hashes, 0, k);
  const std::vector<std::string> right = part(leaf_hashes, k, leaf_hashes.size());
  std::vector<std::string> path = index < k ? audit_path(index, left) : audit_path(index - k, right);
  path.push_back(tree_root(index < k ? right : left));
  return path;
}

Rekor::Rekor(Generation which)
    : generation(which),
      key(SigningKey::make(which == Generation::k1 ? SigningKey::Kind::kP256 : SigningKey::Kind::kEd25519)),
      host(which == Generation::k1 ? "rekor.sigstore.test" : "log2026-1.rekor.sigstore.test"),
      origin(which == Generation::k1 ? host + " - 1193050959916656506" : host),
      shard_offset(which == Generation::k1 ? 4'163'431 : 0) {}

std::string Rekor::id() const {
  if (generation == Generation::k1) return key.fingerprint();
  return sha256(host + "\n\x01" + key.raw());
}

std::string Rekor::key_id(std::string_view name) const {
  if (key.kind() != SigningKey::Kind::kEd25519) return key.fingerprint().substr(0, 4);
  return sha256(std::string(name) + "\n\x01" + key.raw()).substr(0, 4);
}

std::string Rekor::note(std::string_view text) const {
  const std::string name = name_of(origin);
  return std::string(text) + "\n\xE2\x80\x94 " + name + " " + base64(key_id(name) + key.sign(text)) + "\n";
}

std::string Rekor::signed_entry_timestamp(std::string_view body, std::int64_t time, std::uint64_t log_index) const {
  const json payload = {
      {"body", base64(body)}, {"integratedTime", time}, {"logID", hex(id())}, {"logIndex", log_index}};
  return key.sign(payload.dump());
}

json Rekor::entry(const json& body, std::int64_t time) const {
  const std::string bytes = body.dump();
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < leaves; ++i) {
    hashes.push_back(leaf_hash(i == index ? bytes : "another entry " + std::to_string(i)));
  }
  json path = json::array();
  for (const std::string& node : audit_path(index, hashes)) path.push_back(base64(node));
  const std::string root = tree_root(hashes);
  const std::string text = origin + "\n" + std::to_string(leaves) + "\n" + base64(root) + "\n";
  const std::uint64_t log_index = index + shard_offset;
  json out = {{"logIndex", std::to_string(log_index)},
              {"logId", {{"keyId", base64(id())}}},
              {"kindVersion", {{"kind", body.at("kind")}, {"version", body.at("apiVersion")}}},
              {"inclusionProof",
               {{"logIndex", std::to_string(index)},
                {"rootHash", base64(root)},
                {"treeSize", std::to_string(leaves)},
                {"hashes", path},
                {"checkpoint", {{"envelope", note(text)}}}}},
              {"canonicalizedBody", base64(bytes)}};
  if (generation == Generation::k1) {
    out["integratedTime"] = std::to_string(time);
    out["inclusionPromise"] = {{"signedEntryTimestamp", base64(signed_entry_timestamp(bytes, time, log_index))}};
  }
  return out;
}

std::string cosignature(const SigningKey& witness, std::string_view name, std::int64_t time, std::string_view text) {
  const std::string id = sha256(std::string(name) + "\n\x04" + witness.raw()).substr(0, 4);
  const std::string message = "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text);
  return "\xE2\x80\x94 " + std::string(name) + " " +
         base64(id + big_endian64(static_cast<std::uint64_t>(time)) + witness.sign(message)) + "\n";
}

std::string dsse_pae(std::string_view type, std::string_view payload) {
  return "DSSEv1 " + std::to_string(type.size()) + " " + std::string(type) + " " + std::to_string(payload.size()) +
         " " + std::string(payload);
}

VirtualSigstore::VirtualSigstore() : fulcio("fulcio", "1.3.6.1.5.5.7.3.3") {}

json VirtualSigstore::trusted_root() const {
  const auto& tsa = timestamp_authority;
  return {{"mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
          {"tlogs", json::array({log_json(rekor1.url(), rekor1.key, rekor1.id()),
                                 log_json(rekor2.url(), rekor2.key, rekor2.id())})},
          {"certificateAuthorities",
           json::array({chain_json("https://fulcio.sigstore.test", {fulcio.intermediate_der(), fulcio.root_der()})})},
          {"ctlogs", json::array({log_json(certificate_log.url, certificate_log.key, certificate_log.id())})},
          {"timestampAuthorities", json::array({chain_json(tsa.url, {tsa.signer_der(), tsa.authority.intermediate_der(),
                                                                     tsa.authority.root_der()})})}};
}

json VirtualSigstore::statement(std::string_view artifact) {
  return {{"_type", "https://in-toto.io/Statement/v1"},
          {"subject", json::array({{{"name", "app"}, {"digest", {{"sha256", hex(sha256(artifact))}}}}})},
          {"predicateType", "https://example.test/predicate/v1"},
          {"predicate", {{"about", "nothing"}}}};
}

json VirtualSigstore::bundle(const Signing& signing) const {
  const bool is_envelope = signing.content == Signing::Content::kEnvelope;
  const std::string payload = payload_of(signing);
  const std::string signed_bytes = is_envelope ? dsse_pae(signing.payload_type, payload) : signing.artifact;
  const SigningKey& key = key_of(signing);
  const std::string signature = key.sign(signed_bytes, hash_of_key(key));
  const Verifier verifier{.key = key,
                          .certificate = signing.managed_key != nullptr ? std::string() : certificate(signing.leaf)};
  json material = json::object();
  if (signing.managed_key != nullptr) {
    material["publicKey"] = {{"hint", base64(key.fingerprint())}};
  } else if (signing.version == "0.3") {
    material["certificate"] = {{"rawBytes", base64(verifier.certificate)}};
  } else {
    material["x509CertificateChain"] = {{"certificates", json::array({{{"rawBytes", base64(verifier.certificate)}}})}};
  }
  const json envelope = envelope_json(signing, payload, signature);
  if (signing.log != Signing::Log::kNone) {
    const bool is_rekor1 = signing.log == Signing::Log::kRekor1;
    const bool is_dsse = is_envelope && signing.entry_kind == Signing::EntryKind::kDsse;
    const json body =
        !is_rekor1    ? is_dsse ? dsse2(payload, signature, verifier) : hashedrekord2(signed_bytes, signature, verifier)
           : is_envelope ? envelope_entry1(signing, envelope.dump(), payload, signature, verifier)
                      : hashedrekord1(signing.artifact, signature, verifier);
    json entry = (is_rekor1 ? rekor1 : rekor2).entry(body, signing.log_time);
    if (!signing.promise) entry.erase("inclusionPromise");
    if (!signing.proof) entry.erase("inclusionProof");
    material["tlogEntries"] = json::array({entry});
  }
  for (const Stamp& stamp : signing.stamps) {
    material["timestampVerificationData"]["rfc3161Timestamps"].push_back(
        {{"signedTimestamp", base64(timestamp_authority.stamp(signature, stamp))}});
  }
  json out = {{"mediaType", media_type(signing.version)}, {"verificationMaterial", material}};
  if (is_envelope) {
    out["dsseEnvelope"] = envelope;
  } else {
    out["messageSignature"] = {
        {"messageDigest", {{"algorithm", "SHA2_256"}, {"digest", base64(sha256(signing.artifact))}}},
        {"signature", base64(signature)}};
  }
  return out;
}

VirtualSigstore::Layer VirtualSigstore::layer(const Signing& signing, std::string bytes, std::string_view timestamped,
                                              const std::string& certificate_der, const json& body,
                                              std::string signature_text) const {
  Layer out{.bytes = std::move(bytes), .annotations = {{kKeySignature, std::move(signature_text)}}};
  if (signing.managed_key == nullptr) out.annotations[kKeyCertificate] = pem("CERTIFICATE", certificate_der);
  if (signing.log == Signing::Log::kRekor1) {
    const std::string logged = body.dump();
    const std::uint64_t index = rekor1.index + rekor1.shard_offset;
    const json entry = {
        {"SignedEntryTimestamp", base64(rekor1.signed_entry_timestamp(logged, signing.log_time, index))},
        {"Payload",
         {{"body", base64(logged)},
          {"integratedTime", signing.log_time},
          {"logIndex", index},
          {"logID", hex(rekor1.id())}}}};
    out.annotations[kKeyBundle] = entry.dump();
  }
  if (!signing.stamps.empty()) {
    const json stamp = {
        {"SignedRFC3161Timestamp", base64(timestamp_authority.stamp(timestamped, signing.stamps.front()))}};
    out.annotations[kKeyTimestamp] = stamp.dump();
  }
  return out;
}

VirtualSigstore::Layer VirtualSigstore::signature_layer(const Signing& signing) const {
  const json payload = {{"critical",
                         {{"identity", {{"docker-reference", "registry.test/acme/app"}}},
                          {"image", {{"docker-manifest-digest", "sha256:" + hex(sha256(signing.artifact))}}},
                          {"type", "cosign container image signature"}}},
                        {"optional", nullptr}};
  const std::string bytes = payload.dump();
  const SigningKey& key = key_of(signing);
  const std::string signature = key.sign(bytes);
  const Verifier verifier{.key = key,
                          .certificate = signing.managed_key != nullptr ? std::string() : certificate(signing.leaf)};
  return layer(signing, bytes, signature, verifier.certificate, hashedrekord1(bytes, signature, verifier),
               base64(signature));
}

VirtualSigstore::Layer VirtualSigstore::attestation_layer(const Signing& signing) const {
  const std::string payload = payload_of(signing);
  const SigningKey& key = key_of(signing);
  const std::string signature = key.sign(dsse_pae(signing.payload_type, payload));
  const std::string bytes = envelope_json(signing, payload, signature).dump();
  const Verifier verifier{.key = key,
                          .certificate = signing.managed_key != nullptr ? std::string() : certificate(signing.leaf)};
  return layer(signing, bytes, bytes, verifier.certificate,
               envelope_entry1(signing, bytes, payload, signature, verifier), "");
}

}  // namespace pullgate::sandbox
