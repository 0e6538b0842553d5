#include "proxy/pull/evidence_search.h"

#include <algorithm>
#include <map>
#include <optional>

#include "proxy/pull/concurrently.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// A manifest that may carry evidence, and how it came to our notice.
struct Carrier {
  std::string place;
  Content content;
  std::string content_type;
  enum class Subject {
    kMustBeImage,  ///< a referrer: without the subject it is about nothing
    kMayBeAbsent,  ///< cosign's tags: the tag's name says it, the signature proves it
  } subject = Subject::kMustBeImage;
};

verify::Report rejected(const Carrier& carrier, verify::Check check, Reason reason, std::string detail) {
  return {verify::EvidenceKind::kSigstoreBundle,
          carrier.place,
          carrier.content.digest(),
          {verify::Finding{check, verify::Outcome::kFailed, reason, std::move(detail)}},
          std::nullopt};
}

/// One search for one image.
class Search {
 public:
  Search(Upstream& upstream, std::string repository, Digest image)
      : upstream_(upstream), repository_(std::move(repository)), image_(image) {}

  asio::awaitable<void> ask_referrers_api();
  asio::awaitable<void> ask_fallback_tag();
  asio::awaitable<void> ask_cosign_tag(std::string tag);
  asio::awaitable<void> fetch_referrers();
  void read_carriers();
  asio::awaitable<void> fetch_layers();
  FoundEvidence take();

 private:
  struct Piece {
    std::string place;
    verify::EvidenceLayer layer;
    std::optional<Content> payload;
  };

  void gap(std::string place, const Error& error);
  void add_referrers(const std::vector<Descriptor>& descriptors);
  asio::awaitable<void> fetch_referrer(Digest digest);
  asio::awaitable<void> fetch_layer(std::size_t index);
  void add_carrier(std::string key, Carrier carrier);
  void read_carrier(const Carrier& carrier);

  Upstream& upstream_;
  std::string repository_;
  Digest image_;
  std::map<Digest, Descriptor> referrers_;
  std::map<std::string, Carrier> carriers_;  // by tag or full digest, so that the order is ours
  std::size_t carrier_bytes_ = 0;
  std::vector<Piece> pieces_;
  FoundEvidence found_;
};

void Search::gap(std::string place, const Error& error) {
  found_.gaps.push_back({std::move(place), reason_of(error), error.message, error.retry_after});
}

void Search::add_referrers(const std::vector<Descriptor>& descriptors) {
  for (const Descriptor& descriptor : descriptors) {
    if (is_manifest_media_type(descriptor.media_type)) referrers_.emplace(descriptor.digest, descriptor);
  }
}

asio::awaitable<void> Search::ask_referrers_api() {
  Result<std::vector<Descriptor>> listed = co_await upstream_.referrers(repository_, image_);
  if (listed) {
    add_referrers(*listed);
    found_.places.emplace_back("referrers API");
  } else if (listed.error().code != ErrorCode::kNotFound) {
    gap("referrers API", listed.error());
  }
}

/// Also where there is a referrers API: a registry that learned it later still has the tags that were pushed before.
asio::awaitable<void> Search::ask_fallback_tag() {
  const std::string name = verify::referrers_tag(image_);
  const std::string place = "tag " + name;
  const Result<Tag> tag = Tag::parse(name);
  if (!tag) co_return;
  Result<FetchedManifest> fetched = co_await upstream_.manifest(repository_, *tag);
  if (!fetched && fetched.error().code != ErrorCode::kNotFound) {
    gap(place, fetched.error());
    co_return;
  }
  found_.places.push_back(place);
  if (!fetched) co_return;
  found_.manifests.push_back(fetched->content.digest());
  const Result<ManifestDocument> document = parse_manifest(fetched->content, fetched->content_type);
  const Carrier carrier{place, fetched->content, fetched->content_type};
  if (!document) {
    found_.rejected.push_back(
        rejected(carrier, verify::Check::kForm, Reason::kEvidenceUnreadable, document.error().message));
  } else if (const auto* index = std::get_if<Index>(&*document)) {
    add_referrers(index->manifests);
  } else {
    found_.rejected.push_back(
        rejected(carrier, verify::Check::kForm, Reason::kEvidenceUnreadable, "not an index of referrers"));
  }
}

