#include "proxy/pull/judge.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proxy/pull/concurrently.h"
#include "proxy/pull/evidence_search.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

/// When nothing says how long to wait: soon enough for a person, late enough for a registry.
constexpr std::chrono::seconds kRetryAfter{5};

ImageReference reference_to(Repository repository, const TagOrDigest& which) {
  ImageReference reference{std::move(repository), std::nullopt, std::nullopt};
  if (const auto* tag = std::get_if<Tag>(&which)) reference.tag = *tag;
  if (const auto* digest = std::get_if<Digest>(&which)) reference.digest = *digest;
  return reference;
}

/// Could this be a list of referrers? Only a hint that looking at its members is worth it: they decide.
bool may_be_evidence_list(const Index& index) {
  return !index.manifests.empty() && index.manifests.size() <= limits::kEvidencePieces &&
         std::ranges::all_of(index.manifests, [](const Descriptor& member) {
           return !member.platform && !member.artifact_type.empty() && is_manifest_media_type(member.media_type);
         });
}

}  // namespace

Judge::Judge(asio::any_io_executor loop, asio::thread_pool& workers, const Upstreams& upstreams,
             std::shared_ptr<const policy::PolicySet> policy, std::shared_ptr<const verify::TrustRoot> trust,
             Options options)
    : policy_(std::move(policy)),
      trust_generation_(trust->generation()),
      options_(std::move(options)),
      manifests_(loop, workers, upstreams),
      examiner_(std::move(loop), workers, upstreams, manifests_, policy_, verify::Verifier(std::move(trust)),
                {options_.deadline, options_.denial_lifetime, options_.whole_evidence_lifetime, options_.clock,
                 options_.calendar}),
      admitted_(limits::kAdmittedManifests, limits::kAdmittedEdges),
      absent_children_(limits::kAbsentChildren, limits::kAbsentChildren),
      known_manifests_(limits::kKnownManifests) {}

asio::awaitable<Judgement> Judge::judge(Repository repository, TagOrDigest which) {
  return judge_until(std::move(repository), std::move(which), std::chrono::steady_clock::now() + options_.deadline);
}

asio::awaitable<Judgement> Judge::judge_until(Repository repository, TagOrDigest which, Moment deadline) {
  Result<ManifestSource::Read> read = co_await manifests_.read(repository, which, deadline);
  if (!read) co_return Unavailable{std::move(read).error()};
  const Content& content = (*read)->content;
  if (!(*read)->document) {
    const Error& error = (*read)->document.error();
    const Reason reason = error.code == ErrorCode::kLimitExceeded ? Reason::kLimitExceeded : Reason::kManifestInvalid;
    co_return refuse(
        reference_to(repository, which), content.digest(),
        {reason, {}, "in its manifest: " + error.message, "push a manifest that every client reads the same way"});
  }
  known_manifests_.learn(repository, content.digest(), (*read)->document.value());
  co_return co_await judge_readable(std::move(repository), std::move(which), std::move(*read), deadline);
}

asio::awaitable<Judgement> Judge::judge_readable(Repository repository, TagOrDigest which, ManifestSource::Read read,
                                                 Moment deadline) {
  // Evidence needs no judgement, but what no rule is about is for nobody, evidence or not.
  if (!is_in_scope(repository)) co_return co_await judge_by_policy(reference_to(repository, which), read, deadline);
  if (read->artifact == verify::ArtifactClass::kEvidence) co_return admit_evidence(repository, read);
  // Only for requests by digest: a tag is a claim of its own, which the index's admission says nothing about.
  if (const auto* digest = std::get_if<Digest>(&which)) {
    admitted_.drop_fallen(options_.calendar());
    co_await judge_roots_of(repository, *digest, deadline);
    const bool is_rejected = policy::is_rejected(*policy_, repository, *digest, options_.calendar());
    const auto cover = is_rejected ? std::nullopt : admitted_.cover_of(repository, *digest);
    if (cover) co_return admit_covered(repository, read, *cover);
  }
  const auto* index = std::get_if<Index>(&read->document.value());
  if (index != nullptr && may_be_evidence_list(*index)) {
    if (co_await is_evidence_list(repository, *index, deadline)) co_return admit_evidence(repository, read);
  }
  co_return co_await judge_by_policy(reference_to(std::move(repository), which), std::move(read), deadline);
}

