#include "proxy/wire/response.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

TEST(ResponseHead, IsWrittenInTheOrderItWasMade) {
  ResponseHead head(200);
  head.add("Content-Type", "application/json");
  head.add("ETag", "\"x\"");
  EXPECT_EQ(written_head(head, 12, KeepAlive::kYes),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"x\"\r\nContent-Length: 12\r\n\r\n");
}

TEST(ResponseHead, SaysWhenTheConnectionEnds) {
  EXPECT_EQ(written_head(ResponseHead(404), 0, KeepAlive::kNo),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, HasNoLengthWhenNothingWasModified) {
  EXPECT_EQ(written_head(ResponseHead(304), 12, KeepAlive::kYes), "HTTP/1.1 304 Not Modified\r\n\r\n");
}

TEST(ResponseHead, CarriesAReasonOfItsOwn) {
  ResponseHead head(403);
  head.set_reason("Forbidden - pullgate: unsigned");
  EXPECT_EQ(written_head(head, 0, KeepAlive::kYes),
            "HTTP/1.1 403 Forbidden - pullgate: unsigned\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseHead, CannotBeSplit) {
  ResponseHead head(403);
  for (const char* value : {"a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\tb", "\x7f", "\xc3\xa4"}) {
    EXPECT_THROW(head.add("X", value), std::invalid_argument);
    EXPECT_THROW(head.set_reason(value), std::invalid_argument);
  }
  EXPECT_THROW(head.add("X", std::string("a\0b", 3)), std::invalid_argument);
  for (const char* name : {"", "a b", "a:", "a\r\n", "\xc3"}) {
    EXPECT_THROW(head.add(name, "x"), std::invalid_argument) << name;
  }
  EXPECT_TRUE(head.headers().empty());
  EXPECT_EQ(head.reason(), "");
}

}  // namespace
}  // namespace pullgate::proxy
