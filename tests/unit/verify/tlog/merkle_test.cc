#include "verify/tlog/merkle.h"

#include <gtest/gtest.h>

#include "tests/support/virtual_sigstore.h"

namespace pullgate::verify::tlog {
namespace {

std::vector<std::string> leaves(std::size_t count) {
  std::vector<std::string> hashes;
  for (std::size_t i = 0; i < count; ++i) hashes.push_back(sandbox::leaf_hash("leaf " + std::to_string(i)));
  return hashes;
}

TEST(Merkle, LeadsFromEveryLeafToTheRootOfEveryTree) {
  for (std::size_t size = 1; size <= 33; ++size) {
    const std::vector<std::string> tree = leaves(size);
    const std::string root = sandbox::tree_root(tree);
    for (std::size_t index = 0; index < size; ++index) {
      const Result<std::string> found =
          root_of_path(leaf_hash("leaf " + std::to_string(index)), index, size, sandbox::audit_path(index, tree));
      ASSERT_TRUE(found) << index << " of " << size;
      EXPECT_EQ(*found, root) << index << " of " << size;
    }
  }
}

TEST(Merkle, LeadsElsewhereFromEveryOtherPlace) {
  constexpr std::size_t kSize = 13;
  const std::vector<std::string> tree = leaves(kSize);
  const std::string root = sandbox::tree_root(tree);
  for (std::size_t index = 0; index < kSize; ++index) {
    const std::vector<std::string> path = sandbox::audit_path(index, tree);
    // Of trees of other sizes the same path may be one: the size is what the checkpoint says.
    for (std::size_t other = 0; other < kSize; ++other) {
      const Result<std::string> found = root_of_path(tree[index], other, kSize, path);
      if (found && other != index) EXPECT_NE(*found, root) << index << " as " << other;
    }
    for (std::size_t cut = 0; cut < path.size(); ++cut) {
      std::vector<std::string> shorter = path;
      shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(cut));
      EXPECT_FALSE(root_of_path(tree[index], index, kSize, shorter));
      std::vector<std::string> longer = path;
      longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(cut), path[cut]);
      EXPECT_FALSE(root_of_path(tree[index], index, kSize, longer));
      std::vector<std::string> clipped = path;
      clipped[cut].pop_back();
      EXPECT_FALSE(root_of_path(tree[index], index, kSize, clipped));
    }
  }
}

TEST(Merkle, RefusesPlacesOutsideOfTheTree) {
  const std::string leaf = leaf_hash("x");
  EXPECT_EQ(*root_of_path(leaf, 0, 1, {}), leaf);
  EXPECT_FALSE(root_of_path(leaf, 0, 0, {}));
  EXPECT_FALSE(root_of_path(leaf, 1, 1, {}));
  EXPECT_FALSE(root_of_path(leaf, 0, 1, {leaf}));
  // The largest tree there can be, without a shift beyond 64 bits.
  EXPECT_FALSE(root_of_path(leaf, ~std::uint64_t{0} - 1, ~std::uint64_t{0}, {}));
  EXPECT_FALSE(root_of_path(leaf, 0, ~std::uint64_t{0}, {}));
}

TEST(Merkle, KeepsLeavesAndNodesApart) {
  const std::string left = leaf_hash("a");
  const std::string right = leaf_hash("b");
  EXPECT_NE(leaf_hash(left + right), *root_of_path(left, 0, 2, {right}));
}

}  // namespace
}  // namespace pullgate::verify::tlog
