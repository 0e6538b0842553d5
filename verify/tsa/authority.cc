#include "verify/tsa/authority.h"

#include <algorithm>

#include <fmt/format.h>

#include "verify/codec/oid.h"
#include "verify/crypto/key.h"

namespace pullgate::verify::tsa {
namespace {

using x509::Certificate;
using x509::IssuingAuthority;
using x509::Purpose;

Error invalid(std::string why) {
  return {ErrorCode::kMalformed, "timestamp: " + std::move(why)};
}

/// RFC 3161 section 2.3: extendedKeyUsage critical and for timestamps only, so that no other key can be passed off.
Status check_signer(const Certificate& certificate) {
  const x509::Fields& fields = certificate.fields();
  if (fields.is_authority) return invalid("its signer is a certificate authority");
  if ((fields.key_usage.value_or(0) & x509::kDigitalSignature) == 0) {
    return invalid("its signer's key usage is not digitalSignature");
  }
  const auto& usage = fields.extended_key_usage;
  if (!usage || !usage->critical || usage->purposes.size() != 1 || usage->purposes.front() != oid::kTimeStamping) {
    return invalid("its signer's extended key usage is not critical and timeStamping alone");
  }
  return Done{};
}

bool is_named(const Certificate& certificate, const SignerId& id) {
  const x509::Fields& fields = certificate.fields();
  if (id.issuer.empty()) return !id.key_id.empty() && fields.subject_key_id == id.key_id;
  return fields.issuer == id.issuer && fields.serial == id.serial;
}

/// What a token brings, read when it is first needed: not for an authority whose signer the trust root names. Whatever
/// is not a certificate that we can read cannot be part of a chain.
class EmbeddedCertificates {
 public:
  explicit EmbeddedCertificates(const Token& token) : token_(token) {}

  const std::vector<Certificate>& all() {
    if (certificates_) return *certificates_;
    certificates_.emplace();
    for (std::string_view der : token_.certificates) {
      if (Result<Certificate> certificate = Certificate::parse(der)) certificates_->push_back(std::move(*certificate));
    }
    return *certificates_;
  }

 private:
  const Token& token_;
  std::optional<std::vector<Certificate>> certificates_;
};

/// Ways from a certificate up to an authority of the trust root, through certificates that the token brings. Each
/// signature that is tried costs time that a sender should not be able to ask for without end.
class PathSearch {
 public:
  PathSearch(const std::vector<Certificate>& helpers, const std::vector<IssuingAuthority>& anchors)
      : helpers_(helpers), anchors_(anchors) {}

  /// The windows in which a way from this certificate is valid; empty when there is no way.
  std::vector<TimeWindow> windows_above(const Certificate& certificate, std::size_t depth = 0) {
    std::vector<TimeWindow> windows;
    for (const IssuingAuthority* issuer : x509::issuers_of(certificate, anchors_)) {
      if (x509::check_authority(issuer->certificate, depth, Purpose::kTimeStamping)) windows.push_back(issuer->window);
    }
    if (!windows.empty() || depth == kMaxHelpers) return windows;
    for (const Certificate& helper : helpers_) {
      if (helper.fields().subject != certificate.fields().issuer || helper.der() == certificate.der()) continue;
      if (!x509::check_authority(helper, depth, Purpose::kTimeStamping) || tries_left_ == 0) continue;
      --tries_left_;
      if (x509::is_signed_by(certificate, helper) != x509::Issued::kYes) continue;
      const TimeWindow own{.start = helper.fields().not_before, .end = helper.fields().not_after};
      for (const TimeWindow& above : windows_above(helper, depth + 1)) windows.push_back(intersection(own, above));
    }
    return windows;
  }

 private:
  static constexpr std::size_t kMaxHelpers = 3;

