#include "verify/json/node.h"

#include <gtest/gtest.h>

#include "verify/json/reader.h"

namespace pullgate::verify::json {
namespace {

/// Reads a document with `read` and gives the first problem's message, or nothing.
template <class Read>
std::string problem(std::string_view text, Read read) {
  const Document document = parse(text).value();
  Problems problems;
  read(document.root(problems));
  return problems.any() ? problems.first()->message : "";
}

TEST(JsonNode, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(problem(R"({"a":[{"b":1}]})", [](const Node& root) { (void)root["a"].elements(9).at(0)["b"].text(); }),
            "/a/0/b: a text expected, not number");
  EXPECT_EQ(problem("{}", [](const Node& root) { (void)root["a"].text(); }), "/a: a text is missing");
  EXPECT_EQ(problem("[]", [](const Node& root) { (void)root["a"]; }), "/: an object expected, not array");
  EXPECT_EQ(problem(R"({"a/b~":1})", [](const Node& root) { (void)root["a/b~"].text(); }),
            "/a~1b~0: a text expected, not number");
}

TEST(JsonNode, KeepsTheFirstProblem) {
  const std::string first = problem(R"({"a":1,"b":1})", [](const Node& root) {
    (void)root["a"].text();
    (void)root["b"].text();
  });
  EXPECT_EQ(first.substr(0, 2), "/a");
}

TEST(JsonNode, GivesNoValueAwayAfterAProblem) {
  const Document document = parse("{}").value();
  Problems problems;
  (void)document.root(problems)["a"].text();
  const Result<int> value = problems.unless_any(7);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::kMalformed);
}

TEST(JsonNode, TakesNullForAbsence) {
  EXPECT_EQ(problem(R"({"a":null})",
                    [](const Node& root) {
                      EXPECT_FALSE(root["a"].exists());
                      EXPECT_EQ(root["a"].optional_text(), "");
                      EXPECT_TRUE(root["a"].optional_elements(0).empty());
                      EXPECT_TRUE(root.has("a"));
                    }),
            "");
}

TEST(JsonNode, TakesOnlyIntegersThatFitForIntegers) {
  const auto integer = [](const Node& root) { (void)root["n"].integer(); };
  for (const char* text : {R"({"n":0})", R"({"n":-0})", R"({"n":9223372036854775807})"}) {
    EXPECT_EQ(problem(text, integer), "") << text;
  }
  for (const char* text :
       {R"({"n":-1})", R"({"n":1.0})", R"({"n":1e3})", R"({"n":9223372036854775808})", R"({"n":18446744073709551616})",
        R"({"n":1e30})", R"({"n":"1"})", R"({"n":true})", R"({"n":null})", R"({"n":-9223372036854775809})"}) {
    EXPECT_NE(problem(text, integer), "") << text;
  }
}

TEST(JsonNode, CountsElements) {
  const auto two = [](const Node& root) { (void)root.elements(2); };
  EXPECT_EQ(problem("[1,2]", two), "");
  EXPECT_EQ(problem("[1,2,3]", two), "/: 3 entries, at most 2 are allowed");
}

TEST(JsonNode, RefusesMembersThatAFormDoesNotHave) {
  const auto form = [](const Node& root) { root.allow_only({"a"}); };
  EXPECT_EQ(problem(R"({"a":1})", form), "");
  EXPECT_EQ(problem(R"({"a":1,"A":1})", form), "/A: a member that this form does not have");
}

TEST(JsonNode, ReadsTextsOnlyWhenAllAreTexts) {
  EXPECT_EQ(problem(R"({"a":{"x":"1","y":2}})", [](const Node& root) { (void)root["a"].optional_texts(); }),
            "/a/y: a text expected, not number");
}

}  // namespace
}  // namespace pullgate::verify::json
