#pragma once
/// What is there to know about an image, and what follows from it? Gathers evidence, has it verified, looks at what
/// the policy wants to know beside it (bases, platforms), and remembers what came out.

#include <chrono>
#include <compare>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "policy/policy.h"
#include "proxy/pull/base_search.h"
#include "proxy/pull/bounded_cache.h"
#include "proxy/pull/examination.h"
#include "proxy/pull/manifest_source.h"
#include "proxy/pull/runnable_parts.h"
#include "proxy/pull/seen_bases.h"
#include "proxy/pull/single_flight.h"
#include "proxy/pull/upstreams.h"
#include "verify/limits.h"
#include "verify/verifier.h"

namespace pullgate::proxy {

class Examiner {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  struct Options {
    /// For one answer as a whole.
    std::chrono::milliseconds deadline;
    /// How long a denial may be repeated without looking again.
    std::chrono::seconds denial_lifetime;
    /// How long attestations that were found are taken for all that there are, where the policy asks for all of them.
    std::chrono::seconds whole_evidence_lifetime;
    std::function<Moment()> clock;
    std::function<Time()> calendar;
  };

  /// Everything that moves runs on `loop`, which must run one handler at a time; everything that computes, on
  /// `workers`. These, `upstreams` and `manifests` must outlive the examiner, and it every coroutine that it started.
  Examiner(boost::asio::any_io_executor loop, boost::asio::thread_pool& workers, const Upstreams& upstreams,
           ManifestSource& manifests, std::shared_ptr<const policy::PolicySet> policy, verify::Verifier verifier,
           Options options);

  struct Decided {
    std::shared_ptr<const Examination> examination;
    std::shared_ptr<const policy::Decision> decision;
  };
  /// By what is known, or after looking, together with everybody who asks for the same image now. `read` must be
  /// readable. An error means that nothing could be found out: kTimedOut, kRateLimited, kInternal.
  boost::asio::awaitable<Result<Decided>> decide(ImageReference requested, ManifestSource::Read read, Moment deadline);

 private:
  using Examined = std::shared_ptr<const Examination>;

  /// For whose sake an image is examined, as a base of a base; and how many bases more may be for one image's sake.
  struct Descent {
    std::vector<Digest> ancestors;
    std::shared_ptr<std::size_t> bases_left = std::make_shared<std::size_t>(limits::kBasesJudged);
    /// Was some base not judged because of where the descent began? Then what is said on the way is not for others.
    std::shared_ptr<bool> was_cut = std::make_shared<bool>(false);
  };
  /// An examination, or its second part: an index whose platforms are looked at only where it is not allowed itself.
  struct Work {
    ExaminationKey key;
    enum class Stage { kWhole, kParts } stage;

    friend auto operator<=>(const Work&, const Work&) = default;
  };
  enum class OtherTags { kCount, kIgnored };

  [[nodiscard]] ExaminationKey key_of(const Repository& repository, const Digest& digest) const;
  /// What the examination says now, or null when it has to be repeated.
  [[nodiscard]] std::shared_ptr<const policy::Decision> standing_decision(
      const Examination& examination, const ImageReference& requested, OtherTags other_tags = OtherTags::kCount) const;
  /// Could its platforms satisfy the policy where the index does not?
  [[nodiscard]] bool may_be_helped_by_parts(const Examination& examination, const policy::Decision& decision) const;
  void remember(const Examined& examined, const policy::Decision& decision);

  boost::asio::awaitable<Result<Examined>> examine(Repository repository, ManifestSource::Read read, Descent descent);
  /// The same examination, with what its parts add.
  boost::asio::awaitable<Result<Examined>> with_parts(Examined whole, Repository repository, Descent descent);
  Examined conclude(const Repository& repository, Examination::Contents contents);

  boost::asio::awaitable<void> look_at_bases(Repository repository, ManifestSource::Read read, Descent descent,
                                             policy::Gathered& gathered);
  boost::asio::awaitable<JudgedBase> judge_base(policy::BaseToSee base, Descent descent);
  boost::asio::awaitable<void> look_at_parts(Repository repository, Descent descent, Examination::Contents& contents,
                                             policy::Gathered& gathered);
  boost::asio::awaitable<Examined> look_at_part(Repository repository, const RunnablePart& found, Descent descent,
                                                policy::Part& part, Examination::Contents& contents);

  boost::asio::thread_pool& workers_;
  const Upstreams& upstreams_;
  ManifestSource& manifests_;
  std::shared_ptr<const policy::PolicySet> policy_;
  verify::Verifier verifier_;
  Options options_;
  SingleFlight<Work, Examined> examinations_;
  BoundedCache<ExaminationKey, const Examination> examined_;
  SeenBases seen_bases_;  // used by examinations only, on the loop
};

}  // namespace pullgate::proxy
