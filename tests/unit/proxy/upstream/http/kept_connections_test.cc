#include "proxy/upstream/http/kept_connections.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

using Ends = KeptConnections::Ends;
using State = KeptConnections::State;

class KeptConnectionsTest : public testing::Test {
 protected:
  KeptConnectionsTest() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener, any, length), 0);
    EXPECT_EQ(::listen(listener, 1), 0);
    EXPECT_EQ(::getsockname(listener, any, &length), 0);
    ours_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(ours_, any, length), 0);
    theirs_ = ::accept(listener, nullptr, nullptr);
    ends_ = {.peer_address = "127.0.0.1", .peer_port = ntohs(address.sin_port), .local_port = 0};
    EXPECT_EQ(::getsockname(ours_, any, &length), 0);
    ends_.local_port = ntohs(address.sin_port);
    ::close(listener);
    kept_.opened(ours_);
  }
  ~KeptConnectionsTest() override {
    ::close(ours_);
    ::close(theirs_);
  }
  KeptConnectionsTest(const KeptConnectionsTest&) = delete;
  KeptConnectionsTest& operator=(const KeptConnectionsTest&) = delete;

  State before_request() { return kept_.before_request(ends_).state; }
  void they_say(std::string_view words) const {
    EXPECT_EQ(::send(theirs_, words.data(), words.size(), 0), static_cast<ssize_t>(words.size()));
    pollfd readable{.fd = ours_, .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&readable, 1, -1), 1);
  }
  /// All that there is to read.
  static void listen_to(int fd) {
    std::array<char, 4096> ignored{};
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&readable, 1, -1), 1);
    ASSERT_GT(::recv(fd, ignored.data(), ignored.size(), 0), 0);
  }

  int ours_ = -1;
  int theirs_ = -1;
  Ends ends_;
  KeptConnections kept_;
};

TEST_F(KeptConnectionsTest, IsNewOnceAndThenQuiet) {
  EXPECT_EQ(before_request(), State::kNew);
  EXPECT_EQ(before_request(), State::kQuiet);
  EXPECT_EQ(kept_.before_request(ends_).fd, ours_);
}

TEST_F(KeptConnectionsTest, IsSpoiltByAnythingThatNobodyAskedFor) {
  before_request();
  they_say("H");
  EXPECT_EQ(before_request(), State::kSpoilt);
  EXPECT_EQ(before_request(), State::kSpoilt);
}

TEST_F(KeptConnectionsTest, IsSpoiltWhenTheOtherSideHasClosedIt) {
  before_request();
  ::shutdown(theirs_, SHUT_WR);
  pollfd readable{.fd = ours_, .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&readable, 1, -1), 1);
  EXPECT_EQ(before_request(), State::kSpoilt);
}

TEST_F(KeptConnectionsTest, KnowsAConnectionByBothItsEnds) {
  EXPECT_EQ(kept_.before_request({"127.0.0.2", ends_.peer_port, ends_.local_port}).state, State::kSpoilt);
  EXPECT_EQ(kept_.before_request({"127.0.0.1", 1, ends_.local_port}).state, State::kSpoilt);
  EXPECT_EQ(kept_.before_request({"127.0.0.1", ends_.peer_port, 1}).state, State::kSpoilt);
  EXPECT_EQ(before_request(), State::kNew);
}

TEST_F(KeptConnectionsTest, ForgetsWhatWasClosed) {
  before_request();
  kept_.closed(ours_);
  EXPECT_EQ(before_request(), State::kSpoilt);
  kept_.opened(ours_);
  EXPECT_EQ(before_request(), State::kNew);
}

TEST_F(KeptConnectionsTest, AnAnswerAcknowledgesItsRequest) {
  ASSERT_EQ(::send(ours_, "GET", 3, 0), 3);
  listen_to(theirs_);
  they_say("HTTP");
  listen_to(ours_);
  EXPECT_EQ(order_of_answer(ours_), Order::kRequestFirst);
}

TEST_F(KeptConnectionsTest, AnAnswerThatWasOnItsWayBeforeTheRequestIsNone) {
  they_say("HTTP");
  std::array<char, 65536> request{};
  while (::send(ours_, request.data(), request.size(), MSG_DONTWAIT) > 0) {
  }
  listen_to(ours_);
  EXPECT_EQ(order_of_answer(ours_), Order::kAnswerFirst);
  EXPECT_EQ(order_of_answer(-1), Order::kAnswerFirst);
}

}  // namespace
}  // namespace pullgate::proxy
