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

std::vector<verify::Report> verify_all(const verify::Verifier& verifier, const std::vector<verify::Evidence>& evidence,
                                       const Content& image) {
  std::vector<verify::Report> reports;
  reports.reserve(evidence.size());
  for (const verify::Evidence& piece : evidence) reports.push_back(verifier.verify(piece, image));
  return reports;
}

}  // namespace

Judge::Judge(asio::any_io_executor loop, asio::thread_pool& workers, const Upstreams& upstreams,
             std::shared_ptr<const policy::PolicySet> policy, std::shared_ptr<const verify::TrustRoot> trust,
             Options options)
    : workers_(workers),
      upstreams_(upstreams),
      policy_(std::move(policy)),
      verifier_(std::move(trust)),
      options_(std::move(options)),
      manifests_(loop, workers, upstreams),
      examinations_(std::move(loop), limits::kJudgementsAtOnce),
      examined_(limits::kJudgedImages, limits::kJudgedBytes),
      admitted_(limits::kAdmittedManifests, limits::kAdmittedEdges),
      absent_children_(limits::kAbsentChildren, limits::kAbsentChildren),
      known_manifests_(limits::kKnownManifests),
      seen_bases_(limits::kSeenBases) {}

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
    co_return refuse(reference_to(repository, which), content.digest(),
                     {reason, {}, error.message, "push a manifest that every client reads the same way"});
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
  const ExaminationKey key = key_of(requested.repository, read->content.digest());
  const Examined known = examined_.find(key);
  if (known) {
    if (auto decision = standing_decision(*known, requested)) co_return conclude(requested, known, std::move(decision));
  }
  const Result<Examined> examined = co_await examinations_.run(
      key, deadline, [this, repository = requested.repository, read] { return examine(repository, read, {}); });
  if (!examined) {
    if (examined.error().code == ErrorCode::kInternal) co_return Unavailable{examined.error()};
    co_return postpone(requested, read->content.digest(), examined.error());
  }
  const Time now = options_.calendar();
  auto decision = (*examined)->decision_for(requested, now);
  if (decision->verdict() != policy::Verdict::kAllow && requested.digest) {
    if (auto allowance = (*examined)->allowance(now)) decision = std::move(allowance);
  }
  // What could not be judged is not remembered: the next one who asks may have more luck.
  if (decision->verdict() != policy::Verdict::kCannotJudge) {
    examined_.store(key, *examined, (*examined)->weight());
  }
  co_return conclude(requested, *examined, std::move(decision));
}

asio::awaitable<Result<Judge::Examined>> Judge::examine(Repository repository, ManifestSource::Read read,
                                                        Descent descent) {
  auto gathered = std::make_shared<policy::Gathered>();
  std::size_t evidence_bytes = 0;
  Upstream* upstream = upstreams_.find(repository.registry());
  if (upstream != nullptr && policy::needs_evidence(*policy_, repository)) {
    FoundEvidence found = co_await search_evidence(*upstream, workers_, repository.path(), read->content.digest());
    evidence_bytes = found.bytes;
    auto evidence = std::make_shared<const std::vector<verify::Evidence>>(std::move(found.evidence));
    gathered->reports = co_await on_pool(
        workers_, [verifier = verifier_, evidence, read] { return verify_all(verifier, *evidence, read->content); });
    std::ranges::move(found.rejected, std::back_inserter(gathered->reports));
    gathered->places = std::move(found.places);
    gathered->gaps = std::move(found.gaps);
  }
  co_await look_at_bases(repository, read, std::move(descent), *gathered);
  auto examination = std::make_shared<Examination>(Examination::Contents{
      read, policy_, verifier_.trust().generation(), std::move(gathered), evidence_bytes, options_.clock()});
  if (const Examined older = examined_.find(key_of(repository, read->content.digest()))) {
    examination->inherit_allowances(*older, options_.calendar());
  }
  co_return Examined(std::move(examination));
}

