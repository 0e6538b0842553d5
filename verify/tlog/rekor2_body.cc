#include "verify/tlog/rekor2_body.h"

#include <vector>

#include <fmt/format.h>

#include "verify/codec/base64.h"
#include "verify/crypto/key.h"

namespace pullgate::verify::tlog {
namespace {

/// A way in which a signer with this key may have hashed and signed: protobuf-specs "PublicKeyDetails". The first of a
/// key's pairings is its usual one.
struct Pairing {
  std::string_view key_details;
  crypto::Hash hash;
};

std::vector<Pairing> pairings_of(KeyType type) {
  switch (type) {
    case KeyType::kEcdsaP256:
      return {{"PKIX_ECDSA_P256_SHA_256", crypto::Hash::kSha256}};
    case KeyType::kEcdsaP384:
      return {{"PKIX_ECDSA_P384_SHA_384", crypto::Hash::kSha384}, {"PKIX_ECDSA_P384_SHA_256", crypto::Hash::kSha256}};
    case KeyType::kEcdsaP521:
      return {{"PKIX_ECDSA_P521_SHA_512", crypto::Hash::kSha512}, {"PKIX_ECDSA_P521_SHA_256", crypto::Hash::kSha256}};
    case KeyType::kEd25519:
      return {{"PKIX_ED25519_PH", crypto::Hash::kSha512}, {"PKIX_ED25519", crypto::Hash::kSha512}};
    case KeyType::kRsa2048:
      return {{"PKIX_RSA_PKCS1V15_2048_SHA256", crypto::Hash::kSha256},
              {"PKIX_RSA_PSS_2048_SHA256", crypto::Hash::kSha256}};
    case KeyType::kRsa3072:
      return {{"PKIX_RSA_PKCS1V15_3072_SHA256", crypto::Hash::kSha256},
              {"PKIX_RSA_PSS_3072_SHA256", crypto::Hash::kSha256}};
    case KeyType::kRsa4096:
      return {{"PKIX_RSA_PKCS1V15_4096_SHA256", crypto::Hash::kSha256},
              {"PKIX_RSA_PSS_4096_SHA256", crypto::Hash::kSha256}};
  }
  return {};
}

std::string_view name_of(crypto::Hash hash) {
  switch (hash) {
    case crypto::Hash::kSha256:
      return "SHA2_256";
    case crypto::Hash::kSha384:
      return "SHA2_384";
    case crypto::Hash::kSha512:
      return "SHA2_512";
  }
  return {};
}

/// `{"content":...,"verifier":...}`
std::string signature_text(const LoggedEvidence& evidence, std::string_view key_details) {
  const std::string_view member = evidence.certificate ? "x509Certificate" : "publicKey";
  const std::string_view der = evidence.certificate ? *evidence.certificate : std::string_view(evidence.key->spki());
  return fmt::format(R"({{"content":"{}","verifier":{{"keyDetails":"{}","{}":{{"rawBytes":"{}"}}}}}})",
                     codec::encode_base64(evidence.signature), key_details, member, codec::encode_base64(der));
}

std::string hashedrekord_text(const LoggedEvidence& evidence, const Pairing& pairing, std::string_view digest) {
  return fmt::format(
      R"({{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{{"hashedRekordV002":{{"data":{{"algorithm":"{}","digest":"{}"}},"signature":{}}}}}}})",
      name_of(pairing.hash), codec::encode_base64(digest), signature_text(evidence, pairing.key_details));
}

std::string dsse_text(const LoggedEvidence& evidence, const Pairing& pairing, std::string_view digest) {
  return fmt::format(
      R"({{"apiVersion":"0.0.2","kind":"dsse","spec":{{"dsseV002":{{"payloadHash":{{"algorithm":"{}","digest":"{}"}},"signatures":[{}]}}}}}})",
      name_of(pairing.hash), codec::encode_base64(digest), signature_text(evidence, pairing.key_details));
}

}  // namespace

Status check_rekor2_body(const Entry& entry, const LoggedEvidence& evidence) {
  const bool is_dsse_entry = entry.kind == "dsse";
  if (is_dsse_entry && evidence.envelope == nullptr) {
    return {ErrorCode::kMalformed, "an entry of a kind that records envelopes only"};
  }
  // What was hashed: the payload in a dsse entry; in a hashedrekord what the signature is over, which for an envelope
  // is its pre-authentication encoding.
  std::string encoding;
  if (evidence.envelope != nullptr && !is_dsse_entry) {
    encoding = dsse::pre_authentication_encoding(evidence.envelope->payload_type, evidence.envelope->payload);
  }
  crypto::SignedMessage hashed = evidence.envelope == nullptr ? crypto::SignedMessage(*evidence.artifact)
                                 : is_dsse_entry              ? crypto::SignedMessage(evidence.envelope->payload)
                                                              : crypto::SignedMessage(encoding);
  std::vector<Pairing> pairings = pairings_of(evidence.key->type());
  // A payload's hash does not depend on how the signature hashed.
  if (is_dsse_entry && pairings.front().hash != crypto::Hash::kSha256) {
    for (const Pairing& pairing : pairings_of(evidence.key->type())) {
      pairings.push_back({pairing.key_details, crypto::Hash::kSha256});
    }
  }
  for (const Pairing& pairing : pairings) {
    const std::string* const digest = hashed.hash(pairing.hash);
    if (digest == nullptr) continue;
    const std::string expected =
        is_dsse_entry ? dsse_text(evidence, pairing, *digest) : hashedrekord_text(evidence, pairing, *digest);
    if (entry.body == expected) return Done{};
  }
  return {ErrorCode::kMalformed, "its body is not the one that this evidence has"};
}

}  // namespace pullgate::verify::tlog
