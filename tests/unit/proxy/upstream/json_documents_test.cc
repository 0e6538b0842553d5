#include "proxy/upstream/json_documents.h"

#include <gtest/gtest.h>

#include "tests/support/error_code.h"

namespace pullgate::proxy {
namespace {

TEST(JsonDocuments, TagListsAreReadStrictly) {
  const auto tags = parse_tag_list(R"({"name":"acme/app","tags":["b","a","1.0"]})");
  ASSERT_TRUE(tags);
  ASSERT_EQ(tags->size(), 3U);
  EXPECT_EQ((*tags)[0].text(), "b");
  EXPECT_TRUE(parse_tag_list(R"({"name":"acme/app","tags":null})")->empty());
  for (const auto* text : {"", "[]", "{}", R"({"tags":"a"})", R"({"tags":[1]})", R"({"tags":["a b"]})",
                           R"({"tags":["a"],"tags":["b"]})", R"({"tags":["a"]} x)", "<html>"})
    EXPECT_EQ(tests::error_code(parse_tag_list(text)), ErrorCode::kUpstreamInvalid) << text;
}

TEST(JsonDocuments, TokensAreForOneMinuteToOneHour) {
  EXPECT_EQ(parse_token(R"({"token":"a.b-c_d~e+f/g="})")->token, "a.b-c_d~e+f/g=");
  EXPECT_EQ(parse_token(R"({"access_token":"t"})")->token, "t");
  EXPECT_EQ(parse_token(R"({"token":"t"})")->lifetime, std::chrono::seconds(60));
  for (const auto& [said, meant] : std::vector<std::pair<std::string, int>>{
           {"0", 60}, {"-5", 60}, {"300", 300}, {"3600", 3600}, {"9999999999", 3600}, {"\"300\"", 60}, {"1e9", 60}}) {
    EXPECT_EQ(parse_token(R"({"token":"t","expires_in":)" + said + "}")->lifetime, std::chrono::seconds(meant)) << said;
  }
  for (const char* wrong : {"", "t", "[]", "{}", R"({"token":""})", R"({"token":"a b"})", R"({"token":"a\nb"})",
                            R"({"token":null})", R"({"token":"\u00e9"})"}) {
    EXPECT_FALSE(parse_token(wrong)) << wrong;
  }
}

TEST(JsonDocuments, OnlyLayoutsOfTheKnownVersionAreRead) {
  EXPECT_TRUE(check_layout_marker(R"({"imageLayoutVersion": "1.0.0"})"));
  for (const auto* text : {"", "{}", R"({"imageLayoutVersion": "2.0.0"})", R"({"imageLayoutVersion": 1})", "[]",
                           R"({"imageLayoutVersion": "2.0.0", "imageLayoutVersion": "1.0.0"})"})
    EXPECT_EQ(tests::error_code(check_layout_marker(text)), ErrorCode::kUpstreamInvalid) << text;
}

}  // namespace
}  // namespace pullgate::proxy
