#include "proxy/pull/examiner.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "proxy/pull/concurrently.h"
#include "proxy/pull/enclosed_search.h"
#include "proxy/pull/evidence_search.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;

std::vector<verify::Report> verify_all(const verify::Verifier& verifier, const std::vector<verify::Evidence>& evidence,
                                       const Content& image) {
  std::vector<verify::Report> reports;
  reports.reserve(evidence.size());
  for (const verify::Evidence& piece : evidence) reports.push_back(verifier.verify(piece, image));
  return reports;
}

}  // namespace

Examiner::Examiner(asio::any_io_executor loop, asio::thread_pool& workers, const Upstreams& upstreams,
                   ManifestSource& manifests, std::shared_ptr<const policy::PolicySet> policy,
                   verify::Verifier verifier, Options options)
    : workers_(workers),
      upstreams_(upstreams),
      manifests_(manifests),
      policy_(std::move(policy)),
      verifier_(std::move(verifier)),
      options_(std::move(options)),
      examinations_(std::move(loop), limits::kJudgementsAtOnce),
      examined_(limits::kJudgedImages, limits::kJudgedBytes),
      seen_bases_(limits::kSeenBases) {}

asio::awaitable<Result<Examiner::Decided>> Examiner::decide(ImageReference requested, ManifestSource::Read read,
                                                            Moment deadline) {
  const Repository& repository = requested.repository;
  const ExaminationKey key = key_of(repository, read->content.digest());
  const Examined known = examined_.find(key);
  if (known) {
    auto decision = standing_decision(*known, requested);
    if (decision && !may_be_helped_by_parts(*known, *decision)) co_return Decided{known, std::move(decision)};
  }
  Result<Examined> examined = co_await examinations_.run(
      {key, Work::Stage::kWhole}, deadline, [this, repository, read] { return examine(repository, read, {}); });
  if (!examined) co_return std::move(examined).error();
  const Time now = options_.calendar();
  auto decision = (*examined)->decision_for(requested, now);
  if (may_be_helped_by_parts(**examined, *decision)) {
    examined = co_await examinations_.run({key, Work::Stage::kParts}, deadline, [this, repository, whole = *examined] {
      return with_parts(whole, repository, {});
    });
    if (!examined) co_return std::move(examined).error();
    decision = (*examined)->decision_for(requested, now);
  }
  if (decision->verdict() != policy::Verdict::kAllow && requested.digest) {
    if (auto allowance = (*examined)->allowance(now)) decision = std::move(allowance);
  }
  remember(*examined, *decision);
  co_return Decided{*std::move(examined), std::move(decision)};
}

/// What could not be judged is not remembered: the next one who asks may have more luck.
void Examiner::remember(const Examined& examined, const policy::Decision& decision) {
  if (decision.verdict() == policy::Verdict::kCannotJudge) return;
  const policy::Decision::About& about = decision.about();
  examined_.store(key_of(about.requested.repository, about.digest), examined, examined->weight());
}

asio::awaitable<Result<Examiner::Examined>> Examiner::examine(Repository repository, ManifestSource::Read read,
                                                              Descent descent) {
  auto gathered = std::make_shared<policy::Gathered>();
  Examination::Contents contents{read, policy_, verifier_.trust().generation(), gathered, 0, options_.clock()};
  Upstream* upstream = upstreams_.find(repository.registry());
  if (upstream != nullptr && policy::needs_evidence(*policy_, repository)) {
    FoundEvidence found = co_await search_evidence(*upstream, workers_, repository.path(), read->content.digest());
    contents.evidence_bytes = found.bytes;
    auto evidence = std::make_shared<const std::vector<verify::Evidence>>(std::move(found.evidence));
    gathered->reports = co_await on_pool(
        workers_, [verifier = verifier_, evidence, read] { return verify_all(verifier, *evidence, read->content); });
    std::ranges::move(found.rejected, std::back_inserter(gathered->reports));
    gathered->places = std::move(found.places);
    gathered->gaps = std::move(found.gaps);
  }
  const auto* index = std::get_if<Index>(&read->document.value());
  if (upstream != nullptr && index != nullptr && policy::wants_enclosed(*policy_, repository, gathered->reports)) {
    FoundEnclosed found =
        co_await search_enclosed(*upstream, workers_, manifests_, repository, *index,
                                 std::chrono::steady_clock::now() + options_.deadline, gathered->gaps);
    gathered->enclosed = std::move(found.enclosed);
    contents.evidence_bytes += found.bytes;
  }
  co_await look_at_bases(repository, read, descent, *gathered);
  contents.finished_at = options_.clock();
  if (policy::parts_wanted(*policy_, repository) == policy::PartsWanted::kAlways) {
    co_await look_at_parts(repository, std::move(descent), contents, *gathered);
  }
  co_return conclude(repository, std::move(contents));
}

