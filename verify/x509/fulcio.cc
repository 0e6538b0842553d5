#include "verify/x509/fulcio.h"

#include <algorithm>

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/codec/der.h"
#include "verify/codec/oid.h"
#include "verify/codec/utf8.h"

namespace pullgate::verify::x509 {
namespace {

using Kind = SubjectAlternativeName::Kind;

/// IA5String as we want it: no NUL, which C readers take for the end, and nothing that is not printable ASCII.
std::string ascii_name(std::string_view bytes, der::Reader& reader) {
  const bool plain = std::ranges::all_of(bytes, [](char c) { return c >= ' ' && c < '\x7F'; });
  if (!plain || bytes.empty()) reader.refuse("a name that is not plain ASCII");
  return std::string(bytes);
}

std::string utf8_text(std::string_view bytes, der::Reader& reader) {
  const bool control = std::ranges::any_of(bytes, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; });
  if (control || !codec::is_utf8(bytes)) reader.refuse("a text with control characters or not in UTF-8");
  return std::string(bytes);
}

/// GeneralName [0]: otherName ::= SEQUENCE { type-id, value [0] EXPLICIT }; Fulcio's has the type-id .7 of its arc.
std::string read_user_name(std::string_view content, der::Problems& problems) {
  der::Reader reader(content, problems);
  const std::string_view type = reader.object_identifier();
  if (type != std::string(oid::kFulcioArc) + '\x07') {
    reader.refuse("an otherName of a type that we do not know", ErrorCode::kUnsupported);
  }
  der::Reader value = reader.inside(der::constructed(0));
  const std::string_view text = value.content(der::kUtf8String);
  if (text.empty()) value.refuse("an empty user name");
  value.end();
  reader.end();
  return utf8_text(text, reader);
}

SubjectAlternativeName read_name(const Extension& extension, der::Problems& problems) {
  der::Reader outer(extension.value, problems);
  der::Reader names = outer.inside(der::kSequence);
  outer.end();
  const der::Element name = names.any();
  // With two names two readers may identify two signers (Fulcio certificate specification: exactly one).
  if (!names.at_end()) names.refuse("more than one subject alternative name");
  switch (name.tag) {
    case der::constructed(0):
      return {.kind = Kind::kUserName, .value = read_user_name(name.content, problems)};
    case der::context(1):
      return {.kind = Kind::kEmail, .value = ascii_name(name.content, names)};
    case der::context(2):
      return {.kind = Kind::kDnsName, .value = ascii_name(name.content, names)};
    case der::context(6):
      return {.kind = Kind::kUri, .value = ascii_name(name.content, names)};
    default:
      names.refuse("a subject alternative name of a kind that identifies nobody", ErrorCode::kUnsupported);
      return {};
  }
}

const Extension* fulcio_extension(const Certificate& certificate, unsigned arc) {
  return certificate.extension(std::string(oid::kFulcioArc) + static_cast<char>(arc));
}

constexpr unsigned kIssuer = 1;
constexpr unsigned kIssuerV2 = 8;

/// Up to .6 the extension is the text itself, from .8 on it is the DER of a UTF8String.
std::string read_text(const Extension& extension, unsigned arc, der::Problems& problems) {
  der::Reader reader(extension.value, problems);
  if (arc < kIssuerV2) return utf8_text(extension.value, reader);
  const std::string_view text = reader.content(der::kUtf8String);
  reader.end();
  return utf8_text(text, reader);
}

/// Where one form overwrites the other, a certificate with both can be read as two issuers'.
std::string read_issuer(const Certificate& certificate, der::Problems& problems) {
  const Extension* const older = fulcio_extension(certificate, kIssuer);
  const Extension* const newer = fulcio_extension(certificate, kIssuerV2);
  std::string issuer;
  if (older != nullptr) issuer = read_text(*older, kIssuer, problems);
  if (newer == nullptr) return issuer;
  std::string text = read_text(*newer, kIssuerV2, problems);
  if (older != nullptr && issuer != text) problems.add(ErrorCode::kMalformed, "two issuers that differ");
  return text;
}

void check_same(const std::optional<std::string>& older, const std::optional<std::string>& newer, std::string_view what,
                der::Problems& problems) {
  if (older && newer && *older != *newer) {
    problems.add(ErrorCode::kMalformed, fmt::format("the older and the newer {} differ", what));
  }
}

/// fulcio "oid-info.md", .13: digests may carry the name of their algorithm, which the older extension never does.
std::optional<std::string> bare_digest(std::optional<std::string> digest) {
  constexpr std::string_view kPrefix = "sha1:";
  if (digest && digest->starts_with(kPrefix)) digest->erase(0, kPrefix.size());
  return digest;
}

void check_older_forms(const FulcioExtensions& extensions, der::Problems& problems) {
  check_same(extensions.github_workflow_trigger, extensions.build_trigger, "build trigger", problems);
  check_same(extensions.github_workflow_sha, bare_digest(extensions.source_repository_digest), "source digest",
             problems);
  check_same(extensions.github_workflow_ref, extensions.source_repository_ref, "source ref", problems);
  const auto& older = extensions.github_workflow_repository;
  const auto& newer = extensions.source_repository_uri;
  if (older && newer && !newer->ends_with("/" + *older)) {
    problems.add(ErrorCode::kMalformed, "the older and the newer source repository differ");
  }
}

}  // namespace

Result<CertificateSigner> read_identity(const Certificate& certificate, std::string trust_root) {
  const Extension* const names = certificate.extension(oid::kSubjectAltName);
  if (names == nullptr) return {ErrorCode::kMalformed, "certificate: no subject alternative name"};
  der::Problems problems;
  CertificateSigner signer{.trust_root = std::move(trust_root),
                           .subject = read_name(*names, problems),
                           .issuer = read_issuer(certificate, problems),
                           .extensions = {}};
  for (const FulcioExtensionName& known : kFulcioExtensionNames) {
    if (const Extension* const extension = fulcio_extension(certificate, known.arc)) {
      signer.extensions.*known.value = read_text(*extension, known.arc, problems);
    }
  }
  check_older_forms(signer.extensions, problems);
  if (const std::optional<Error>& wrong = problems.first()) return {wrong->code, "certificate: " + wrong->message};
  return signer;
}

Status check_code_signing(const Certificate& certificate) {
  const Fields& fields = certificate.fields();
  const auto refused = [](std::string_view what) {
    return Status(ErrorCode::kMalformed, "certificate: " + std::string(what));
  };
  if (fields.is_authority) return refused("an authority's, which may not sign artifacts");
  if ((fields.key_usage.value_or(0) & kDigitalSignature) == 0) return refused("its key usage is not digitalSignature");
  if (!fields.extended_key_usage) return refused("no extended key usage");
  const auto& purposes = fields.extended_key_usage->purposes;
  if (std::ranges::find(purposes, oid::kCodeSigning) == purposes.end()) {
    return refused("its extended key usage is not codeSigning");
  }
  if (std::ranges::find(purposes, oid::kAnyExtendedKeyUsage) != purposes.end()) {
    return refused("its extended key usage is anything");
  }
  // RFC 6962 section 3.1: a precertificate must not be usable as a certificate.
  if (certificate.extension(oid::kPrecertificatePoison) != nullptr) return refused("a precertificate");
  return Done{};
}

}  // namespace pullgate::verify::x509
