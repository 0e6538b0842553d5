#include "policy/conflict/requirement.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "policy/conflict/leaf.h"
#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

using Kind = PolicySet::Conflict::Kind;

template <class T>
std::vector<std::string> names_of(const std::vector<T>& entries) {
  std::vector<std::string> names;
  for (const T& entry : entries) names.push_back(entry.name);
  return names;
}

class Review {
 public:
  explicit Review(const PolicySet::Contents& contents)
      : contents_(contents),
        attestor_names_(names_of(contents.attestors)),
        builder_names_(names_of(contents.builders)) {}

  RequirementReview run(const Requirement& tree, const std::string& name) && {
    check(tree, name);
    if (!names_an_attestor_) {
      for (const std::string& base_image : base_images_) {
        add(Kind::kRequirement, base_image,
            "can never be met: nothing in this rule says whose word on the base counts; add a signature or provenance "
            "requirement");
      }
    }
    return std::move(found_);
  }

 private:
  void add(Kind kind, const std::string& name, std::string message) {
    found_.conflicts.push_back({kind, name, std::move(message)});
  }
  void refuse(const std::string& name, std::string message) { add(Kind::kRequirement, name, std::move(message)); }

  void use_attestor(const std::string& attestor, const std::string& name) {
    found_.attestors.insert(attestor);
    if (std::ranges::find(attestor_names_, attestor) != attestor_names_.end()) return;
    std::string hint = nearest_or_all(attestor, attestor_names_);
    if (const Builder* builder = builder_named(attestor)) {
      hint = fmt::format("; that is a builder, for 'provenance: {{ builder: {} }}', and its attestor is '{}'",
                         printable(attestor), printable(builder->attestor));
    }
    add(Kind::kUnknownName, name, fmt::format("no attestor is named '{}'{}", printable(attestor), hint));
  }

  void use_builder(const std::string& builder, const std::string& name) {
    names_an_attestor_ = true;
    found_.builders.insert(builder);
    if (std::ranges::find(builder_names_, builder) != builder_names_.end()) return;
    std::string hint = nearest_or_all(builder, builder_names_);
    if (attestor_named(builder) != nullptr) {
      const auto its_builder = std::ranges::find(contents_.builders, builder, &Builder::attestor);
      hint = its_builder != contents_.builders.end()
                 ? fmt::format("; that is the attestor of builder '{}'", printable(its_builder->name))
                 : "; that is an attestor, and 'builders' says which builder.id it may claim";
    }
    add(Kind::kUnknownName, name, fmt::format("no builder is named '{}'{}", printable(builder), hint));
  }

  void check(const Requirement& requirement, const std::string& name) {
    std::visit([&](const auto& node) { check_node(node, name); }, requirement.node);
    const std::vector<Requirement>& children = children_of(requirement);
    for (std::size_t i = 0; i < children.size(); ++i) {
      check(children[i], child_name(name, i, kind_of(children[i])));
    }
  }

  [[nodiscard]] const Attestor* attestor_named(const std::string& name) const {
    const auto attestor = std::ranges::find(contents_.attestors, name, &Attestor::name);
    return attestor == contents_.attestors.end() ? nullptr : &*attestor;
  }

  [[nodiscard]] const Builder* builder_named(const std::string& name) const {
    const auto builder = std::ranges::find(contents_.builders, name, &Builder::name);
    return builder == contents_.builders.end() ? nullptr : &*builder;
  }

  void check_node(const SignatureLeaf& leaf, const std::string& name) {
    names_an_attestor_ = true;
    use_attestor(leaf.attestor, name);
  }
  void check_node(const ProvenanceLeaf& leaf, const std::string& name) {
    use_builder(leaf.builder, name);
    const Attestor* attestor = attestor_named(attestor_of_builder(leaf.builder));
    for (std::string& message : conflicts_of(leaf, builder_named(leaf.builder), attestor))
      refuse(name, std::move(message));
  }
  // Who reports on an image or verified it need not know what it was built on.
  void check_node(const AttestationLeaf& leaf, const std::string& name) {
    use_attestor(leaf.attestor, name);
    for (std::string& message : conflicts_of(leaf, attestor_named(leaf.attestor))) refuse(name, std::move(message));
  }
  void check_node(const VsaLeaf& leaf, const std::string& name) {
    use_attestor(leaf.attestor, name);
    for (std::string& message : conflicts_of(leaf, attestor_named(leaf.attestor))) refuse(name, std::move(message));
  }
  void check_node(const ImageLeaf& leaf, const std::string& name) {
    for (std::string& message : conflicts_of(leaf)) refuse(name, std::move(message));
  }
  /// Layers speak for themselves; what annotations and provenance say has to be somebody's word.
  static bool needs_a_word(const BaseImageLeaf& leaf) {
    return std::ranges::any_of(leaf.proof, [](BaseProof proof) { return proof != BaseProof::kLayers; });
  }