asio::awaitable<Result<Examiner::Examined>> Examiner::with_parts(Examined whole, Repository repository,
                                                                 Descent descent) {
  Examination::Contents contents = whole->contents();
  const auto gathered = std::make_shared<policy::Gathered>(*contents.gathered);
  contents.gathered = gathered;
  co_await look_at_parts(repository, std::move(descent), contents, *gathered);
  co_return conclude(repository, std::move(contents));
}

Examiner::Examined Examiner::conclude(const Repository& repository, Examination::Contents contents) {
  const ExaminationKey key = key_of(repository, contents.manifest->content.digest());
  auto examination = std::make_shared<Examination>(std::move(contents));
  if (const Examined older = examined_.find(key)) examination->inherit_allowances(*older, options_.calendar());
  return examination;
}

/// What the policy wants to know of the bases of this image, and what other images may want to know of this one.
asio::awaitable<void> Examiner::look_at_bases(Repository repository, ManifestSource::Read read, Descent descent,
                                              policy::Gathered& gathered) {
  const policy::BasesWanted wanted = policy::bases_wanted(*policy_, repository);
  const bool is_possible_base =
      policy_->rule_for(repository) != nullptr && policy::is_possible_base(*policy_, repository);
  if (!wanted.layers && !wanted.decisions && !is_possible_base) co_return;
  const Digest digest = read->content.digest();
  BaseSearch search(manifests_, upstreams_, workers_, std::chrono::steady_clock::now() + options_.deadline);
  if (wanted.layers || is_possible_base) {
    std::vector<policy::Gap> gaps;
    gathered.leaves = co_await search.leaves_of(repository, read, gaps);
    if (wanted.layers) std::ranges::move(gaps, std::back_inserter(gathered.base_gaps));
  }
  std::vector<policy::BaseToSee> bases = policy::bases_to_see(*policy_, repository, read->document.value(), gathered);
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
asio::awaitable<JudgedBase> Examiner::judge_base(policy::BaseToSee base, Descent descent) {
  const std::vector<Digest>& ancestors = descent.ancestors;
  const bool is_cycle = std::ranges::find(ancestors, base.digest) != ancestors.end();
  *descent.was_cut = *descent.was_cut || is_cycle || ancestors.size() > limits::kBaseDepth || *descent.bases_left == 0;
  if (is_cycle) co_return JudgedBase{nullptr, "it is its own base"};
  if (ancestors.size() > limits::kBaseDepth) {
    co_return JudgedBase{nullptr, "bases of bases are judged to a depth of " + std::to_string(limits::kBaseDepth)};
  }
  const ImageReference requested{base.repository, std::nullopt, base.digest};
  if (const Examined known = examined_.find(key_of(base.repository, base.digest))) {
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
  Result<Examined> examined = co_await examine(base.repository, *read, descent);
  if (!examined) co_return JudgedBase{nullptr, examined.error().message};
  auto decision = (*examined)->decision_for(requested, options_.calendar());
  if (may_be_helped_by_parts(**examined, *decision)) {
    examined = co_await with_parts(*std::move(examined), base.repository, std::move(descent));
    if (!examined) co_return JudgedBase{nullptr, examined.error().message};
    decision = (*examined)->decision_for(requested, options_.calendar());
  }
  if (!*was_cut) remember(*examined, *decision);
  co_return JudgedBase{std::move(decision), {}};
}

bool Examiner::may_be_helped_by_parts(const Examination& examination, const policy::Decision& decision) const {
  const policy::Verdict verdict = decision.verdict();
  const Examination::Contents& contents = examination.contents();
  return (verdict == policy::Verdict::kDeny || verdict == policy::Verdict::kWarn) && contents.gathered->parts.empty() &&
         std::holds_alternative<Index>(contents.manifest->document.value()) &&
         policy::parts_wanted(*policy_, decision.about().requested.repository) == policy::PartsWanted::kWhenNotAllowed;
}

/// Where the index might do as well, one platform of which nobody says anything ends the search: an index that is
/// simply unsigned, such as a public one, shall not cost requests for each of its platforms.
asio::awaitable<void> Examiner::look_at_parts(Repository repository, Descent descent, Examination::Contents& contents,
                                              policy::Gathered& gathered) {
  const ManifestSource::Read read = contents.manifest;
  if (!std::holds_alternative<Index>(read->document.value())) co_return;
  descent.ancestors.push_back(read->content.digest());
  const auto find = [&](IsWantedChild is_wanted, std::vector<policy::Gap>& gaps) {
    return runnable_parts(manifests_, repository, read, read->content.digest().short_text(), std::move(is_wanted),
                          std::chrono::steady_clock::now() + options_.deadline, gaps);
  };
  if (policy::parts_wanted(*policy_, repository) != policy::PartsWanted::kAlways) {
    std::vector<policy::Gap> gaps;
    const auto first =
        co_await find([taken = false](const Descriptor&) mutable { return !std::exchange(taken, true); }, gaps);
    if (first.size() == 1) {
      policy::Part part{first[0].shown, first[0].digest, {}, {}, first[0].missing};
      const Examined examined = co_await look_at_part(repository, first[0], descent, part, contents);
      const ImageReference by_digest{repository, std::nullopt, part.digest};
      const bool is_silent = !examined || (examined->contents().gathered->reports.empty() &&
                                           !examined->decision_for(by_digest, options_.calendar())->serves());
      if (is_silent) {
        gathered.parts.push_back(std::move(part));
        gathered.parts.push_back({"the other platforms", read->content.digest(), {}, {}, {}});
        std::ranges::move(gaps, std::back_inserter(gathered.gaps));
        co_return;
      }
    }
  }
  const std::vector<RunnablePart> found = co_await find([](const Descriptor&) { return true; }, gathered.gaps);
  for (const RunnablePart& part : found) gathered.parts.push_back({part.shown, part.digest, {}, {}, part.missing});
  // Written down, so that it is not looked for again with every request.
  if (found.empty()) {
    gathered.parts.push_back(
        {"no platform", read->content.digest(), {}, {}, "the index names no image that could run"});
  }
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < found.size(); ++i) {
    tasks.emplace_back([&, i]() -> asio::awaitable<void> {
      co_await look_at_part(repository, found[i], descent, gathered.parts[i], contents);
    });
  }
  // Those that share the bases which may be judged take them in order, so that the answer is the same each time.
  const bool share_bases = policy::bases_wanted(*policy_, repository).decisions;
  co_await run_all(std::move(tasks), share_bases ? 1 : limits::kPlatformsAtOnce);
}

/// Null when the part could not be looked at.
asio::awaitable<Examiner::Examined> Examiner::look_at_part(Repository repository, const RunnablePart& found,
                                                           Descent descent, policy::Part& part,
                                                           Examination::Contents& contents) {
  if (!found.read) co_return nullptr;
  // All parts share what one image may have, or whoever may push could fill the memory with one index.
  if (contents.evidence_bytes > limits::kEvidenceTotalBytes) {
    part.missing = "the evidence of all platforms together is larger than the limits allow";
    co_return nullptr;
  }
  const ImageReference by_digest{repository, std::nullopt, found.digest};
  Examined examined = examined_.find(key_of(repository, found.digest));
  // No longer than a denial would be repeated: the question may be about a tag for which somebody signed just now.
  if (!examined || options_.clock() - examined->contents().finished_at >= options_.denial_lifetime) {
    const auto was_cut = descent.was_cut;
    Result<Examined> anew = co_await examine(repository, found.read, std::move(descent));
    if (!anew) {
      part.missing = anew.error().message;
      co_return nullptr;
    }
    examined = *std::move(anew);
    if (!*was_cut) remember(examined, *examined->decision_for(by_digest, options_.calendar()));
  }
  part.document = std::shared_ptr<const ManifestDocument>(found.read, &found.read->document.value());
  part.gathered = examined->contents().gathered;
  contents.evidence_bytes += found.read->content.size() + examined->contents().evidence_bytes;
  contents.finished_at = std::min(contents.finished_at, examined->contents().finished_at);
  co_return examined;
}

ExaminationKey Examiner::key_of(const Repository& repository, const Digest& digest) const {
  return {repository, digest, policy_->generation(), verifier_.trust().generation()};
}

std::shared_ptr<const policy::Decision> Examiner::standing_decision(const Examination& examination,
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

}  // namespace pullgate::proxy
