#include "verify/x509/certificate.h"

#include <algorithm>
#include <array>

#include "verify/codec/der.h"
#include "verify/codec/oid.h"
#include "verify/crypto/key.h"
#include "verify/limits.h"
#include "verify/x509/algorithm.h"

namespace pullgate::verify::x509 {
namespace {

using der::Reader;

void read_basic_constraints(Reader reader, Fields& fields) {
  Reader inside = reader.inside(der::kSequence);
  reader.end();
  if (inside.next() == der::kBoolean) {
    fields.is_authority = inside.boolean();
    // X.690 section 11.5: a default value is left out.
    if (!fields.is_authority) inside.refuse("cA FALSE written out");
  }
  if (inside.next() == der::kInteger) {
    fields.path_length = inside.small_integer();
    if (!fields.is_authority) inside.refuse("a path length without cA");
  }
  inside.end();
}

void read_key_usage(Reader reader, Fields& fields) {
  fields.key_usage = reader.named_bits();
  reader.end();
}

void read_extended_key_usage(Reader reader, const Extension& extension, Fields& fields) {
  Reader inside = reader.inside(der::kSequence);
  reader.end();
  ExtendedKeyUsage usage{.critical = extension.critical, .purposes = {}};
  while (!inside.at_end()) usage.purposes.push_back(inside.object_identifier());
  if (usage.purposes.empty()) reader.refuse("an extended key usage without a purpose");
  fields.extended_key_usage = std::move(usage);
}

void read_subject_key_id(Reader reader, Fields& fields) {
  fields.subject_key_id = reader.content(der::kOctetString);
  reader.end();
}

void read_authority_key_id(Reader reader, Fields& fields) {
  Reader inside = reader.inside(der::kSequence);
  reader.end();
  if (const auto id = inside.optional(der::context(0))) fields.authority_key_id = id->content;
  inside.optional(der::constructed(1));
  inside.optional(der::context(2));
  inside.end();
}

/// Extensions that other files of this room read, and that may therefore be critical.
constexpr std::array kReadElsewhere = {oid::kSubjectAltName, oid::kSctList};

void read_extension_value(const Extension& extension, Reader reader, Fields& fields) {
  if (extension.oid == oid::kBasicConstraints) return read_basic_constraints(reader, fields);
  if (extension.oid == oid::kKeyUsage) return read_key_usage(reader, fields);
  if (extension.oid == oid::kExtendedKeyUsage) return read_extended_key_usage(reader, extension, fields);
  if (extension.oid == oid::kSubjectKeyIdentifier) return read_subject_key_id(reader, fields);
  if (extension.oid == oid::kAuthorityKeyIdentifier) return read_authority_key_id(reader, fields);
  if (extension.oid == oid::kNameConstraints) {
    return reader.refuse("name constraints, which are not supported", ErrorCode::kUnsupported);
  }
  if (extension.critical && std::ranges::find(kReadElsewhere, extension.oid) == kReadElsewhere.end()) {
    reader.refuse("a critical extension that we do not know", ErrorCode::kUnsupported);
  }
}

void read_extensions(std::string_view bytes, der::Problems& problems, Fields& fields) {
  Reader outer(bytes, problems);
  fields.extensions = outer.content(der::kSequence);
  outer.end();
  Reader list(fields.extensions, problems);
  while (!list.at_end()) {
    const der::Element element = list.element(der::kSequence);
    Reader inside(element.content, problems);
    Extension extension{
        .oid = inside.object_identifier(), .critical = false, .value = {}, .encoding = element.encoding};
    if (inside.next() == der::kBoolean) {
      extension.critical = inside.boolean();
      if (!extension.critical) inside.refuse("critical FALSE written out");
    }
    extension.value = inside.content(der::kOctetString);
    inside.end();
    // RFC 5280 section 4.2: not more than one instance. Two readers could each take another.
    if (std::ranges::find(fields.extension_list, extension.oid, &Extension::oid) != fields.extension_list.end()) {
      return list.refuse("the same extension twice");
    }
    if (fields.extension_list.size() >= limits::kCertificateExtensions) {
      return list.refuse("more extensions than a certificate may have", ErrorCode::kLimitExceeded);
    }
    fields.extension_list.push_back(extension);
    read_extension_value(extension, Reader(extension.value, problems), fields);
  }
  if (fields.extension_list.empty()) outer.refuse("an empty list of extensions");
}

void read_tbs(Reader tbs, std::string_view outer_algorithm, der::Problems& problems, Fields& fields) {
  Reader version = tbs.inside(der::constructed(0));
  if (version.small_integer() != 2) version.refuse("not a version 3 certificate");
  version.end();
  fields.serial = tbs.unsigned_integer();
  // RFC 5280 section 4.1.1.2: the same inside and outside; only the inner one is signed.
  if (read_signature_algorithm(tbs).encoding != outer_algorithm) tbs.refuse("two different signature algorithms");
  fields.issuer = tbs.element(der::kSequence).encoding;
  Reader validity = tbs.inside(der::kSequence);
  fields.not_before = validity.time();
  fields.not_after = validity.time();
  validity.end();
  fields.subject = tbs.element(der::kSequence).encoding;
  fields.spki = tbs.element(der::kSequence).encoding;
  // Section 4.1.2.8: nobody may issue them, so nobody's parser has been tried on them.
  if (tbs.next() == der::context(1) || tbs.next() == der::context(2)) tbs.refuse("unique identifiers");
  if (const auto extensions = tbs.optional(der::constructed(3))) {
    read_extensions(extensions->content, problems, fields);
  }
  tbs.end();
}

Error certificate_error(const Error& error) {
  return {error.code, "certificate: " + error.message};
}

}  // namespace

Result<Certificate> Certificate::parse(std::string_view der) {
  if (der.size() > limits::kCertificateBytes) return {ErrorCode::kLimitExceeded, "certificate: too large"};
  auto bytes = std::make_shared<const std::string>(der);
  auto fields = std::make_shared<Fields>();
  der::Problems problems;
  Reader outer(*bytes, problems);
  Reader certificate = outer.inside(der::kSequence);
  outer.end();
  const der::Element tbs = certificate.element(der::kSequence);
  fields->tbs = tbs.encoding;
  const SignatureAlgorithm algorithm = read_signature_algorithm(certificate);
  fields->signature_scheme = algorithm.scheme;
  fields->signature = certificate.whole_bits();
  certificate.end();
  if (!problems.any()) read_tbs(Reader(tbs.content, problems), algorithm.encoding, problems, *fields);
  if (const std::optional<Error>& wrong = problems.first()) return certificate_error(*wrong);
  Result<PublicKey> key = PublicKey::parse_spki(fields->spki);
  if (!key) return certificate_error(key.error());
  return Certificate(std::move(bytes), std::move(fields), std::move(*key));
}

const Extension* Certificate::extension(std::string_view oid) const {
  const auto found = std::ranges::find(fields_->extension_list, oid, &Extension::oid);
  return found == fields_->extension_list.end() ? nullptr : &*found;
}

Issued is_signed_by(const Certificate& certificate, const Certificate& issuer) {
  crypto::SignedMessage message(certificate.fields().tbs);
  const auto outcome = crypto::verify_signature(issuer.key(), certificate.fields().signature_scheme, message,
                                                certificate.fields().signature);
  return outcome == crypto::SignatureOutcome::kValid ? Issued::kYes : Issued::kNo;
}

}  // namespace pullgate::verify::x509