asio::awaitable<void> Search::ask_cosign_tag(std::string name) {
  const std::string place = "tag " + name;
  const Result<Tag> tag = Tag::parse(name);
  if (!tag) co_return;
  Result<FetchedManifest> fetched = co_await upstream_.manifest(repository_, *tag);
  if (!fetched && fetched.error().code != ErrorCode::kNotFound) {
    gap(place, fetched.error());
    co_return;
  }
  found_.places.push_back(place);
  if (fetched) {
    add_carrier(name, Carrier{place, std::move(fetched->content), std::move(fetched->content_type),
                              Carrier::Subject::kMayBeAbsent});
  }
}

asio::awaitable<void> Search::fetch_referrers() {
  // Anyone who may push may attach thousands of referrers; what we do not look at must not be taken for looked at.
  std::vector<Task> tasks;
  for (const auto& [digest, descriptor] : referrers_) {
    if (tasks.size() == limits::kEvidencePieces) {
      gap("referrers", {ErrorCode::kLimitExceeded, std::to_string(referrers_.size()) + " referrers; at most " +
                                                       std::to_string(limits::kEvidencePieces) + " are looked at"});
      break;
    }
    tasks.emplace_back([this, digest] { return fetch_referrer(digest); });
  }
  return run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
}

asio::awaitable<void> Search::fetch_referrer(Digest digest) {
  const std::string place = "referrer " + digest.short_text();
  Result<FetchedManifest> fetched = co_await upstream_.manifest(repository_, digest);
  if (!fetched) {
    Error error = fetched.error();
    // Listed, so it was there: what it proves is unknown, which is not the same as proving nothing.
    if (error.code == ErrorCode::kNotFound) error = {ErrorCode::kUpstreamInvalid, "listed, but not there"};
    gap(place, error);
    co_return;
  }
  if (fetched->content.digest() != digest) {
    gap(place, {ErrorCode::kUpstreamInvalid, "the upstream sent a manifest that does not have this digest"});
    co_return;
  }
  add_carrier(digest.text(), Carrier{place, std::move(fetched->content), std::move(fetched->content_type)});
}

void Search::add_carrier(std::string key, Carrier carrier) {
  carrier_bytes_ += carrier.content.size();
  if (carrier_bytes_ > limits::kEvidenceTotalBytes) {
    gap(carrier.place, {ErrorCode::kLimitExceeded, "the manifests of the evidence are larger than the limits allow"});
    return;
  }
  carriers_.emplace(std::move(key), std::move(carrier));
}

void Search::read_carriers() {
  for (const auto& [key, carrier] : carriers_) read_carrier(carrier);
}

void Search::read_carrier(const Carrier& carrier) {
  found_.manifests.push_back(carrier.content.digest());
  const Result<ManifestDocument> document = parse_manifest(carrier.content, carrier.content_type);
  if (!document) {
    found_.rejected.push_back(
        rejected(carrier, verify::Check::kForm, Reason::kEvidenceUnreadable, document.error().message));
    return;
  }
  const auto* manifest = std::get_if<Manifest>(&*document);
  if (manifest == nullptr) return;  // an index that refers to the image carries no evidence itself
  std::vector<verify::EvidenceLayer> layers = verify::evidence_layers(*manifest);
  if (layers.empty()) return;  // an SBOM, a scan, a chart: nothing that we could verify

  // What a registry lists as a referrer is the registry's claim; only the manifest's own subject counts. Stops one
  // image's evidence from being filed under another.
  const bool about_image = manifest->subject && manifest->subject->digest == image_;
  const bool about_nothing = !manifest->subject && carrier.subject == Carrier::Subject::kMayBeAbsent;
  if (!about_image && !about_nothing) {
    found_.rejected.push_back(
        rejected(carrier, verify::Check::kSubject, Reason::kSubjectMismatch,
                 manifest->subject ? "it refers to " + manifest->subject->digest.short_text() + ", not to this image"
                                   : "it is listed as a referrer and refers to no image"));
    return;
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    pieces_.push_back({carrier.place + ", layer " + std::to_string(i), std::move(layers[i]), std::nullopt});
  }
}

