#include "proxy/upstream/recorder.h"

#include <optional>
#include <variant>

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

class Recorder final : public Upstream {
 public:
  Recorder(std::string registry, std::unique_ptr<Upstream> upstream, std::shared_ptr<Recording> recording)
      : registry_(std::move(registry)), upstream_(std::move(upstream)), recording_(std::move(recording)) {}

  asio::awaitable<Result<FetchedManifest>> manifest(std::string repository, TagOrDigest which) override {
    recording_->note_registry(registry_);
    Result<FetchedManifest> fetched = co_await upstream_->manifest(repository, which);
    if (fetched) {
      recording_->keep_manifest(which, *fetched);
    } else {
      const std::string kind = std::holds_alternative<Tag>(which) ? "tag " : "manifest ";
      note(repository, kind + to_string(which), fetched.error());
    }
    co_return fetched;
  }

  asio::awaitable<Result<Content>> small_blob(std::string repository, Descriptor expected, std::size_t limit) override {
    Result<Content> fetched = co_await upstream_->small_blob(repository, expected, limit);
    if (fetched) {
      recording_->keep_blob(*fetched);
    } else {
      note(repository, "blob " + expected.digest.text(), fetched.error());
    }
    co_return fetched;
  }

  asio::awaitable<Result<std::unique_ptr<BlobSource>>> blob(std::string repository, Digest digest,
                                                            std::optional<ByteRange> range) override {
    return upstream_->blob(std::move(repository), digest, range);
  }

  asio::awaitable<Result<BlobSize>> blob_size(std::string repository, Digest digest) override {
    return upstream_->blob_size(std::move(repository), digest);
  }

  /// Who refers to an image is found again from the subjects of the manifests, which are all fetched.
  asio::awaitable<Result<std::vector<Descriptor>>> referrers(std::string repository, Digest subject) override {
    auto listed = co_await upstream_->referrers(repository, subject);
    if (!listed) note(repository, "referrers of " + subject.text(), listed.error());
    co_return listed;
  }

  asio::awaitable<Result<std::vector<std::string>>> tags(std::string repository) override {
    return upstream_->tags(std::move(repository));
  }

 private:
  void note(const std::string& repository, const std::string& what, const Error& error) {
    if (error.code == ErrorCode::kNotFound) return;
    recording_->note_failure(registry_ + "/" + repository + ", " + what, error);
  }

  std::string registry_;
  std::unique_ptr<Upstream> upstream_;
  std::shared_ptr<Recording> recording_;
};

}  // namespace

void Recording::keep_manifest(const TagOrDigest& which, const FetchedManifest& manifest) {
  const std::lock_guard lock(mutex_);
  contents_.manifests.insert_or_assign(manifest.content.digest(), Manifest{manifest.content, manifest.content_type});
  if (const auto* tag = std::get_if<Tag>(&which)) contents_.tags[tag->text()].insert(manifest.content.digest());
}

void Recording::keep_blob(const Content& blob) {
  const std::lock_guard lock(mutex_);
  contents_.blobs.insert_or_assign(blob.digest(), blob);
}

void Recording::note_registry(const std::string& registry) {
  const std::lock_guard lock(mutex_);
  contents_.registries.insert(registry);
}

void Recording::note_failure(std::string question, const Error& error) {
  const std::lock_guard lock(mutex_);
  contents_.failures.push_back({std::move(question), error});
}

Recording::Contents Recording::contents() const {
  const std::lock_guard lock(mutex_);
  return contents_;
}

std::unique_ptr<Upstream> make_recorder(std::string registry, std::unique_ptr<Upstream> upstream,
                                        std::shared_ptr<Recording> recording) {
  return std::make_unique<Recorder>(std::move(registry), std::move(upstream), std::move(recording));
}

}  // namespace pullgate::proxy
