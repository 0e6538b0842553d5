#include "config/yaml/parse.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "verify/limits.h"

namespace pullgate::config::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> problems_of(const std::string& text) {
  Problems problems("f");
  (void)parse(text, problems);
  std::vector<std::string> texts;
  for (const Problem& problem : problems.take_sorted()) texts.push_back(problem.text());
  return texts;
}

TEST(Yaml, BecomesATreeWithPlaces) {
  Problems problems("f");
  const auto root = parse("a: 1\nlist:\n  - x\n  - 'y'\nmap: { k: v }\nnone:\n", problems);
  ASSERT_TRUE(root);
  EXPECT_TRUE(problems.empty());
  ASSERT_EQ(root->members.size(), 4U);
  EXPECT_EQ(root->members[0].value.text, "1");
  const Member& list = root->members[1];
  EXPECT_EQ(list.mark.line, 2);
  EXPECT_EQ(list.mark.column, 1);
  ASSERT_EQ(list.value.items.size(), 2U);
  EXPECT_EQ(list.value.items[1].mark.line, 4);
  EXPECT_EQ(list.value.items[1].mark.column, 5);
  EXPECT_EQ(list.value.items[0].style, Node::Style::kPlain);
  EXPECT_EQ(list.value.items[1].style, Node::Style::kQuoted);
  EXPECT_EQ(root->members[2].value.members[0].value.mark.column, 11);
  EXPECT_EQ(root->members[3].value.kind, Node::Kind::kNull);
}

TEST(Yaml, WithADuplicateKeyIsRefusedAtTheSecond) {
  EXPECT_THAT(problems_of("a: 1\nb: 2\na: 3\n"),
              ElementsAre("f:3:1: duplicate key 'a': it was already given in line 1, column 1"));
  EXPECT_THAT(problems_of("m: { x: 1, y: 2, \"x\": 3 }"), ElementsAre(HasSubstr("f:1:18: duplicate key 'x'")));
  EXPECT_THAT(problems_of("m:\n  - { x: { k: 1, k: 2 } }\n"), ElementsAre(HasSubstr("duplicate key 'k'")));
}

TEST(Yaml, WithAliasesIsRefused) {
  EXPECT_THAT(problems_of("a: &x 1\nb: *x\n"), ElementsAre(HasSubstr("f:1:4: anchors"), HasSubstr("f:2:4: aliases")));
  EXPECT_THAT(problems_of("a: &x { k: 1 }\nb:\n  <<: *x\n"),
              ElementsAre(HasSubstr("anchors"), HasSubstr("f:3:3: merge keys"), HasSubstr("aliases")));
  EXPECT_THAT(problems_of("a: *nowhere\n"), ElementsAre(HasSubstr("f:1:")));
}

// In an editor the second line of the first text is a rule; to the library it is part of the comment.
TEST(Yaml, ThatIsNotWhatAReviewerSeesIsRefused) {
  EXPECT_THAT(problems_of("# x\rrules: 2\na: 1\n"), ElementsAre(HasSubstr("f:1:4: a control character")));
  EXPECT_THAT(problems_of("a: 1\nb: 2 # \xE2\x80\xA8 c: 3\n"), ElementsAre(HasSubstr("f:2:8: a control")));
  for (const std::string& hidden :
       {std::string("\0", 1), std::string("\x04"), std::string("\x1b[2K"), std::string("\x7f"), std::string("\r "),
        std::string("\xC2\x85"), std::string("\xE2\x80\xA9"), std::string("\xE2\x80\xAE"), std::string("\xE2\x81\xA6"),
        std::string("\xE2\x80\x8F"), std::string("\xD8\x9C")}) {
    EXPECT_THAT(problems_of("a: 1 #" + hidden + "\n"), ElementsAre(HasSubstr("f:1:7: a control character")));
  }
  EXPECT_THAT(problems_of("a: 1\r\nb:\t2 # caf\xC3\xA9 \xE2\x82\xAC\r\n"), IsEmpty());
}

TEST(Yaml, WithTagsIsRefused) {
  EXPECT_THAT(problems_of("a: !!str 1\n"), ElementsAre(HasSubstr("tags (tag:yaml.org,2002:str)")));
  EXPECT_THAT(problems_of("a: !mine { b: 1 }\n"), ElementsAre(HasSubstr("tags (!mine)")));
}

TEST(Yaml, WithASecondDocumentIsRefused) {
  EXPECT_THAT(problems_of("a: 1\n---\na: 2\n"), ElementsAre(HasSubstr("f:3:1: a second document")));
  EXPECT_THAT(problems_of("---\na: 1\n...\n"), IsEmpty());
}

TEST(Yaml, ThatIsEmptyIsRefused) {
  for (const std::string text : {"", "\n\n", "# nothing\n", "---\n", "~\n", "null\n"}) {
    EXPECT_THAT(problems_of(text), ElementsAre("f: the file is empty")) << text;
  }
}

