#include "proxy/pull/bounded_cache.h"

#include <string>

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

using Cache = BoundedCache<int, const std::string>;

void store(Cache& cache, int key, std::size_t weight = 1) {
  cache.store(key, std::make_shared<const std::string>(std::to_string(key)), weight);
}

TEST(BoundedCache, ForgetsWhatWasUsedLeastRecently) {
  Cache cache(2, 100);
  store(cache, 1);
  store(cache, 2);
  EXPECT_NE(cache.find(1), nullptr);
  store(cache, 3);
  EXPECT_NE(cache.find(1), nullptr);
  EXPECT_EQ(cache.find(2), nullptr);
  EXPECT_NE(cache.find(3), nullptr);
}

TEST(BoundedCache, IsBoundedByWeight) {
  Cache cache(100, 10);
  store(cache, 1, 4);
  store(cache, 2, 6);
  EXPECT_EQ(cache.size(), 2U);
  store(cache, 3, 1);
  EXPECT_EQ(cache.find(1), nullptr);
  store(cache, 4, 11);
  EXPECT_EQ(cache.find(4), nullptr);
  EXPECT_EQ(cache.size(), 2U);
}

TEST(BoundedCache, ReplacesWithoutCountingTwice) {
  Cache cache(2, 10);
  store(cache, 1, 9);
  store(cache, 1, 9);
  store(cache, 1, 1);
  store(cache, 2, 9);
  EXPECT_EQ(cache.size(), 2U);
}

TEST(BoundedCache, DropsTheOldValueEvenIfTheNewOneIsTooHeavy) {
  Cache cache(2, 10);
  store(cache, 1, 1);
  store(cache, 1, 11);
  EXPECT_EQ(cache.find(1), nullptr);
}

}  // namespace
}  // namespace pullgate::proxy
