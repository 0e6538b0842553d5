#include "proxy/upstream/registry.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "proxy/upstream/distribution/answers.h"
#include "proxy/upstream/distribution/authorizer.h"
#include "proxy/upstream/http/url.h"
#include "proxy/upstream/json_documents.h"
#include "verify/limits.h"

namespace pullgate::proxy {

namespace {

namespace asio = boost::asio;
using Headers = std::vector<std::pair<std::string, std::string>>;
using Answer = Result<std::unique_ptr<HttpResponse>>;

/// What is wanted of a manifest, always the same: registries choose by Accept what a tag means (docker-registry 2.8
/// has two digests for one tag), and two answers could not be judged as one.
constexpr std::string_view kAcceptManifests =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

Error invalid(std::string message) {
  return {ErrorCode::kUpstreamInvalid, std::move(message)};
}

/// Counts, so that a transfer can end neither early nor late.
class RegistryBlob final : public BlobSource {
 public:
  RegistryBlob(std::unique_ptr<HttpResponse> response, ByteRange part, std::uint64_t length, std::uint64_t total_size)
      : response_(std::move(response)), part_(part), left_(length), total_size_(total_size) {}

  [[nodiscard]] std::uint64_t total_size() const override { return total_size_; }
  [[nodiscard]] ByteRange part() const override { return part_; }

  asio::awaitable<Result<std::string_view>> read() override {
    auto bytes = co_await response_->read();
    if (!bytes) co_return bytes;
    if (bytes->empty() && left_ > 0) co_return invalid("the blob ended early");
    if (bytes->size() > left_) co_return invalid("the blob is longer than the upstream said");
    left_ -= bytes->size();
    co_return bytes;
  }

 private:
  std::unique_ptr<HttpResponse> response_;
  ByteRange part_;
  std::uint64_t left_;
  std::uint64_t total_size_;
};

class Registry final : public Upstream {
 public:
  Registry(HttpClient& client, config::RegistryEndpoint endpoint, config::Timeouts timeouts)
      : client_(client), endpoint_(std::move(endpoint)), timeouts_(timeouts), base_(Url::parse(endpoint_.url)) {
    if (base_) authorizer_ = std::make_unique<distribution::Authorizer>(client_, endpoint_, *base_, timeouts_);
  }

  asio::awaitable<Result<FetchedManifest>> manifest(std::string repository, TagOrDigest which) override;
  asio::awaitable<Result<Content>> small_blob(std::string repository, Descriptor expected, std::size_t limit) override;
  asio::awaitable<Result<std::unique_ptr<BlobSource>>> blob(std::string repository, Digest digest,
                                                            std::optional<ByteRange> range) override;
  asio::awaitable<Result<BlobSize>> blob_size(std::string repository, Digest digest) override;
  asio::awaitable<Result<std::vector<Descriptor>>> referrers(std::string repository, Digest subject) override;
  asio::awaitable<Result<std::vector<std::string>>> tags(std::string repository) override;

 private:
  struct Question {
    HttpMethod method = HttpMethod::kGet;
    std::string repository;
    std::string url;
    Headers headers = {};
    Redirects redirects = Redirects::kFollow;
  };

  /// "https://ghcr.io/v2/acme/app/manifests/1.0"; an error when this upstream or the repository cannot be asked.
  [[nodiscard]] Result<std::string> url_of(std::string_view repository, std::string_view endpoint) const;
  /// The one way out. Asks once more when the registry says who it wants to hear it from.
  asio::awaitable<Answer> ask(Question question);
  [[nodiscard]] HttpRequest request_for(const Question& question, std::optional<std::string> authorization,
                                        std::chrono::steady_clock::time_point deadline) const;
  /// ask(), with every status other than these turned into the error that it means.
  asio::awaitable<Answer> ask_for(Question question, std::vector<int> good_statuses);
  asio::awaitable<Error> failure(std::unique_ptr<HttpResponse> response);
  /// Where the next page is; none after the last.
  Result<std::optional<std::string>> next_page(const HttpResponseHead& head, const std::string& current,
                                               std::set<std::string>& visited) const;

