#include "verify/x509/authority.h"

#include <algorithm>

#include <fmt/format.h>

#include "verify/codec/oid.h"

namespace pullgate::verify::x509 {
namespace {

/// RFC 5280 section 4.2.1.1: when both sides name a key, it must be the same one. Authorities that renew under one
/// name are told apart by it, which saves trying their keys.
bool may_have_issued(const Certificate& issuer, const Certificate& certificate) {
  if (issuer.fields().subject != certificate.fields().issuer) return false;
  const std::string_view wanted = certificate.fields().authority_key_id;
  const std::string_view offered = issuer.fields().subject_key_id;
  return wanted.empty() || offered.empty() || wanted == offered;
}

TimeWindow validity(const Certificate& certificate) {
  return {.start = certificate.fields().not_before, .end = certificate.fields().not_after};
}

std::string_view oid_of(Purpose purpose) {
  return purpose == Purpose::kCodeSigning ? oid::kCodeSigning : oid::kTimeStamping;
}

}  // namespace

Status check_authority(const Certificate& certificate, std::size_t depth, Purpose purpose) {
  const Fields& fields = certificate.fields();
  if (!fields.is_authority) return {ErrorCode::kMalformed, "a certificate in the chain is not an authority's"};
  // RFC 5280 section 6.1.4 (n): where there is a key usage; home-made authorities often have none.
  if (fields.key_usage && (*fields.key_usage & kKeyCertSign) == 0) {
    return {ErrorCode::kMalformed, "an authority in the chain is not for signing certificates"};
  }
  if (fields.path_length && *fields.path_length < depth) {
    return {ErrorCode::kMalformed, "an authority in the chain stands higher than its path length allows"};
  }
  if (fields.extended_key_usage) {
    const auto& purposes = fields.extended_key_usage->purposes;
    const auto permits = [&](std::string_view wanted) { return std::ranges::find(purposes, wanted) != purposes.end(); };
    if (!permits(oid_of(purpose)) && !permits(oid::kAnyExtendedKeyUsage)) {
      return {ErrorCode::kMalformed, "an authority in the chain is for another purpose"};
    }
  }
  return Done{};
}

Result<std::vector<IssuingAuthority>> read_chain(const std::vector<Certificate>& chain, std::string_view name,
                                                 const TimeWindow& trusted, Purpose purpose) {
  if (chain.empty()) return {ErrorCode::kMalformed, "a chain without certificates"};
  std::vector<IssuingAuthority> authorities;
  TimeWindow window = trusted;
  // From the anchor down: what an authority may do is bounded by everything above it.
  for (std::size_t i = chain.size(); i-- > 0;) {
    // Self-issued authorities do not count for the path length (RFC 5280 section 4.2.1.9); ours are too few to matter.
    if (const Status status = check_authority(chain[i], i, purpose); !status) return status.error();
    if (i + 1 < chain.size() &&
        (!may_have_issued(chain[i + 1], chain[i]) || is_signed_by(chain[i], chain[i + 1]) != Issued::kYes)) {
      return {ErrorCode::kMalformed, fmt::format("certificate {} of the chain was not issued by the next one", i)};
    }
    window = intersection(window, validity(chain[i]));
    authorities.push_back({.certificate = chain[i], .name = std::string(name), .window = window});
  }
  std::ranges::reverse(authorities);
  return authorities;
}

std::vector<const IssuingAuthority*> issuers_of(const Certificate& certificate,
                                                const std::vector<IssuingAuthority>& authorities) {
  std::vector<const IssuingAuthority*> issuers;
  std::vector<const IssuingAuthority*> strangers;
  const auto knows = [](const std::vector<const IssuingAuthority*>& list, const IssuingAuthority& authority) {
    return std::ranges::any_of(list, [&](const IssuingAuthority* other) {
      return other->certificate.key().fingerprint() == authority.certificate.key().fingerprint();
    });
  };
  for (const IssuingAuthority& authority : authorities) {
    if (!may_have_issued(authority.certificate, certificate) || knows(strangers, authority)) continue;
    // One key is tried once, however many chains it stands in.
    const bool issued = knows(issuers, authority) || is_signed_by(certificate, authority.certificate) == Issued::kYes;
    (issued ? issuers : strangers).push_back(&authority);
  }
  return issuers;
}

}  // namespace pullgate::verify::x509