asio::awaitable<void> Search::fetch_layers() {
  std::vector<Task> tasks;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Descriptor& layer = pieces_[i].layer.layer;
    if (tasks.size() == limits::kEvidencePieces) {
      gap("evidence", {ErrorCode::kLimitExceeded, std::to_string(pieces_.size()) + " pieces of evidence; at most " +
                                                      std::to_string(limits::kEvidencePieces) + " are looked at"});
      break;
    }
    if (layer.size > limits::kEvidenceBytes || bytes + layer.size > limits::kEvidenceTotalBytes) {
      gap(pieces_[i].place, {ErrorCode::kLimitExceeded,
                             "evidence of " + std::to_string(layer.size) + " bytes is more than the limits allow"});
      continue;
    }
    bytes += layer.size;
    tasks.emplace_back([this, i] { return fetch_layer(i); });
  }
  found_.bytes = static_cast<std::size_t>(bytes);
  return run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
}

asio::awaitable<void> Search::fetch_layer(std::size_t index) {
  Result<Content> payload =
      co_await upstream_.small_blob(repository_, pieces_[index].layer.layer, limits::kEvidenceBytes);
  if (!payload) {
    Error error = payload.error();
    if (error.code == ErrorCode::kNotFound) error = {ErrorCode::kUpstreamInvalid, "named, but not there"};
    gap(pieces_[index].place, error);
    co_return;
  }
  if (payload->digest() != pieces_[index].layer.layer.digest) {
    gap(pieces_[index].place, {ErrorCode::kUpstreamInvalid, "the upstream sent bytes that do not have this digest"});
    co_return;
  }
  pieces_[index].payload = std::move(*payload);
}

FoundEvidence Search::take() {
  for (Piece& piece : pieces_) {
    if (!piece.payload) continue;
    found_.evidence.push_back({piece.layer.kind, std::move(piece.place), std::move(*piece.payload),
                               std::move(piece.layer.layer.media_type), std::move(piece.layer.layer.annotations)});
  }
  std::ranges::sort(found_.places);
  std::ranges::sort(found_.gaps, {}, &policy::Gap::place);
  return std::move(found_);
}

}  // namespace

Reason reason_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnauthorized:
      return Reason::kUpstreamAuth;
    case ErrorCode::kRateLimited:
      return Reason::kUpstreamRateLimited;
    case ErrorCode::kUnreachable:
    case ErrorCode::kTimedOut:
    case ErrorCode::kCancelled:
    case ErrorCode::kInternal:
      return Reason::kUpstreamUnreachable;
    case ErrorCode::kLimitExceeded:
      return Reason::kLimitExceeded;
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupported:
    case ErrorCode::kNotFound:
    case ErrorCode::kUpstreamInvalid:
      return Reason::kUpstreamInvalid;
  }
  return Reason::kUpstreamInvalid;
}

asio::awaitable<FoundEvidence> search_evidence(Upstream& upstream, asio::thread_pool& workers, std::string repository,
                                               Digest image) {
  const auto search = std::make_shared<Search>(upstream, std::move(repository), image);
  std::vector<Task> places;
  places.emplace_back([search] { return search->ask_referrers_api(); });
  places.emplace_back([search] { return search->ask_fallback_tag(); });
  places.emplace_back([search, image] { return search->ask_cosign_tag(verify::signature_tag(image)); });
  places.emplace_back([search, image] { return search->ask_cosign_tag(verify::attestation_tag(image)); });
  const std::size_t all = places.size();
  co_await run_all(std::move(places), all);
  co_await search->fetch_referrers();
  co_await on_pool(workers, [search] {
    search->read_carriers();
    return Done{};
  });
  co_await search->fetch_layers();
  co_return search->take();
}

}  // namespace pullgate::proxy
