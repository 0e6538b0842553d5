#include "proxy/ops/json_text.h"

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

TEST(JsonText, WritesObjectsAndLists) {
  JsonText json;
  json.begin_object().key("a").begin_array().value(std::int64_t{1}).value("x").value(true).null().end_array();
  json.key("b").begin_object().end_object().key("c").raw("[2]").end_object();
  EXPECT_EQ(json.text(), R"({"a":[1,"x",true,null],"b":{},"c":[2]})");
}

TEST(JsonText, EscapesWhatCouldEndAStringOrALine) {
  EXPECT_EQ(json_quoted("a\"b\\c\nd\te\r\x01"), R"("a\"b\\c\nd\te\u000d\u0001")");
}

TEST(JsonText, IsAsciiWhateverTheText) {
  EXPECT_EQ(json_quoted("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"), R"("\u00e4 \u20ac \ud83d\ude00")");
}

TEST(JsonText, ReplacesWhatIsNotUtf8) {
  for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    const std::string quoted = json_quoted(bad);
    EXPECT_NE(quoted.find("\\ufffd"), std::string::npos) << quoted;
    EXPECT_EQ(quoted.find('\x80'), std::string::npos);
  }
}

}  // namespace
}  // namespace pullgate::proxy
