#pragma once
/// A Sigstore of one's own, in memory: a certificate authority, a certificate transparency log, a Rekor v1 and a Rekor
/// v2 log, and a timestamp authority, which attest whatever a test asks for, at any time, and are wrong in whatever way
/// a test asks for. Built on OpenSSL and on its own DER, Merkle tree and JSON; nothing of verify/ is in it.
///
/// Everything that a test may want to be wrong is a field, and right by default. What is on the wire is JSON, for tests
/// to spoil further.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/signing_key.h"

namespace pullgate::sandbox {

/// When everything happens, in seconds since 1970; the rest is said relative to it. 2026-03-01T12:00:00Z.
inline constexpr std::int64_t kNow = 1'772'366'400;

struct CertificateExtension {
  std::string oid;  ///< dotted
  std::string value;
  bool critical = false;
};

/// A certificate before it is signed.
struct CertificateDraft {
  std::uint64_t version = 2;
  std::string serial = "\x11\x22\x33\x44\x55\x66\x77";
  std::string issuer;   ///< DER of a Name
  std::string subject;  ///< likewise
  std::int64_t not_before = kNow;
  std::int64_t not_after = kNow + 600;
  std::string spki;
  std::vector<CertificateExtension> extensions;
  std::string inner_algorithm;  ///< DER; empty: that of the issuer's key

  [[nodiscard]] std::string tbs(const SigningKey& issuer_key) const;
  [[nodiscard]] std::string sign(const SigningKey& issuer_key) const;
};

/// The DER of a Name with an organization and a common name.
std::string name(std::string_view common_name);

/// An authority with a root and, below it, an intermediate that issues; both certificates can be drafted anew.
struct CertificateAuthority {
  SigningKey root_key = SigningKey::make(SigningKey::Kind::kP384);
  SigningKey key = SigningKey::make(SigningKey::Kind::kP384);
  CertificateDraft root;
  CertificateDraft intermediate;

  explicit CertificateAuthority(std::string_view common_name, std::string_view purpose_oid);
  [[nodiscard]] std::string root_der() const { return root.sign(root_key); }
  [[nodiscard]] std::string intermediate_der() const { return intermediate.sign(root_key); }
};

struct CertificateLog {
  SigningKey key = SigningKey::make();
  std::string url = "https://ctfe.sigstore.test/2026";
  [[nodiscard]] std::string id() const { return key.fingerprint(); }
};

/// A timestamp of a certificate log, and how it may be wrong.
struct Sct {
  const CertificateLog* log = nullptr;  ///< null: the one of the virtual Sigstore
  std::int64_t milliseconds = kNow * 1000;
  std::string extensions = {};
  std::optional<std::string> extensions_on_the_wire = {};  ///< instead of those that are signed
  std::optional<std::string> issuer_spki = {};             ///< instead of the issuer's
  std::optional<std::string> log_id = {};
  std::string algorithm = "\x04\x03";  ///< as it says: SHA-256 and ECDSA, which is what signs
  char version = 0;
  bool broken_signature = false;
};

/// What a signer's certificate says.
struct Leaf {
  SigningKey key = SigningKey::make();
  std::int64_t not_before = kNow - 60;
  std::int64_t not_after = kNow + 540;
  std::string general_names;  ///< the content of the SAN; set by the constructor to the URI below
  std::vector<CertificateExtension> extensions;
  std::vector<Sct> scts = {Sct{}};
  std::optional<std::string> sct_list;    ///< the whole value of the extension instead
  const SigningKey* issued_by = nullptr;  ///< null: the intermediate
  std::optional<std::string> issuer_name;

