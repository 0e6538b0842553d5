#include "proxy/server/naming.h"

#include <gtest/gtest.h>

#include "tests/support/fake_upstream.h"

namespace pullgate::proxy {
namespace {

class NamingTest : public testing::Test {
 protected:
  NamingTest() {
    for (const char* registry : {"docker.io", "ghcr.io", "localhost:5000", "site"}) {
      upstreams_.add(registry, std::make_unique<tests::FakeUpstream>());
    }
  }
  std::string name_of(const std::string& path, std::optional<std::string> name_space = std::nullopt,
                      const std::string& default_registry = "docker.io") {
    const Naming naming(upstreams_, default_registry);
    const auto settled = naming.repository({path, std::move(name_space)});
    if (const auto* error = std::get_if<OciError>(&settled)) {
      return std::to_string(error->status) + " " + std::string(to_string(error->code));
    }
    return std::get<Repository>(settled).text();
  }

  Upstreams upstreams_;
};

TEST_F(NamingTest, FollowsTheNameSpaceFirst) {
  EXPECT_EQ(name_of("acme/app", "ghcr.io"), "ghcr.io/acme/app");
  EXPECT_EQ(name_of("alpine", "docker.io"), "docker.io/library/alpine");
  EXPECT_EQ(name_of("app", "localhost:5000"), "localhost:5000/app");
}

TEST_F(NamingTest, KnowsARegistryByItsOtherNames) {
  EXPECT_EQ(name_of("library/alpine", "index.docker.io"), "docker.io/library/alpine");
  EXPECT_EQ(name_of("library/alpine", "registry-1.docker.io"), "docker.io/library/alpine");
  EXPECT_EQ(name_of("acme/app", "GHCR.IO"), "ghcr.io/acme/app");
}

TEST_F(NamingTest, TakesARegistryFromThePath) {
  EXPECT_EQ(name_of("ghcr.io/acme/app"), "ghcr.io/acme/app");
  EXPECT_EQ(name_of("docker.io/alpine"), "docker.io/library/alpine");
  EXPECT_EQ(name_of("localhost:5000/app"), "localhost:5000/app");
  EXPECT_EQ(name_of("site/app"), "site/app");
}

TEST_F(NamingTest, UnderstandsARegistryThatIsSaidTwice) {
  EXPECT_EQ(name_of("ghcr.io/acme/app", "ghcr.io"), "ghcr.io/acme/app");
  EXPECT_EQ(name_of("ghcr.io/acme/app", "docker.io"), "docker.io/ghcr.io/acme/app");
}

TEST_F(NamingTest, FallsBackToTheDefault) {
  EXPECT_EQ(name_of("acme/app"), "docker.io/acme/app");
  EXPECT_EQ(name_of("alpine"), "docker.io/library/alpine");
  EXPECT_EQ(name_of("acme/app", std::nullopt, ""), "404 NAME_UNKNOWN");
}

TEST_F(NamingTest, KnowsConfiguredRegistriesOnly) {
  for (const char* registry : {"169.254.169.254", "localhost:6443", "quay.io", "127.0.0.1", "[fe80::1]:80"}) {
    EXPECT_EQ(name_of("acme/app", registry), "404 NAME_UNKNOWN") << registry;
  }
  for (const char* path : {"quay.io/acme/app", "169.254.169.254/latest/meta-data", "localhost/app", "evil.test:80/a"}) {
    EXPECT_EQ(name_of(path), "404 NAME_UNKNOWN") << path;
  }
}

TEST_F(NamingTest, RefusesNamesThatNoRegistryHas) {
  for (const char* registry :
       {"", "a@b", "evil/..", "ghcr.io/", "ghcr.io.", "http://ghcr.io", "ghcr.io:0", " ghcr.io"}) {
    EXPECT_EQ(name_of("acme/app", registry), "400 NAME_INVALID") << registry;
  }
  for (const char* path : {"Acme/app", "acme/-app", "acme/app-", "acme/a__-b"}) {
    EXPECT_EQ(name_of(path), "400 NAME_INVALID") << path;
  }
  EXPECT_EQ(name_of("GHCR.IO/acme/app"), "404 NAME_UNKNOWN");
  EXPECT_EQ(name_of(std::string(256, 'a'), "ghcr.io"), "400 NAME_INVALID");
}

}  // namespace
}  // namespace pullgate::proxy
