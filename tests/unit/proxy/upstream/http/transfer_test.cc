#include "proxy/upstream/http/transfer.h"

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

struct TestedTransfer final : Transfer {
  explicit TestedTransfer(std::string_view length = "10")
      : Transfer({.url = "http://ghcr.io/"}, *Url::parse("http://ghcr.io/"), Clock::now() + std::chrono::hours(1)) {
    EXPECT_EQ(take_header_line("HTTP/1.1 200 OK\r\n"), Taken::kAll);
    EXPECT_EQ(take_header_line("Content-Length: " + std::string(length) + "\r\n"), Taken::kAll);
    EXPECT_EQ(take_header_line("\r\n"), Taken::kAll);
  }

  /// What the next reader would get, or "waits".
  std::string next() {
    std::string got = "waits";
    wait_for_body([&](Result<std::string> bytes) { got = bytes ? *bytes : std::string(to_string(bytes.error().code)); },
                  {});
    drop_waiters();
    return got;
  }
};

TEST(Transfer, GivesTheHeadOnceAndThenTheBytes) {
  TestedTransfer transfer;
  int status = 0;
  transfer.wait_for_head([&](const Result<HttpResponseHead>& head) { status = head->status; });
  EXPECT_EQ(status, 200);
  EXPECT_EQ(transfer.next(), "waits");
  transfer.take_body("ab");
  transfer.take_body("cd");
  EXPECT_EQ(transfer.next(), "abcd");
  EXPECT_EQ(transfer.next(), "waits");
  transfer.end(std::nullopt);
  EXPECT_EQ(transfer.next(), "");
}

TEST(Transfer, GivesBytesBeforeTheFailureThatFollowedThem) {
  TestedTransfer transfer;
  transfer.take_body("ab");
  transfer.end(Error{ErrorCode::kTimedOut, "first"});
  transfer.end(Error{ErrorCode::kCancelled, "second"});
  EXPECT_EQ(transfer.next(), "ab");
  EXPECT_EQ(transfer.next(), to_string(ErrorCode::kTimedOut));
}

TEST(Transfer, TurnsBytesAwayUntilThereIsRoom) {
  TestedTransfer transfer("1000000");
  const std::string piece(16UL * 1024, 'x');
  for (int i = 0; i < 16; ++i) EXPECT_EQ(transfer.take_body(piece), Transfer::Taken::kAll);
  EXPECT_FALSE(transfer.may_resume());
  EXPECT_EQ(transfer.take_body(piece), Transfer::Taken::kNotNow);
  EXPECT_TRUE(transfer.excuse_if_paused());
  EXPECT_FALSE(transfer.may_resume());
  EXPECT_EQ(transfer.next().size(), 16 * piece.size());
  EXPECT_TRUE(transfer.may_resume());
  EXPECT_FALSE(transfer.may_resume());
  EXPECT_FALSE(transfer.excuse_if_paused());
}

TEST(Transfer, ReadsToAnEndThatIsNearOnly) {
  TestedTransfer near("65536");
  near.take_body("unread");
  EXPECT_TRUE(near.drain());
  EXPECT_EQ(near.take_body(std::string(60'000, 'x')), Transfer::Taken::kAll);
  EXPECT_EQ(near.take_body(std::string(60'000, 'x')), Transfer::Taken::kNoMore);
  TestedTransfer far("65537");
  EXPECT_FALSE(far.drain());
}

}  // namespace
}  // namespace pullgate::proxy
