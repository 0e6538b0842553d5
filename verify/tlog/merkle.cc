#include "verify/tlog/merkle.h"

#include <bit>

#include <fmt/format.h>

#include "verify/crypto/hash.h"

namespace pullgate::verify::tlog {
namespace {

std::string node_hash(std::string_view left, std::string_view right) {
  crypto::HashContext hash(crypto::Hash::kSha256);
  hash.update("\x01");
  hash.update(left);
  hash.update(right);
  return hash.finish();
}

}  // namespace

std::string leaf_hash(std::string_view entry) {
  crypto::HashContext hash(crypto::Hash::kSha256);
  hash.update(std::string_view("\0", 1));
  hash.update(entry);
  return hash.finish();
}

Result<std::string> root_of_path(std::string_view leaf, std::uint64_t index, std::uint64_t size,
                                 const std::vector<std::string>& path) {
  if (index >= size) {
    return {ErrorCode::kMalformed, fmt::format("inclusion proof: index {} in a tree of {}", index, size)};
  }
  // Below `inner` the path runs inside of the last complete subtrees, where the index says left or right; above, the
  // leaf is on the right border and every hash stands to its left.
  const auto inner = static_cast<std::size_t>(std::bit_width(index ^ (size - 1)));
  const std::size_t border = inner < 64 ? static_cast<std::size_t>(std::popcount(index >> inner)) : 0;
  if (path.size() != inner + border) {
    return {ErrorCode::kMalformed,
            fmt::format("inclusion proof: {} hashes, where {} are needed", path.size(), inner + border)};
  }
  std::string hash(leaf);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i].size() != 32) return {ErrorCode::kMalformed, "inclusion proof: a hash that has not 32 bytes"};
    const bool is_left = i < inner && ((index >> i) & 1U) == 0;
    hash = is_left ? node_hash(hash, path[i]) : node_hash(path[i], hash);
  }
  return hash;
}

}  // namespace pullgate::verify::tlog
