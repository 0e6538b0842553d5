#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "policy/condition.h"
#include "policy/pattern.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;
using Relation = Order::Relation;
using AnyTest = decltype(PathCondition::test);

const nlohmann::json& document() {
  static const nlohmann::json made = nlohmann::json::parse(R"({
    "text": "v1.2", "empty": "", "seven": 7, "minus": -7, "half": 7.5, "whole": 7.0, "huge": 9223372036854775808,
    "yes": true, "no": false, "null": null, "list": ["a", 7, true, null, ["x"]], "none": [],
    "object": {"key": 1, "7": 2}, "time": "2026-06-01T12:00:00Z", "offset": "2026-06-01T14:00:00+02:00"
  })");
  return made;
}

std::optional<Unmet> unmet_at(std::string_view path, AnyTest test) {
  return unmet(PathCondition{JsonPointer::parse(path).value(), std::move(test)}, JsonView(document()));
}
bool is_met(std::string_view path, AnyTest test) {
  return !unmet_at(path, std::move(test));
}

AnyTest exists(bool wanted) {
  return Exists{wanted};
}
AnyTest in(std::vector<Scalar> values) {
  return Membership{Membership::Sense::kOneOf, std::move(values)};
}
AnyTest not_in(std::vector<Scalar> values) {
  return Membership{Membership::Sense::kNoneOf, std::move(values)};
}
Scalar text(std::string value) {
  return value;
}
Scalar number(std::int64_t value) {
  return value;
}
Scalar flag(bool value) {
  return value;
}
AnyTest order(Relation relation, std::int64_t bound) {
  return Order{relation, bound};
}
AnyTest order(Relation relation, std::string_view bound) {
  return Order{relation, parse_rfc3339(bound).value()};
}
AnyTest size(std::optional<std::size_t> at_least, std::optional<std::size_t> at_most) {
  return Size{at_least, at_most};
}
AnyTest regular_expression(std::string_view pattern) {
  return Matches{TextPattern::regular_expression(pattern).value()};
}

/// One of every kind, each met by something in the document.
std::vector<AnyTest> everything_but_absence() {
  return {exists(true),
          in({text("v1.2")}),
          not_in({text("x")}),
          order(Relation::kAtLeast, 0),
          order(Relation::kLessThan, "2030-01-01T00:00:00Z"),
          Contains{text("a")},
          size(0, 100),
          regular_expression(".*")};
}

/// The table of condition.h.
TEST(Condition, IsMetByAbsenceOnlyWhereItAsksForThat) {
  for (const AnyTest& test : everything_but_absence()) {
    for (const std::string_view place : {"/absent", "/absent/below", "/list/9", "/null", "/text/below", "/seven/below",
                                         "/null/below", "/list/-", "/list/key"}) {
      EXPECT_FALSE(is_met(place, test)) << place << " " << test.index();
    }
  }
  EXPECT_TRUE(is_met("/absent", exists(false)));
  EXPECT_TRUE(is_met("/absent/below", exists(false)));
  EXPECT_TRUE(is_met("/list/9", exists(false)));
  for (const std::string_view place :
       {"/text", "/null", "/empty", "/none", "/text/below", "/null/below", "/list/key", ""}) {
    EXPECT_FALSE(is_met(place, exists(false))) << place;
  }
  for (const std::string_view place : {"/text", "/empty", "/none", "/no", "/half", "/object", ""}) {
    EXPECT_TRUE(is_met(place, exists(true))) << place;
  }
}

TEST(Condition, KeepsTypesApart) {
  EXPECT_TRUE(is_met("/seven", in({number(7)})));
  EXPECT_FALSE(is_met("/seven", in({text("7")})));
  EXPECT_FALSE(is_met("/text", in({number(7)})));
  EXPECT_TRUE(is_met("/yes", in({flag(true)})));
  EXPECT_FALSE(is_met("/yes", in({text("true")})));
  EXPECT_FALSE(is_met("/yes", in({number(1)})));
  EXPECT_FALSE(is_met("/no", in({flag(true)})));
  EXPECT_TRUE(is_met("/text", in({text("x"), text("v1.2")})));
  EXPECT_FALSE(is_met("/text", in({text("V1.2")})));
}

/// A value of another type differs from every text, and is still not what was asked for.
TEST(Condition, IsNotMetByADifferenceOfTypes) {
  EXPECT_TRUE(is_met("/text", not_in({text("x")})));
  EXPECT_FALSE(is_met("/text", not_in({text("v1.2")})));
  for (const std::string_view place : {"/seven", "/yes", "/null", "/list", "/object", "/half"}) {
    EXPECT_FALSE(is_met(place, not_in({text("x")}))) << place;
  }
  EXPECT_FALSE(is_met("/half", not_in({number(1)})));
  EXPECT_FALSE(is_met("/huge", not_in({number(1)})));
  EXPECT_TRUE(is_met("/seven", not_in({number(1), number(2)})));
  EXPECT_FALSE(is_met("/seven", not_in({})));
}

TEST(Condition, ComparesWholeNumbersOnly) {
  EXPECT_TRUE(is_met("/seven", order(Relation::kAtMost, 7)));
  EXPECT_TRUE(is_met("/seven", order(Relation::kAtLeast, 7)));
  EXPECT_FALSE(is_met("/seven", order(Relation::kLessThan, 7)));
  EXPECT_FALSE(is_met("/seven", order(Relation::kGreaterThan, 7)));
  EXPECT_TRUE(is_met("/seven", order(Relation::kLessThan, 8)));
  EXPECT_TRUE(is_met("/seven", order(Relation::kGreaterThan, 6)));
  EXPECT_TRUE(is_met("/minus", order(Relation::kLessThan, -6)));
  for (const std::string_view place : {"/half", "/whole", "/huge", "/text", "/time", "/yes", "/list", "/null"}) {
    EXPECT_FALSE(is_met(place, order(Relation::kAtLeast, 0))) << place;
    EXPECT_FALSE(is_met(place, order(Relation::kAtMost, 1000))) << place;
  }
}

