#include "verify/digest.h"

#include <algorithm>
#include <cstring>

#include "verify/bytes.h"
#include "verify/crypto/hash.h"

namespace pullgate {
namespace {

namespace crypto = verify::crypto;

constexpr std::size_t raw_size(Digest::Algorithm algorithm) {
  return algorithm == Digest::Algorithm::kSha256 ? 32 : 64;
}

crypto::Hash hash_for(Digest::Algorithm algorithm) {
  return algorithm == Digest::Algorithm::kSha256 ? crypto::Hash::kSha256 : crypto::Hash::kSha512;
}

}  // namespace

std::string_view to_string(Digest::Algorithm algorithm) {
  return algorithm == Digest::Algorithm::kSha256 ? "sha256" : "sha512";
}

Result<Digest> Digest::parse(std::string_view text) {
  for (Algorithm algorithm : {Algorithm::kSha256, Algorithm::kSha512}) {
    const std::string_view name = to_string(algorithm);
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == ':') {
      return parse_hex(algorithm, text.substr(name.size() + 1));
    }
  }
  return {ErrorCode::kMalformed, "not a sha256 or sha512 digest: '" + printable(text, 80) + "'"};
}

Result<Digest> Digest::parse_hex(Algorithm algorithm, std::string_view hex) {
  const auto malformed = [&] {
    return Error{ErrorCode::kMalformed, std::string("not ") + std::to_string(raw_size(algorithm) * 2) +
                                            " lower-case hexadecimal digits (" + std::string(to_string(algorithm)) +
                                            "): '" + printable(hex, 80) + "'"};
  };
  if (hex.size() != raw_size(algorithm) * 2) return malformed();
  const Result<std::string> raw = hex_decode(hex);
  if (!raw) return malformed();
  return from_raw(algorithm, *raw);
}

Result<Digest> Digest::from_raw(Algorithm algorithm, std::string_view raw) {
  if (raw.size() != raw_size(algorithm)) {
    return {ErrorCode::kMalformed, "a " + std::string(to_string(algorithm)) + " digest has " +
                                       std::to_string(raw_size(algorithm)) + " bytes, not " +
                                       std::to_string(raw.size())};
  }
  Digest digest(algorithm);
  std::memcpy(digest.value_.data(), raw.data(), raw.size());
  return digest;
}

Digest Digest::of(std::string_view bytes, Algorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

std::string_view Digest::raw() const {
  return {reinterpret_cast<const char*>(value_.data()), raw_size(algorithm_)};
}

std::string Digest::hex() const {
  return hex_encode(raw());
}

std::string Digest::text() const {
  return std::string(to_string(algorithm_)) + ":" + hex();
}

std::string Digest::short_text() const {
  return text().substr(0, to_string(algorithm_).size() + 1 + 12);
}

struct Hasher::State {
  Digest::Algorithm algorithm;
  crypto::HashContext context;
};

Hasher::Hasher(Digest::Algorithm algorithm)
    : state_(std::make_unique<State>(algorithm, crypto::HashContext(hash_for(algorithm)))) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view bytes) {
  state_->context.update(bytes);
}

Digest Hasher::finish() {
  return Digest::from_raw(state_->algorithm, state_->context.finish()).value();
}

}  // namespace pullgate

std::size_t std::hash<pullgate::Digest>::operator()(const pullgate::Digest& digest) const noexcept {
  // A digest is uniformly distributed already; whoever can choose its leading bytes has broken more than a hash table.
  std::size_t value = 0;
  std::memcpy(&value, digest.raw().data(), sizeof value);
  return value;
}
