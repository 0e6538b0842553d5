#pragma once
/// Bytes together with the digest that *we* computed over them. There is no other way to get one, so whoever holds a
/// Content can serve or judge it without asking where the digest came from. Copies share the bytes.

#include <memory>
#include <string>
#include <string_view>

#include "verify/digest.h"
#include "verify/result.h"

namespace pullgate {

class Content {
 public:
  static Content of(std::string bytes, Digest::Algorithm algorithm = Digest::Algorithm::kSha256);
  /// kUpstreamInvalid when the bytes hash to something else.
  static Result<Content> matching(std::string bytes, const Digest& expected);

  [[nodiscard]] std::string_view bytes() const { return *bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_->size(); }
  [[nodiscard]] const Digest& digest() const { return digest_; }
  /// For whoever has to keep the bytes alive beyond this object.
  [[nodiscard]] std::shared_ptr<const std::string> shared_bytes() const { return bytes_; }

 private:
  Content(std::shared_ptr<const std::string> bytes, Digest digest) : bytes_(std::move(bytes)), digest_(digest) {}

  std::shared_ptr<const std::string> bytes_;
  Digest digest_;
};

}  // namespace pullgate
