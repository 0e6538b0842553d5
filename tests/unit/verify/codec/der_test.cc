#include "verify/codec/der.h"

#include <gtest/gtest.h>

#include "verify/bytes.h"

namespace pullgate::verify::der {
namespace {

using namespace std::string_view_literals;

/// Was the reading of these bytes without a problem, and without leftovers?
template <class Read>
bool reads(std::string_view bytes, Read read) {
  Problems problems;
  Reader reader(bytes, problems);
  read(reader);
  reader.end();
  return !problems.any();
}

bool is_element(std::string_view bytes) {
  return reads(bytes, [](Reader& reader) { reader.any(); });
}

TEST(Der, HasOneSpellingOfEachLength) {
  EXPECT_TRUE(is_element("\x04\x01x"sv));
  EXPECT_TRUE(is_element(std::string("\x04\x81\x80") + std::string(128, 'x')));
  EXPECT_FALSE(is_element("\x04\x81\x01x"sv));
  EXPECT_FALSE(is_element("\x04\x82\0\x01x"sv));
  EXPECT_FALSE(is_element("\x04\x80x\0\0"sv));
  EXPECT_FALSE(is_element("\x04\x85\0\0\0\0\x01x"sv));
  EXPECT_FALSE(is_element("\x04\x02x"sv));
  EXPECT_FALSE(is_element("\x04\xFFx"sv));
  EXPECT_FALSE(is_element("\x1F\x01x"sv));
  EXPECT_FALSE(is_element("\x04"sv));
  EXPECT_FALSE(is_element(""sv));
}

TEST(Der, IsAtItsEndAfterAProblem) {
  Problems problems;
  Reader reader("\x04\x01x\x05\0"sv, problems);
  EXPECT_EQ(reader.element(kInteger).content, ""sv);
  EXPECT_TRUE(problems.any());
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(reader.next(), 0);
  EXPECT_FALSE(reader.optional(kOctetString));
}

// Found by fuzzing: an extension named with a padded part was an unknown one to us.
TEST(Der, HasOneSpellingOfEachObjectIdentifier) {
  const auto is_object = [](std::string_view bytes) {
    return reads(bytes, [](Reader& reader) { reader.object_identifier(); });
  };
  EXPECT_TRUE(is_object("\x06\x03\x55\x1D\x11"sv));
  EXPECT_TRUE(is_object("\x06\x03\x2A\x86\x48"sv));
  EXPECT_FALSE(is_object("\x06\x04\x55\x1D\x80\x11"sv));
  EXPECT_FALSE(is_object("\x06\x04\x80\x55\x1D\x11"sv));
  EXPECT_FALSE(is_object("\x06\x02\x2A\x86"sv));
  EXPECT_FALSE(is_object("\x06\0"sv));
}

TEST(Der, HasOneSpellingOfEachInteger) {
  const auto is_integer = [](std::string_view bytes) {
    return reads(bytes, [](Reader& reader) { reader.unsigned_integer(); });
  };
  EXPECT_TRUE(is_integer("\x02\x01\0"sv));
  EXPECT_TRUE(is_integer("\x02\x02\0\x80"sv));
  EXPECT_FALSE(is_integer("\x02\x02\0\x7F"sv));
  EXPECT_FALSE(is_integer("\x02\x01\x80"sv));
  EXPECT_FALSE(is_integer("\x02\0"sv));
  Problems problems;
  EXPECT_EQ(Reader("\x02\x02\x01\0"sv, problems).small_integer(), 256U);
  EXPECT_EQ(Reader("\x02\x08\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, problems).small_integer(), 0x7FFFFFFFFFFFFFFFU);
  EXPECT_FALSE(problems.any());
  Reader("\x02\x09\0\x80\0\0\0\0\0\0\0"sv, problems).small_integer();
  EXPECT_TRUE(problems.any());
}

TEST(Der, HasOneSpellingOfEachBooleanAndBitList) {
  const auto is_boolean = [](std::string_view bytes) { return reads(bytes, [](Reader& r) { r.boolean(); }); };
  EXPECT_TRUE(is_boolean("\x01\x01\xFF"sv));
  EXPECT_TRUE(is_boolean("\x01\x01\0"sv));
  EXPECT_FALSE(is_boolean("\x01\x01\x01"sv));
  EXPECT_FALSE(is_boolean("\x01\0"sv));
  const auto bits = [](std::string_view bytes) {
    Problems problems;
    const std::uint32_t value = Reader(bytes, problems).named_bits();
    return problems.any() ? std::uint32_t{0xFFFFFFFF} : value;
  };
  EXPECT_EQ(bits("\x03\x02\x07\x80"sv), 1U);
  EXPECT_EQ(bits("\x03\x02\x01\x06"sv), (1U << 5U) | (1U << 6U));
  EXPECT_EQ(bits("\x03\x03\x07\0\x80"sv), 1U << 8U);
  EXPECT_EQ(bits("\x03\x01\0"sv), 0U);
  EXPECT_EQ(bits("\x03\x02\x07\xC0"sv), 0xFFFFFFFFU);
  EXPECT_EQ(bits("\x03\x02\0\x80"sv), 0xFFFFFFFFU);
  EXPECT_EQ(bits("\x03\x02\x08\x80"sv), 0xFFFFFFFFU);
  EXPECT_EQ(bits("\x03\x01\x01"sv), 0xFFFFFFFFU);
  EXPECT_EQ(bits("\x03\0"sv), 0xFFFFFFFFU);
  EXPECT_FALSE(reads("\x03\x02\x01\x80"sv, [](Reader& reader) { reader.whole_bits(); }));
  EXPECT_TRUE(reads("\x03\x02\0\x80"sv, [](Reader& reader) { reader.whole_bits(); }));
}

std::string time_in(std::uint8_t tag, std::string_view text, bool with_fraction) {
  const std::string bytes = header(tag, text.size()) + std::string(text);
  Problems problems;
  Reader reader(bytes, problems);
  const Time time = with_fraction ? reader.time_with_fraction() : reader.time();
  return problems.any() ? "refused" : to_rfc3339(time);
}

TEST(Der, ReadsTimesOfCertificates) {
  EXPECT_EQ(time_in(kUtcTime, "230712155636Z", false), "2023-07-12T15:56:36Z");
  EXPECT_EQ(time_in(kUtcTime, "500101000000Z", false), "1950-01-01T00:00:00Z");
  EXPECT_EQ(time_in(kUtcTime, "491231235959Z", false), "2049-12-31T23:59:59Z");
  EXPECT_EQ(time_in(kGeneralizedTime, "20500101000000Z", false), "2050-01-01T00:00:00Z");
  for (const char* wrong : {"2307121556Z", "230712155636+0000", "230732155636Z", "230229000000Z", "230712245636Z",
                            "230712155660Z", "23071215563xZ", "", "230712155636z", "-30712155636Z"}) {
    EXPECT_EQ(time_in(kUtcTime, wrong, false), "refused") << wrong;
  }
  EXPECT_EQ(time_in(kGeneralizedTime, "20230712155636.5Z", false), "refused");
  // Without seconds the one form is as long as the other, and says another year.
  EXPECT_EQ(time_in(kGeneralizedTime, "260301120000Z", false), "refused");
  EXPECT_EQ(time_in(kUtcTime, "20260301120000Z", false), "refused");
}

TEST(Der, ReadsTimesOfTimestamps) {
  EXPECT_EQ(time_in(kGeneralizedTime, "20230712155636Z", true), "2023-07-12T15:56:36Z");
  EXPECT_EQ(time_in(kGeneralizedTime, "20230712155636.5Z", true), "2023-07-12T15:56:36.500Z");
  EXPECT_EQ(time_in(kGeneralizedTime, "20230712155636.999999999Z", true), "2023-07-12T15:56:36.999Z");
  for (const char* wrong : {"20230712155636.Z", "20230712155636.50Z", "20230712155636,5Z", "20230712155636.5",
                            "20230712155636.1234567890Z", "20230712155636.-5Z", "230712155636Z", "20230712155636"}) {
    EXPECT_EQ(time_in(kGeneralizedTime, wrong, true), "refused") << wrong;
  }
}

TEST(Der, WritesHeadersAsItReadsThem) {
  for (std::size_t length : {0UL, 1UL, 127UL, 128UL, 255UL, 256UL, 65535UL, 65536UL}) {
    const std::string bytes = header(kOctetString, length) + std::string(length, 'x');
    Problems problems;
    Reader reader(bytes, problems);
    EXPECT_EQ(reader.content(kOctetString).size(), length);
    EXPECT_FALSE(problems.any());
    EXPECT_TRUE(reader.at_end());
  }
}

}  // namespace
}  // namespace pullgate::verify::der
