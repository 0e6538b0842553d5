#include "verify/tsa/token.h"

#include <algorithm>
#include <array>

#include "verify/codec/der.h"
#include "verify/codec/oid.h"
#include "verify/limits.h"
#include "verify/x509/algorithm.h"

namespace pullgate::verify::tsa {
namespace {

using der::Problems;
using der::Reader;

/// RFC 3161 section 2.4.2, TSTInfo.
void read_info(std::string_view bytes, Problems& problems, Token& token) {
  Reader outer(bytes, problems);
  Reader info = outer.inside(der::kSequence);
  outer.end();
  if (info.small_integer() != 1) info.refuse("not version 1 of TSTInfo", ErrorCode::kUnsupported);
  info.object_identifier();  // the policy of the authority
  Reader imprint = info.inside(der::kSequence);
  token.imprint_algorithm = x509::read_hash_algorithm(imprint);
  token.imprint = imprint.content(der::kOctetString);
  imprint.end();
  info.content(der::kInteger);  // serial number; of either sign, as authorities have been seen to write it
  token.time = info.time_with_fraction();
  info.optional(der::kSequence);                                  // accuracy, which Sigstore's verifiers leave aside
  if (info.next() == der::kBoolean) info.boolean();               // ordering
  if (info.next() == der::kInteger) info.content(der::kInteger);  // nonce
  info.optional(der::constructed(0));                             // the authority's name
  if (const auto extensions = info.optional(der::constructed(1))) {
    Reader list(extensions->content, problems);
    while (!list.at_end()) {
      Reader extension = list.inside(der::kSequence);
      extension.object_identifier();
      if (extension.next() == der::kBoolean && extension.boolean()) {
        extension.refuse("a critical extension that we do not know", ErrorCode::kUnsupported);
      }
    }
  }
  info.end();
}

/// RFC 5035 section 3: the first certificate of the list is the signer's.
void read_signing_certificate(Reader value, Token& token) {
  Reader signing = value.inside(der::kSequence);
  Reader list = signing.inside(der::kSequence);
  Reader first = list.inside(der::kSequence);
  if (first.next() == der::kSequence) token.certificate_hash_algorithm = x509::read_hash_algorithm(first);
  token.certificate_hash = first.content(der::kOctetString);
  if (first.at_end()) return;
  Reader issuer_serial = first.inside(der::kSequence);
  first.end();
  Reader names = issuer_serial.inside(der::kSequence);
  // RFC 5280 section 4.2.1.6: a directoryName, which as a CHOICE has its tag around it.
  Reader name = names.inside(der::constructed(4));
  names.end();
  token.certificate_issuer = name.element(der::kSequence).encoding;
  name.end();
  token.certificate_serial = issuer_serial.unsigned_integer();
  issuer_serial.end();
}

/// The value of an attribute that has exactly one.
Reader only_value(Reader& attribute, Problems& problems) {
  Reader values = attribute.inside(der::kSet);
  attribute.end();
  const der::Element value = values.any();
  values.end();
  return {value.encoding, problems};
}

/// RFC 5652 section 11 and RFC 3161 section 2.4.2: these attributes have to be there, once each.
void read_attributes(std::string_view bytes, crypto::Hash digest_algorithm, std::string_view content,
                     Problems& problems, Token& token) {
  Reader list(bytes, problems);
  std::vector<std::string_view> seen;
  while (!list.at_end()) {
    Reader attribute = list.inside(der::kSequence);
    const std::string_view type = attribute.object_identifier();
    if (std::ranges::find(seen, type) != seen.end()) list.refuse("the same attribute twice");
    seen.push_back(type);
    if (type == oid::kContentType) {
      Reader value = only_value(attribute, problems);
      if (value.object_identifier() != oid::kTstInfo) value.refuse("signed as something else than a timestamp");
    } else if (type == oid::kMessageDigest) {
      Reader value = only_value(attribute, problems);
      if (value.content(der::kOctetString) != crypto::hash_of(digest_algorithm, content)) {
        value.refuse("the signed digest is not that of the timestamp");
      }
    } else if (type == oid::kSigningCertificateV2) {
      read_signing_certificate(only_value(attribute, problems), token);
    }
  }
  for (std::string_view wanted : {oid::kContentType, oid::kMessageDigest}) {
    if (std::ranges::find(seen, wanted) == seen.end()) list.refuse("a signed attribute is missing");
  }
}

SignerId read_signer_id(Reader& signer) {
  if (const auto key_id = signer.optional(der::context(0))) return {.key_id = key_id->content};
  Reader inside = signer.inside(der::kSequence);
  SignerId id{.issuer = inside.element(der::kSequence).encoding, .serial = inside.unsigned_integer()};
  inside.end();
  return id;
}

/// For RSA the algorithm may be the bare key type, and the digest algorithm says the rest (RFC 3370 section 3.2).
SignatureScheme read_scheme(Reader& signer, crypto::Hash digest_algorithm, Problems& problems) {
  Problems ignored;
  Reader ahead(signer.rest(), ignored);
  if (ahead.inside(der::kSequence).object_identifier() == oid::kRsaEncryption) {
    Reader algorithm(signer.content(der::kSequence), problems);
    algorithm.object_identifier();
    algorithm.optional(der::kNull);
    algorithm.end();
    switch (digest_algorithm) {
      case crypto::Hash::kSha256:
        return SignatureScheme::kRsaPkcs1Sha256;
      case crypto::Hash::kSha384:
        return SignatureScheme::kRsaPkcs1Sha384;
      case crypto::Hash::kSha512:
        return SignatureScheme::kRsaPkcs1Sha512;
    }
  }
  const SignatureScheme scheme = x509::read_signature_algorithm(signer).scheme;
  if (x509::hash_of_scheme(scheme) != digest_algorithm) signer.refuse("two hashes for one signature");
  return scheme;
}

void read_signer(Reader signer, std::string_view content, Problems& problems, Token& token) {
  signer.small_integer();  // the version follows from what identifies the signer
  token.signer = read_signer_id(signer);
  const crypto::Hash digest_algorithm = x509::read_hash_algorithm(signer);
  const der::Element attributes = signer.element(der::constructed(0));
  read_attributes(attributes.content, digest_algorithm, content, problems, token);
  // Signed is the SET OF itself, with its own tag instead of the implicit one.
  token.signed_attributes = der::header(der::kSet, attributes.content.size()) + std::string(attributes.content);
  token.scheme = read_scheme(signer, digest_algorithm, problems);
  token.signature = signer.content(der::kOctetString);
  signer.optional(der::constructed(1));  // unsigned attributes
  signer.end();
}

/// RFC 5652 section 5.1.
void read_signed_data(Reader data, Problems& problems, Token& token) {
  data.small_integer();
  data.element(der::kSet);  // digest algorithms, repeated by the signer
  Reader content = data.inside(der::kSequence);
  if (content.object_identifier() != oid::kTstInfo) content.refuse("the content is not a timestamp");
  Reader wrapped = content.inside(der::constructed(0));
  const std::string_view info = wrapped.content(der::kOctetString);
  wrapped.end();
  content.end();
  if (const auto certificates = data.optional(der::constructed(0))) {
    Reader list(certificates->content, problems);
    while (!list.at_end()) {
      if (token.certificates.size() == limits::kCertificateChain) {
        list.refuse("more certificates than a timestamp may have", ErrorCode::kLimitExceeded);
      }
      token.certificates.push_back(list.any().encoding);
    }
  }
  data.optional(der::constructed(1));  // revocation lists
  Reader signers = data.inside(der::kSet);
  data.end();
  read_info(info, problems, token);
  read_signer(signers.inside(der::kSequence), info, problems, token);
  signers.end();  // RFC 3161 section 2.4.2: one signer only
}

void read_content_info(Reader content, Problems& problems, Token& token) {
  if (content.object_identifier() != oid::kSignedData) content.refuse("not signed data");
  Reader wrapped = content.inside(der::constructed(0));
  content.end();
  Reader data = wrapped.inside(der::kSequence);
  wrapped.end();
  if (!problems.any()) read_signed_data(data, problems, token);
}

enum class Container { kResponse, kToken };

Result<Token> parse(std::string_view der, Container container) {
  if (der.size() > limits::kTimestampBytes) return {ErrorCode::kLimitExceeded, "timestamp: too large"};
  Token token{.bytes = std::make_shared<const std::string>(der)};
  Problems problems;
  Reader outer(*token.bytes, problems);
  Reader inside = outer.inside(der::kSequence);
  outer.end();
  if (container == Container::kResponse) {
    Reader status = inside.inside(der::kSequence);
    // RFC 3161 section 2.4.2: 0 is granted. An authority that changed what was asked for (1) did not attest it.
    if (status.small_integer() != 0) status.refuse("the authority did not grant the request");
    Reader content = inside.inside(der::kSequence);
    inside.end();
    read_content_info(content, problems, token);
  } else {
    read_content_info(inside, problems, token);
  }
  if (const std::optional<Error>& wrong = problems.first()) return {wrong->code, "timestamp: " + wrong->message};
  return token;
}

}  // namespace

Result<Token> parse_response(std::string_view der) {
  return parse(der, Container::kResponse);
}

Result<Token> parse_token(std::string_view der) {
  return parse(der, Container::kToken);
}

}  // namespace pullgate::verify::tsa
