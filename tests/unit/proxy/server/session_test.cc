#include "proxy/server/session.h"

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "tests/support/scripted_stream.h"
#include "tests/unit/proxy/answers.h"
#include "tests/unit/proxy/bench.h"

namespace pullgate::proxy {
namespace {

using std::chrono_literals::operator""ms;
using tests::Answer;
using tests::Bench;
using tests::ScriptedStream;

const std::string kPing = "GET /v2/ HTTP/1.1\r\nHost: gate\r\n\r\n";
const std::string kLastPing = "GET /v2/ HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n";

class SessionTest : public testing::Test {
 protected:
  void converse(std::vector<ScriptedStream::Step> steps) {
    Session session(std::make_unique<ScriptedStream>(record_, std::move(steps)), bench_.service(), timeouts_, "c");
    bench_.run_void(session.run());
    EXPECT_TRUE(record_.is_closed);
  }
  std::vector<Answer> answers(const std::vector<std::string>& methods) {
    return tests::parse_answers(record_.sent, methods);
  }

  Bench bench_;
  config::Timeouts timeouts_;
  ScriptedStream::Record record_;
};

TEST_F(SessionTest, AnswersOneRequestAfterTheOther) {
  converse({kPing, kPing});
  const auto seen = answers({"GET", "GET"});
  EXPECT_EQ(seen[0].status, 200);
  EXPECT_EQ(seen[0].body, "{}");
  EXPECT_EQ(seen[0].header("docker-distribution-api-version"), "registry/2.0");
  EXPECT_EQ(seen[0].header("date"), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(seen[0].header("connection"), "");
}

TEST_F(SessionTest, AnswersRequestsThatArriveTogether) {
  converse({kPing + kPing + kLastPing + kPing});
  const auto seen = answers({"GET", "GET", "GET"});
  EXPECT_EQ(seen[2].header("connection"), "close");
}

TEST_F(SessionTest, EndsAnIdleConnectionWithoutAWord) {
  converse({kPing, ScriptedStream::Stall{}});
  EXPECT_EQ(answers({"GET"}).size(), 1U);
  ASSERT_EQ(record_.deadlines.size(), 2U);
  EXPECT_EQ(record_.deadlines[1] - record_.deadlines[0],
            timeouts_.client_idle - std::min(timeouts_.client_header, timeouts_.client_idle) + 1ms);
}

TEST_F(SessionTest, DoesNotLetATrickleOfBytesExtendTheDeadline) {
  std::vector<ScriptedStream::Step> steps;
  for (const char c : std::string_view("GET /v2/ HTTP/1.1\r\nHost: ga")) steps.emplace_back(std::string(1, c));
  steps.emplace_back(ScriptedStream::Stall{});
  converse(std::move(steps));
  EXPECT_EQ(answers({"GET"}).at(0).status, 408);
  for (std::size_t i = 2; i + 1 < record_.deadlines.size(); ++i) {
    EXPECT_EQ(record_.deadlines[i], record_.deadlines[1]) << i;
  }
}

TEST_F(SessionTest, DoesNotLetEmptyLinesExtendTheDeadline) {
  converse({"\r\n", "\r\n", "\r\n\r\n", ScriptedStream::Stall{}});
  ASSERT_EQ(record_.deadlines.size(), 4U);
  EXPECT_EQ(record_.deadlines[2], record_.deadlines[1]);
  EXPECT_EQ(record_.deadlines[3], record_.deadlines[1]);
}

TEST_F(SessionTest, ClosesAfterWhatIsNotARequest) {
  converse({"GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + kPing, kPing});
  const auto seen = answers({"GET"});
  EXPECT_EQ(seen[0].status, 400);
  EXPECT_EQ(seen[0].header("connection"), "close");
  EXPECT_NE(seen[0].body.find("UNSUPPORTED"), std::string::npos);
}

TEST_F(SessionTest, NeverTakesTheBodyOfARefusedRequestForARequest) {
  converse({"PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\n\r\n" + kPing});
  const auto seen = answers({"PUT"});
  EXPECT_EQ(seen[0].status, 405);
  EXPECT_EQ(seen[0].header("allow"), "GET, HEAD");
  EXPECT_TRUE(record_.has_finished_sending);
}

TEST_F(SessionTest, EndsWhenTheClientCannotBeWrittenTo) {
  record_.fails_after = 0;
  converse({kPing, kPing});
  EXPECT_EQ(record_.sent, "");
  EXPECT_EQ(record_.deadlines.size(), 1U);
}

TEST_F(SessionTest, TurnsABugIntoA500AndLivesOn) {
  bench_.upstream().fail_with([](const std::string&) -> std::optional<Error> { throw std::logic_error("a bug"); });
  converse({"GET /v2/acme/app/tags/list HTTP/1.1\r\nHost: a\r\n\r\n", kPing});
  const auto seen = answers({"GET"});
  EXPECT_EQ(seen[0].status, 500);
  EXPECT_EQ(seen[0].header("connection"), "close");
  EXPECT_EQ(seen[0].body.find("a bug"), std::string::npos);
  ASSERT_FALSE(bench_.log_lines().empty());
  EXPECT_NE(bench_.log_lines().back().find("a bug"), std::string::npos);
}

TEST_F(SessionTest, CompletesAnAnswerWhenItIsToFinishAndTakesNoOther) {
  bench_.put_image("open/app", "app.json", "1.0");
  bench_.upstream().hold();
  const std::string request = "GET /v2/open/app/manifests/1.0 HTTP/1.1\r\nHost: a\r\n\r\n";
  Session session(std::make_unique<ScriptedStream>(record_, std::vector<ScriptedStream::Step>{request, kPing}),
                  bench_.service(), timeouts_, "c");
  // Once the answer waits for the upstream, and not before: an idle session would close at once.
  const auto finish_when_it_answers = [&]() -> boost::asio::awaitable<void> {
    while (bench_.upstream().calls().empty()) co_await boost::asio::post(bench_.loop(), boost::asio::use_awaitable);
    session.finish();
    bench_.upstream().release();
  };
  boost::asio::co_spawn(bench_.loop(), finish_when_it_answers, boost::asio::detached);
  bench_.run_void(session.run());
  EXPECT_EQ(answers({"GET"}).at(0).status, 200);
}

TEST_F(SessionTest, ClosesAnIdleConnectionWhenItIsToFinish) {
  Session session(std::make_unique<ScriptedStream>(record_, std::vector<ScriptedStream::Step>{kPing}), bench_.service(),
                  timeouts_, "c");
  session.finish();
  bench_.run_void(session.run());
  EXPECT_EQ(record_.sent, "");
}

}  // namespace
}  // namespace pullgate::proxy
