#pragma once
/// Whom a policy may name: whoever holds a key, or whoever an authority certified under a name (keyless); and how much
/// has to be proven beside the signature before it counts.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/pattern.h"
#include "verify/identity.h"
#include "verify/reference.h"
#include "verify/requirements.h"

namespace pullgate::policy {

/// A name in a certificate: exactly, by a glob with the words of TextTemplate, or by a regular expression. In full
/// always, and nothing matches a name that the certificate leaves out.
class NamePattern {
 public:
  static NamePattern exactly(std::string text) { return NamePattern(TextPattern::exactly(std::move(text))); }
  static Result<NamePattern> glob(std::string_view text);
  static Result<NamePattern> regular_expression(std::string_view text);

  [[nodiscard]] bool matches(std::string_view text, const ImageReference& requested) const;
  /// Could it match for some image that is asked for?
  [[nodiscard]] bool may_match(std::string_view text) const;
  /// For messages: as the operator wrote it, with what could be filled in.
  [[nodiscard]] std::string filled_in(const ImageReference& requested) const;
  [[nodiscard]] const std::string& text() const;
  /// Written the same, and meant the same.
  friend bool operator==(const NamePattern& a, const NamePattern& b) {
    return a.form_.index() == b.form_.index() && a.text() == b.text();
  }

 private:
  using Form = std::variant<TextPattern, TextTemplate>;
  explicit NamePattern(Form form) : form_(std::move(form)) {}

  Form form_;
};

/// The holder of any of these keys; never empty.
using KeyHolder = std::vector<verify::KeySigner>;

/// Every part has to match one and the same certificate, formats "Identity policy matching": who vouches for the name
/// as well as the name, because a name means nothing without the issuer that gave it.
struct KeylessIdentity {
  struct Extension {
    verify::FulcioExtensionName name;
    NamePattern value;
    friend bool operator==(const Extension& a, const Extension& b) {
      return a.name.arc == b.name.arc && a.value == b.value;
    }
  };
  NamePattern issuer;
  NamePattern subject;
  /// When only names of one kind are meant; without it the text of the name decides.
  std::optional<verify::SubjectAlternativeName::Kind> subject_kind = std::nullopt;
  std::vector<Extension> extensions = {};

  friend bool operator==(const KeylessIdentity&, const KeylessIdentity&) = default;
};

struct Attestor {
  std::string name;
  std::variant<KeyHolder, KeylessIdentity> identity;
  /// What the trust root of this name has to prove. Of a keyless attestor, the root that must have certified it.
  verify::EvidenceRequirements requirements = {};

  [[nodiscard]] const KeyHolder* keys() const { return std::get_if<KeyHolder>(&identity); }
  [[nodiscard]] const KeylessIdentity* keyless() const { return std::get_if<KeylessIdentity>(&identity); }

  /// The first thing in which somebody who signed differs from this attestor: "its sourceRepositoryRef is
  /// 'refs/heads/dev', not 'refs/heads/main'"; nothing for the attestor. The image that was asked for fills in what the
  /// identity says about it.
  [[nodiscard]] std::optional<std::string> difference(const verify::Signer& signer,
                                                      const ImageReference& requested) const;
  [[nodiscard]] bool is(const verify::Signer& signer, const ImageReference& requested) const {
    return !difference(signer, requested);
  }
  /// Could this be the attestor, for some image that is asked for? Looks at who vouches for the name and at the name.
  [[nodiscard]] bool may_be(const verify::CertificateSigner& certificate) const;
  /// What is missing before a signature of this attestor counts: the first requirement that is not met. `signer` has to
  /// be one of `verified` and this attestor.
  [[nodiscard]] std::optional<verify::Finding> shortfall(const verify::Verified& verified) const;
  /// For remedies: "with key sha256:0123456789ab of attestor 'release'", "as attestor 'ci',
  /// https://github.com/... identified by https...".
  [[nodiscard]] std::string how_it_signs(const ImageReference& requested) const;
};

}  // namespace pullgate::policy
