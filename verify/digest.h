#pragma once
/// Content digests, OCI image-spec "Descriptor: Digests". There is no empty digest and no unknown algorithm: whoever
/// holds a Digest holds a value that can be compared as a whole.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "verify/result.h"

namespace pullgate {

class Digest {
 public:
  enum class Algorithm : std::uint8_t { kSha256, kSha512 };

  /// "sha256:" and 64, or "sha512:" and 128, lower-case hexadecimal digits; every other spelling is refused.
  static Result<Digest> parse(std::string_view text);
  static Result<Digest> parse_hex(Algorithm algorithm, std::string_view hex);
  static Result<Digest> from_raw(Algorithm algorithm, std::string_view raw);
  static Digest of(std::string_view bytes, Algorithm algorithm = Algorithm::kSha256);

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  /// The hash value itself: 32 or 64 bytes. Valid as long as this object.
  [[nodiscard]] std::string_view raw() const;
  [[nodiscard]] std::string hex() const;
  /// "sha256:..."
  [[nodiscard]] std::string text() const;
  /// "sha256:0123456789ab": enough to recognise, for messages only.
  [[nodiscard]] std::string short_text() const;

  friend auto operator<=>(const Digest&, const Digest&) = default;
  friend bool operator==(const Digest&, const Digest&) = default;

 private:
  explicit Digest(Algorithm algorithm) : algorithm_(algorithm) {}

  Algorithm algorithm_;
  std::array<std::uint8_t, 64> value_{};  // bytes beyond the algorithm's length stay zero, so comparison is whole
};

std::string_view to_string(Digest::Algorithm algorithm);

/// Hashes what passes by. One use: after finish() only destruction is allowed.
class Hasher {
 public:
  explicit Hasher(Digest::Algorithm algorithm = Digest::Algorithm::kSha256);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void update(std::string_view bytes);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pullgate

template <>
struct std::hash<pullgate::Digest> {
  std::size_t operator()(const pullgate::Digest& digest) const noexcept;
};