TEST(Yaml, ThatIsNoMappingIsRefused) {
  EXPECT_THAT(problems_of("- 1\n"), ElementsAre(HasSubstr("f:1:1: the file must be a mapping")));
  EXPECT_THAT(problems_of("yes\n"), ElementsAre(HasSubstr("f:1:1: the file must be a mapping")));
}

TEST(Yaml, ThatIsNoneIsRefusedWithThePlace) {
  EXPECT_THAT(problems_of("a: [\n"), ElementsAre(HasSubstr("not YAML")));
  EXPECT_THAT(problems_of("a: 1\n\tb: 2\n"), ElementsAre(HasSubstr("f:2:")));
  EXPECT_THAT(problems_of("a: }\n"), ElementsAre(HasSubstr("f:1:4: not YAML")));
}

TEST(Yaml, ThatIsNoneIsToldWhatWasDone) {
  const auto problem = [](const std::string& text) {
    const std::vector<std::string> problems = problems_of(text);
    return problems.size() == 1 ? problems[0] : "not one problem";
  };
  EXPECT_EQ(problem("a:\n  - x: 1\n    y: 2\n   z: 3\n"),
            "f:4:4: not YAML: wrong indentation: 'z' begins in column 4, and 'y' above it in column 5");
  EXPECT_EQ(problem("a:\n  - x: 1\n    y: 2\n     z: 3\n"),
            "f:4:6: not YAML: wrong indentation: 'z' begins in column 6, and 'y' above it in column 5");
  EXPECT_EQ(problem("a:\n  b: 1\n c: 2\n"),
            "f:3:2: not YAML: wrong indentation: 'c' begins in column 2, and 'b' above it in column 3");
  EXPECT_EQ(problem("a:\n - b: 1\n   c: 2\n  - d: 1\n"),
            "f:4:3: not YAML: wrong indentation: '- d' begins in column 3, and 'c' above it in column 4");
  EXPECT_EQ(problem("a: 1\n\tb: 2\n"), "f:2:1: not YAML: tabs cannot indent; write spaces");
  EXPECT_EQ(problem("a:\n  \tb: 2\n"), "f:2:3: not YAML: tabs cannot indent; write spaces");
  EXPECT_EQ(problem("a: \"github\\.com\"\n"),
            "f:1:11: not YAML: '\\.' is no character in double quotes; write it in single quotes, or '\\\\.'");
  EXPECT_EQ(problem("a: 'it's'\n"),
            "f:1:7: not YAML: the quotation ends here, and more stands behind it; inside of it write '' for '");
  EXPECT_EQ(problem("a: b: c\n"), "f:1:5: not YAML: a text with ': ' in it is written in quotes");
  EXPECT_EQ(problem("a: 1\nfoo\nb: 2\n"), "f:2:1: not YAML: this is neither 'key: value' nor '- item'");
  EXPECT_EQ(problem("a: ]\n"), "f:1:4: not YAML: illegal flow end") << "the parser's own words";
}

TEST(Yaml, WithCharactersThatMeanSomethingElseAsksForQuotes) {
  const auto problem = [](const std::string& text) {
    const std::vector<std::string> problems = problems_of(text);
    return problems.size() == 1 ? problems[0] : "not one problem";
  };
  EXPECT_EQ(problem("s: [**]\n"), "f:1:5: not YAML: a text that begins with '*' is written in quotes: \"**\"");
  EXPECT_EQ(problem("s: [*]\n"), "f:1:5: not YAML: a text that begins with '*' is written in quotes: \"*\"");
  EXPECT_EQ(problem("s: *\n"), "f:1:4: not YAML: a text that begins with '*' is written in quotes: \"*\"");
  EXPECT_EQ(problem("s: [*/x, y]\n"), "f:1:5: not YAML: a text that begins with '*' is written in quotes: \"*/x\"");
  EXPECT_EQ(problem("s: @x\n"), "f:1:4: not YAML: a text that begins with '@' is written in quotes: \"@x\"");
  EXPECT_EQ(problem("s: %x\n"), "f:1:4: not YAML: a text that begins with '%' is written in quotes: \"%x\"");
  EXPECT_EQ(problem("s: &\n"), "f:1:4: not YAML: a text that begins with '&' is written in quotes: \"&\"");
  EXPECT_EQ(problem("s: &x\n"), "f:1:4: anchors (&name) are not accepted: write the value out, or in quotes");
  EXPECT_EQ(problem("s: !x y\n"),
            "f:1:4: tags (!x) are not accepted; a text that begins with '!' is written in quotes");
  EXPECT_EQ(problem("s: { a: x/{name} }\n"),
            "f:1:9: not YAML: inside of { } a text with '{name}' is written in quotes: \"x/{name}\"");
  EXPECT_EQ(problem("s: { a: v{tag}, b: 1 }\n"),
            "f:1:9: not YAML: inside of { } a text with '{tag}' is written in quotes: \"v{tag}\"");
  EXPECT_EQ(problem("s: [\xE2\x80\x9Cx\xE2\x80\x9D]\n"),
            "f:1:5: typographic quotes are letters like any other; write \" or '");
  EXPECT_THAT(problems_of("s: it\xE2\x80\x99s\n"), IsEmpty());
}

