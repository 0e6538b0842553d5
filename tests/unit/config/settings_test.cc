#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kListen = "listen:\n  - address: 127.0.0.1:5000\n";
const std::string kUpstreams = "upstreams:\n  - registry: ghcr.io\n";
const std::string kPolicyLine = "policy: policy.yaml\n";

class SettingsFile : public ::testing::Test {
 protected:
  Loaded<Settings> load(const std::string& text) { return load_settings(folder_.write("pullgate.yaml", text)); }
  std::vector<std::string> problems(const std::string& text) { return folder_.problems(load(text)); }
  std::vector<std::string> listener_problems(const std::string& listener) {
    return problems("listen: [ " + listener + " ]\n" + kUpstreams + kPolicyLine);
  }
  std::vector<std::string> upstream_problems(const std::string& upstream) {
    return problems(kListen + "upstreams: [ " + upstream + " ]\n" + kPolicyLine);
  }

  Folder folder_;
};

TEST_F(SettingsFile, WithTheLeastInItHasSafeDefaults) {
  const Loaded<Settings> loaded = load(kListen + kUpstreams + kPolicyLine);
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  EXPECT_EQ(loaded->listen.at(0).host, "127.0.0.1");
  EXPECT_EQ(loaded->listen.at(0).port, 5000);
  EXPECT_FALSE(loaded->listen.at(0).insecure_http);
  EXPECT_EQ(loaded->upstreams.at(0).registry, "ghcr.io");
  EXPECT_EQ(std::get<RegistryEndpoint>(loaded->upstreams[0].source).url, "https://ghcr.io");
  EXPECT_EQ(loaded->default_registry, "");
  EXPECT_EQ(loaded->policy, folder_.path() / "policy.yaml");
  EXPECT_EQ(loaded->threads, 0U);
  EXPECT_EQ(loaded->timeouts.judgement, 20s);
}

TEST_F(SettingsFile, WithEverythingInIt) {
  folder_.write("ca.pem", "ca");
  folder_.write("secret", "user:password");
  std::filesystem::create_directory(folder_.path() / "images");
  const Loaded<Settings> loaded = load(R"(
listen:
  - { address: "[::1]:5001" }
  - { address: 0.0.0.0:5000, insecureHttp: true }
upstreams:
  - { registry: docker.io }
  - { registry: Registry.Example:8443, endpoint: "https://127.0.0.1:8443/mirror/", ca: ca.pem, credentials: { file: secret }, tokenService: "https://auth.example/" }
  - { registry: site.local, layout: images }
  - { registry: loop.example, endpoint: "http://localhost:5002" }
  - { registry: plain.example, endpoint: "http://plain.example", insecureHttp: true }
defaultRegistry: site.local
policy: sub/policy.yaml
threads: 3
timeouts: { upstreamConnect: 1s, upstreamResponse: 2s, idleBody: 3s, judgement: 4s, clientHeader: 5s, clientIdle: 6s, drain: 700ms }
)");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  EXPECT_EQ(loaded->listen.at(0).host, "::1");
  EXPECT_TRUE(loaded->listen.at(1).insecure_http);
  ASSERT_EQ(loaded->upstreams.size(), 5U);
  EXPECT_EQ(std::get<RegistryEndpoint>(loaded->upstreams[0].source).url, "https://registry-1.docker.io");
  const auto& mirror = std::get<RegistryEndpoint>(loaded->upstreams[1].source);
  EXPECT_EQ(loaded->upstreams[1].registry, "registry.example:8443");
  EXPECT_EQ(mirror.url, "https://127.0.0.1:8443/mirror");
  EXPECT_EQ(mirror.ca, folder_.path() / "ca.pem");
  EXPECT_EQ(mirror.credentials_file, folder_.path() / "secret");
  EXPECT_EQ(mirror.token_service, "https://auth.example");
  EXPECT_EQ(std::get<LayoutDirectory>(loaded->upstreams[2].source).path, folder_.path() / "images");
  EXPECT_TRUE(std::get<RegistryEndpoint>(loaded->upstreams[4].source).insecure_http);
  EXPECT_EQ(loaded->default_registry, "site.local");
  EXPECT_EQ(loaded->policy, folder_.path() / "sub/policy.yaml");
  EXPECT_EQ(loaded->threads, 3U);
  EXPECT_EQ(loaded->timeouts.drain, 700ms);
  EXPECT_EQ(loaded->timeouts.client_idle, 6s);
}

TEST(DefaultEndpoint, IsTheRegistryItselfOverHttps) {
  EXPECT_EQ(default_endpoint("ghcr.io").url, "https://ghcr.io");
  EXPECT_EQ(default_endpoint("registry.example:8443").url, "https://registry.example:8443");
  EXPECT_EQ(default_endpoint("docker.io").url, "https://registry-1.docker.io");
  EXPECT_FALSE(default_endpoint("ghcr.io").insecure_http);
}

