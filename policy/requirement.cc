#include "policy/requirement.h"

#include <algorithm>

#include <fmt/format.h>

namespace pullgate::policy {

bool RejectLeaf::rejects(const Digest& digest) const {
  return !digests || std::ranges::find(*digests, digest) != digests->end();
}

std::string_view to_string(BaseProof proof) {
  switch (proof) {
    case BaseProof::kLayers:
      return "layers";
    case BaseProof::kAnnotation:
      return "annotation";
    case BaseProof::kProvenance:
      return "provenance";
  }
  return "unknown";
}

std::string_view kind_of(const Requirement& requirement) {
  struct Kind {
    std::string_view operator()(const AllOf&) const { return "allOf"; }
    std::string_view operator()(const AnyOf&) const { return "anyOf"; }
    std::string_view operator()(const Threshold&) const { return "threshold"; }
    std::string_view operator()(const SignatureLeaf&) const { return "signature"; }
    std::string_view operator()(const ProvenanceLeaf&) const { return "provenance"; }
    std::string_view operator()(const AttestationLeaf&) const { return "attestation"; }
    std::string_view operator()(const VsaLeaf&) const { return "vsa"; }
    std::string_view operator()(const BaseImageLeaf&) const { return "baseImage"; }
    std::string_view operator()(const ImageLeaf&) const { return "image"; }
    std::string_view operator()(const AcceptLeaf&) const { return "accept"; }
    std::string_view operator()(const RejectLeaf&) const { return "reject"; }
  };
  return std::visit(Kind{}, requirement.node);
}

const std::vector<Requirement>& children_of(const Requirement& requirement) {
  static const std::vector<Requirement> kNone;
  if (const auto* all = std::get_if<AllOf>(&requirement.node)) return all->of;
  if (const auto* any = std::get_if<AnyOf>(&requirement.node)) return any->of;
  if (const auto* threshold = std::get_if<Threshold>(&requirement.node)) return threshold->of;
  return kNone;
}

std::string root_name(std::string_view rule, std::string_view kind) {
  return fmt::format("{}/{}", rule, kind);
}

std::string child_name(std::string_view parent, std::size_t index, std::string_view kind) {
  return fmt::format("{}[{}]/{}", parent, index, kind);
}

}  // namespace pullgate::policy
