#pragma once
/// PEM, RFC 7468 section 2, without explanatory text around the blocks.

#include <string>
#include <string_view>
#include <vector>

#include "verify/result.h"

namespace pullgate::verify::codec {

struct PemBlock {
  std::string label;
  std::string der;
};

/// Exactly one block, surrounded by white space at most: of two, it would be open which one is meant.
Result<PemBlock> parse_pem_block(std::string_view pem);
/// One block after the other, at most `limit` of them.
Result<std::vector<PemBlock>> parse_pem_blocks(std::string_view pem, std::size_t limit);

}  // namespace pullgate::verify::codec
