#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/base_image/found.h"
#include "policy/base_image/named.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Prospect = Judgement::Prospect;

constexpr const char* kRemedy = "build on an allowed base and name it by annotations or provenance";

template <class T>
bool begins_with(const std::vector<T>& whole, const std::vector<T>& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

/// How many of the lowest layers are the same.
std::size_t common_layers(const ImageConfig& a, const ImageConfig& b) {
  const auto [in_a, in_b] = std::ranges::mismatch(a.diff_ids, b.diff_ids);
  return static_cast<std::size_t>(in_a - a.diff_ids.begin());
}

/// What is compared: the same platform, where the base has one for each.
const ImageLayers* counterpart(const Base& base, const ImageLayers& image) {
  const auto found = std::ranges::find(base.images, image.config.platform,
                                       [](const ImageLayers& candidate) { return candidate.config.platform; });
  return found == base.images.end() ? nullptr : &*found;
}

/// One platform of the image against every base that may be one.
class LayerProof {
 public:
  LayerProof(const Case& judged, const BaseImageLeaf& leaf, const std::string& name)
      : judged_(judged), leaf_(leaf), name_(name) {}

  Judgement run(const Leaf& part) {
    if (!part.layers) {
      return not_proven(fmt::format("the layers of {} are not known: {}", part.shown, printable(part.missing, 300)),
                        "the whole image must be where pullgate can ask for it");
    }
    std::vector<Objection> near_misses;
    for (const Base& base : judged_.gathered().bases) {
      if (!is_allowed(leaf_, base.repository, base.digest)) continue;
      if (auto objection = against(base, *part.layers)) {
        near_misses.push_back(*std::move(objection));
        continue;
      }
      BaseReview reviewed = review(judged_, leaf_, base, name_);
      if (reviewed.objection) {
        near_misses.push_back(*std::move(reviewed.objection));
        continue;
      }
      Judgement met = Judgement::met(proof_of(base, part.shown, *part.layers));
      met.stands_until = reviewed.stands_until;
      return met;
    }
    note_claim(*part.layers, near_misses);
    if (near_misses.empty()) {
      return not_proven(
          fmt::format("nothing names an allowed base of {} that its layers could be compared with", part.shown),
          kRemedy);
    }
    return Judgement::not_met(Prospect::kOpen, std::move(near_misses));
  }

 private:
  [[nodiscard]] Judgement not_proven(std::string found, std::string remedy) const {
    return Judgement::not_met(Prospect::kOpen, {Reason::kBaseNotProven, name_, std::move(found), std::move(remedy)});
  }

  /// A strict prefix, because an image is not its own base: whoever could say so would need no base.
  [[nodiscard]] std::optional<Objection> against(const Base& base, const ImageLayers& image) const {
    const auto differ = [&](std::string found) {
      return Objection{Reason::kBaseNotProven, name_, std::move(found), kRemedy};
    };
    if (base.images.empty())
      return differ(fmt::format("base '{}' could not be looked at: {}", shown(base), base.missing));
    const ImageLayers* other = counterpart(base, image);
    if (other == nullptr) return differ(fmt::format("base '{}' has no such platform", shown(base)));
    const std::size_t common = common_layers(other->config, image.config);
    if (common < other->config.diff_ids.size()) {
      return differ(fmt::format("not built on '{}': this image begins with {} of its {} layers", shown(base), common,
                                other->config.diff_ids.size()));
    }
    if (common == image.config.diff_ids.size()) {
      return differ(fmt::format("it has the layers of '{}' and none of its own: it is that image", shown(base)));
    }
    return std::nullopt;
  }

  [[nodiscard]] static std::string proof_of(const Base& base, const std::string& part, const ImageLayers& image) {
    const ImageLayers& other = *counterpart(base, image);
    const std::string said = self_description(other.config);
    return fmt::format("{} is built on '{}'{}{}{}: {} of its {} layers{}", part, shown(base), said.empty() ? "" : " (",
                       said, said.empty() ? "" : ")", other.config.diff_ids.size(), image.config.diff_ids.size(),
                       begins_with(image.layers, other.layers) ? "" : ", compressed anew");
  }

  /// A base that the image claims and that no rule allows says more than that none was found.
  void note_claim(const ImageLayers& image, std::vector<Objection>& near_misses) const {
    for (const auto* annotations : {&image.annotations, &annotations_of(judged_.image())}) {
      const AnnotatedBase annotated = annotated_base(*annotations);
      if (annotated.state != AnnotatedBase::State::kPresent || is_allowed(leaf_, annotated.base)) continue;
      near_misses.push_back({Reason::kBaseNotAllowed, name_,
                             fmt::format("built on '{}', says the annotation", annotated.base.shown),
                             allowed_bases(leaf_)});
      return;
    }
  }

  const Case& judged_;
  const BaseImageLeaf& leaf_;
  const std::string& name_;
};

}  // namespace

/// Every runnable part of the image: an index is admitted with all its children.
Judgement judge_layers(const Case& judged, const BaseImageLeaf& leaf, const std::string& name) {
  const std::vector<Leaf>& parts = judged.gathered().leaves;
  if (parts.empty()) {
    return Judgement::not_met(Prospect::kOpen, {Reason::kBaseNotProven, name, "the layers of this image were not read",
                                                "this has to be an image"});
  }
  LayerProof proof(judged, leaf, name);
  Judgement all = Judgement::met({});
  for (const Leaf& part : parts) {
    Judgement one = proof.run(part);
    if (!one.is_met()) return one;
    all.detail += fmt::format("{}{}", all.detail.empty() ? "" : "; ", one.detail);
    all.stands_until = earlier(all.stands_until, one.stands_until);
  }
  return all;
}

}  // namespace pullgate::policy