  const std::vector<Certificate>& helpers_;
  const std::vector<IssuingAuthority>& anchors_;
  std::size_t tries_left_ = 16;
};

/// A certificate that may have made the token, and when it was valid with everything above it.
struct Candidate {
  Certificate certificate;
  std::vector<TimeWindow> windows;
};

std::optional<Candidate> candidate_of(const Token& token, const Authority& authority, EmbeddedCertificates& embedded) {
  if (authority.signer) {
    if (!is_named(*authority.signer, token.signer)) return std::nullopt;
    return Candidate{*authority.signer, {authority.signer_window}};
  }
  for (const Certificate& certificate : embedded.all()) {
    if (!is_named(certificate, token.signer)) continue;
    std::vector<TimeWindow> windows = PathSearch(embedded.all(), authority.issuers).windows_above(certificate);
    if (windows.empty()) continue;
    const TimeWindow own{.start = certificate.fields().not_before, .end = certificate.fields().not_after};
    for (TimeWindow& window : windows) window = intersection(window, own);
    return Candidate{certificate, std::move(windows)};
  }
  return std::nullopt;
}

/// Everything is asked of the one certificate whose key made the signature (CVE-2026-39984, CVE-2026-33753: of another
/// one in the bag), and the signature itself is verified (CVE-2025-52556).
Status check_candidate(const Token& token, const Candidate& candidate, const Authority& authority) {
  if (const Status status = check_signer(candidate.certificate); !status) return status;
  if (token.certificate_hash.empty()) return invalid("it is not bound to a certificate by signing-certificate-v2");
  if (crypto::hash_of(token.certificate_hash_algorithm, candidate.certificate.der()) != token.certificate_hash) {
    return invalid("it is bound to another certificate than its signer's");
  }
  const x509::Fields& signer = candidate.certificate.fields();
  if (!token.certificate_serial.empty() &&
      (token.certificate_issuer != signer.issuer || token.certificate_serial != signer.serial)) {
    return invalid("it names another certificate than the one whose hash it has");
  }
  crypto::SignedMessage message(token.signed_attributes);
  if (crypto::verify_signature(candidate.certificate.key(), token.scheme, message, token.signature) !=
      crypto::SignatureOutcome::kValid) {
    return invalid("its signature does not hold under the key of " + authority.name);
  }
  if (std::ranges::none_of(candidate.windows, [&](const TimeWindow& window) { return window.contains(token.time); })) {
    return invalid(fmt::format("at {} {} was not valid ({})", to_rfc3339(token.time), authority.name,
                               to_string(candidate.windows.front())));
  }
  return Done{};
}

}  // namespace

Result<Authority> read_authority(std::vector<Certificate> chain, std::string_view name, const TimeWindow& trusted) {
  if (chain.empty()) return invalid("an authority without certificates");
  Authority authority{.name = std::string(name), .signer = std::nullopt, .signer_window = trusted, .issuers = {}};
  if (!chain.front().fields().is_authority) {
    authority.signer = chain.front();
    chain.erase(chain.begin());
    if (const Status status = check_signer(*authority.signer); !status) return status.error();
    authority.signer_window = intersection(
        trusted, {.start = authority.signer->fields().not_before, .end = authority.signer->fields().not_after});
  }
  if (chain.empty()) return authority;  // the signer is the anchor itself
  Result<std::vector<IssuingAuthority>> issuers = x509::read_chain(chain, name, trusted, Purpose::kTimeStamping);
  if (!issuers) return issuers.error();
  authority.issuers = std::move(*issuers);
  if (authority.signer) {
    const std::vector<IssuingAuthority> issuer{authority.issuers.front()};
    if (x509::issuers_of(*authority.signer, issuer).empty()) return invalid("its signer was not issued by its chain");
    authority.signer_window = intersection(authority.signer_window, authority.issuers.front().window);
  }
  return authority;
}

Status check_imprint(const Token& token, std::string_view message) {
  if (crypto::hash_of(token.imprint_algorithm, message) != token.imprint) return invalid("it is about other bytes");
  return Done{};
}

Result<Verdict> verify_token(const Token& token, const std::vector<Authority>& authorities) {
  EmbeddedCertificates embedded(token);
  std::optional<Error> first_error;
  // One authority may be listed several times, each with its own window: it suffices that one of them holds.
  for (const Authority& authority : authorities) {
    const std::optional<Candidate> candidate = candidate_of(token, authority, embedded);
    if (!candidate) continue;
    const Status status = check_candidate(token, *candidate, authority);
    if (status) return Verdict(Attested{.time = token.time, .authority = &authority});
    if (!first_error) first_error = status.error();
  }
  if (first_error) return *first_error;
  return Verdict(UnknownAuthority{});
}

}  // namespace pullgate::verify::tsa
