#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <filesystem>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "proxy/upstream/http_client.h"
#include "tests/support/coroutine_run.h"
#include "tests/support/error_code.h"
#include "tests/unit/proxy/upstream/client_on_threads.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using tests::run_to_end;

std::filesystem::path file(const std::string& name) {
  return std::filesystem::path(PULLGATE_TEST_DATA) / "unit/proxy/upstream/tls" / name;
}

enum class Farewell { kProper, kNone };

/// Says one thing to every client that accepts its certificate.
class TlsServer {
 public:
  TlsServer(const std::string& certificate, std::string said, Farewell farewell = Farewell::kProper)
      : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free), said_(std::move(said)), farewell_(farewell) {
    if (SSL_CTX_use_certificate_file(context_.get(), file(certificate + ".pem").c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context_.get(), file(certificate + ".key").c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("no certificate");
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
      throw std::runtime_error("no loopback socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  void serve() {
    sigset_t pipe;  // OpenSSL writes without MSG_NOSIGNAL, also to a client that has just refused the certificate
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (true) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(context_.get()), &SSL_free);
      SSL_set_fd(session.get(), fd);
      std::array<char, 4096> request{};
      if (SSL_accept(session.get()) == 1 && SSL_read(session.get(), request.data(), request.size()) > 0) {
        SSL_write(session.get(), said_.data(), static_cast<int>(said_.size()));
        if (farewell_ == Farewell::kProper) SSL_shutdown(session.get());
      }
      ::shutdown(fd, SHUT_RDWR);
      ::close(fd);
    }
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::string said_;
  Farewell farewell_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

const std::string kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

class HttpClientTlsTest : public testing::Test {
 protected:
  Result<std::string> get(const TlsServer& server, std::optional<std::filesystem::path> ca) {
    return run_to_end([](HttpClient& http, HttpRequest request) -> asio::awaitable<Result<std::string>> {
      auto response = co_await http.send(std::move(request));
      if (!response) co_return response.error();
      co_return co_await read_all(**response, 1000);
    }(*client_, {.url = server.url(), .ca = std::move(ca)}));
  }

  ClientOnThreads client_;
};

TEST_F(HttpClientTlsTest, TrustsTheAuthorityOfTheUpstream) {
  const TlsServer server("server", kHello);
  const auto body = get(server, file("authority.pem"));
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(*body, "hello");
}

TEST_F(HttpClientTlsTest, RefusesACertificateThatNoTrustedAuthoritySigned) {
  const TlsServer server("server", kHello);
  EXPECT_EQ(tests::error_code(get(server, std::nullopt)), ErrorCode::kUnreachable);
  EXPECT_EQ(tests::error_code(get(server, file("stranger.pem"))), ErrorCode::kUnreachable);
  // Not even on a connection that another request has already made.
  ASSERT_TRUE(get(server, file("authority.pem")));
  EXPECT_EQ(tests::error_code(get(server, file("stranger.pem"))), ErrorCode::kUnreachable);
}

TEST_F(HttpClientTlsTest, RefusesACertificateForAnotherAddress) {
  const TlsServer server("elsewhere", kHello);
  EXPECT_EQ(tests::error_code(get(server, file("authority.pem"))), ErrorCode::kUnreachable);
}

TEST_F(HttpClientTlsTest, AnAuthorityFileThatCannotBeReadIsOurOwnFault) {
  const TlsServer server("server", kHello);
  EXPECT_EQ(tests::error_code(get(server, file("absent.pem"))), ErrorCode::kInternal);
}

TEST_F(HttpClientTlsTest, ACutSessionIsNotTheEndOfABody) {
  const TlsServer server("server", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", Farewell::kNone);
  EXPECT_FALSE(get(server, file("authority.pem")));
}

}  // namespace
}  // namespace pullgate::proxy
