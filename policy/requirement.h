#pragma once
/// What a rule requires: a tree of allOf, anyOf and threshold over leaves, as values.

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/attestation_leaf.h"
#include "policy/image_leaf.h"
#include "policy/pattern.h"
#include "policy/provenance_leaf.h"
#include "policy/signed_identity.h"
#include "policy/vsa_leaf.h"
#include "verify/digest.h"

namespace pullgate::policy {

/// `signature: acme-key`, or `signature: { attestor: acme-key, signedIdentity: matchRepository, annotations: {...} }`
struct SignatureLeaf {
  std::string attestor;
  /// The name that the signature has to give the image; without it, none is looked at. A signature without a name, as
  /// newer forms are, is then no signature for this.
  std::optional<SignedIdentity> signed_identity = std::nullopt;
  std::map<std::string, std::string> annotations = {};  ///< that it has to carry, each with exactly this value
};

enum class BaseProof {
  kLayers,      ///< the lowest layers of the image are all the layers of the base, as the configs of both say
  kAnnotation,  ///< org.opencontainers.image.base.{name,digest} of a manifest that the rule's attestors signed
  kProvenance,  ///< image materials of provenance by the rule's builders or attestors
};

std::string_view to_string(BaseProof proof);

/// Whether the base has to satisfy a policy of its own.
enum class BaseJudgement { kNone, kThisPolicy };

/// `baseImage: { proof: [layers, provenance], from: [scopes], digests: [...], satisfies: policy, maxAge: 720h }`. Every
/// listed proof must hold (for "either" there is `anyOf`): it names at least one base, and all that it names are
/// allowed. So an annotation that lies cannot outvote honest provenance, and further evidence can never take a proof
/// away.
/// - annotation: what the manifest says must be allowed whoever signed, and counts only when the manifest is signed by
///   an attestor of the rule's `signature` leaves or covered by provenance of one of its builders;
/// - provenance: one statement by a builder of the rule's `provenance` leaves; in a rule without any, by an attestor
///   of its `signature` leaves.
/// - layers: an image of an allowed repository, or of an allowed digest, is named by anybody, found there, and its
///   layers are the lowest ones of this image, of every platform.
/// A base is allowed by its digest, or by a name in `from`; a name counts only because a trusted signer wrote it, or
/// because the layers are those of what was found under that name.
struct BaseImageLeaf {
  std::vector<BaseProof> proof;
  std::vector<Scope> from;
  std::vector<Digest> digests;
  /// What is proven to be the base has to be allowed itself, by this policy, asked for by its digest.
  BaseJudgement satisfies = BaseJudgement::kNone;
  std::optional<std::chrono::milliseconds> max_age = std::nullopt;  ///< by `created` in the base's config
};

/// `accept: {}`: no evidence needed. It has to be written.
struct AcceptLeaf {};

/// `reject: { digests: [...] }`, or `reject: {}` for everything: met when the image is not among the rejected.
struct RejectLeaf {
  std::optional<std::vector<Digest>> digests;  ///< none: every image

  [[nodiscard]] bool rejects(const Digest& digest) const;
};

struct Requirement;

struct AllOf {
  std::vector<Requirement> of;
};
struct AnyOf {
  std::vector<Requirement> of;
};
/// Met when at least `at_least` of `of` are met by *distinct attestors* with distinct signers: one signature never
/// counts twice, whatever names its key goes by. Only leaves that an attestor meets (`signature`, `provenance`,
/// `attestation`, `vsa`) can be counted; PolicySet refuses others.
struct Threshold {
  std::size_t at_least = 0;
  std::vector<Requirement> of;
};

/// A node of the `require` tree. An empty AllOf, AnyOf or Threshold is never met.
struct Requirement {
  std::variant<AllOf, AnyOf, Threshold, SignatureLeaf, ProvenanceLeaf, AttestationLeaf, VsaLeaf, BaseImageLeaf,
               ImageLeaf, AcceptLeaf, RejectLeaf>
      node;
};

/// The key that a node has in the file: "allOf", "signature", ...
std::string_view kind_of(const Requirement& requirement);
/// The children of AllOf, AnyOf and Threshold; none of a leaf.
const std::vector<Requirement>& children_of(const Requirement& requirement);

/// Every requirement has a name that follows from its place: "acme-apps/signature" for a tree that is one leaf,
/// "acme-apps/allOf" for the root of a larger one, "acme-apps/allOf[1]/provenance" for the second of its children.
std::string root_name(std::string_view rule, std::string_view kind);
std::string child_name(std::string_view parent, std::size_t index, std::string_view kind);

}  // namespace pullgate::policy
