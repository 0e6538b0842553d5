#include "proxy/upstream/http/url.h"

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

std::string resolved(std::string_view base, std::string_view reference) {
  const auto url = Url::parse(base)->resolve(reference);
  return url ? url->text() : "refused: " + url.error().message;
}

TEST(Url, IsWrittenInOneForm) {
  EXPECT_EQ(Url::parse("HTTPS://GHCR.io")->text(), "https://ghcr.io/");
  EXPECT_EQ(Url::parse("https://ghcr.io:443/v2/")->text(), "https://ghcr.io/v2/");
  EXPECT_EQ(Url::parse("http://ghcr.io:443/v2/")->text(), "http://ghcr.io:443/v2/");
  EXPECT_EQ(Url::parse("http://[0:0::1]:5000/a?b=c#d")->text(), "http://[::1]:5000/a?b=c");
  EXPECT_EQ(Url::parse("http://a.example/x/../y/./z")->text(), "http://a.example/y/z");
  EXPECT_EQ(Url::parse("http://a.example/../../x")->text(), "http://a.example/x");
  EXPECT_EQ(Url::parse("http://a.example/x/..")->text(), "http://a.example/");
  EXPECT_EQ(Url::parse("http://a.example?x")->text(), "http://a.example/?x");
}

TEST(Url, RefusesWhatParsersReadDifferently) {
  for (const auto* text : {
           "https://ghcr.io@evil.example/",
           "https://user:secret@ghcr.io/",
           "https://ghcr.io\\@evil.example/",
           "https://ghcr.io /",
           "https://ghcr.io/\r\nHost: evil.example",
           "https://gh\tcr.io/",
           "https://\xc4\xa1hcr.io/",
           "https://ghcr.io./",
           "https:///v2/",
           "https:ghcr.io",
           "//ghcr.io/",
           "ghcr.io",
           "ftp://ghcr.io/",
           "file:///etc/passwd",
           "https://ghcr.io:0/",
           "https://ghcr.io:65536/",
           "https://ghcr.io:/",
           "https://ghcr.io:+1/",
           "https://[::1/",
           "https://[::1%25lo]/",
           "https://[::1%lo]/",
           "https://[127.0.0.1]/",
           "https://[::1]x/",
           "https://[::1]x80/",
           "https://[::1]@80/",
           "https://%67hcr.io/",
           "https://a..b/",
           "",
       }) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
  EXPECT_FALSE(Url::parse("https://ghcr.io/" + std::string(9000, 'a')));
}

TEST(Url, RefusesTheOtherSpellingsOfAnAddress) {
  for (const auto* text : {"http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://127.1/",
                           "http://0177.0.0.1/", "http://127.0.0.1.5/", "http://1.2.3.256/", "http://a.0x1/"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
  EXPECT_TRUE(Url::parse("http://127.0.0.1/"));
}

TEST(Url, DoesNotRepeatASecretOfTheQueryInItsMessage) {
  const auto url = Url::parse("ftp://cdn.example/blob?signature=very-secret");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().message.find("very-secret"), std::string::npos);
}

TEST(Url, ResolvesReferencesAsRfc3986Says) {
  const auto* base = "https://ghcr.io:8443/v2/acme/app/tags/list?n=1";
  EXPECT_EQ(resolved(base, "https://cdn.example/x"), "https://cdn.example/x");
  EXPECT_EQ(resolved(base, "//cdn.example/x"), "https://cdn.example/x");
  EXPECT_EQ(resolved(base, "/x?y#z"), "https://ghcr.io:8443/x?y");
  EXPECT_EQ(resolved(base, "?n=2"), "https://ghcr.io:8443/v2/acme/app/tags/list?n=2");
  EXPECT_EQ(resolved(base, "more"), "https://ghcr.io:8443/v2/acme/app/tags/more");
  EXPECT_EQ(resolved(base, "../../x"), "https://ghcr.io:8443/v2/acme/x");
  EXPECT_EQ(resolved(base, ""), base);
  EXPECT_EQ(resolved(base, "javascript:alert(1)").find("refused"), 0U);
}

TEST(Url, OriginIsSchemeHostAndPort) {
  const auto url = *Url::parse("https://ghcr.io/a");
  EXPECT_TRUE(url.same_origin(*Url::parse("https://GHCR.io:443/b?c")));
  EXPECT_FALSE(url.same_origin(*Url::parse("http://ghcr.io:443/a")));
  EXPECT_FALSE(url.same_origin(*Url::parse("https://ghcr.io:444/a")));
  EXPECT_FALSE(url.same_origin(*Url::parse("https://cdn.ghcr.io/a")));
}

TEST(Url, KnowsHostsThatAreNotOnTheInternet) {
  for (const auto* host : {"localhost",
                           "LOCALHOST",
                           "db.localhost",
                           "127.0.0.1",
                           "127.255.0.1",
                           "0.0.0.0",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "100.64.0.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "[::1]",
                           "[::]",
                           "[fe80::1]",
                           "[fc00::1]",
                           "[fd12::1]",
                           "[ff02::1]",
                           "[::ffff:10.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[::127.0.0.1]",
                           "[2002:7f00:1::]",
                           "[64:ff9b::a00:1]",
                           "[64:ff9b:1::808:808]",
                           "[2001::1]"}) {
    EXPECT_TRUE(Url::parse(std::string("http://") + host + "/")->names_internal_host()) << host;
  }
  for (const auto* host : {"ghcr.io", "localhost.example", "8.8.8.8", "172.32.0.1", "[2606:4700::1]",
                           "[::ffff:8.8.8.8]", "[64:ff9b::808:808]", "[2002:808:808::]"}) {
    EXPECT_FALSE(Url::parse(std::string("http://") + host + "/")->names_internal_host()) << host;
  }
}

}  // namespace
}  // namespace pullgate::proxy