asio::awaitable<Judgement> Judge::judge_by_policy(ImageReference requested, ManifestSource::Read read,
                                                  Moment deadline) {
  const Result<Examiner::Decided> decided = co_await examiner_.decide(requested, read, deadline);
  if (!decided) {
    if (decided.error().code == ErrorCode::kInternal) co_return Unavailable{decided.error()};
    co_return postpone(requested, read->content.digest(), decided.error());
  }
  co_return conclude(requested, *decided);
}

/// All members, and all about one subject: a list with a single runnable member is an index like any other.
asio::awaitable<bool> Judge::is_evidence_list(Repository repository, const Index& index, Moment deadline) {
  std::size_t qualified = 0;
  std::optional<Digest> subject;
  std::vector<Task> tasks;
  for (const Descriptor& member : index.manifests) {
    tasks.emplace_back([&, digest = member.digest]() -> asio::awaitable<void> {
      const Result<ManifestSource::Read> read = co_await manifests_.read(repository, digest, deadline);
      if (!read || !(*read)->document || (*read)->artifact != verify::ArtifactClass::kEvidence) co_return;
      const auto& about = subject_of((*read)->document.value());
      if (!about || (subject && *subject != about->digest)) co_return;
      subject = about->digest;
      ++qualified;
    });
  }
  const std::size_t members = tasks.size();
  co_await run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
  co_return members > 0 && qualified == members;
}

asio::awaitable<std::optional<BlobPass>> Judge::blob(Repository repository, Digest digest) {
  // Old containerd asks here for a manifest that it was just refused; anyone may have uploaded its bytes as a blob.
  if (known_manifests_.contains(digest)) co_return std::nullopt;
  admitted_.drop_fallen(options_.calendar());
  co_await judge_roots_of(repository, digest, std::chrono::steady_clock::now() + options_.deadline);
  if (admitted_.reaches(repository, digest)) co_return BlobPass(std::move(repository), digest);
  // A client that has a child manifest already, from before we started, asks for its layers alone. One deadline for
  // all the children: each with its own would keep the client waiting for minutes when the upstream does not answer.
  const Moment deadline = std::chrono::steady_clock::now() + options_.deadline;
  std::vector<Task> tasks;
  // A mirror that keeps one platform only lacks the others each time; they must not stand before those that it has.
  const auto may_be_there = [&](const Digest& child) { return !is_absent(repository, child); };
  for (const Digest& child : admitted_.unread_children(repository, limits::kChildrenReadForBlob, may_be_there)) {
    tasks.emplace_back([this, repository, child, digest, deadline]() -> asio::awaitable<void> {
      if (std::chrono::steady_clock::now() >= deadline || admitted_.reaches(repository, digest)) co_return;
      co_await read_child(repository, child, deadline);
    });
  }
  co_await run_all(std::move(tasks), limits::kEvidenceFetchesAtOnce);
  if (known_manifests_.contains(digest) || !admitted_.reaches(repository, digest)) co_return std::nullopt;
  co_return BlobPass(std::move(repository), digest);
}

asio::awaitable<void> Judge::judge_roots_of(Repository repository, Digest digest, Moment deadline) {
  if (!policy::can_be_ended_by_evidence(*policy_, repository)) co_return;
  for (const Digest& root : admitted_.roots_of(repository, digest, limits::kRootsJudgedAgain)) {
    if (root == digest) continue;
    // A refusal withdraws what the root let through; what cannot be judged now has not ended.
    static_cast<void>(co_await judge_until(repository, root, deadline));
  }
}

asio::awaitable<void> Judge::read_child(Repository repository, Digest child, Moment deadline) {
  const Judgement judged = co_await judge_until(repository, child, deadline);
  const auto* unavailable = std::get_if<Unavailable>(&judged);
  if (unavailable == nullptr || unavailable->error.code != ErrorCode::kNotFound) co_return;
  absent_children_.store({std::move(repository), child}, std::make_shared<const Moment>(options_.clock()), 1);
}

bool Judge::is_absent(const Repository& repository, const Digest& child) {
  const auto since = absent_children_.find({repository, child});
  return since && options_.clock() - *since < options_.denial_lifetime;
}

