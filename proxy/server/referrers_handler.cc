#include <map>
#include <utility>

#include "proxy/ops/json_text.h"
#include "proxy/server/handlers.h"
#include "verify/evidence.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

using Referrers = std::map<Digest, Descriptor>;

void add_all(Referrers& referrers, const std::vector<Descriptor>& descriptors) {
  for (const Descriptor& descriptor : descriptors) referrers.emplace(descriptor.digest, descriptor);
}

/// The API's list and the fallback tag's together. An error only when neither place could be asked: distribution-spec
/// "Listing referrers" knows no 404.
asio::awaitable<Result<Referrers>> list_referrers(Upstream& upstream, std::string repository, Digest subject) {
  Referrers referrers;
  const Result<std::vector<Descriptor>> listed = co_await upstream.referrers(repository, subject);
  if (listed) add_all(referrers, *listed);
  if (!listed && listed.error().code != ErrorCode::kNotFound) co_return listed.error();

  const Result<Tag> tag = Tag::parse(verify::referrers_tag(subject));
  if (!tag) co_return referrers;
  const Result<FetchedManifest> fallback = co_await upstream.manifest(repository, *tag);
  if (!fallback && !listed && fallback.error().code != ErrorCode::kNotFound) co_return fallback.error();
  if (!fallback) co_return referrers;
  const Result<ManifestDocument> document = parse_manifest(fallback->content, fallback->content_type);
  if (document && std::holds_alternative<Index>(*document)) add_all(referrers, std::get<Index>(*document).manifests);
  co_return referrers;
}

void write_descriptor(JsonText& json, const Descriptor& descriptor) {
  json.begin_object();
  json.key("mediaType").value(descriptor.media_type);
  json.key("digest").value(descriptor.digest.text());
  json.key("size").value(descriptor.size);
  if (!descriptor.artifact_type.empty()) json.key("artifactType").value(descriptor.artifact_type);
  if (!descriptor.annotations.empty()) {
    json.key("annotations").begin_object();
    for (const auto& [name, value] : descriptor.annotations) json.key(name).value(value);
    json.end_object();
  }
  json.end_object();
}

std::string index_of(const Referrers& referrers, const std::optional<std::string>& artifact_type) {
  JsonText json;
  json.begin_object().key("schemaVersion").value(std::int64_t{2});
  json.key("mediaType").value(media_type::kOciIndex).key("manifests").begin_array();
  for (const auto& [digest, descriptor] : referrers) {
    if (!artifact_type || descriptor.artifact_type == *artifact_type) write_descriptor(json, descriptor);
  }
  json.end_array().end_object();
  return json.text();
}

}  // namespace

asio::awaitable<void> answer_referrers(const Service& service, Exchange& exchange, Repository repository,
                                       ReferrersRequest request) {
  if (!service.judge.is_in_scope(repository)) {
    co_await exchange.refuse(out_of_scope(repository));
    co_return;
  }
  Upstream* upstream = service.upstreams.find(repository.registry());
  const Result<Referrers> referrers = co_await list_referrers(*upstream, repository.path(), request.subject);
  if (!referrers) {
    co_await exchange.refuse(upstream_failure(referrers.error(), Wanted::kList));
    co_return;
  }
  const std::string body = index_of(*referrers, request.artifact_type);
  ResponseHead head(200);
  head.add("Content-Type", std::string(media_type::kOciIndex));
  if (request.artifact_type) head.add("OCI-Filters-Applied", "artifactType");
  co_await exchange.answer(std::move(head), body);
}

}  // namespace pullgate::proxy