TEST_F(SettingsFile, ThatIsMissingIsOneProblem) {
  EXPECT_THAT(folder_.problems(load_settings(folder_.path() / "none.yaml")),
              ElementsAre("none.yaml: cannot be read: there is no such file"));
}

TEST_F(SettingsFile, ThatIsEmptyIsRefused) {
  EXPECT_THAT(problems(""), ElementsAre("pullgate.yaml: the file is empty"));
}

TEST_F(SettingsFile, NeedsListenUpstreamsAndPolicy) {
  EXPECT_THAT(problems("threads: 1\n"),
              ElementsAre("pullgate.yaml:1:1: the file needs 'listen'", "pullgate.yaml:1:1: the file needs 'policy'",
                          "pullgate.yaml:1:1: the file needs 'upstreams'"));
}

TEST_F(SettingsFile, ReportsEveryProblemWithItsPlace) {
  EXPECT_THAT(problems("listen:\n  - adress: 127.0.0.1:1\n  - address: 127.0.0.1\n"
                       "upstreams:\n  - registry: ghcr.io\n    endpoint: ftp://x\n"
                       "policy: [x]\nthreads: many\ntimeouts: { drain: soon, drian: 1s }\nstore: { path: x }\n"),
              ElementsAre("pullgate.yaml:2:5: a listener needs 'address'",
                          "pullgate.yaml:2:5: unknown key 'adress'; did you mean 'address'?",
                          HasSubstr("pullgate.yaml:3:14: 'address' must be an IP address and a port"),
                          HasSubstr("pullgate.yaml:6:15: 'endpoint' must begin with https://"),
                          HasSubstr("pullgate.yaml:7:9: 'policy' must be a single value, not a list"),
                          HasSubstr("pullgate.yaml:8:10: 'threads' must be a whole number"),
                          HasSubstr("pullgate.yaml:9:20: 'drain' must be a whole number with a unit"),
                          HasSubstr("pullgate.yaml:9:26: unknown key 'drian'; did you mean 'drain'?"),
                          HasSubstr("pullgate.yaml:10:1: 'store' is not part of this version")));
}

TEST_F(SettingsFile, ServesPlainHttpOffLoopbackOnlyWhenAsked) {
  for (const std::string host : {"0.0.0.0", "192.168.1.1", "'[::]", "'[2001:db8::1]", "128.0.0.1"}) {
    const std::string quote = host.starts_with('\'') ? "'" : "";
    const std::string address = "address: " + host + ":5000" + quote;
    EXPECT_THAT(listener_problems("{ " + address + " }"), ElementsAre(HasSubstr("insecureHttp"))) << host;
    EXPECT_THAT(listener_problems("{ " + address + ", insecureHttp: false }"), ElementsAre(HasSubstr("insecureHttp")));
    EXPECT_THAT(listener_problems("{ " + address + ", insecureHttp: true }"), IsEmpty()) << host;
  }
  EXPECT_THAT(listener_problems("{ address: 127.1.2.3:5000 }"), IsEmpty());
}

TEST_F(SettingsFile, RefusesAddressesThatAreNone) {
  for (const std::string wrong :
       {"127.0.0.1", "':5000'", "127.0.0.1:port", "127.0.0.1:70000", "127.0.0.1:-1", "localhost:5000", "::1:5000",
        "'[::1]'", "'[::1:5000'", "127.0.0.1:", "127.1:5000", "'127.0.0.1:5000 '", "127.0.0.1:5000x", "''", "[]"}) {
    EXPECT_EQ(listener_problems("{ address: " + wrong + " }").size(), 1U) << wrong;
  }
}

TEST_F(SettingsFile, RefusesOneAddressTwice) {
  EXPECT_THAT(listener_problems("{ address: 127.0.0.1:1 }, { address: 127.0.0.1:1 }"),
              ElementsAre(HasSubstr("listed twice")));
}

TEST_F(SettingsFile, RefusesWhatLaterVersionsWillHave) {
  EXPECT_THAT(listener_problems("{ address: 127.0.0.1:1, tls: { certificate: x } }"),
              ElementsAre(HasSubstr("'tls' is not part of this version")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, credentials: { dockerConfig: x } }"),
              ElementsAre(HasSubstr("'dockerConfig' is not part of this version")));
  EXPECT_THAT(problems(kListen + kUpstreams + kPolicyLine + "admin: { address: 127.0.0.1:1 }\n"),
              ElementsAre(HasSubstr("'admin' is not part of this version")));
}

