#pragma once
/// Merkle inclusion, RFC 6962 section 2.1.1 and RFC 9162 section 2.1.3.2.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verify/result.h"

namespace pullgate::verify::tlog {

/// SHA-256 over 00 and the entry; the prefix keeps leaves and inner nodes apart.
std::string leaf_hash(std::string_view entry);

/// The root of the tree of `size` leaves in which the leaf with this hash has this index, if `path` is its audit path.
/// kMalformed when no tree has such a path: an index beyond the size, another number of hashes than the position asks
/// for, a hash that has not 32 bytes.
Result<std::string> root_of_path(std::string_view leaf, std::uint64_t index, std::uint64_t size,
                                 const std::vector<std::string>& path);

}  // namespace pullgate::verify::tlog
