#pragma once
/// May this be pulled? From a name to an answer: resolve, fetch, gather evidence, verify, evaluate. One judge works
/// under one policy and trust generation, for all threads.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "policy/policy.h"
#include "proxy/pull/admission.h"
#include "proxy/pull/admitted.h"
#include "proxy/pull/bounded_cache.h"
#include "proxy/pull/examiner.h"
#include "proxy/pull/manifest_source.h"
#include "proxy/pull/upstreams.h"
#include "verify/verifier.h"

namespace pullgate::proxy {

class Judge {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  struct Options {
    /// For one answer as a whole; then it is cannot-judge.
    std::chrono::milliseconds deadline{20'000};
    /// How long a denial, or the absence of an index's child, may be repeated without looking again. A build pushes,
    /// signs and pulls within seconds, and what was pushed must count then; a client that insists must not cost an
    /// examination each time.
    std::chrono::seconds denial_lifetime{5};
    /// Where the policy asks for all attestations or the newest one: how long those that were found are taken for all
    /// that there are.
    std::chrono::seconds whole_evidence_lifetime{60};
    std::function<Moment()> clock = [] { return std::chrono::steady_clock::now(); };
    /// What the time is for the policy: exceptions expire, rules take effect, evidence becomes too old.
    std::function<Time()> calendar = [] {
      return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    };
  };

  /// Everything that moves runs on `loop`, which must run one handler at a time; everything that computes, on
  /// `workers`. These and `upstreams` must outlive the judge, and the judge every coroutine that it started.
  Judge(boost::asio::any_io_executor loop, boost::asio::thread_pool& workers, const Upstreams& upstreams,
        std::shared_ptr<const policy::PolicySet> policy, std::shared_ptr<const verify::TrustRoot> trust,
        Options options);
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  /// Does any rule say something about this repository? Of others nothing is listed either: whoever may ask pullgate
  /// would see what only pullgate's own credentials may see.
  [[nodiscard]] bool is_in_scope(const Repository& repository) const {
    return policy_->rule_for(repository) != nullptr;
  }

  /// A tag is resolved now, and the bytes that it led to are the ones that are judged and served. Callers may be on
  /// any executor that runs one handler at a time and resume there. Work that a caller caused goes on without it.
  boost::asio::awaitable<Judgement> judge(Repository repository, TagOrDigest which);

  /// None when no admitted manifest of this repository names the blob, or when it is a manifest.
  boost::asio::awaitable<std::optional<BlobPass>> blob(Repository repository, Digest digest);

 private:
  boost::asio::awaitable<Judgement> judge_until(Repository repository, TagOrDigest which, Moment deadline);
  boost::asio::awaitable<Judgement> judge_readable(Repository repository, TagOrDigest which, ManifestSource::Read read,
                                                   Moment deadline);
  boost::asio::awaitable<Judgement> judge_by_policy(ImageReference requested, ManifestSource::Read read,
                                                    Moment deadline);
  /// Where further evidence can end an allowance: looks again at what let this manifest or blob through.
  boost::asio::awaitable<void> judge_roots_of(Repository repository, Digest digest, Moment deadline);
  boost::asio::awaitable<void> read_child(Repository repository, Digest child, Moment deadline);
  boost::asio::awaitable<bool> is_evidence_list(Repository repository, const Index& index, Moment deadline);

  [[nodiscard]] bool is_absent(const Repository& repository, const Digest& child);
  [[nodiscard]] policy::Decision::About about(const ImageReference& requested, const Digest& digest) const;
  Judgement conclude(const ImageReference& requested, const Examiner::Decided& decided);
  Judgement admit_evidence(const Repository& repository, const ManifestSource::Read& read);
  Judgement admit_covered(const Repository& repository, const ManifestSource::Read& read, const Cover& cover);
  /// A denial or cannot-judge that does not come from weighing evidence.
  [[nodiscard]] Refusal refuse(const ImageReference& requested, const Digest& digest,
                               policy::Objection objection) const;
  [[nodiscard]] Refusal postpone(const ImageReference& requested, const Digest& digest, const Error& error) const;
  [[nodiscard]] policy::Decision with_platform_hint(policy::Decision decision, const ImageReference& requested,
                                                    const ManifestDocument& document) const;

  std::shared_ptr<const policy::PolicySet> policy_;
  Digest trust_generation_;
  Options options_;
  ManifestSource manifests_;
  Examiner examiner_;
  Admitted admitted_;
  BoundedCache<std::pair<Repository, Digest>, const Moment> absent_children_;  // since when
  KnownManifests known_manifests_;
};

}  // namespace pullgate::proxy
