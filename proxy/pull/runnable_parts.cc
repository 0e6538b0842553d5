#include "proxy/pull/runnable_parts.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "proxy/pull/concurrently.h"
#include "proxy/pull/evidence_search.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

bool may_be_there_later(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnauthorized:
    case ErrorCode::kRateLimited:
    case ErrorCode::kUnreachable:
    case ErrorCode::kTimedOut:
    case ErrorCode::kCancelled:
    case ErrorCode::kInternal:
      return true;
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupported:
    case ErrorCode::kNotFound:
    case ErrorCode::kUpstreamInvalid:
    case ErrorCode::kLimitExceeded:
      return false;
  }
  return true;
}

std::string shown_platform(const std::optional<Platform>& platform) {
  if (!platform || platform->os.empty()) return {};
  return printable(
             platform->os + "/" + platform->architecture + (platform->variant.empty() ? "" : "/" + platform->variant),
             80) +
         " ";
}

/// One walk over one image.
class Walk {
 public:
  Walk(ManifestSource& manifests, Repository repository, IsWantedChild is_wanted, ManifestSource::Deadline deadline,
       std::vector<policy::Gap>& gaps)
      : manifests_(manifests),
        repository_(std::move(repository)),
        is_wanted_(std::move(is_wanted)),
        deadline_(deadline),
        gaps_(gaps) {}

  asio::awaitable<void> collect(ManifestSource::Read read, std::string shown, std::size_t depth) {
    if (!seen_.insert(read->content.digest()).second) co_return;
    if (!read->document) {
      miss(std::move(shown), read->content.digest(), read->document.error().message);
      co_return;
    }
    if (depth > 0 && read->artifact == verify::ArtifactClass::kEvidence) co_return;
    if (const auto* index = std::get_if<Index>(&read->document.value())) {
      co_await collect_children(*index, depth + 1);
      co_return;
    }
    const Digest digest = read->content.digest();
    parts_.push_back({std::move(shown), digest, std::move(read), {}});
  }

  std::vector<RunnablePart> take() { return std::move(parts_); }

 private:
  struct Child {
    const Descriptor* named;
    std::optional<Result<ManifestSource::Read>> read;
  };

  asio::awaitable<void> collect_children(const Index& index, std::size_t depth) {
    std::vector<Child> children;
    const Descriptor* first_left_out = nullptr;
    for (const Descriptor& child : index.manifests) {
      if (!is_wanted_(child)) continue;
      if (depth >= limits::kIndexDepth || children_left_ == 0) {
        first_left_out = &child;
        break;
      }
      --children_left_;
      children.push_back({&child, std::nullopt});
    }
    std::vector<Task> tasks;
    for (Child& child : children) tasks.emplace_back([this, &child] { return read(child); });
    co_await run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
    for (Child& child : children) co_await collect_child(child, depth);
    if (first_left_out != nullptr) {
      miss(shown(*first_left_out), first_left_out->digest, "the index has more children than are looked at");
    }
  }

  asio::awaitable<void> read(Child& child) {
    child.read.emplace(co_await manifests_.read(repository_, child.named->digest, deadline_));
  }

  asio::awaitable<void> collect_child(Child& child, std::size_t depth) {
    if (!child.read) co_return miss(shown(*child.named), child.named->digest, "it was not read");
    const Result<ManifestSource::Read>& read = *child.read;
    if (read) {
      co_await collect(*read, shown(*child.named), depth);
      co_return;
    }
    note_gap("child " + shown(*child.named), read.error(), gaps_);
    miss(shown(*child.named), child.named->digest, read.error().message);
  }

  static std::string shown(const Descriptor& child) {
    return shown_platform(child.platform) + child.digest.short_text();
  }

  void miss(std::string shown, const Digest& digest, std::string why) {
    parts_.push_back({std::move(shown), digest, nullptr, std::move(why)});
  }

  ManifestSource& manifests_;
  Repository repository_;
  IsWantedChild is_wanted_;
  ManifestSource::Deadline deadline_;
  std::vector<policy::Gap>& gaps_;
  std::size_t children_left_ = limits::kChildrenLookedAt;
  std::set<Digest> seen_;
  std::vector<RunnablePart> parts_;
};

}  // namespace

void note_gap(const std::string& place, const Error& error, std::vector<policy::Gap>& gaps) {
  if (may_be_there_later(error)) gaps.push_back({place, reason_of(error), error.message, error.retry_after});
}

asio::awaitable<std::vector<RunnablePart>> runnable_parts(ManifestSource& manifests, Repository repository,
                                                          ManifestSource::Read image, std::string shown,
                                                          IsWantedChild is_wanted, ManifestSource::Deadline deadline,
                                                          std::vector<policy::Gap>& gaps) {
  Walk walk(manifests, std::move(repository), std::move(is_wanted), deadline, gaps);
  co_await walk.collect(std::move(image), std::move(shown), 0);
  co_return walk.take();
}

}  // namespace pullgate::proxy
