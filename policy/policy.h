#pragma once
/// What may be pulled: the policy file as values. Built by `config/` from YAML, or by hand in tests; immutable, shared
/// between threads, swapped whole.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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

/// A key (later: or a keyless identity) whom a policy may name.
struct Attestor {
  std::string name;
  std::vector<verify::KeySigner> keys;  ///< any of them; never empty

  [[nodiscard]] bool is(const verify::Signer& signer) const;
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

/// `baseImage: { proof: [annotation, provenance], from: [scopes], digests: [...] }`. Every base that any of the
/// listed proofs names must be allowed, and at least one must be named. A base is allowed by its digest, or by a name
/// in `from`; a name counts only because a trusted signer wrote it.
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
/// counts twice, whatever names its key goes by.
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

enum class NoMatch { kDeny };

/// Everything that a policy file says. Making one checks what no single entry can show.
class PolicySet {
 public:
  struct Contents {
    std::vector<Attestor> attestors;
    std::vector<Builder> builders;
    std::vector<Rule> rules;
    NoMatch no_match = NoMatch::kDeny;
    /// Digest of what was read (file and keys), so that two sets are the same policy exactly when these are equal.
    Digest generation;
  };

  /// A contradiction between entries, by the kind and index of the entry that it is best reported at.
  struct Conflict {
    enum class Entry { kAttestor, kBuilder, kRule };
    Entry entry;
    std::size_t index;
    std::string message;
  };

  /// Every contradiction at once: names used twice, names that do not exist, attestors that nothing uses, one key
  /// under two attestors, scopes of equal specificity that overlap, rules that can never apply because others cover
  /// their scopes, requirement trees that can never be met (empty, or a threshold above the number of distinct
  /// attestors).
  static std::vector<Conflict> conflicts(const Contents& contents);
  /// Empty when there are conflicts: a contradictory policy does not exist as a value.
  static std::optional<PolicySet> make(Contents contents);

  /// The rule of the most specific scope that matches, or null: then nothing may be pulled.
  [[nodiscard]] const Rule* rule_for(const Repository& repository) const;
  [[nodiscard]] const Attestor& attestor(std::string_view name) const;
  [[nodiscard]] const Builder& builder(std::string_view name) const;
  /// Names of the attestors that hold this signer; for messages ("signed by X, which this rule does not name").
  [[nodiscard]] std::vector<std::string> attestors_of(const verify::Signer& signer) const;
  [[nodiscard]] const std::vector<Rule>& rules() const { return contents_.rules; }
  [[nodiscard]] const Digest& generation() const { return contents_.generation; }

 private:
  explicit PolicySet(Contents contents) : contents_(std::move(contents)) {}
  Contents contents_;
};

}  // namespace pullgate::policy
