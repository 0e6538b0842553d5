#pragma once
/// What holds for every piece of evidence that nobody trusted has signed.

#include <map>
#include <string>
#include <string_view>

#include "tests/fuzz/property.h"
#include "verify/verifier.h"

namespace pullgate::fuzz {

/// A key of which nobody has the private half: the point was made by hashing until there was one.
inline constexpr std::string_view kNobodysKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETFKm+UlL0tq6rvtZJwZaSft11plj\n"
    "F1viRPFGKWtfwJwJm+rxgm01aerdXg/A2cYG7Rm+o0hQoWbzpeVxWdMGig==\n"
    "-----END PUBLIC KEY-----\n";

inline void check_refused(verify::EvidenceKind kind, std::string_view bytes,
                          const std::map<std::string, std::string>& annotations = {}) {
  static const verify::PublicKey key = verify::PublicKey::parse_pem(kNobodysKey).value();
  static const verify::Verifier verifier(
      std::make_shared<const verify::TrustRoot>(std::vector{verify::TrustedKey{key, default_schemes(key.type())}}));
  static const Content image = Content::of(R"({"schemaVersion":2})");

  const verify::Report report = verifier.verify({.kind = kind,
                                                 .place = "here",
                                                 .payload = Content::of(std::string(bytes)),
                                                 .media_type = {},
                                                 .annotations = annotations},
                                                image);
  must_hold(!report.verified, "evidence that nobody signed is not verified");
  must_hold(report.most_telling() != nullptr, "a refusal has a reason");
  must_hold(!report.findings.empty(), "a report has findings");
  for (const verify::Finding& finding : report.findings) {
    must_hold(finding.reason.has_value() == (finding.outcome == verify::Outcome::kFailed), "failures have reasons");
    for (char c : finding.detail) must_hold(c >= ' ' && c <= '~', "details are printable");
  }
}

}  // namespace pullgate::fuzz
