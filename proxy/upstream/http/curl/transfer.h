#pragma once
/// A transfer with what libcurl and Asio have of it: the options of the request, and the callbacks by which libcurl
/// delivers the answer. Callbacks only note what happened; the loop acts on it when libcurl has returned.

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

#include "proxy/upstream/http/kept_connections.h"
#include "proxy/upstream/http/network.h"
#include "proxy/upstream/http/transfer.h"

namespace pullgate::proxy {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderLines = std::unique_ptr<curl_slist, ListDeleter>;

/// Touched on the strand of its loop only.
struct CurlTransfer final : Transfer, std::enable_shared_from_this<CurlTransfer> {
  CurlTransfer(HttpRequest request, Url url, Reach may_reach, Clock::time_point head_deadline)
      : Transfer(std::move(request), std::move(url), head_deadline), reach(may_reach) {}

  /// An easy handle for the request, with every option and callback set. Everything that libcurl would do by itself and
  /// should not is switched off.
  Status prepare(std::vector<std::shared_ptr<CurlTransfer>>& news_of_loop, KeptConnections& connections_of_loop);
  /// What the end of the transfer with this code means.
  [[nodiscard]] Error failure(CURLcode code) const;

  const Reach reach;
  /// Of the connection that the request was written to. An address that is not known is a stranger's.
  Network peer = Network::kInternet;
  /// The address that was out of reach.
  std::optional<boost::asio::ip::address> refused = std::nullopt;
  EasyHandle easy;
  HeaderLines lines;
  std::array<char, CURL_ERROR_SIZE> message{};
  /// Only while it is under way: what a coroutine keeps of a transfer may be destroyed after the event loop.
  std::optional<boost::asio::steady_timer> timer;
  bool head_came = false;
  /// Where callbacks leave word that there is something to deliver.
  std::vector<std::shared_ptr<CurlTransfer>>* news = nullptr;
  KeptConnections* connections = nullptr;
  /// Something of an answer was taken.
  bool is_answered = false;
  /// Not the first to be asked on its connection; which one, until the answer begins.
  bool is_reusing = false;
  /// Once is enough: a new connection that is found unfit as well is a failure.
  bool has_started_over = false;
  std::optional<int> reused;
};

}  // namespace pullgate::proxy
