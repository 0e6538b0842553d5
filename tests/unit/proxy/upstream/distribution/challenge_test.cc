#include "proxy/upstream/distribution/challenge.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace pullgate::proxy::distribution {
namespace {

std::vector<Challenge> challenges(const std::vector<std::string>& headers) {
  HttpResponseHead head{.status = 401, .headers = {}};
  for (const std::string& header : headers) head.headers.emplace_back("www-authenticate", header);
  return challenges_in(head);
}

TEST(Challenge, IsReadWithItsParameters) {
  const auto read =
      challenges({R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="a:b:pull,push")"});
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read.front().scheme, "bearer");
  EXPECT_EQ(read.front().parameter("realm"), "https://auth.docker.io/token");
  EXPECT_EQ(read.front().parameter("service"), "registry.docker.io");
  EXPECT_EQ(read.front().parameter("scope"), "a:b:pull,push");
  EXPECT_EQ(read.front().parameter("error"), "");
}

TEST(Challenge, MayComeWithOthersInOneHeaderOrInSeveral) {
  for (const std::vector<std::string>& headers : std::vector<std::vector<std::string>>{
           {R"(Basic realm="x", Bearer realm="y" , service=z)"},
           {R"(Basic realm="x")", R"(Bearer realm="y",service=z)"},
           {R"(, ,basic REALM = "x",,BEARER Realm="y", service = "z",)"},
           {R"(Negotiate, Basic realm="x", NTLM YWJj==, Bearer realm="y", service="z")"},
       }) {
    const auto read = challenges(headers);
    const auto basic = std::ranges::find(read, "basic", &Challenge::scheme);
    const auto bearer = std::ranges::find(read, "bearer", &Challenge::scheme);
    ASSERT_NE(basic, read.end()) << headers.front();
    ASSERT_NE(bearer, read.end()) << headers.front();
    EXPECT_EQ(basic->parameter("realm"), "x");
    EXPECT_EQ(bearer->parameter("realm"), "y");
    EXPECT_EQ(bearer->parameter("service"), "z");
  }
}

TEST(Challenge, IsUnquoted) {
  const auto read = challenges({R"(Bearer realm="a\"b\\c, Basic realm=d")"});
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read.front().parameter("realm"), R"(a"b\c, Basic realm=d)");
}

TEST(Challenge, IsNotReadWhereTwoReadersCouldDiffer) {
  for (const char* header :
       {R"(Bearer realm="a",realm="b")", R"(realm="a")", R"(Bearer realm="a)", R"(Bearer realm="a" service="b")",
        R"(Bearer realm="a\)", "\"Bearer\"", "Bearer realm=\"a\", ;"}) {
    EXPECT_TRUE(challenges({header}).empty()) << header;
    // It spoils no other.
    EXPECT_EQ(challenges({header, "Basic realm=x"}).size(), 1U) << header;
  }
  EXPECT_TRUE(challenges({}).empty());
  EXPECT_TRUE(challenges({""}).empty());
  // A challenge ends with its header.
  EXPECT_TRUE(challenges({"Bearer", R"(realm="a")"}).front().parameters.empty());
}

}  // namespace
}  // namespace pullgate::proxy::distribution
