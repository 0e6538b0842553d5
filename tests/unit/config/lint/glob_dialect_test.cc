#include "config/lint/glob_dialect.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace pullgate::config {
namespace {

std::string seen(std::string_view glob) {
  const auto found = find_expression(glob);
  return found ? found->sign + " -> " + found->glob : "";
}

TEST(GlobDialect, SeesRegularExpressionsAndSaysWhichGlobTheyAre) {
  EXPECT_EQ(seen("https://github.com/acme/.+/x@refs/tags/v.*"), ".+ -> https://github.com/acme/*/x@refs/tags/v*");
  EXPECT_EQ(seen("^https://github\\.com/acme/app$"), "^ -> https://github.com/acme/app");
  EXPECT_EQ(seen("https://github\\.com/acme/[^/]+"), "\\. -> https://github.com/acme/*");
  EXPECT_EQ(seen("https://github.com/acme/app$"), "$ -> https://github.com/acme/app");
  EXPECT_EQ(seen("refs/heads/.*"), ".* -> refs/heads/*");
  EXPECT_EQ(seen("x@.*"), ".* -> x@*");
  EXPECT_EQ(seen(".*"), ".* -> *");
  EXPECT_EQ(seen("refs/tags/v\\d+"), "\\d -> ");
  EXPECT_EQ(seen("refs/(heads|tags)/.+"), ".+ -> ");
}

TEST(GlobDialect, LeavesAloneWhatMayBeAGlob) {
  for (const std::string_view glob :
       {"1.*", "v1.*", "refs/tags/v1.2.*", "release.*", "https://github.com/acme/*/x@refs/tags/*", "{tag}", "**", "a+b",
        "a$b", "https://github.com/acme/app/.github/workflows/*"}) {
    EXPECT_EQ(seen(glob), "") << glob;
  }
}

}  // namespace
}  // namespace pullgate::config
