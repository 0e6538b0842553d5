// Merkle inclusion beside the recursive definition of RFC 6962: the root of the tree comes out for its own audit path
// and for no other. The input chooses size, index and what happens to the path.

#include <string>
#include <vector>

#include "tests/fuzz/property.h"
#include "tests/support/virtual_sigstore.h"
#include "verify/tlog/merkle.h"

using pullgate::fuzz::must_hold;
using namespace pullgate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::size_t leaves = 1 + data[0] % 64U;
  const std::size_t index = data[1] % leaves;
  const std::uint64_t claimed_index = index + (data[2] & 0x0fU);
  const std::uint64_t claimed_size = leaves + (data[2] >> 4U);
  std::string_view edits = fuzz::text_of(data + 3, size - 3);

  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < leaves; ++i) hashes.push_back(sandbox::leaf_hash(std::to_string(i)));
  const std::string root = sandbox::tree_root(hashes);
  std::vector<std::string> path = sandbox::audit_path(index, hashes);
  const std::vector<std::string> right_path = path;
  while (edits.size() >= 2) {
    const auto operation = static_cast<unsigned char>(edits[0]);
    const auto operand = static_cast<unsigned char>(edits[1]);
    edits.remove_prefix(2);
    if (operation % 4 == 0 && path.size() < 80) path.emplace_back(32, static_cast<char>(operand));
    if (path.empty()) continue;
    std::string& hash = path[operand % path.size()];
    if (operation % 4 == 1) hash[operation % hash.size()] = static_cast<char>(operand);
    if (operation % 4 == 2) std::swap(hash, path.back());
    if (operation % 4 == 3) path.pop_back();
    for (std::string& each : path) each.resize(32);
  }
  const auto computed = verify::tlog::root_of_path(hashes[index], claimed_index, claimed_size, path);
  const bool is_right = claimed_index == index && claimed_size == leaves && path == right_path;
  if (is_right) must_hold(computed && *computed == root, "the audit path of a leaf leads to the root");
  // Another index or size may ask for the same steps (RFC 6962 binds the size by the signed checkpoint); another path
  // may not lead to the same root.
  if (computed && *computed == root) must_hold(path == right_path, "no other path leads to the root");
  return 0;
}
