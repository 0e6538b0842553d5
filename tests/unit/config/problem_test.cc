#include "config/problem.h"

#include <gtest/gtest.h>

namespace pullgate::config {
namespace {

TEST(Problem, ShowsItsPlace) {
  EXPECT_EQ((Problem{"policy.yaml", 12, 3, "unknown key"}).text(), "policy.yaml:12:3: unknown key");
  EXPECT_EQ((Problem{"policy.yaml", 0, 0, "cannot be read"}).text(), "policy.yaml: cannot be read");
}

}  // namespace
}  // namespace pullgate::config
