#pragma once
/// X.509 certificates, RFC 5280 section 4, read strictly: version 3, one DER certificate and nothing after it, the
/// same signature algorithm inside and outside, no extension twice, and of the extensions that we know (basic
/// constraints, key usage, extended key usage, names, key identifiers) only their one form. A critical extension that
/// we do not know is refused, as section 4.2 asks; so are name constraints, which we do not evaluate.
///
/// Nothing here is verified: see authority.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/public_key.h"
#include "verify/result.h"
#include "verify/time.h"

namespace pullgate::verify::x509 {

struct Extension {
  std::string_view oid;
  bool critical = false;
  std::string_view value;     ///< the content of extnValue
  std::string_view encoding;  ///< the whole Extension, for whoever takes it out again
};

/// Bits of KeyUsage, RFC 5280 section 4.2.1.3.
enum KeyUsage : std::uint32_t {
  kDigitalSignature = 1U << 0U,
  kKeyCertSign = 1U << 5U,
};

struct ExtendedKeyUsage {
  bool critical = false;
  std::vector<std::string_view> purposes;  ///< object identifiers; never empty
};

/// What the certificate says. The views refer to the certificate's own bytes.
struct Fields {
  std::string_view tbs;  ///< the signed part, with its header
  std::string_view signature;
  SignatureScheme signature_scheme;
  std::string_view serial;   ///< octets of the non-negative integer
  std::string_view issuer;   ///< the DER of the Name
  std::string_view subject;  ///< likewise; compared byte by byte
  Time not_before;           ///< both inclusive (RFC 5280 section 4.1.2.5)
  Time not_after;
  std::string_view spki;
  std::string_view extensions;  ///< the content of the SEQUENCE of extensions
  std::vector<Extension> extension_list;

  bool is_authority = false;  ///< basicConstraints with cA
  std::optional<std::uint64_t> path_length;
  std::optional<std::uint32_t> key_usage;
  std::optional<ExtendedKeyUsage> extended_key_usage;
  std::string_view subject_key_id;    ///< empty when there is none
  std::string_view authority_key_id;  ///< likewise
};

/// Immutable; copies share everything. Safe to use from several threads at once.
class Certificate {
 public:
  static Result<Certificate> parse(std::string_view der);

  [[nodiscard]] std::string_view der() const { return *der_; }
  [[nodiscard]] const Fields& fields() const { return *fields_; }
  [[nodiscard]] const PublicKey& key() const { return key_; }
  /// Null when the certificate has no such extension.
  [[nodiscard]] const Extension* extension(std::string_view oid) const;
  [[nodiscard]] bool is_self_issued() const { return fields_->subject == fields_->issuer; }

 private:
  Certificate(std::shared_ptr<const std::string> der, std::shared_ptr<const Fields> fields, PublicKey key)
      : der_(std::move(der)), fields_(std::move(fields)), key_(std::move(key)) {}

  std::shared_ptr<const std::string> der_;
  std::shared_ptr<const Fields> fields_;
  PublicKey key_;
};

/// Is `certificate` signed with the key of `issuer`? Names and purposes are not looked at.
enum class Issued { kNo, kYes };
Issued is_signed_by(const Certificate& certificate, const Certificate& issuer);

}  // namespace pullgate::verify::x509
