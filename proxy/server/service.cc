#include "proxy/server/service.h"

#include <utility>

#include "proxy/server/handlers.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> answer_version(Exchange& exchange) {
  ResponseHead head(200);
  head.add("Content-Type", "application/json");
  co_await exchange.answer(std::move(head), "{}");
}

asio::awaitable<void> dispatch(const Service& service, Exchange& exchange, Repository repository,
                               ManifestRequest request) {
  return answer_manifest(service, exchange, std::move(repository), std::move(request));
}
asio::awaitable<void> dispatch(const Service& service, Exchange& exchange, Repository repository, BlobRequest request) {
  return answer_blob(service, exchange, std::move(repository), std::move(request));
}
asio::awaitable<void> dispatch(const Service& service, Exchange& exchange, Repository repository, TagsRequest request) {
  return answer_tags(service, exchange, std::move(repository), std::move(request));
}
asio::awaitable<void> dispatch(const Service& service, Exchange& exchange, Repository repository,
                               ReferrersRequest request) {
  return answer_referrers(service, exchange, std::move(repository), std::move(request));
}

/// Settles the name, then lets the endpoint's handler answer.
struct Answer {
  const Service& service;
  Exchange& exchange;

  asio::awaitable<void> operator()(VersionCheck) const { return answer_version(exchange); }

  asio::awaitable<void> operator()(OciError error) const { co_await exchange.refuse(std::move(error)); }

  template <class Request>
  asio::awaitable<void> operator()(Request request) const {
    auto settled = service.naming.repository(request.name);
    if (auto* error = std::get_if<OciError>(&settled)) {
      co_await exchange.refuse(std::move(*error));
      co_return;
    }
    auto& repository = std::get<Repository>(settled);
    if (request.name.name_space) exchange.set_name_space(repository.registry());
    co_await dispatch(service, exchange, std::move(repository), std::move(request));
  }
};

}  // namespace

asio::awaitable<void> answer_request(const Service& service, Exchange& exchange) {
  const Answer answer{service, exchange};
  Route route = parse_route(exchange.request().method, exchange.request().target);
  co_await std::visit([&](auto& which) { return answer(std::move(which)); }, route);
}

}  // namespace pullgate::proxy
