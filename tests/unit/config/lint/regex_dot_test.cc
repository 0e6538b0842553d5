#include "config/lint/regex_dot.h"

#include <gtest/gtest.h>

namespace pullgate::config {
namespace {

std::string dot_in(std::string_view expression) {
  const auto found = find_unescaped_dot(expression);
  return found ? found->written + " -> " + found->meant : "";
}

TEST(RegexDot, IsFoundInHostsVersionsAndFileNames) {
  EXPECT_EQ(dot_in("https://github.com/acme"), "github.com -> github\\.com");
  EXPECT_EQ(dot_in("v1.2"), "v1.2 -> v1\\.2");
  EXPECT_EQ(dot_in("acme/.github/.*"), ".github -> \\.github");
  EXPECT_EQ(dot_in("github\\.com/release.yml@.*"), "release.yml -> release\\.yml");
  EXPECT_EQ(dot_in("a\\.b.c"), "b.c -> b\\.c");
}

TEST(RegexDot, IsLeftAloneWhereAnyCharacterIsMeant) {
  for (const char* expression : {"", ".", ".*", "a.*b", "a.+", "a.{3}b", "github\\.com", "[.]com", "a[^.x]b", "[]a.b]",
                                 "(.)", "^.$", "a.", ".a", "\\w.\\w", "x\\"}) {
    EXPECT_EQ(dot_in(expression), "") << expression;
  }
}

}  // namespace
}  // namespace pullgate::config
