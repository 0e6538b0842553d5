#include <algorithm>
#include <utility>

#include "policy/explain.h"
#include "proxy/server/decision_log.h"
#include "proxy/server/handlers.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// RFC 9111 section 5.5, distribution-spec "Warnings"; the text stands in quotes.
std::string warning_header(const policy::Decision& decision) {
  std::string text = printable(policy::one_line(decision), 400);
  std::ranges::replace(text, '"', '\'');
  std::ranges::replace(text, '\\', '/');
  return "299 - \"" + text + "\"";
}

std::string decision_header(const Judged& judged) {
  if (!judged.decision) return "evidence";
  return std::string(policy::to_string(judged.decision->verdict())) + "; id=" + judged.decision->id() +
         "; rule=" + printable(judged.decision->rule(), 100);
}

/// The only place from which a manifest is served: whoever comes here was given an Admission by the judge.
asio::awaitable<void> serve_manifest(Exchange& exchange, const Admission& admission) {
  const Digest& digest = admission.content().digest();
  const bool is_known = names_digest(exchange.request(), "if-none-match", digest);
  ResponseHead head(is_known ? 304 : 200);
  head.add("Content-Type", std::string(admission.media_type()));
  head.add("Docker-Content-Digest", digest.text());
  head.add("ETag", "\"" + digest.text() + "\"");
  head.add("X-Pullgate-Decision", decision_header(admission.judged()));
  const auto& decision = admission.judged().decision;
  if (decision && decision->verdict() == policy::Verdict::kWarn && decision->mode() == policy::Mode::kWarn) {
    head.add("Warning", warning_header(*decision));
  }
  co_await exchange.answer(std::move(head), admission.content().bytes());
}

asio::awaitable<void> serve_refusal(Exchange& exchange, const Refusal& refusal) {
  OciError error = denial(*refusal.judged.decision);
  ResponseHead head = error_head(error);
  head.add("X-Pullgate-Decision", decision_header(refusal.judged));
  co_await exchange.refuse(std::move(error), std::move(head));
}

}  // namespace

bool names_digest(const Request& request, std::string_view header, const Digest& digest) {
  const std::string* value = request.header(header);
  if (value == nullptr) return false;
  std::string_view list = *value;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view tag = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
    while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
    if (tag == digest.text()) return true;
  }
  return false;
}

asio::awaitable<void> answer_manifest(const Service& service, Exchange& exchange, Repository repository,
                                      ManifestRequest request) {
  const auto begun = exchange.now();
  const Judgement judgement = co_await service.judge.judge(repository, request.reference);
  const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(exchange.now() - begun);
  log_judgement(service.log,
                {exchange.id(), exchange.peer(), exchange.request().method == Method::kHead ? "HEAD" : "GET",
                 std::move(repository), request.reference},
                judgement, duration);
  // Whatever is not an admission is a refusal; there is no way out of this function that serves.
  if (const auto* admission = std::get_if<Admission>(&judgement)) {
    co_await serve_manifest(exchange, *admission);
  } else if (const auto* refusal = std::get_if<Refusal>(&judgement)) {
    co_await serve_refusal(exchange, *refusal);
  } else {
    co_await exchange.refuse(upstream_failure(std::get<Unavailable>(judgement).error, Wanted::kManifest));
  }
}

}  // namespace pullgate::proxy
