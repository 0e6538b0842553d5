#include "verify/codec/utf8.h"

#include <gtest/gtest.h>

namespace pullgate::verify::codec {
namespace {

TEST(Utf8, HasOneFormOfEachCharacter) {
  for (const char* good : {"", "a", "\x7F", "\xC3\xA4", "\xE2\x80\x94", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  // Overlong, surrogates, beyond U+10FFFF, cut short, a continuation alone.
  for (const char* bad :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x80", "\x80", "\xC3(", "\xE2\x28\xA1"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace pullgate::verify::codec
