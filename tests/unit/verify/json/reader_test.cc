#include "verify/json/reader.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "verify/json_document.h"

namespace pullgate::verify::json {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

ErrorCode code_of(std::string_view text) {
  const Result<Document> document = parse(text);
  EXPECT_FALSE(document) << text;
  return document ? ErrorCode::kInternal : document.error().code;
}

TEST(JsonReader, ReadsEveryKindOfValue) {
  const char* text = R"({"a":[1,-2,3.5,true,false,null,"x\u00e9\ud83d\ude00"],"b":{}})";
  EXPECT_EQ(parse_json(text).value(), nlohmann::json::parse(text));
  for (const char* scalar : {"1", "\"x\"", "null", " true\n"}) EXPECT_TRUE(parse(scalar)) << scalar;
}

TEST(JsonReader, RefusesDuplicateKeysCve202644309) {
  EXPECT_EQ(code_of(R"({"a":1,"a":1})"), ErrorCode::kMalformed);
  EXPECT_EQ(code_of(R"({"x":[{"a":1,"b":2,"a":{}}]})"), ErrorCode::kMalformed);
  // The same key in other letters of the text.
  EXPECT_EQ(code_of(R"({"a":1,"\u0061":2})"), ErrorCode::kMalformed);
  EXPECT_TRUE(parse(R"({"a":{"a":1},"b":[{"a":1},{"a":1}]})"));
}

TEST(JsonReader, RefusesWhatComesBeforeAndAfterTheValue) {
  for (const char* text : {"\xEF\xBB\xBF{}", "{}x", "{}{}", "{},", "[] []", "// c\n{}", "{}/**/", ""}) {
    EXPECT_EQ(code_of(text), ErrorCode::kMalformed) << text;
  }
  // The library takes a NUL byte for the end: whatever is hidden behind it would be signed and never read.
  using namespace std::string_literals;
  EXPECT_EQ(code_of("{}\0{\"a\":1}"s), ErrorCode::kMalformed);
  EXPECT_EQ(code_of("{}\0"s), ErrorCode::kMalformed);
  EXPECT_EQ(code_of("{\"a\":\"\0\"}"s), ErrorCode::kMalformed);
}

TEST(JsonReader, RefusesTextThatIsNotUnicode) {
  for (const char* text : {"\"\xff\"", "\"\xc3\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
                           R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")", R"({"\ud800":1})"}) {
    EXPECT_EQ(code_of(text), ErrorCode::kMalformed) << text;
  }
}

TEST(JsonReader, RefusesWhatOnlySomeReadersRead) {
  for (const char* text : {"{a:1}", "{'a':1}", "[1,]", "{\"a\":1,}", "NaN", "Infinity", "-", "01", "+1", ".5", "1.",
                           "1e400", "\"\t\"", "\"\\x41\"", "{\"a\"}", "[", "\"", "tru", "[1 2]"}) {
    EXPECT_EQ(code_of(text), ErrorCode::kMalformed) << text;
  }
}

TEST(JsonReader, CountsDepth) {
  EXPECT_TRUE(parse(nested(limits::kJsonDepth)));
  EXPECT_EQ(code_of(nested(limits::kJsonDepth + 1)), ErrorCode::kLimitExceeded);
  EXPECT_EQ(code_of(std::string(1'000'000, '[')), ErrorCode::kLimitExceeded);
}

TEST(JsonReader, CountsValues) {
  EXPECT_TRUE(parse("[1,2,3]", 64, 4));
  const Result<Document> more = parse("[1,2,3,4]", 64, 4);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kLimitExceeded);
}

TEST(JsonReader, SaysNothingOfTheTextButAKey) {
  const Result<Document> document = parse("{\"k\x1b\":1,\"k\x1b\":2}");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().message.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace pullgate::verify::json
