#include "proxy/upstream/http/redirect.h"

#include <gtest/gtest.h>

#include "tests/support/error_code.h"

namespace pullgate::proxy {
namespace {

Result<Url> redirected(std::string_view first, std::string_view current, std::string_view location,
                       Reach reach = Reach::kInternetOnly) {
  return redirect_target(*Url::parse(first), *Url::parse(current), location, reach);
}

TEST(Redirect, LeadsToObjectStorage) {
  const auto target =
      redirected("https://ghcr.io/v2/a/blobs/x", "https://ghcr.io/v2/a/blobs/x", "https://cdn.example/x?signature=1");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->text(), "https://cdn.example/x?signature=1");
}

TEST(Redirect, NeverLeavesHttps) {
  EXPECT_EQ(tests::error_code(redirected("https://ghcr.io/x", "https://ghcr.io/x", "http://ghcr.io/x")),
            ErrorCode::kUpstreamInvalid);
  // Not in two steps either: what counts is how the chain began.
  EXPECT_FALSE(redirected("https://ghcr.io/x", "https://cdn.example/x", "http://cdn.example/x"));
  EXPECT_TRUE(redirected("http://site.example/x", "http://site.example/x", "http://cdn.example/x"));
  EXPECT_TRUE(redirected("http://site.example/x", "http://site.example/x", "https://cdn.example/x"));
}

TEST(Redirect, NeverLeadsFromTheInternetInside) {
  for (const auto* location :
       {"https://169.254.169.254/latest/meta-data/", "https://localhost:9090/", "https://127.0.0.1/",
        "https://10.0.0.1/", "https://[::1]/", "https://[::ffff:192.168.0.1]/", "//192.168.0.1/x"}) {
    const auto target = redirected("https://ghcr.io/x", "https://ghcr.io/x", location);
    ASSERT_FALSE(target) << location;
    EXPECT_EQ(tests::error_code(target), ErrorCode::kUpstreamInvalid);
  }
}

// How an upstream inside is written, as a name or as an address, says nothing about where its storage is.
TEST(Redirect, LeadsFromInsideToAnywhere) {
  for (const auto* registry : {"http://127.0.0.1:5000/x", "http://registry.corp/x"}) {
    for (const auto* location : {"http://127.0.0.1:9000/x", "http://10.0.0.1/x", "http://storage.corp/x"}) {
      EXPECT_TRUE(redirected(registry, registry, location, Reach::kAnywhere)) << registry << " to " << location;
    }
  }
}

TEST(Redirect, RefusesALocationThatIsNoUrl) {
  for (const auto* location : {"https://a@b/", "ftp://a.example/", "https://a b/", "http://"}) {
    EXPECT_EQ(tests::error_code(redirected("http://a.example/x", "http://a.example/x", location)),
              ErrorCode::kUpstreamInvalid)
        << location;
  }
}

}  // namespace
}  // namespace pullgate::proxy