  void check_node(const BaseImageLeaf& leaf, const std::string& name) {
    if (needs_a_word(leaf)) base_images_.push_back(name);
    if (leaf.proof.empty()) refuse(name, "can never be met: 'proof' lists no kind of proof");
    if (leaf.from.empty() && leaf.digests.empty()) {
      refuse(name, "can never be met: neither 'from' nor 'digests' allows any base");
    }
  }
  void check_node(const AcceptLeaf& /*leaf*/, const std::string& /*name*/) {}
  void check_node(const RejectLeaf& /*leaf*/, const std::string& /*name*/) {}
  void check_node(const AllOf& node, const std::string& name) {
    if (node.of.empty()) refuse(name, "can never be met: 'allOf' is empty");
  }
  void check_node(const AnyOf& node, const std::string& name) {
    if (node.of.empty()) refuse(name, "can never be met: 'anyOf' is empty");
  }

  void check_node(const Threshold& threshold, const std::string& name) {
    if (threshold.of.empty()) return refuse(name, "can never be met: 'threshold' is empty");
    if (threshold.at_least == 0) refuse(name, "'atLeast: 0' would be met by nothing at all; it must be 1 or more");
    std::set<std::string> attestors;
    for (std::size_t i = 0; i < threshold.of.size(); ++i) {
      const Requirement& child = threshold.of[i];
      if (const auto* signature = std::get_if<SignatureLeaf>(&child.node)) {
        attestors.insert(signature->attestor);
      } else if (const auto* provenance = std::get_if<ProvenanceLeaf>(&child.node)) {
        attestors.insert(attestor_of_builder(provenance->builder));
      } else if (const auto* attestation = std::get_if<AttestationLeaf>(&child.node)) {
        attestors.insert(attestation->attestor);
      } else if (const auto* vsa = std::get_if<VsaLeaf>(&child.node)) {
        attestors.insert(vsa->attestor);
      } else {
        return refuse(
            child_name(name, i, kind_of(child)),
            "a threshold counts attestors: only signature, provenance, attestation and vsa can stand under it");
      }
    }
    if (threshold.at_least > attestors.size()) {
      refuse(name, fmt::format("can never be met: 'atLeast: {}', but only {} different attestor{} named",
                               threshold.at_least, attestors.size(), attestors.size() == 1 ? " is" : "s are"));
    }
  }

  std::string attestor_of_builder(const std::string& name) const {
    const Builder* builder = builder_named(name);
    // Of an unknown builder, which is reported as such, nothing is known: count it as an attestor of its own.
    return builder == nullptr ? "builder " + name : builder->attestor;
  }

  const PolicySet::Contents& contents_;
  std::vector<std::string> attestor_names_;
  std::vector<std::string> builder_names_;
  RequirementReview found_;
  bool names_an_attestor_ = false;
  std::vector<std::string> base_images_;
};

}  // namespace

RequirementReview review_requirement(const Requirement& tree, const std::string& name,
                                     const PolicySet::Contents& contents) {
  return Review(contents).run(tree, name);
}

bool is_met_without_evidence(const Requirement& requirement) {
  // Only `reject` and `image` leaves are met like that, by every image that they do not list and by whatever calls
  // itself so, and bases that layers prove, by whatever anybody put on top of them; a rule of nothing else would open
  // what it means to close.
  if (std::holds_alternative<ImageLeaf>(requirement.node)) return true;
  if (const auto* reject = std::get_if<RejectLeaf>(&requirement.node)) return reject->digests.has_value();
  if (const auto* base = std::get_if<BaseImageLeaf>(&requirement.node)) {
    return std::ranges::all_of(base->proof, [](BaseProof proof) { return proof == BaseProof::kLayers; });
  }
  const std::vector<Requirement>& children = children_of(requirement);
  if (std::holds_alternative<AllOf>(requirement.node)) {
    return !children.empty() && std::ranges::all_of(children, is_met_without_evidence);
  }
  if (std::holds_alternative<AnyOf>(requirement.node)) return std::ranges::any_of(children, is_met_without_evidence);
  return false;
}

}  // namespace pullgate::policy
