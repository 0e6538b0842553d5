#include "proxy/pull/enclosed_search.h"

#include <algorithm>
#include <string>
#include <utility>

#include "proxy/pull/concurrently.h"
#include "proxy/pull/runnable_parts.h"
#include "verify/limits.h"
#include "verify/unsigned_statement.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

class EnclosedSearch {
 public:
  EnclosedSearch(Upstream& upstream, asio::thread_pool& workers, ManifestSource& manifests, Repository repository,
                 ManifestSource::Deadline deadline, std::vector<policy::Gap>& gaps)
      : upstream_(upstream),
        workers_(workers),
        manifests_(manifests),
        repository_(std::move(repository)),
        deadline_(deadline),
        gaps_(gaps) {}

  asio::awaitable<void> look_at(Digest carrier, Digest platform) {
    const std::string place = "attestation manifest " + carrier.short_text();
    const Result<ManifestSource::Read> read = co_await manifests_.read(repository_, carrier, deadline_);
    if (!read) {
      note_gap(place, read.error(), gaps_);
      co_return;
    }
    // Somebody could run anything else, and then it is a platform that nothing is said about.
    if ((*read)->artifact != verify::ArtifactClass::kEvidence || !(*read)->document) co_return;
    const auto* manifest = std::get_if<Manifest>(&(*read)->document.value());
    if (manifest == nullptr) co_return;
    found_.enclosed.carriers.push_back(carrier);
    if (manifest->subject && manifest->subject->digest != platform) co_return;
    for (std::size_t i = 0; i < manifest->layers.size(); ++i) {
      const Descriptor& layer = manifest->layers[i];
      if (verify::is_unsigned_provenance(layer)) {
        co_await read_layer(layer, platform, place + ", layer " + std::to_string(i));
      }
    }
  }

  FoundEnclosed take() {
    // In an order that does not depend on which answer came first.
    std::ranges::sort(found_.enclosed.carriers);
    std::ranges::sort(found_.enclosed.statements, {}, &policy::EnclosedStatement::place);
    return std::move(found_);
  }

 private:
  asio::awaitable<void> read_layer(const Descriptor& layer, const Digest& platform, std::string place) {
    if (layer.size > limits::kEvidenceTotalBytes - found_.bytes || pieces_ == limits::kEvidencePieces) {
      note_limit(place);
      co_return;
    }
    ++pieces_;
    found_.bytes += static_cast<std::size_t>(layer.size);
    Result<Content> content = co_await upstream_.small_blob(repository_.path(), layer, limits::kEvidenceBytes);
    if (content && content->digest() != layer.digest) {
      content = Error{ErrorCode::kUpstreamInvalid, "the upstream sent bytes that do not have this digest"};
    }
    policy::EnclosedStatement found{platform, std::move(place), std::nullopt, {}};
    if (content) {
      Result<verify::Statement> statement = co_await on_pool(
          workers_, [content = *content, platform] { return verify::read_unsigned_statement(content, platform); });
      if (statement) {
        found.statement = *std::move(statement);
      } else {
        found.problem = statement.error().message;
      }
    } else {
      note_gap(found.place, content.error(), gaps_);
      found.problem = content.error().message;
    }
    found_.enclosed.statements.push_back(std::move(found));
  }

  void note_limit(const std::string& place) {
    gaps_.push_back({place, Reason::kLimitExceeded,
                     "the statements in the index are more, or larger, than the limits allow", std::nullopt});
  }

  Upstream& upstream_;
  asio::thread_pool& workers_;
  ManifestSource& manifests_;
  Repository repository_;
  ManifestSource::Deadline deadline_;
  std::vector<policy::Gap>& gaps_;
  FoundEnclosed found_;
  std::size_t pieces_ = 0;
};

}  // namespace

asio::awaitable<FoundEnclosed> search_enclosed(Upstream& upstream, asio::thread_pool& workers,
                                               ManifestSource& manifests, Repository repository, const Index& index,
                                               ManifestSource::Deadline deadline, std::vector<policy::Gap>& gaps) {
  EnclosedSearch search(upstream, workers, manifests, std::move(repository), deadline, gaps);
  std::vector<Task> tasks;
  for (const Descriptor& child : index.manifests) {
    const auto platform = verify::described_platform(child);
    // What is left out is a platform without provenance, and refused as such.
    if (!platform || tasks.size() == limits::kChildrenLookedAt) continue;
    tasks.emplace_back([&search, carrier = child.digest, about = *platform] { return search.look_at(carrier, about); });
  }
  co_await run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
  co_return search.take();
}

}  // namespace pullgate::proxy
