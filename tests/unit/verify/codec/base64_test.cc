#include "verify/codec/base64.h"

#include <gtest/gtest.h>

namespace pullgate::verify::codec {
namespace {

struct Vector {
  std::string_view bytes;
  std::string_view text;
};

// RFC 4648 section 10.
constexpr Vector kVectors[] = {{"", ""},
                               {"f", "Zg=="},
                               {"fo", "Zm8="},
                               {"foo", "Zm9v"},
                               {"foob", "Zm9vYg=="},
                               {"fooba", "Zm9vYmE="},
                               {"foobar", "Zm9vYmFy"}};

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
  for (const Vector& vector : kVectors) {
    EXPECT_EQ(encode_base64(vector.bytes), vector.text);
    EXPECT_EQ(decode_base64(vector.text).value(), vector.bytes);
    EXPECT_EQ(decode_base64_either(vector.text).value(), vector.bytes);
  }
}

TEST(Base64, RefusesEverySpellingButOne) {
  for (std::string_view text : std::initializer_list<std::string_view>{
           "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v=", "=",
           "==", "====", "Z===", "Zm9vYg==Zg==", "Zg==Zg==", "_w==", "-w==", std::string_view("Zm9v\0", 5)}) {
    EXPECT_FALSE(decode_base64(text)) << text;
  }
}

TEST(Base64, InEitherAlphabetMayLackPadding) {
  const std::string bytes("\xfb\xef\xff\xfe", 4);
  for (std::string_view text : {"++///g==", "++///g", "--___g==", "--___g"}) {
    EXPECT_EQ(decode_base64_either(text).value(), bytes) << text;
  }
}

TEST(Base64, InEitherAlphabetRefusesWhatNeedsGuessing) {
  for (std::string_view text : {"+-///g==", "++//_g", "++///h", "++///g=", "Z", "Zm9v\n", "Zm9vYg=", "Zg==="}) {
    EXPECT_FALSE(decode_base64_either(text)) << text;
  }
}

TEST(Base64, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(decode_base64(encode_base64(bytes)).value(), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

}  // namespace
}  // namespace pullgate::verify::codec