TEST(Condition, ComparesMomentsWhateverTheirOffset) {
  for (const std::string_view place : {"/time", "/offset"}) {
    EXPECT_TRUE(is_met(place, order(Relation::kAtMost, "2026-06-01T12:00:00Z"))) << place;
    EXPECT_TRUE(is_met(place, order(Relation::kAtLeast, "2026-06-01T12:00:00Z"))) << place;
    EXPECT_FALSE(is_met(place, order(Relation::kLessThan, "2026-06-01T12:00:00Z"))) << place;
    EXPECT_FALSE(is_met(place, order(Relation::kGreaterThan, "2026-06-01T12:00:00Z"))) << place;
    EXPECT_TRUE(is_met(place, order(Relation::kGreaterThan, "2026-06-01T11:59:59.999Z"))) << place;
  }
  EXPECT_FALSE(is_met("/text", order(Relation::kLessThan, "2030-01-01T00:00:00Z")));
  EXPECT_FALSE(is_met("/seven", order(Relation::kLessThan, "2030-01-01T00:00:00Z")));
}

TEST(Condition, LooksIntoArraysAndObjects) {
  EXPECT_TRUE(is_met("/list", Contains{text("a")}));
  EXPECT_TRUE(is_met("/list", Contains{number(7)}));
  EXPECT_TRUE(is_met("/list", Contains{flag(true)}));
  EXPECT_FALSE(is_met("/list", Contains{text("7")}));
  EXPECT_FALSE(is_met("/list", Contains{text("x")}));
  EXPECT_TRUE(is_met("/object", Contains{text("key")}));
  EXPECT_TRUE(is_met("/object", Contains{text("7")}));
  EXPECT_FALSE(is_met("/object", Contains{number(7)}));
  EXPECT_FALSE(is_met("/text", Contains{text("v1")}));
}

TEST(Condition, CountsArraysAndObjects) {
  EXPECT_TRUE(is_met("/none", size({}, 0)));
  EXPECT_TRUE(is_met("/list", size(5, 5)));
  EXPECT_FALSE(is_met("/list", size({}, 4)));
  EXPECT_FALSE(is_met("/list", size(6, {})));
  EXPECT_TRUE(is_met("/object", size(2, {})));
  EXPECT_FALSE(is_met("/text", size({}, 100)));
  EXPECT_FALSE(is_met("/empty", size({}, 0)));
}

TEST(Condition, MatchesTextsInFull) {
  EXPECT_TRUE(is_met("/text", regular_expression(R"(v[0-9]+\.[0-9]+)")));
  EXPECT_FALSE(is_met("/text", regular_expression("v1")));
  EXPECT_FALSE(is_met("/text", regular_expression(R"(1\.2)")));
  EXPECT_TRUE(is_met("/empty", regular_expression(".*")));
  EXPECT_FALSE(is_met("/seven", regular_expression("7")));
  EXPECT_FALSE(is_met("/list", regular_expression(".*")));
}

TEST(Condition, SaysWhatIsThereAndWhatIsWanted) {
  EXPECT_EQ(unmet_at("/text", in({text("a"), text("b")}))->found, "/text is 'v1.2'");
  EXPECT_EQ(unmet_at("/text", in({text("a"), text("b")}))->wanted, "one of 'a', 'b'");
  EXPECT_EQ(unmet_at("/absent", in({number(7)}))->found, "/absent is absent");
  EXPECT_EQ(unmet_at("/absent", in({number(7)}))->wanted, "7");
  EXPECT_EQ(unmet_at("/list", size({}, 0))->found, "/list is an array of 5");
  EXPECT_EQ(unmet_at("/list", size({}, 0))->wanted, "a size of at most 0");
  EXPECT_EQ(unmet_at("", size({}, 0))->found, "the document is an object of 15");
  EXPECT_THAT(unmet_at("/text/x", exists(true))->found, HasSubstr("cannot be there"));
  EXPECT_EQ(unmet_at("/seven", order(Relation::kLessThan, 7))->wanted, "a whole number below 7");
  EXPECT_EQ(unmet_at("/time", order(Relation::kAtLeast, "2030-01-01T00:00:00Z"))->wanted,
            "a moment not before 2030-01-01T00:00:00Z");
  EXPECT_EQ(unmet_at("/text", not_in({text("v1.2")}))->wanted, "anything of its kind but 'v1.2'");
  EXPECT_EQ(unmet_at("/text", exists(false))->wanted, "nothing");
  EXPECT_EQ(unmet_at("/text", Contains{number(1)})->wanted, "something that contains 1");
  EXPECT_EQ(unmet_at("/seven", regular_expression("x"))->wanted, "a text that matches 'x'");
}

TEST(Condition, ShowsNoMoreThanItsMessageHolds) {
  const std::string longest(100'000, 'x');
  const nlohmann::json made = {{"text", longest}, {longest, 1}};
  const auto wrong =
      unmet(PathCondition{JsonPointer::parse("/text").value(), in({text(longest + "\n")})}, JsonView(made));
  EXPECT_LT(wrong->found.size(), 400U);
  EXPECT_LT(wrong->wanted.size(), 400U);
  EXPECT_LT(
      unmet(PathCondition{JsonPointer::parse("/" + longest).value(), exists(false)}, JsonView(made))->found.size(),
      400U);
}

}  // namespace
}  // namespace pullgate::policy
