#include "proxy/pull/examination.h"

#include <algorithm>

#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

/// What parsed evidence takes in memory, compared with the bytes that it was read from.
constexpr std::size_t kParsedEvidence = 4;
/// A layer of an image or of a base: its digest, and that of its content.
constexpr std::size_t kComparedLayer = 256;

}  // namespace

std::shared_ptr<const policy::Decision> Examination::decision_for(const ImageReference& requested, Time at) const {
  const std::string tag = requested.tag ? requested.tag->text() : std::string();
  {
    const std::scoped_lock lock(mutex_);
    const auto known = decisions_.find(tag);
    if (known != decisions_.end() && known->second->stands_at(at)) return known->second;
  }
  const policy::Decision::About about{requested, contents_.manifest->content.digest(), contents_.policy->generation(),
                                      contents_.trust_generation, at};
  auto decision = std::make_shared<const policy::Decision>(
      policy::evaluate(*contents_.policy, about, contents_.manifest->document.value(), *contents_.gathered));
  remember(tag, decision);
  return decision;
}

/// Whoever may push may push as many tags of this image as they like, each with a denial of its own. None of them may
/// take the place of an allowance, which pulls by digest depend on.
void Examination::remember(const std::string& tag, const std::shared_ptr<const policy::Decision>& decision) const {
  const std::scoped_lock lock(mutex_);
  decisions_.erase(tag);
  if (decisions_.size() >= limits::kDecisionsPerImage) {
    if (decision->verdict() != policy::Verdict::kAllow) return;
    const auto displaced = std::ranges::find_if(
        decisions_, [](const auto& known) { return known.second->verdict() != policy::Verdict::kAllow; });
    if (displaced == decisions_.end()) return;
    decisions_.erase(displaced);
  }
  decisions_.emplace(tag, decision);
}

std::shared_ptr<const policy::Decision> Examination::allowance(Time at) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [tag, decision] : decisions_) {
    if (decision->verdict() == policy::Verdict::kAllow && decision->stands_at(at)) return decision;
  }
  return nullptr;
}

void Examination::inherit_allowances(const Examination& older, Time at) {
  std::map<std::string, std::shared_ptr<const policy::Decision>> decisions;
  {
    const std::scoped_lock lock(older.mutex_);
    decisions = older.decisions_;
  }
  for (const auto& [tag, decision] : decisions) {
    if (decision->verdict() != policy::Verdict::kAllow) continue;
    const ImageReference& requested = decision->about().requested;
    if (policy::can_be_ended_by_evidence(*contents_.policy, requested.repository)) {
      static_cast<void>(decision_for(requested, at));
      continue;
    }
    const std::scoped_lock lock(mutex_);
    decisions_.emplace(tag, decision);
  }
}

std::size_t Examination::weight() const {
  std::size_t layers = 0;
  for (const policy::Leaf& leaf : contents_.gathered->leaves) layers += leaf.layers ? leaf.layers->layers.size() : 0;
  for (const policy::Base& base : contents_.gathered->bases) {
    for (const policy::ImageLayers& image : base.images) layers += image.layers.size();
  }
  return contents_.manifest->content.size() + contents_.evidence_bytes * kParsedEvidence + layers * kComparedLayer +
         1024;
}

}  // namespace pullgate::proxy
