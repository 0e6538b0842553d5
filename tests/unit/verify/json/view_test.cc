#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/error_code.h"
#include "verify/json_document.h"
#include "verify/json_view.h"

namespace pullgate {
namespace {

using State = JsonView::Found::State;

nlohmann::json document(std::string_view text) {
  return parse_json(text).value();
}
JsonPointer pointer(std::string_view text) {
  return JsonPointer::parse(text).value();
}

/// RFC 6901 section 5.
TEST(JsonPointer, LeadsWhereTheSpecificationSays) {
  const nlohmann::json made =
      document(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8})");
  const JsonView root(made);
  EXPECT_EQ(root.find(pointer("")).value->kind(), JsonView::Kind::kObject);
  EXPECT_EQ(root.find(pointer("/foo")).value->size(), 2U);
  EXPECT_EQ(root.find(pointer("/foo/0")).value->text(), "bar");
  EXPECT_EQ(root.find(pointer("/")).value->integer(), 0);
  EXPECT_EQ(root.find(pointer("/a~1b")).value->integer(), 1);
  EXPECT_EQ(root.find(pointer("/c%d")).value->integer(), 2);
  EXPECT_EQ(root.find(pointer("/e^f")).value->integer(), 3);
  EXPECT_EQ(root.find(pointer("/g|h")).value->integer(), 4);
  EXPECT_EQ(root.find(pointer("/i\\j")).value->integer(), 5);
  EXPECT_EQ(root.find(pointer("/k\"l")).value->integer(), 6);
  EXPECT_EQ(root.find(pointer("/ ")).value->integer(), 7);
  EXPECT_EQ(root.find(pointer("/m~0n")).value->integer(), 8);
}

TEST(JsonPointer, IsRefusedWhereItCouldBeReadTwice) {
  for (const std::string_view text : {"foo", "#/foo", "/a~", "/a~2b", "/~/b", " /foo"}) {
    EXPECT_EQ(tests::error_code(JsonPointer::parse(text)), ErrorCode::kMalformed) << text;
  }
  EXPECT_EQ(pointer("/~01").steps().at(0), "~1");  // "~1" first would make "/" of it
  EXPECT_EQ(pointer("/a//b").steps().size(), 3U);
}

TEST(JsonView, TellsWhatIsAbsentFromWhatCannotBe) {
  const nlohmann::json made = document(R"({"a":{"b":[1,2]},"t":"x","n":null})");
  const JsonView root(made);
  EXPECT_EQ(root.find(pointer("/z")).state, State::kAbsent);
  EXPECT_EQ(root.find(pointer("/z/y/x")).state, State::kAbsent);
  EXPECT_EQ(root.find(pointer("/a/b/2")).state, State::kAbsent);
  EXPECT_EQ(root.find(pointer("/a/b/99999999999999999999999")).state, State::kAbsent);
  EXPECT_EQ(root.find(pointer("/a/b/1")).state, State::kThere);
  EXPECT_EQ(root.find(pointer("/n")).state, State::kThere);
  for (const std::string_view text : {"/t/x", "/n/x", "/a/b/x", "/a/b/-", "/a/b/01", "/a/b/+1", "/a/b/0/x", "/a/b/"}) {
    EXPECT_EQ(root.find(pointer(text)).state, State::kNoPlace) << text;
  }
}

TEST(JsonView, HasOnlyIntegersThatAreExact) {
  const auto integer = [](std::string_view text) { return JsonView(document(text)).integer(); };
  EXPECT_EQ(JsonView(document("0")).kind(), JsonView::Kind::kNumber);
  const nlohmann::json most = document("9223372036854775807");
  EXPECT_EQ(JsonView(most).integer(), 9223372036854775807);
  const nlohmann::json least = document("-9223372036854775808");
  EXPECT_EQ(JsonView(least).integer(), std::numeric_limits<std::int64_t>::min());
  for (const std::string_view text :
       {"9223372036854775808", "18446744073709551616", "-9223372036854775809", "1.0", "1e3", "\"1\"", "true", "null"}) {
    EXPECT_FALSE(integer(text)) << text;
  }
}

TEST(JsonView, ShowsBoundedPrintableText) {
  const nlohmann::json made = document(R"({"text":"a\nb","long":")" + std::string(1000, 'x') +
                                       R"(","list":[1,2,3],"object":{"k":1},"flag":true,"number":7.5,"null":null})");
  const auto shown = [&](std::string_view place) { return JsonView(made).find(pointer(place)).value->shown(20); };
  EXPECT_EQ(shown("/text"), "'a\\x0ab'");
  EXPECT_LE(shown("/long").size(), 22U);
  EXPECT_EQ(shown("/list"), "an array of 3");
  EXPECT_EQ(shown("/object"), "an object of 1");
  EXPECT_EQ(shown("/flag"), "true");
  EXPECT_EQ(shown("/number"), "7.5");
  EXPECT_EQ(shown("/null"), "null");
}

TEST(JsonView, FindsMembersByTheirWholeName) {
  const nlohmann::json made = document(R"({"a":1})");
  EXPECT_TRUE(JsonView(made).has_member("a"));
  EXPECT_FALSE(JsonView(made).has_member("A"));
  EXPECT_FALSE(JsonView(made).has_member("/a"));
  EXPECT_FALSE(JsonView(made["a"]).has_member("a"));
}

}  // namespace
}  // namespace pullgate