TEST(Yaml, WithSomethingNeverClosedIsToldWhereItBegins) {
  const auto problem = [](const std::string& text) {
    const std::vector<std::string> problems = problems_of(text);
    return problems.size() == 1 ? problems[0] : "not one problem";
  };
  const std::string quotation = "not YAML: this quotation is not closed in its line";
  EXPECT_EQ(problem("a: 1\nb: \"x\nc: 2\nd: \"y\"\n"), "f:2:4: " + quotation);
  EXPECT_EQ(problem("a: 1\nb: 'x\nc: 2\n"), "f:2:4: " + quotation);
  EXPECT_EQ(problem("a: [ \"x ]\nb: 1\nc: \"y\"\n"), "f:1:6: " + quotation);
  EXPECT_EQ(problem("# it's\na: \"fine\"\nb: [1, 2\nc: 3\n"), "f:3:4: not YAML: this '[' is not closed");
  EXPECT_EQ(problem("a: { x: \"{tag}\", y: 2\nb: 3\n"), "f:1:4: not YAML: this '{' is not closed");
  EXPECT_EQ(problem("a: { x: \"{tag}\", y: 2 b: \"{tag}\": 3\n"), "f:1:4: not YAML: this '{' is not closed");
  EXPECT_EQ(problem("a: { x: [1], y: 2\nb: 3\n"), "f:1:4: not YAML: this '{' is not closed");
}

TEST(Yaml, IsToldAPlaceInTheFileHoweverItIsBroken) {
  const std::string whole = "a: { b: [\"x\", '{y}'], c: 1 }\nd:\n  - e: 1\n    f: \"g\\n\"\r\n  # h\n  - i: j/{tag}\n";
  for (const std::string piece : {"",  "\"", "'",  "{", "}",  "[",  "]",  "\t",     "*", "&", "@",
                                  "%", "!",  ": ", " ", "\n", "- ", "\\", "{name}", "#", "|", ","}) {
    for (std::size_t at = 0; at <= whole.size(); ++at) {
      std::string text = whole;
      piece.empty() ? text.resize(at) : static_cast<void>(text.insert(at, piece));
      Problems problems("f");
      (void)parse(text, problems);
      for (const Problem& problem : problems.take_sorted()) {
        EXPECT_LE(problem.line, std::ranges::count(text, '\n') + 2) << text;
        EXPECT_LE(problem.column, 120) << text;
        EXPECT_FALSE(problem.message.empty());
      }
    }
  }
}

TEST(Yaml, WithAQuotationThatIsNeverClosedIsRefused) {
  // Otherwise everything below a forgotten quote would silently become part of a text.
  for (const std::string text : {"a: 'open", "a: 'open\n", "a: \"open\nb: 1\n", "a: \"open\nb: 1\n\n\n", "a: [ 'x\n"}) {
    EXPECT_THAT(problems_of(text), ElementsAre(HasSubstr("not YAML"))) << text;
  }
}

TEST(Yaml, MayEndAsItLikes) {
  for (const std::string text : {"a: 1", "a: 1\n...\n", "a: 1\n...\n# bye\n", "a: |\n  x\n  y", "a: >-\n  x\n\n",
                                 "a: 'x'  # y", "\xef\xbb\xbf\x61: 1\n"}) {
    EXPECT_THAT(problems_of(text), IsEmpty()) << text;
  }
}

TEST(Yaml, WithKeysThatAreNoWordsIsRefused) {
  EXPECT_THAT(problems_of("? [a, b]\n: 1\n"), ElementsAre(HasSubstr("a key must be a word")));
  EXPECT_THAT(problems_of("~: 1\n"), ElementsAre(HasSubstr("a key must be a word")));
}

TEST(Yaml, ThatIsTooDeepIsRefused) {
  const auto nested = [](std::size_t depth) {
    return "a: " + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "\n";
  };
  EXPECT_THAT(problems_of(nested(limits::kConfigurationDepth)), IsEmpty());
  EXPECT_THAT(problems_of(nested(limits::kConfigurationDepth + 1)), ElementsAre(HasSubstr("nested deeper than")));
  EXPECT_THAT(problems_of(nested(100'000)), ElementsAre(HasSubstr("nested deeper than")));
}

TEST(Yaml, ShowsNothingUnprintable) {
  for (const std::string& text : problems_of("\"\x1b[31m\": 1\n\"\x1b[31m\": 2\n")) {
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace pullgate::config::yaml