/// What the policy wants to know of the bases of this image, and what other images may want to know of this one.
asio::awaitable<void> Judge::look_at_bases(Repository repository, ManifestSource::Read read, Descent descent,
                                           policy::Gathered& gathered) {
  const policy::BasesWanted wanted = policy::bases_wanted(*policy_, repository);
  const bool is_possible_base = is_in_scope(repository) && policy::is_possible_base(*policy_, repository);
  if (!wanted.layers && !wanted.decisions && !is_possible_base) co_return;
  const Digest digest = read->content.digest();
  BaseSearch search(manifests_, upstreams_, workers_, std::chrono::steady_clock::now() + options_.deadline);
  if (wanted.layers || is_possible_base) {
    std::vector<policy::Gap> gaps;
    gathered.leaves = co_await search.leaves_of(repository, read, gaps);
    if (wanted.layers) std::ranges::move(gaps, std::back_inserter(gathered.base_gaps));
  }
  std::vector<policy::BaseToSee> bases =
      policy::bases_to_see(*policy_, repository, read->document.value(), gathered.leaves, gathered.reports);
  for (const policy::Leaf& leaf : gathered.leaves) {
    if (!leaf.layers) continue;
    for (policy::BaseToSee& base : seen_bases_.below(leaf.layers->config.diff_ids, limits::kBasesPerImage)) {
      if (bases.size() == limits::kBasesPerImage) break;
      const bool is_new = std::ranges::find(bases, base) == bases.end() && base.digest != digest;
      if (is_new && policy::is_allowed_base(*policy_, repository, base)) bases.push_back(std::move(base));
    }
    if (is_possible_base) seen_bases_.learn(leaf.layers->config.diff_ids, {repository, digest});
  }
  descent.ancestors.push_back(digest);
  BaseSearch::JudgeBase judge;
  if (wanted.decisions) judge = [&](policy::BaseToSee base) { return judge_base(std::move(base), descent); };
  gathered.bases = co_await search.look_at(std::move(bases), gathered.leaves, judge, gathered.base_gaps);
}

/// Not through the single flight: two images that name each other as bases would wait for each other.
asio::awaitable<JudgedBase> Judge::judge_base(policy::BaseToSee base, Descent descent) {
  const std::vector<Digest>& ancestors = descent.ancestors;
  const bool is_cycle = std::ranges::find(ancestors, base.digest) != ancestors.end();
  *descent.was_cut = *descent.was_cut || is_cycle || ancestors.size() > limits::kBaseDepth || *descent.bases_left == 0;
  if (is_cycle) co_return JudgedBase{nullptr, "it is its own base"};
  if (ancestors.size() > limits::kBaseDepth) {
    co_return JudgedBase{nullptr, "bases of bases are judged to a depth of " + std::to_string(limits::kBaseDepth)};
  }
  const ImageReference requested{base.repository, std::nullopt, base.digest};
  const ExaminationKey key = key_of(base.repository, base.digest);
  if (const Examined known = examined_.find(key)) {
    // Not an allowance under some tag: what is said about a base must not depend on who pulled it before.
    if (auto decision = standing_decision(*known, requested, OtherTags::kIgnored)) {
      co_return JudgedBase{std::move(decision), {}};
    }
  }
  if (*descent.bases_left == 0) co_return JudgedBase{nullptr, "too many bases are behind this image"};
  --*descent.bases_left;
  const Result<ManifestSource::Read> read =
      co_await manifests_.read(base.repository, base.digest, std::chrono::steady_clock::now() + options_.deadline);
  if (!read) co_return JudgedBase{nullptr, read.error().message};
  if (!(*read)->document) co_return JudgedBase{nullptr, (*read)->document.error().message};
  const auto was_cut = descent.was_cut;
  const Result<Examined> examined = co_await examine(base.repository, *read, std::move(descent));
  if (!examined) co_return JudgedBase{nullptr, examined.error().message};
  auto decision = (*examined)->decision_for(requested, options_.calendar());
  if (decision->verdict() != policy::Verdict::kCannotJudge && !*was_cut) {
    examined_.store(key, *examined, (*examined)->weight());
  }
  co_return JudgedBase{std::move(decision), {}};
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

ExaminationKey Judge::key_of(const Repository& repository, const Digest& digest) const {
  return {repository, digest, policy_->generation(), verifier_.trust().generation()};
}

std::shared_ptr<const policy::Decision> Judge::standing_decision(const Examination& examination,
                                                                 const ImageReference& requested,
                                                                 OtherTags other_tags) const {
  const Time now = options_.calendar();
  const auto age = options_.clock() - examination.contents().finished_at;
  // What an allowance rests on stays true, but where a further attestation can contradict it, one has to be looked for.
  if (age >= options_.whole_evidence_lifetime && policy::can_be_ended_by_evidence(*policy_, requested.repository)) {
    return nullptr;
  }
  auto decision = examination.decision_for(requested, now);
  if (decision->verdict() == policy::Verdict::kAllow) return decision;
  if (requested.digest && other_tags == OtherTags::kCount) {
    if (auto allowance = examination.allowance(now)) return allowance;
  }
  if (decision->verdict() == policy::Verdict::kCannotJudge) return nullptr;
  return age < options_.denial_lifetime ? decision : nullptr;
}

Judgement Judge::conclude(const ImageReference& requested, const Examined& examined,
                          std::shared_ptr<const policy::Decision> decision) {
  const ManifestSource::Read& read = examined->contents().manifest;
  const auto& gathered = examined->contents().gathered;
  const Digest digest = read->content.digest();
  if (!decision->serves()) {
    decision =
        std::make_shared<const policy::Decision>(with_platform_hint(*decision, requested, read->document.value()));
    const bool is_over = decision->verdict() == policy::Verdict::kDeny && !examined->allowance(options_.calendar());
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
  return {requested, digest, policy_->generation(), verifier_.trust().generation(), options_.calendar()};
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
