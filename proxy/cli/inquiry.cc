#include "proxy/cli/inquiry.h"

#include <future>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace pullgate::proxy {

namespace asio = boost::asio;

Judgement Inquiry::judge(const ImageReference& image) {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a reference that was parsed has one of them.
  const TagOrDigest which = image.digest ? TagOrDigest(*image.digest) : TagOrDigest(*image.tag);
  // A Judgement has no empty state, which a future would need.
  auto judgement = std::make_shared<std::optional<Judgement>>();
  const auto ask = [](Judge& judge, Repository repository, TagOrDigest what,
                      std::shared_ptr<std::optional<Judgement>> out) -> asio::awaitable<void> {
    out->emplace(co_await judge.judge(std::move(repository), std::move(what)));
  };
  run([&] { return ask(backend_.judge(), image.repository, which, judgement); });
  return std::move(**judgement);
}

void Inquiry::run(const std::function<asio::awaitable<void>()>& work) {
  std::future<void> done = asio::co_spawn(loop_, work(), asio::use_future);
  loop_.restart();
  loop_.run();
  done.get();
}

}  // namespace pullgate::proxy
