#pragma once
/// A Sigstore trust root: protobuf-specs "sigstore_trustroot.proto" in its JSON form, versions 0.1 and 0.2. Certificate
/// authorities, transparency logs, certificate transparency logs and timestamp authorities, each with the window in
/// which it is trusted, both ends included.
///
/// Everything that does not depend on evidence is done when it is read: keys decoded, chains of authorities verified.
/// Parts are never mixed between roots: what one root's authority issued is held against that root's logs only.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "verify/digest.h"
#include "verify/result.h"

namespace pullgate::verify {

namespace sigstore {
struct Authorities;
}

/// Immutable; copies share everything. Safe to use from several threads at once.
class SigstoreRoot {
 public:
  /// A `trusted_root.json`. `name` is what attestors and reports call it. kMalformed or kUnsupported for anything that
  /// we do not understand, with two exceptions: entries with a tree hash or a kind of key that the format knows and we
  /// do not support are left out, and listed in `left_out`.
  static Result<SigstoreRoot> parse(std::string name, std::string_view json);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Of the document: equal for equal trust, and usually only then.
  [[nodiscard]] const Digest& digest() const { return digest_; }

  /// How many of each there are: what the root has none of, evidence cannot have.
  [[nodiscard]] std::size_t certificate_authorities() const;
  [[nodiscard]] std::size_t logs() const;
  [[nodiscard]] std::size_t certificate_logs() const;
  [[nodiscard]] std::size_t timestamp_authorities() const;
  /// What was left out and why, for people.
  [[nodiscard]] const std::vector<std::string>& left_out() const;

  [[nodiscard]] const sigstore::Authorities& authorities() const { return *authorities_; }

 private:
  SigstoreRoot(std::string name, Digest digest, std::shared_ptr<const sigstore::Authorities> authorities)
      : name_(std::move(name)), digest_(digest), authorities_(std::move(authorities)) {}

  std::string name_;
  Digest digest_;
  std::shared_ptr<const sigstore::Authorities> authorities_;
};

}  // namespace pullgate::verify