Judgement Judge::conclude(const ImageReference& requested, const Examiner::Decided& decided) {
  const ManifestSource::Read& read = decided.examination->contents().manifest;
  const auto& gathered = decided.examination->contents().gathered;
  std::shared_ptr<const policy::Decision> decision = decided.decision;
  const Digest digest = read->content.digest();
  if (!decision->serves()) {
    decision =
        std::make_shared<const policy::Decision>(with_platform_hint(*decision, requested, read->document.value()));
    const bool is_over =
        decision->verdict() == policy::Verdict::kDeny && !decided.examination->allowance(options_.calendar());
    if (is_over && policy::can_be_ended_by_evidence(*policy_, requested.repository)) {
      admitted_.withdraw(requested.repository, digest);
    }
    return Refusal{{std::move(decision), gathered, digest}};
  }
  admitted_.admit(requested.repository, digest, read->document.value(), {decision, gathered, 0});
  return Admission(Admission::Ground::kDecision, {std::move(decision), gathered, digest}, read, std::nullopt);
}

Judgement Judge::admit_evidence(const Repository& repository, const ManifestSource::Read& read) {
  const Digest digest = read->content.digest();
  admitted_.admit(repository, digest, read->document.value(), {nullptr, nullptr, 0});
  return Admission(Admission::Ground::kEvidence, {nullptr, nullptr, digest}, read, std::nullopt);
}

Judgement Judge::admit_covered(const Repository& repository, const ManifestSource::Read& read, const Cover& cover) {
  const Digest digest = read->content.digest();
  Grounds grounds = cover.grounds;
  ++grounds.depth;
  Judged judged{grounds.decision, grounds.gathered, digest};
  admitted_.admit(repository, digest, read->document.value(), std::move(grounds));
  return Admission(Admission::Ground::kCoveredByIndex, std::move(judged), read, cover.index);
}

policy::Decision::About Judge::about(const ImageReference& requested, const Digest& digest) const {
  return {requested, digest, policy_->generation(), trust_generation_, options_.calendar()};
}

Refusal Judge::refuse(const ImageReference& requested, const Digest& digest, policy::Objection objection) const {
  const policy::Rule* rule = policy_->rule_for(requested.repository);
  const std::string name = rule == nullptr ? std::string() : rule->name;
  objection.requirement = name;
  // Whatever the rule's mode: an image that nobody can read the same way is not a matter of policy.
  return {{std::make_shared<const policy::Decision>(policy::Decision::object(
               about(requested, digest), {.rule = name, .objections = {std::move(objection)}})),
           std::make_shared<const policy::Gathered>(), digest}};
}

Refusal Judge::postpone(const ImageReference& requested, const Digest& digest, const Error& error) const {
  const policy::Rule* rule = policy_->rule_for(requested.repository);
  const std::string name = rule == nullptr ? std::string() : rule->name;
  policy::Objection objection{reason_of(error), name, "its evidence was not gathered: " + error.message, "try again"};
  return {{std::make_shared<const policy::Decision>(policy::Decision::cannot_judge(
               about(requested, digest), {.rule = name,
                                          .objections = {std::move(objection)},
                                          .retry_after = error.retry_after.value_or(kRetryAfter)})),
           std::make_shared<const policy::Gathered>(), digest}};
}

policy::Decision Judge::with_platform_hint(policy::Decision decision, const ImageReference& requested,
                                           const ManifestDocument& document) const {
  const bool applies = decision.verdict() == policy::Verdict::kDeny && requested.digest &&
                       decision.objections().front().reason == Reason::kNoEvidence;
  if (!applies) return decision;
  policy::Decision::Account account = decision.account();
  std::vector<policy::Objection>& objections = account.objections;
  if (const auto index = known_manifests_.index_of(requested.repository, *requested.digest)) {
    objections.insert(objections.begin(), {Reason::kPlatformNotCovered, objections.front().requirement,
                                           "it has no evidence of its own, and index " + index->short_text() +
                                               ", which names it, is not admitted",
                                           "pull the index by its tag first, or sign this manifest"});
  } else if (std::holds_alternative<Manifest>(document)) {
    objections.front().remedy += "; if it is one platform of an index, pull the index first";
  }
  return policy::Decision::object(decision.about(), std::move(account));
}

}  // namespace pullgate::proxy
