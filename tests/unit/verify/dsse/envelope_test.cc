#include "verify/dsse/envelope.h"

#include <gtest/gtest.h>

#include "verify/crypto/hash.h"
#include "verify/limits.h"

namespace pullgate::verify::dsse {
namespace {

TEST(PreAuthenticationEncoding, AgreesWithTheVectorOfTheProtocol) {
  EXPECT_EQ(pre_authentication_encoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(pre_authentication_encoding("", ""), "DSSEv1 0  0 ");
}

// With eight bits kept of each character these two types were one.
TEST(PreAuthenticationEncoding, CountsAndKeepsBytesCve202648758) {
  EXPECT_EQ(pre_authentication_encoding("\xC5\xB4", "\xC3\xA9"), "DSSEv1 2 \xC5\xB4 2 \xC3\xA9");
  EXPECT_NE(pre_authentication_encoding("\xC5\xB4", ""), pre_authentication_encoding("t", ""));
}

TEST(Envelope, IsReadInEitherAlphabet) {
  for (const char* payload : {"++///g==", "--___g", "--___g=="}) {
    const auto envelope = parse_envelope(
        std::string(R"({"payloadType":"t","signatures":[{"sig":"eA","keyid":"k"}],"payload":")") + payload + "\"}");
    ASSERT_TRUE(envelope) << envelope.error().message;
    EXPECT_EQ(envelope->payload, "\xfb\xef\xff\xfe");
    EXPECT_EQ(envelope->signatures.at(0).bytes, "x");
    EXPECT_EQ(envelope->signatures.at(0).key_hint, "k");
  }
}

TEST(Envelope, HasNoMoreSignaturesThanItMayHaveCve20206173) {
  const auto signed_by = [](std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += std::string(i == 0 ? "" : ",") + R"({"sig":"eA=="})";
    return parse_envelope(R"({"payload":"","payloadType":"t","signatures":[)" + list + "]}");
  };
  EXPECT_TRUE(signed_by(limits::kEnvelopeSignatures));
  const auto too_many = signed_by(limits::kEnvelopeSignatures + 1);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, ErrorCode::kLimitExceeded);
}

TEST(Envelope, OfAnotherShapeIsRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"payload":"","payloadType":"t"})", R"({"payload":"","payloadType":"t","signatures":{}})",
        R"({"payload":"","payloadType":"t","signatures":[]})", R"({"payload":"","payloadType":"t","signatures":[1]})",
        R"({"payload":"","payloadType":"t","signatures":[{}]})",
        R"({"payload":"","payloadType":"t","signatures":[{"sig":""}]})",
        R"({"payload":"","payloadType":"t","signatures":[{"sig":"eA==","keyid":1}]})",
        R"({"payload":"","payloadType":1,"signatures":[{"sig":"eA=="}]})",
        R"({"payload":null,"payloadType":"t","signatures":[{"sig":"eA=="}]})",
        R"({"Payload":"","payloadType":"t","signatures":[{"sig":"eA=="}]})"}) {
    EXPECT_FALSE(parse_envelope(text)) << text;
  }
}

}  // namespace
}  // namespace pullgate::verify::dsse
