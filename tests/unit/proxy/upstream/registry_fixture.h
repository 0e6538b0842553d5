#pragma once
/// What the tests of registries share: an upstream in front of a scripted
/// server.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "proxy/upstream/registry.h"
#include "tests/support/coroutine_run.h"
#include "tests/support/scripted_server.h"
#include "tests/unit/proxy/upstream/client_on_threads.h"

namespace pullgate::proxy {

/// One request, one answer of the test's choice.
class RegistryTest : public testing::Test {
 protected:
  using Handler = tests::ScriptedServer::Handler;

  Upstream& registry(Handler handler, std::optional<std::filesystem::path> credentials = std::nullopt,
                     std::optional<std::string> token_service = std::nullopt) {
    server_ = std::make_unique<tests::ScriptedServer>(std::move(handler));
    config::RegistryEndpoint endpoint{.url = server_->url(),
                                      .ca = std::nullopt,
                                      .credentials_file = std::move(credentials),
                                      .token_service = std::move(token_service)};
    config::Timeouts timeouts;
    timeouts.upstream_response = std::chrono::seconds(5);
    registry_ = make_registry_upstream(*client_, endpoint, timeouts);
    return *registry_;
  }
  Upstream& answering(int status, std::string body, std::string header_lines = {}) {
    return registry([=](tests::ScriptedConnection& connection, const tests::ReceivedRequest& request) {
      if (request.method != "HEAD") return connection.answer(status, body, header_lines);
      connection.send(
          fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n{}\r\n", status, body.size(), header_lines));
    });
  }
  Upstream& saying(std::string said) {
    return registry([=](tests::ScriptedConnection& connection, const tests::ReceivedRequest&) {
      connection.send(said);
      connection.close();
    });
  }
  tests::ReceivedRequest asked(std::size_t which = 0) { return server_->requests().at(which); }

  static Result<FetchedManifest> manifest(Upstream& upstream, std::string_view which) {
    return tests::run_to_end(upstream.manifest("acme/app", *parse_tag_or_digest(which)));
  }
  static Result<std::string> whole_blob(Upstream& upstream, std::optional<ByteRange> range = std::nullopt) {
    return tests::run_to_end(
        [](Upstream& from, std::optional<ByteRange> part) -> boost::asio::awaitable<Result<std::string>> {
          auto source = co_await from.blob("acme/app", Digest::of("x"), part);
          if (!source) co_return source.error();
          std::string bytes;
          while (true) {
            const auto more = co_await (*source)->read();
            if (!more) co_return more.error();
            if (more->empty()) co_return bytes;
            bytes += *more;
          }
        }(upstream, range));
  }
  struct Opened {
    std::uint64_t total = 0;
    ByteRange part;
  };
  static Result<Opened> opened_blob(Upstream& upstream, std::optional<ByteRange> range) {
    return tests::run_to_end(
        [](Upstream& from, std::optional<ByteRange> part) -> boost::asio::awaitable<Result<Opened>> {
          auto source = co_await from.blob("acme/app", Digest::of("x"), part);
          if (!source) co_return source.error();
          co_return Opened{(*source)->total_size(), (*source)->part()};
        }(upstream, range));
  }
  static Result<Content> small_blob(Upstream& upstream, std::string_view content, std::uint64_t size,
                                    std::size_t limit = 1000) {
    return tests::run_to_end(upstream.small_blob(
        "acme/app", {.media_type = "application/x", .digest = Digest::of(content), .size = size}, limit));
  }
  static Result<std::vector<Descriptor>> referrers(Upstream& upstream) {
    return tests::run_to_end(upstream.referrers("acme/app", Digest::of("subject")));
  }
  static Result<std::vector<std::string>> tags(Upstream& upstream) {
    return tests::run_to_end(upstream.tags("acme/app"));
  }

  ClientOnThreads client_;
  std::unique_ptr<tests::ScriptedServer> server_;
  std::unique_ptr<Upstream> registry_;
};

/// With a folder for the file of credentials.
class RegistryWithCredentialsTest : public RegistryTest {
 protected:
  RegistryWithCredentialsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pullgate-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~RegistryWithCredentialsTest() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path credentials(std::string_view content) {
    std::ofstream(directory_ / "credentials") << content;
    return directory_ / "credentials";
  }

  std::filesystem::path directory_;
};

}  // namespace pullgate::proxy