  Leaf();
  [[nodiscard]] CertificateExtension& extension(std::string_view oid);
  void remove(std::string_view oid);
};

inline constexpr const char* kSubjectUri = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";
inline constexpr const char* kIssuerUrl = "https://token.actions.githubusercontent.com";

/// A Merkle tree after RFC 6962, by its recursive definitions.
std::string tree_root(const std::vector<std::string>& leaf_hashes);
std::vector<std::string> audit_path(std::size_t index, const std::vector<std::string>& leaf_hashes);
std::string leaf_hash(std::string_view entry);

struct Rekor {
  enum class Generation { k1, k2 };
  Generation generation;
  SigningKey key;
  std::string host;
  std::string origin;
  std::size_t leaves = 7;          ///< entries in the tree, of which ours is one
  std::size_t index = 4;           ///< where ours is
  std::uint64_t shard_offset = 0;  ///< of Rekor v1: entries of older trees
  explicit Rekor(Generation generation);

  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::string key_id(std::string_view name) const;
  [[nodiscard]] std::string url() const { return "https://" + host; }
  [[nodiscard]] std::string note(std::string_view text) const;
  [[nodiscard]] std::string signed_entry_timestamp(std::string_view body, std::int64_t time, std::uint64_t index) const;
  /// The entry as a bundle has it.
  [[nodiscard]] nlohmann::json entry(const nlohmann::json& body, std::int64_t time) const;
};

/// A signed checkpoint line by a witness: C2SP tlog-cosignature.
std::string cosignature(const SigningKey& witness, std::string_view name, std::int64_t time, std::string_view text);

/// A timestamp, and how it may be wrong.
struct Stamp {
  std::int64_t time = kNow;
  std::string fraction = {};  ///< ".5"
  std::uint64_t status = 0;
  std::string imprint_algorithm = "sha256";
  bool embed_certificate = false;
  std::vector<std::string> prepended_certificates = {};
  std::optional<std::string> ess_certificate = {};  ///< that it is bound to instead of the signer's
  bool with_ess = true;
  std::optional<std::string> ess_serial = {};  ///< named beside the hash, with the signer's issuer
  std::optional<SigningKey> signed_by = {};    ///< instead of the authority's signer
  std::string trailing_bytes = {};
  bool broken_signature = false;
  bool wrong_message_digest = false;
  std::string content_type = "1.2.840.113549.1.9.16.1.4";
};

struct TimestampAuthority {
  CertificateAuthority authority;
  SigningKey key = SigningKey::make(SigningKey::Kind::kP384);
  std::string url = "https://timestamp.sigstore.test/api/v1/timestamp";
  std::string serial = "\x42\x43";  ///< of the signer's certificate
  std::int64_t not_before = kNow - 86'400;
  std::int64_t not_after = kNow + 86'400;
  std::vector<CertificateExtension> extensions;

  TimestampAuthority();
  [[nodiscard]] std::string signer_der() const;
  [[nodiscard]] std::string token(std::string_view message, const Stamp& stamp) const;
  /// A whole response.
  [[nodiscard]] std::string stamp(std::string_view message, const Stamp& stamp = {}) const;
};

/// What is to be attested, and how.
struct Signing {
  enum class Content { kMessage, kEnvelope };
  enum class Log { kNone, kRekor1, kRekor2 };
  /// As which a log records an envelope: usually Rekor v1 as dsse, and Rekor v2 as hashedrekord.
  enum class EntryKind { kUsual, kDsse, kIntoto001, kIntoto002 };
  Content content = Content::kEnvelope;
  std::string artifact = R"({"schemaVersion":2,"config":{},"layers":[]})";
  std::string payload_type = "application/vnd.in-toto+json";
  Leaf leaf;
  const SigningKey* managed_key = nullptr;  ///< instead of a certificate
  std::string version = "0.3";
  Log log = Log::kRekor1;
  bool promise = true;
  bool proof = true;
  std::int64_t log_time = kNow;
  std::vector<Stamp> stamps;
  EntryKind entry_kind = EntryKind::kUsual;
  std::optional<std::string> payload = {};  ///< of an envelope, instead of the statement
};

class VirtualSigstore {
 public:
  VirtualSigstore();

  CertificateAuthority fulcio;
  CertificateLog certificate_log;
  Rekor rekor1{Rekor::Generation::k1};
  Rekor rekor2{Rekor::Generation::k2};
  TimestampAuthority timestamp_authority;

  /// What trusts all of it, from a year ago on and without end.
  [[nodiscard]] nlohmann::json trusted_root() const;
  [[nodiscard]] std::string certificate(const Leaf& leaf) const;
  [[nodiscard]] std::string sct_list(const Leaf& leaf, const CertificateDraft& draft) const;
  /// A bundle. With Rekor v2 and no stamps there is nothing that proves a time, as in life.
  [[nodiscard]] nlohmann::json bundle(const Signing& signing) const;
  /// The statement about the artifact that envelopes carry.
  static nlohmann::json statement(std::string_view artifact);

  /// The same as layers of cosign's older form: bytes and annotations.
  struct Layer {
    std::string bytes;
    std::map<std::string, std::string> annotations;
  };
  [[nodiscard]] Layer signature_layer(const Signing& signing) const;
  [[nodiscard]] Layer attestation_layer(const Signing& signing) const;

 private:
  [[nodiscard]] Layer layer(const Signing& signing, std::string bytes, std::string_view timestamped,
                            const std::string& certificate_der, const nlohmann::json& body,
                            std::string signature_text) const;
};

/// DSSE's pre-authentication encoding.
std::string dsse_pae(std::string_view type, std::string_view payload);

}  // namespace pullgate::sandbox