  HttpClient& client_;
  config::RegistryEndpoint endpoint_;
  config::Timeouts timeouts_;
  Result<Url> base_;
  std::unique_ptr<distribution::Authorizer> authorizer_;  // where there is a base
};

Result<std::string> Registry::url_of(std::string_view repository, std::string_view endpoint) const {
  if (!base_) return base_.error();
  if (const Status usable = authorizer_->usable(); !usable) return usable.error();
  // The path goes into a URL unescaped; its grammar has nothing in it that would need escaping.
  if (auto checked = check_repository_path(repository); !checked) return checked.error();
  return fmt::format("{}/v2/{}/{}", endpoint_.url, repository, endpoint);
}

HttpRequest Registry::request_for(const Question& question, std::optional<std::string> authorization,
                                  std::chrono::steady_clock::time_point deadline) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return {.method = question.method,
          .url = question.url,
          .headers = question.headers,
          .authorization = std::move(authorization),
          .redirects = question.redirects,
          .ca = endpoint_.ca,
          .connect_timeout = timeouts_.upstream_connect,
          .response_timeout = std::max(left, std::chrono::milliseconds(1)),
          .idle_timeout = timeouts_.idle_body};
}

asio::awaitable<Answer> Registry::ask(Question question) {
  // One wait for all that has to be asked: clients do not wait long before they go elsewhere.
  const auto deadline = std::chrono::steady_clock::now() + timeouts_.upstream_response;
  std::optional<std::string> sent = authorizer_->authorization_for(question.repository);
  auto answer = co_await client_.send(request_for(question, sent, deadline));
  // A storage that we were sent to may refuse us as well, and want to hear other things.
  if (!answer || (*answer)->head().status != 401 || (*answer)->is_from_elsewhere()) co_return answer;
  const auto better = co_await authorizer_->after_refusal(question.repository, sent, (*answer)->head(), deadline);
  if (!better) co_return better.error();
  const auto& authorization = *better;
  if (!authorization) {
    if (sent) authorizer_->refused(question.repository, *sent);
    co_return answer;
  }
  auto second = co_await client_.send(request_for(question, authorization->text, deadline));
  if (second && (*second)->head().status == 401 && !(*second)->is_from_elsewhere()) {
    authorizer_->refused(question.repository, authorization->text);
  } else if (second) {
    authorizer_->taken(question.repository, *authorization);
  }
  co_return second;
}

asio::awaitable<Answer> Registry::ask_for(Question question, std::vector<int> good_statuses) {
  auto answer = co_await ask(std::move(question));
  if (!answer) co_return answer;
  if (std::ranges::find(good_statuses, (*answer)->head().status) == good_statuses.end())
    co_return co_await failure(std::move(*answer));
  if (auto plain = distribution::check_plain((*answer)->head()); !plain) co_return plain.error();
  co_return answer;
}

asio::awaitable<Error> Registry::failure(std::unique_ptr<HttpResponse> response) {
  // An error body is a courtesy: when it cannot be had, the status still says enough.
  const auto body = co_await read_all(*response, limits::kErrorBodyBytes);
  co_return distribution::failure(base_->authority(), response->head(), body ? std::string_view(*body) : "");
}

asio::awaitable<Result<FetchedManifest>> Registry::manifest(std::string repository, TagOrDigest which) {
  const auto url = url_of(repository, "manifests/" + to_string(which));
  if (!url) co_return url.error();
  auto answer = co_await ask_for(
      {.repository = repository, .url = *url, .headers = {{"Accept", std::string(kAcceptManifests)}}}, {200});
  if (!answer) co_return answer.error();
  auto body = co_await read_all(**answer, limits::kManifestBytes);
  if (!body) co_return body.error();

  const auto* digest = std::get_if<Digest>(&which);
  auto content = digest != nullptr ? Content::matching(std::move(*body), *digest) : Content::of(std::move(*body));
  if (!content) co_return content.error();
  const auto& head = (*answer)->head();
  const auto claimed = head.only("docker-content-digest");
  if (!claimed) co_return claimed.error();
  // Never used, but one that disagrees says that this upstream, or something on the way, mixes up its content.
  if (const auto parsed = Digest::parse(claimed->value_or(""));
      parsed && *parsed != Digest::of(content->bytes(), parsed->algorithm())) {
    co_return invalid(fmt::format("upstream {} calls the manifest {}, but its bytes are {}", base_->authority(),
                                  parsed->short_text(), content->digest().short_text()));
  }
  co_return FetchedManifest{std::move(*content), distribution::content_type(head)};
}

asio::awaitable<Result<Content>> Registry::small_blob(std::string repository, Descriptor expected, std::size_t limit) {
  if (expected.size > limit) {
    co_return Error{ErrorCode::kLimitExceeded, fmt::format("blob {} has {} bytes, more than the {} allowed here",
                                                           expected.digest.short_text(), expected.size, limit)};
  }
  const auto url = url_of(repository, "blobs/" + expected.digest.text());
  if (!url) co_return url.error();
  auto answer = co_await ask_for({.repository = repository, .url = *url}, {200});
  if (!answer) co_return answer.error();
  auto body = co_await read_all(**answer, expected.size);
  const bool too_long = !body && body.error().code == ErrorCode::kLimitExceeded;
  if (!body && !too_long) co_return body.error();
  if (too_long || body->size() != expected.size)
    co_return invalid(fmt::format("blob {} does not have the {} bytes that its descriptor says",
                                  expected.digest.short_text(), expected.size));
  co_return Content::matching(std::move(*body), expected.digest);
}

asio::awaitable<Result<std::unique_ptr<BlobSource>>> Registry::blob(std::string repository, Digest digest,
                                                                    std::optional<ByteRange> range) {
  const auto url = url_of(repository, "blobs/" + digest.text());
  if (!url) co_return url.error();
  Question question{.repository = repository, .url = *url};
  std::vector<int> good = {200};
  const Error unsatisfiable{ErrorCode::kMalformed, "the blob does not have the bytes of this range"};
  if (range) {
    if (range->last && *range->last < range->first) co_return unsatisfiable;
    question.headers.emplace_back(
        "Range", fmt::format("bytes={}-{}", range->first, range->last ? std::to_string(*range->last) : ""));
    good = {200, 206, 416};
  }
  auto answer = co_await ask_for(std::move(question), std::move(good));
  if (!answer) co_return answer.error();
  const auto& head = (*answer)->head();
  const auto length = distribution::content_length(head);
  if (head.status == 416) co_return unsatisfiable;
  if (!range || head.status == 200) {
    if (!length) co_return invalid(fmt::format("upstream {} does not say how long the blob is", base_->authority()));
    if (range && range->first >= *length) co_return unsatisfiable;
    const ByteRange whole{.first = 0, .last = *length > 0 ? std::optional(*length - 1) : std::nullopt};
    co_return std::make_unique<RegistryBlob>(std::move(*answer), whole, *length, *length);
  }
  const auto header = head.only("content-range");
  if (!header) co_return header.error();
  const auto part = distribution::parse_content_range(header->value_or(""));
  if (!part) co_return part.error();
  // Other bytes than were asked for would be relayed as the ones that were.
  if (part->first != range->first || part->last != std::min(range->last.value_or(part->total - 1), part->total - 1))
    co_return invalid(fmt::format("upstream {} answers with another range than was asked for", base_->authority()));
  const auto part_length = part->last - part->first + 1;
  if (length && *length != part_length)
    co_return invalid(fmt::format("upstream {} gives two lengths for one range", base_->authority()));
  co_return std::make_unique<RegistryBlob>(std::move(*answer), ByteRange{part->first, part->last}, part_length,
                                           part->total);
}

asio::awaitable<Result<BlobSize>> Registry::blob_size(std::string repository, Digest digest) {
  const auto url = url_of(repository, "blobs/" + digest.text());
  if (!url) co_return url.error();
  auto answer = co_await ask_for({.method = HttpMethod::kHead, .repository = repository, .url = *url}, {200, 405, 501});
  if (!answer) co_return answer.error();
  const auto length = distribution::content_length((*answer)->head());
  if ((*answer)->head().status == 200 && length) co_return BlobSize{*length};
  // No HEAD, or one without a length: the head of a GET says it as well; the body is abandoned.
  const auto opened = co_await blob(std::move(repository), digest, std::nullopt);
  if (!opened) co_return opened.error();
  co_return BlobSize{(*opened)->total_size()};
}

Result<std::optional<std::string>> Registry::next_page(const HttpResponseHead& head, const std::string& current,
                                                       std::set<std::string>& visited) const {
  const auto link = distribution::next_link(head);
  if (!link) return link.error();
  if (!link->has_value()) return std::optional<std::string>();
  const auto here = Url::parse(current);
  if (!here) return here.error();
  const auto next = here->resolve(**link);
  // A Link is text from the upstream: it must not aim our requests, and our credentials, anywhere else.
  if (!next || !next->same_origin(*here) || next->path() != here->path())
    return invalid(fmt::format("upstream {} links to a next page elsewhere", base_->authority()));
  if (!visited.insert(next->text()).second)
    return invalid(fmt::format("upstream {} links its pages in a circle", base_->authority()));
  return std::optional(next->text());
}

asio::awaitable<Result<std::vector<Descriptor>>> Registry::referrers(std::string repository, Digest subject) {
  const Error no_api{ErrorCode::kNotFound, "the upstream does not have the referrers API"};
  const auto first = url_of(repository, "referrers/" + subject.text());
  if (!first) co_return first.error();
  std::vector<Descriptor> found;
  std::size_t bytes = 0;
  std::set<std::string> visited;
  std::string url = *first;
  for (std::size_t pages = 1;; ++pages) {
    // GHCR redirects here to a web API of another host, which knows nothing of referrers: that is a "no" as well.
    auto answer = co_await ask({.repository = repository,
                                .url = url,
                                .headers = {{"Accept", std::string(media_type::kOciIndex)}},
                                .redirects = Redirects::kSameOrigin});
    if (!answer) co_return answer.error();
    const auto& head = (*answer)->head();
    const bool unknown = head.status == 404 || head.status == 405 || (head.status >= 300 && head.status < 400) ||
                         (head.status == 200 && distribution::content_type(head) != media_type::kOciIndex);
    if (unknown && pages == 1) co_return no_api;
    // Half a list must not pass for "no referrers API": the rest of the evidence would be looked for elsewhere.
    if (unknown) co_return invalid(fmt::format("upstream {} has lost a page of referrers", base_->authority()));
    if (head.status != 200) co_return co_await failure(std::move(*answer));
    if (auto plain = distribution::check_plain(head); !plain) co_return plain.error();
    // The number of entries bounds no memory: annotations may fill every page, for every image that is asked for.
    auto body = co_await read_all(**answer, std::min(limits::kManifestBytes, limits::kReferrersBytes - bytes));
    if (!body) co_return body.error();
    bytes += body->size();
    const auto document = parse_manifest(Content::of(std::move(*body)), media_type::kOciIndex);
    if (!document && document.error().code == ErrorCode::kLimitExceeded) co_return document.error();
    if (!document || !std::holds_alternative<Index>(*document))
      co_return invalid(fmt::format("upstream {} answers with a referrers list that cannot be read: {}",
                                    base_->authority(), document ? "not an index" : document.error().message));
    const auto& page = std::get<Index>(*document).manifests;
    // Whoever may push may add referrers; without an end to it they would buy memory and requests for nothing.
    if (found.size() + page.size() > limits::kReferrers)
      co_return Error{ErrorCode::kLimitExceeded,
                      fmt::format("upstream {} lists more than {} referrers of {}", base_->authority(),
                                  limits::kReferrers, subject.short_text())};
    found.insert(found.end(), page.begin(), page.end());
    const auto next = next_page(head, url, visited);
    if (!next) co_return next.error();
    if (!next->has_value()) co_return found;
    if (pages == limits::kReferrersPages)
      co_return Error{ErrorCode::kLimitExceeded,
                      fmt::format("upstream {} lists the referrers of {} on more than {} pages", base_->authority(),
                                  subject.short_text(), pages)};
    url = **next;
  }
}

asio::awaitable<Result<std::vector<std::string>>> Registry::tags(std::string repository) {
  const auto first = url_of(repository, "tags/list");
  if (!first) co_return first.error();
  std::set<std::string> found;
  std::set<std::string> visited;
  std::string url = *first;
  for (std::size_t pages = 1;; ++pages) {
    auto answer = co_await ask_for({.repository = repository, .url = url}, {200});
    if (!answer) co_return answer.error();
    const auto body = co_await read_all(**answer, limits::kManifestBytes);
    if (!body) co_return body.error();
    const auto page = parse_tag_list(*body);
    if (!page) co_return page.error();
    for (const auto& tag : *page) found.insert(tag.text());
    const auto next = next_page((*answer)->head(), url, visited);
    if (!next) co_return next.error();
    if (!next->has_value()) co_return std::vector<std::string>(found.begin(), found.end());
    if (found.size() > limits::kTags || pages == limits::kTagPages)
      co_return Error{ErrorCode::kLimitExceeded, "the repository has too many tags to list"};
    url = **next;
  }
}

}  // namespace

std::unique_ptr<Upstream> make_registry_upstream(HttpClient& client, const config::RegistryEndpoint& endpoint,
                                                 const config::Timeouts& timeouts) {
  return std::make_unique<Registry>(client, endpoint, timeouts);
}

}  // namespace pullgate::proxy
