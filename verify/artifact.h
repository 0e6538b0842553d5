#pragma once
/// What evidence is about: bytes that we have, or bytes of which only the digest is known. A signature over the bytes
/// themselves can be verified from a digest only when the signer hashed with the same algorithm.

#include <optional>
#include <string_view>

#include "verify/content.h"
#include "verify/digest.h"

namespace pullgate::verify {

class Artifact {
 public:
  Artifact(Content content)
      : digest_(content.digest()), content_(std::move(content)) {}  // NOLINT(google-explicit-constructor)
  static Artifact known_by(const Digest& digest) { return Artifact(digest); }

  [[nodiscard]] const Digest& digest() const { return digest_; }
  [[nodiscard]] std::optional<std::string_view> bytes() const {
    return content_ ? std::optional(content_->bytes()) : std::nullopt;
  }

 private:
  explicit Artifact(const Digest& digest) : digest_(digest) {}

  Digest digest_;
  std::optional<Content> content_;
};

}  // namespace pullgate::verify
