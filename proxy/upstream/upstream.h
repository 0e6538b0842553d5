#pragma once
/// One registry to ask, wherever it lives: a distribution API over HTTP(S) or an OCI image layout on disk.
///
/// Nothing that comes from here is believed: manifests and small blobs arrive as Content (hashed by us), streamed blobs
/// are hashed by whoever relays them. Every coroutine resumes on the executor that it was started on. Errors carry the
/// meaning that the upstream gave them: kNotFound (credibly not there), kUnauthorized, kRateLimited (with retry_after),
/// kUnreachable, kTimedOut, kUpstreamInvalid (5xx, wrong digest, broken framing), kLimitExceeded. Cancelling the
/// coroutine abandons the transfer.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "verify/content.h"
#include "verify/manifest.h"
#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// A manifest or index as it came: its bytes, the digest that we computed, and the type that the upstream claimed.
struct FetchedManifest {
  Content content;
  std::string content_type;
};

/// RFC 9110 section 14.1.2, one range: `first` to `last` inclusive, `last` absent for "to the end".
struct ByteRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// A blob on its way. One reader; destroying it abandons the transfer.
class BlobSource {
 public:
  virtual ~BlobSource() = default;

  /// Length of the whole blob, whatever part was asked for.
  [[nodiscard]] virtual std::uint64_t total_size() const = 0;
  /// The part that read() yields: all of it unless a range was asked for and granted.
  [[nodiscard]] virtual ByteRange part() const = 0;
  /// The next bytes, at most a few hundred KiB; empty at the proper end. A transfer that ends early or late is an
  /// error, never an end. The bytes stay valid until the next call. Reading slowly slows the upstream down.
  virtual boost::asio::awaitable<Result<std::string_view>> read() = 0;

 protected:
  BlobSource() = default;
  BlobSource(const BlobSource&) = default;
  BlobSource& operator=(const BlobSource&) = default;
  BlobSource(BlobSource&&) = default;
  BlobSource& operator=(BlobSource&&) = default;
};

struct BlobSize {
  std::uint64_t bytes = 0;
};

/// `repository` is the path within this registry. Thread-safe; outlives every coroutine that it started.
class Upstream {
 public:
  virtual ~Upstream() = default;

  /// The manifest for a tag or digest. For a digest, content that hashes to anything else is kUpstreamInvalid.
  virtual boost::asio::awaitable<Result<FetchedManifest>> manifest(std::string repository, TagOrDigest which) = 0;

  /// A whole blob into memory, of exactly `expected.size` bytes that hash to `expected.digest`; kLimitExceeded when
  /// the descriptor's size is above `limit`. For evidence and configs.
  virtual boost::asio::awaitable<Result<Content>> small_blob(std::string repository, Descriptor expected,
                                                             std::size_t limit) = 0;

  /// Opens a blob; a range that the blob cannot satisfy is kMalformed.
  virtual boost::asio::awaitable<Result<std::unique_ptr<BlobSource>>> blob(std::string repository, Digest digest,
                                                                           std::optional<ByteRange> range) = 0;

  /// The size of a blob, without its bytes.
  virtual boost::asio::awaitable<Result<BlobSize>> blob_size(std::string repository, Digest digest) = 0;

  /// Descriptors of the manifests that name `subject` as theirs, all pages. kNotFound when this upstream does not have
  /// the referrers API (then the fallback tag has to be asked). Untrusted: each must be fetched and its subject
  /// compared.
  virtual boost::asio::awaitable<Result<std::vector<Descriptor>>> referrers(std::string repository, Digest subject) = 0;

  /// All tags, in lexical order, without duplicates.
  virtual boost::asio::awaitable<Result<std::vector<std::string>>> tags(std::string repository) = 0;

 protected:
  Upstream() = default;
  Upstream(const Upstream&) = default;
  Upstream& operator=(const Upstream&) = default;
  Upstream(Upstream&&) = default;
  Upstream& operator=(Upstream&&) = default;
};

}  // namespace pullgate::proxy
