#pragma once
/// What may be pulled: the policy file as values. Built by `config/` from YAML, or by hand in tests; immutable, shared
/// between threads, swapped whole.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "policy/attestor.h"
#include "policy/pattern.h"
#include "verify/digest.h"
#include "verify/identity.h"
#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::policy {

enum class Mode {
  kEnforce,
  kWarn,   ///< serve, tell the client and the record
  kAudit,  ///< serve, tell the record only
};

std::string_view to_string(Mode mode);

/// How many authorities of each kind a trust root has, and so how many can ever speak for evidence.
struct TrustRootSummary {
  std::string name;
  std::size_t certificate_authorities = 0;
  std::size_t logs = 0;
  std::size_t certificate_logs = 0;
  std::size_t timestamp_authorities = 0;
};

/// A signer together with the builder.id that it may claim and the SLSA level that earns. The id alone is only text.
struct Builder {
  std::string name;
  std::string attestor;
  TextPattern id;
  int level = 0;
};

/// `signature: acme-key`
struct SignatureLeaf {
  std::string attestor;
};

struct SourceRequirement {
  std::optional<TextTemplate> repository;
  std::optional<TextTemplate> ref;
  std::optional<std::string> commit;
};

/// `provenance: { builder: gha, minLevel: 3, buildType: ..., source: { repository: ..., ref: ... } }`. All that is
/// named must hold for one and the same verified statement.
struct ProvenanceLeaf {
  std::string builder;
  int min_level = 0;
  std::optional<TextPattern> build_type;
  std::optional<SourceRequirement> source;
};

enum class BaseProof {
  kAnnotation,  ///< org.opencontainers.image.base.{name,digest} of a manifest that the rule's attestors signed
  kProvenance,  ///< image materials of provenance by the rule's builders or attestors
};

std::string_view to_string(BaseProof proof);

/// `baseImage: { proof: [annotation, provenance], from: [scopes], digests: [...] }`. Every listed proof must hold (for
/// "either" there is `anyOf`): it names at least one base, and all that it names are allowed. So an annotation that
/// lies cannot outvote honest provenance, and further evidence can never take a proof away.
/// - annotation: what the manifest says must be allowed whoever signed, and counts only when the manifest is signed by
///   an attestor of the rule's `signature` leaves or covered by provenance of one of its builders;
/// - provenance: one statement by a builder of the rule's `provenance` leaves; in a rule without any, by an attestor
///   of its `signature` leaves.
/// A base is allowed by its digest, or by a name in `from`; a name counts only because a trusted signer wrote it.
struct BaseImageLeaf {
  std::vector<BaseProof> proof;
  std::vector<Scope> from;
  std::vector<Digest> digests;
};

/// `accept: {}`: no evidence needed. It has to be written.
struct AcceptLeaf {};

/// `reject: { digests: [...] }`, or `reject: {}` for everything: met when the image is not among the rejected.
struct RejectLeaf {
  std::vector<Digest> digests;  ///< empty: every image
};

struct Requirement;

struct AllOf {
  std::vector<Requirement> of;
};
struct AnyOf {
  std::vector<Requirement> of;
};
/// Met when at least `at_least` of `of` are met by *distinct attestors* with distinct signers: one signature never
/// counts twice, whatever names its key goes by. Only leaves that an attestor meets (`signature`, `provenance`) can be
/// counted; PolicySet refuses others.
struct Threshold {
  std::size_t at_least = 0;
  std::vector<Requirement> of;
};

/// A node of the `require` tree. An empty AllOf, AnyOf or Threshold is never met.
struct Requirement {
  std::variant<AllOf, AnyOf, Threshold, SignatureLeaf, ProvenanceLeaf, BaseImageLeaf, AcceptLeaf, RejectLeaf> node;
};

struct Rule {
  std::string name;
  std::vector<Scope> scopes;
  Mode mode = Mode::kEnforce;
  Requirement require;
  std::string message;  ///< the operator's own advice, shown with a denial; may be empty
};

/// The key that a node has in the file: "allOf", "signature", ...
std::string_view kind_of(const Requirement& requirement);
/// The children of AllOf, AnyOf and Threshold; none of a leaf.
const std::vector<Requirement>& children_of(const Requirement& requirement);

/// Every requirement has a name that follows from its place: "acme-apps/signature" for a tree that is one leaf,
/// "acme-apps/allOf" for the root of a larger one, "acme-apps/allOf[1]/provenance" for the second of its children.
std::string root_name(std::string_view rule, std::string_view kind);
std::string child_name(std::string_view parent, std::size_t index, std::string_view kind);

enum class NoMatch { kDeny };

/// Everything that a policy file says. Making one checks what no single entry can show.
class PolicySet {
 public:
  struct Contents {
    std::vector<TrustRootSummary> trust_roots = {};
    std::vector<Attestor> attestors;
    std::vector<Builder> builders;
    std::vector<Rule> rules;
    NoMatch no_match = NoMatch::kDeny;
    /// Digest of what was read (file and keys), so that two sets are the same policy exactly when these are equal.
    Digest generation;
  };

  /// A contradiction between entries, by the kind and index of the entry that it is best reported at.
  struct Conflict {
    enum class Entry { kTrustRoot, kAttestor, kBuilder, kRule };
    enum class Kind {
      kName,         ///< missing, or used twice
      kUnknownName,  ///< of a trust root, attestor or builder that does not exist
      kUnused,       ///< a trust root, attestor or builder that nothing names
      kKey,          ///< no key, or one key or identity under two names
      kProof,        ///< what has to be proven for an attestor can never be, or is asked of nobody
      kScope,        ///< none, or two of equal specificity that overlap
      kUnreachable,  ///< a rule that can never apply, because others cover all its scopes
      kRequirement,  ///< can never be met, or would be met without any evidence though nothing says `accept`
    };
    Entry entry;
    std::size_t index;
    Kind kind;
    std::string message;
    /// The name of the node of a rule, or the key of an attestor ("transparencyLog"), that is meant; empty: the entry
    /// as a whole.
    std::string requirement = {};
    std::optional<std::size_t> scope = std::nullopt;  ///< index into the rule's scopes, when one of them is meant
  };

  /// Every contradiction at once, in the order of the entries.
  static std::vector<Conflict> conflicts(const Contents& contents);
  /// Empty when there are conflicts: a contradictory policy does not exist as a value.
  static std::optional<PolicySet> make(Contents contents);

  /// The rule of the most specific scope that matches, or null: then nothing may be pulled.
  [[nodiscard]] const Rule* rule_for(const Repository& repository) const;
  [[nodiscard]] const Attestor& attestor(std::string_view name) const;
  [[nodiscard]] const Builder& builder(std::string_view name) const;
  /// The attestors that this signer is, for the image that was asked for.
  [[nodiscard]] std::vector<const Attestor*> attestors_of(const verify::Signer& signer,
                                                          const ImageReference& requested) const;
  [[nodiscard]] const std::vector<Rule>& rules() const { return contents_.rules; }
  [[nodiscard]] const Digest& generation() const { return contents_.generation; }

 private:
  explicit PolicySet(Contents contents);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct ScopeOf {
    std::size_t rule;
    std::size_t scope;
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  Contents contents_;
  ByText<std::size_t> attestor_index_;
  ByText<std::size_t> builder_index_;
  ByText<std::vector<ScopeOf>> scopes_by_prefix_;  // by literal prefix; most specific first
  std::map<verify::KeySigner, std::vector<std::size_t>> attestors_by_key_;
  std::vector<std::size_t> keyless_attestors_;
};

}  // namespace pullgate::policy
