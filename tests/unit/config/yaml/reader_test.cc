#include "config/yaml/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/yaml/parse.h"

namespace pullgate::config::yaml {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Reads the value of `a` and keeps the problems.
class Value {
 public:
  explicit Value(const std::string& text) : root_(parse("a: " + text + "\n", problems_)) {}

  [[nodiscard]] const Node& node() const { return root_->members.at(0).value; }
  Problems& problems() { return problems_; }
  std::vector<std::string> texts() {
    std::vector<std::string> texts;
    for (const Problem& problem : problems_.take_sorted()) texts.push_back(problem.text());
    return texts;
  }

 private:
  Problems problems_{"f"};
  std::optional<Node> root_;
};

std::optional<std::chrono::milliseconds> duration(const std::string& text) {
  Value value(text);
  return read_duration(value.node(), 1ms, 1h, "'a'", value.problems());
}

TEST(Duration, InDaysIsToldTheHours) {
  const auto problem = [](const std::string& text) {
    Value value(text);
    (void)read_duration(value.node(), 1ms, 1h, "'a'", value.problems());
    return value.texts().at(0);
  };
  const std::string start = "f:1:4: 'a' must be a whole number with a unit, such as 500ms, 10s, 5m or 1h";
  EXPECT_EQ(problem("7d"), start + "; days are no unit: 168h");
  EXPECT_EQ(problem("2w"), start + "; weeks are no unit: 336h");
  EXPECT_EQ(problem("1y"), start + "; years are no unit: 8760h");
  for (const char* other : {"d", "-1d", "0d", "7x", "7.5d", "99999d"}) EXPECT_EQ(problem(other), start) << other;
}

TEST(Text, InBracesIsToldToBeQuoted) {
  const auto problem = [](const std::string& text) {
    Value value(text);
    (void)read_text(value.node(), "'a'", value.problems());
    return value.texts().at(0);
  };
  EXPECT_EQ(problem("{tag}"), "f:1:4: 'a' must be a single value, not a mapping; in quotes, \"{tag}\", it is a text");
  EXPECT_EQ(problem("{tag: 1}"), "f:1:4: 'a' must be a single value, not a mapping");
}

TEST(Duration, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(duration("500ms"), 500ms);
  EXPECT_EQ(duration("10s"), 10s);
  EXPECT_EQ(duration("'5m'"), 5min);
  EXPECT_EQ(duration("1h"), 1h);
}

TEST(Duration, RefusesEverythingElse) {
  for (const std::string text : {"10", "s", "1.5s", "-1s", "10 s", "20 furlongs", "10S", "0s", "2h", "61m", "1d", "+1s",
                                 "99999999999999999999s", "9223372036854775807h", "''", "[]", "{}", "1s1s"}) {
    EXPECT_EQ(duration(text), std::nullopt) << text;
  }
}

TEST(Integer, RefusesWhatIsNoneOrOutOfRange) {
  const auto integer = [](const std::string& text) {
    Value value(text);
    const auto read = read_integer(value.node(), 0, 3, "'a'", value.problems());
    EXPECT_EQ(read.has_value(), value.problems().empty());
    return read;
  };
  EXPECT_EQ(integer("3"), 3);
  for (const std::string text : {"4", "-1", "1.0", "'1'", "one", "0x1", "1e0", "[1]", "99999999999999999999"}) {
    EXPECT_EQ(integer(text), std::nullopt) << text;
  }
}

TEST(Flag, IsTrueOrFalseAndNothingElse) {
  const auto flag = [](const std::string& text) {
    Value value(text);
    return read_flag(value.node(), "'a'", value.problems());
  };
  EXPECT_EQ(flag("true"), true);
  EXPECT_EQ(flag("false"), false);
  for (const std::string text : {"yes", "no", "on", "True", "TRUE", "1", "'true'", "[]"}) {
    EXPECT_EQ(flag(text), std::nullopt) << text;
  }
}

TEST(Choice, SaysTheChoicesAndTheNearest) {
  Value value("enforced");
  EXPECT_EQ(read_choice(value.node(), {"enforce", "warn"}, "'mode'", value.problems()), std::nullopt);
  EXPECT_THAT(value.texts(),
              ElementsAre("f:1:4: 'mode' cannot be 'enforced'; it can be enforce, warn; did you mean 'enforce'?"));
}

TEST(Name, IsShortAndPlain) {
  const auto name = [](const std::string& text) {
    Value value(text);
    return read_name(value.node(), "rule", value.problems()).has_value();
  };
  EXPECT_TRUE(name("acme-Apps_1.2"));
  EXPECT_TRUE(name(std::string(63, 'a')));
  for (const std::string& text : {std::string(64, 'a'), std::string("'a b'"), std::string("a/b"), std::string("'-a'"),
                                  std::string("'a\"'"), std::string("''"), std::string("[a]")}) {
    EXPECT_FALSE(name(text)) << text;
  }
}

TEST(Mapping, ReportsWhatNobodyAskedFor) {
  Value value("{ adress: 1, tls: 2, zebra: 3 }");
  Mapping mapping(value.node(), "a listener", value.problems());
  EXPECT_EQ(mapping.find("address"), nullptr);
  mapping.refuse_later("tls");
  mapping.finish();
  EXPECT_THAT(value.texts(), ElementsAre("f:1:6: unknown key 'adress'; did you mean 'address'?",
                                         HasSubstr("'tls' is not part of this version"),
                                         "f:1:25: unknown key 'zebra'; a listener has address"));
}

TEST(Mapping, ReportsWhatIsMissingOrHasNoValue) {
  Value value("{ policy: }");
  Mapping mapping(value.node(), "the file", value.problems());
  EXPECT_EQ(mapping.require("policy"), nullptr);
  EXPECT_EQ(mapping.require("listen"), nullptr);
  mapping.finish();
  EXPECT_THAT(value.texts(), ElementsAre("f:1:4: the file needs 'listen'", "f:1:6: 'policy' has no value"));
}

TEST(Mapping, OfAnotherKindIsReportedOnce) {
  Value value("[1]");
  Mapping mapping(value.node(), "a listener", value.problems());
  EXPECT_EQ(mapping.require("address"), nullptr);
  mapping.finish();
  EXPECT_THAT(value.texts(), ElementsAre("f:1:4: a listener must be a mapping of keys to values, not a list"));
}

TEST(List, MustHaveSomething) {
  Value value("[]");
  EXPECT_THAT(read_list(value.node(), "'scopes'", value.problems()), IsEmpty());
  EXPECT_THAT(value.texts(), ElementsAre("f:1:4: 'scopes' must not be empty"));
}

}  // namespace
}  // namespace pullgate::config::yaml
