#include "verify/bytes.h"

#include <gtest/gtest.h>

namespace pullgate {
namespace {

TEST(Hex, IsLowerCaseBothWays) {
  EXPECT_EQ(hex_encode(std::string("\x00\xAB\xff", 3)), "00abff");
  EXPECT_EQ(hex_decode("00abff").value(), std::string("\x00\xAB\xff", 3));
  EXPECT_EQ(hex_decode("").value(), "");
}

TEST(Hex, RefusesEverySpellingButOne) {
  for (const char* text : {"AB", "aB", "a", "abc", "0x", " ab", "ab ", "g0", "-1"}) {
    EXPECT_FALSE(hex_decode(text)) << text;
  }
}

TEST(Printable, KeepsPrintableAsciiAndEscapesEverythingElse) {
  EXPECT_EQ(printable("plain ~ text"), "plain ~ text");
  EXPECT_EQ(printable("a\r\nb\x1b[31m\x7f\xc3\xa9"), "a\\x0d\\x0ab\\x1b[31m\\x7f\\xc3\\xa9");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, NeverReturnsMoreThanItMay) {
  EXPECT_EQ(printable("0123456789", 10), "0123456789");
  EXPECT_EQ(printable("0123456789a", 10), "0123456...");
  for (std::size_t length = 0; length < 12; ++length) {
    EXPECT_LE(printable("abc\n\n\ndef", length).size(), length);
  }
}

TEST(Printable, DoesNotCutAnEscapeInTwo) {
  EXPECT_EQ(printable("abcd\n\n\n", 9), "abcd...");
}

}  // namespace
}  // namespace pullgate