TEST_F(SettingsFile, RefusesPlainHttpUpstreamsOverTheNetwork) {
  EXPECT_THAT(upstream_problems("{ registry: x.example, endpoint: 'http://x.example' }"),
              ElementsAre(HasSubstr("insecureHttp")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, endpoint: 'http://127.0.0.1.evil.example' }"),
              ElementsAre(HasSubstr("insecureHttp")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, endpoint: 'http://localhost.evil.example' }"),
              ElementsAre(HasSubstr("insecureHttp")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, endpoint: 'http://127.0.0.1:1' }"), IsEmpty());
  EXPECT_THAT(upstream_problems("{ registry: x.example, tokenService: 'https://auth.example/token' }"),
              ElementsAre(HasSubstr("the registry says the path")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, tokenService: 'http://auth.example' }"),
              ElementsAre(HasSubstr("insecureHttp")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, insecureHttp: true }"), ElementsAre(HasSubstr("remove it")));
}

TEST_F(SettingsFile, RefusesEndpointsThatAreMoreThanAPlace) {
  for (const std::string wrong :
       {"https://", "https:///x", "https://user@x.example", "https://user:pw@x.example", "https://x.example?a=b",
        "https://x.example#f", "https://x.example:port", "https://x.example:0", "https://x.example:99999",
        "https://x y.example", "HTTPS://x.example", "file:///etc/passwd", "x.example", "https://[::1"}) {
    EXPECT_EQ(upstream_problems("{ registry: x.example, endpoint: '" + wrong + "' }").size(), 1U) << wrong;
    EXPECT_EQ(upstream_problems("{ registry: x.example, tokenService: '" + wrong + "' }").size(), 1U) << wrong;
  }
}

TEST_F(SettingsFile, RefusesRegistriesThatAreNone) {
  for (const std::string wrong : {"'https://ghcr.io'", "ghcr.io/acme", "''", "'gh cr.io'"}) {
    EXPECT_EQ(upstream_problems("{ registry: " + wrong + " }").size(), 1U) << wrong;
  }
}

TEST_F(SettingsFile, RefusesTwoUpstreamsOfOneRegistry) {
  EXPECT_THAT(problems(kListen + "upstreams:\n  - registry: docker.io\n  - registry: index.docker.io\n" + kPolicyLine),
              ElementsAre(HasSubstr("pullgate.yaml:5:15: registry 'docker.io' already has an upstream in line 4")));
}

TEST_F(SettingsFile, RefusesALayoutThatIsNoDirectoryOrHasAnEndpoint) {
  folder_.write("file", "");
  EXPECT_THAT(upstream_problems("{ registry: x.example, layout: none }"),
              ElementsAre(HasSubstr("none is not a directory")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, layout: file }"),
              ElementsAre(HasSubstr("file is not a directory")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, layout: ., endpoint: 'https://x.example' }"),
              ElementsAre(HasSubstr("a layout is a directory")));
}

TEST_F(SettingsFile, RefusesFilesThatAreNotThere) {
  EXPECT_THAT(upstream_problems("{ registry: x.example, ca: gone.pem, credentials: { file: gone } }"),
              ElementsAre(HasSubstr("gone.pem cannot be read"), HasSubstr("gone cannot be read")));
  EXPECT_THAT(upstream_problems("{ registry: x.example, credentials: {} }"), ElementsAre(HasSubstr("needs 'file'")));
}

TEST_F(SettingsFile, RefusesADefaultRegistryThatIsNotThere) {
  EXPECT_THAT(problems(kListen + kUpstreams + kPolicyLine + "defaultRegistry: ghcr.oi\n"),
              ElementsAre(HasSubstr("no upstream is for 'ghcr.oi'; did you mean 'ghcr.io'?")));
}

TEST_F(SettingsFile, KeepsAJudgementWellUnderThirtySeconds) {
  EXPECT_THAT(problems(kListen + kUpstreams + kPolicyLine + "timeouts: { judgement: 30s }\n"),
              ElementsAre(HasSubstr("'judgement' must be between 1ms and 25s")));
}

TEST_F(SettingsFile, RefusesADuplicateKey) {
  EXPECT_THAT(problems(kListen + kUpstreams + kPolicyLine + "policy: other.yaml\n"),
              ElementsAre(HasSubstr("pullgate.yaml:6:1: duplicate key 'policy'")));
}

TEST_F(SettingsFile, HasNoApiInItsEndpoints) {
  for (const char* endpoint : {"https://x.example/v2", "https://x.example/v2/"}) {
    EXPECT_THAT(upstream_problems("{ registry: x.example, endpoint: '" + std::string(endpoint) + "' }"),
                ElementsAre("pullgate.yaml:3:47: 'endpoint' is without /v2, which is added to it; write "
                            "'https://x.example'"));
  }
  EXPECT_THAT(upstream_problems("{ registry: x.example, endpoint: 'https://x.example/repository-v2' }"), IsEmpty());
}

}  // namespace
}  // namespace pullgate::config
