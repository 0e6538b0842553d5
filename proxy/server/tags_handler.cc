#include <algorithm>
#include <utility>

#include "proxy/ops/json_text.h"
#include "proxy/server/handlers.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// The same list, further on. Names and tags need no encoding; a name space may have a colon or brackets.
std::string link_to_next(const TagsRequest& request, std::size_t count, const std::string& last) {
  std::string link = "</v2/" + request.name.path + "/tags/list?n=" + std::to_string(count) + "&last=" + last;
  if (request.name.name_space) {
    link += "&ns=";
    for (const char c : *request.name.name_space) {
      if (c == ':')
        link += "%3A";
      else if (c == '[')
        link += "%5B";
      else if (c == ']')
        link += "%5D";
      else
        link += c;
    }
  }
  return link + ">; rel=\"next\"";
}

}  // namespace

asio::awaitable<void> answer_tags(const Service& service, Exchange& exchange, Repository repository,
                                  TagsRequest request) {
  if (!service.judge.is_in_scope(repository)) {
    co_await exchange.refuse(out_of_scope(repository));
    co_return;
  }
  Upstream* upstream = service.upstreams.find(repository.registry());
  Result<std::vector<std::string>> listed = co_await upstream->tags(repository.path());
  if (!listed) {
    co_await exchange.refuse(upstream_failure(listed.error(), Wanted::kList));
    co_return;
  }
  // What is not a tag cannot be pulled, and must not reach a header.
  std::erase_if(*listed, [](const std::string& text) { return !Tag::parse(text).has_value(); });
  std::ranges::sort(*listed);
  const auto first = request.last.empty() ? listed->begin() : std::ranges::upper_bound(*listed, request.last);
  const auto remaining = static_cast<std::size_t>(listed->end() - first);
  const std::size_t count = std::min({request.count.value_or(limits::kTagsPerPage), limits::kTagsPerPage, remaining});

  JsonText json;
  json.begin_object().key("name").value(request.name.path).key("tags").begin_array();
  for (std::size_t i = 0; i < count; ++i) json.value(*(first + static_cast<std::ptrdiff_t>(i)));
  json.end_array().end_object();
  ResponseHead head(200);
  head.add("Content-Type", "application/json");
  if (count > 0 && count < remaining) {
    head.add("Link", link_to_next(request, request.count.value_or(limits::kTagsPerPage),
                                  *(first + static_cast<std::ptrdiff_t>(count - 1))));
  }
  co_await exchange.answer(std::move(head), json.text());
}

}  // namespace pullgate::proxy
