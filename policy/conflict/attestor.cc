#include "policy/conflict/attestor.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Kind = PolicySet::Conflict::Kind;
using TimesFrom = verify::EvidenceRequirements::TimesFrom;

/// A wildcard for everybody must not be an accident. Nothing exists below ".invalid" (RFC 6761), so whoever matches a
/// workflow, a person or a host there has named nobody.
bool names_anybody(const NamePattern& pattern) {
  static const ImageReference kImage = ImageReference::parse("registry.invalid/owner/name:tag").value();
  return std::ranges::any_of(
      std::array{"https://nobody.invalid/a/b.yml@refs/heads/x", "nobody@nobody.invalid", "nobody.invalid"},
      [&](std::string_view text) { return pattern.matches(text, kImage); });
}

/// Fulcio's claim mapping: these identify people, of whom there is nothing to say about builds.
constexpr std::array kIssuersOfPeople = {"https://accounts.google.com", "https://github.com/login/oauth",
                                         "https://login.microsoftonline.com", "https://oauth2.sigstore.dev/auth"};
/// Only GitHub's issuers, also those of its enterprises, fill the extensions that are named after it.
constexpr std::string_view kGithubIssuers = "https://token.actions.";

/// Is it known that certificates never say this for this issuer? Asking for it would then be met by nobody.
bool is_never_said(const verify::FulcioExtensionName& extension, const NamePattern& issuer) {
  if (issuer != NamePattern::exactly(issuer.text())) return false;
  if (extension.name.starts_with("githubWorkflow") && !issuer.text().starts_with(kGithubIssuers)) return true;
  return extension.value != &verify::FulcioExtensions::token_subject &&
         std::ranges::find(kIssuersOfPeople, issuer.text()) != kIssuersOfPeople.end();
}

class Inspection {
 public:
  Inspection(const Attestor& attestor, const std::vector<TrustRootSummary>& trust_roots)
      : attestor_(attestor), asked_(attestor.requirements), trust_roots_(trust_roots) {}

  std::vector<AttestorConflict> run() && {
    if (const KeyHolder* keys = attestor_.keys()) {
      if (keys->empty()) add(Kind::kKey, {}, "no key");
    } else {
      check_names(*attestor_.keyless());
    }
    check_times();
    check_window();
    check_trust_root();
    return std::move(found_);
  }

 private:
  void add(Kind kind, std::string_view key, std::string_view message) {
    found_.push_back({kind, std::string(key), fmt::format("attestor '{}': {}", printable(attestor_.name), message)});
  }
  void refuse(std::string_view key, std::string_view message) { add(Kind::kProof, key, message); }

  void check_names(const KeylessIdentity& identity) {
    if (names_anybody(identity.issuer)) {
      add(Kind::kKey, "issuer",
          fmt::format("'{}' is every issuer there is; name one", printable(identity.issuer.text())));
    }
    for (const KeylessIdentity::Extension& wanted : identity.extensions) {
      if (!is_never_said(wanted.name, identity.issuer)) continue;
      add(Kind::kKey, "extensions",
          fmt::format("can never be met: certificates of the issuer '{}' do not say {}",
                      printable(identity.issuer.text()), wanted.name.name));
    }
    if (names_anybody(identity.subject)) {
      add(Kind::kKey, "subject",
          fmt::format("'{}' is everybody whom the issuer knows; name whom you mean",
                      printable(identity.subject.text())));
    }
  }

  /// Only proven times count, so somebody has to be able to prove one.
  void check_times() {
    if (attestor_.keyless() != nullptr && asked_.time_sources == 0) {
      refuse("keyless", "a certificate is valid for minutes: at least one time has to be proven");
    }
    if (asked_.needs_a_time() && asked_.times_from == TimesFrom::kNobody) {
      refuse("timestamp",
             "can never be met: a time has to be proven, and nothing may prove one; ask for "
             "'transparencyLog' or for 'timestamp'");
    }
  }

  void check_window() {
    const TimeWindow& validity = asked_.signer_validity;
    if (validity.start > validity.end) refuse("validUntil", "can never be met: it is before 'validFrom'");
    if (!asked_.distrusted_from) return;
    if (*asked_.distrusted_from <= validity.start) {
      refuse("distrustedFrom", "can never be met: before 'validFrom' nothing is trusted either");
    } else if (*asked_.distrusted_from > validity.end) {
      refuse("distrustedFrom", "says nothing: after 'validUntil' nothing is trusted anyway");
    }
  }

  /// Can the root that is named say what is asked?
  void check_trust_root() {
    const bool is_asked = asked_.logs > 0 || asked_.certificate_logs > 0 || asked_.timestamp_authorities > 0 ||
                          asked_.needs_a_time() || attestor_.keyless() != nullptr;
    if (asked_.trust_root.empty()) {
      if (is_asked) refuse({}, "needs 'trustRoot': whose logs and timestamps are meant?");
      return;
    }
    if (!is_asked && asked_.times_from == TimesFrom::kNobody) {
      refuse("trustRoot", "is asked nothing; ask for 'transparencyLog' or 'timestamp', or remove it");
    }
    const auto root = std::ranges::find(trust_roots_, asked_.trust_root, &TrustRootSummary::name);
    if (root == trust_roots_.end()) return unknown_root();
    if (attestor_.keyless() != nullptr && root->certificate_authorities == 0) {
      refuse("trustRoot", fmt::format("can never be met: '{}' has no certificate authority", printable(root->name)));
    }
    compare(*root, "transparencyLog", asked_.logs, root->logs, "transparency logs");
    compare(*root, "sct", asked_.certificate_logs, root->certificate_logs, "certificate transparency logs");
    compare(*root, "timestamp", asked_.timestamp_authorities, root->timestamp_authorities, "timestamp authorities");
    if (attestor_.keys() != nullptr && asked_.certificate_logs > 0) {
      refuse("sct", "a key has no certificate that could be in a certificate transparency log");
    }
  }

  void unknown_root() {
    std::vector<std::string> names;
    for (const TrustRootSummary& root : trust_roots_) names.push_back(root.name);
    found_.push_back({Kind::kUnknownName, "trustRoot",
                      fmt::format("no trust root is named '{}'{}", printable(asked_.trust_root),
                                  did_you_mean(asked_.trust_root, names))});
  }

  void compare(const TrustRootSummary& root, std::string_view key, std::size_t wanted, std::size_t there,
               std::string_view what) {
    if (wanted <= there) return;
    if (there == 0) {
      return refuse(key, fmt::format("can never be met: trust root '{}' has no {}; if none is needed, write '{}: none'",
                                     printable(root.name), what, key));
    }
    refuse(key, fmt::format("can never be met: trust root '{}' has {} {}, and {} are asked for", printable(root.name),
                            there, what, wanted));
  }

  const Attestor& attestor_;
  const verify::EvidenceRequirements& asked_;
  const std::vector<TrustRootSummary>& trust_roots_;
  std::vector<AttestorConflict> found_;
};

}  // namespace

std::vector<AttestorConflict> conflicts_of(const Attestor& attestor, const std::vector<TrustRootSummary>& trust_roots) {
  return Inspection(attestor, trust_roots).run();
}

}  // namespace pullgate::policy
