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
#include <vector>

#include "policy/attestor.h"
#include "policy/exemption.h"
#include "policy/pattern.h"
#include "policy/requirement.h"
#include "verify/digest.h"
#include "verify/identity.h"
#include "verify/reference.h"
#include "verify/result.h"
#include "verify/time.h"

namespace pullgate::policy {

enum class Mode {
  kEnforce,
  kWarn,   ///< serve, tell the client and the record
  kAudit,  ///< serve, tell the record only
};

std::string_view to_string(Mode mode);

/// Which manifests of an image for several platforms have to satisfy a rule: those of its platforms (leaves), or the
/// index that names them.
enum class Platforms {
  /// The index; or else each leaf. What an admitted index names may be pulled by itself, and so may a leaf that
  /// satisfies the rule alone.
  kLeafOrIndex,
  kIndex,     ///< the index; a leaf is pulled through one that does
  kEachLeaf,  ///< each leaf, whatever is said about the index
};

std::string_view to_string(Platforms platforms);

/// How many authorities of each kind a trust root has, and so how many can ever speak for evidence.
struct TrustRootSummary {
  std::string name;
  std::size_t certificate_authorities = 0;
  std::size_t logs = 0;
  std::size_t certificate_logs = 0;
  std::size_t timestamp_authorities = 0;
};

/// Provenance that lies in an index without a signature of its own, as BuildKit writes it.
enum class UnsignedStatements {
  kRefused,
  /// It counts as if the builder's attestor had signed it who signed the index. For attestors that sign what they
  /// built: whoever signs other people's images would vouch for whatever these say of themselves.
  kUnderSignature,
};

/// A signer together with the builder.id that it may claim and the SLSA level that earns. The id alone is only text.
struct Builder {
  std::string name;
  std::string attestor;
  TextPattern id;
  int level = 0;
  UnsignedStatements unsigned_statements = UnsignedStatements::kRefused;
};

/// One entry of `rules`, of which the most specific one applies alone, or of `baseline`, of which all apply that match.
struct Rule {
  std::string name;
  std::vector<Scope> scopes;
  Mode mode = Mode::kEnforce;
  /// Of a rule that is enforced: until this moment it only warns, so that everybody can see what it will deny.
  std::optional<Time> effective_from = std::nullopt;
  Requirement require;
  /// Of a requirement that asks for no evidence it makes no difference.
  Platforms platforms = Platforms::kLeafOrIndex;
  std::string message;  ///< the operator's own advice, shown with a denial; may be empty

  [[nodiscard]] Mode mode_at(Time moment) const {
    return mode == Mode::kEnforce && effective_from && moment < *effective_from ? Mode::kWarn : mode;
  }
};

enum class NoMatch { kDeny };

/// Everything that a policy file says. Making one checks what no single entry can show.
class PolicySet {
 public:
  struct Contents {
    std::vector<TrustRootSummary> trust_roots = {};
    std::vector<Attestor> attestors;
    std::vector<Builder> builders;
    std::vector<Rule> rules;
    std::vector<Rule> baseline = {};
    std::vector<Exemption> exemptions = {};
    NoMatch no_match = NoMatch::kDeny;
    /// Digest of what was read (file and keys), so that two sets are the same policy exactly when these are equal.
    Digest generation;
  };

  /// A contradiction between entries, by the kind and index of the entry that it is best reported at.
  struct Conflict {
    enum class Entry { kTrustRoot, kAttestor, kBuilder, kBaseline, kRule, kExemption };
    enum class Kind {
      kName,         ///< missing, or used twice
      kUnknownName,  ///< of a trust root, attestor or builder that does not exist
      kUnused,       ///< a trust root, attestor or builder that nothing names
      kKey,          ///< no key, or one key or identity under two names
      kProof,        ///< what has to be proven for an attestor can never be, or is asked of nobody
      kScope,        ///< none, or two of equal specificity that overlap
      kUnreachable,  ///< a rule that can never apply, because others cover all its scopes
      kRequirement,  ///< can never be met, or would be met without any evidence though nothing says `accept`
      kWaiver,       ///< of something that is not there, not one thing, or cannot be waived; or bound to no image
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
  /// The baseline entries that match, in the order of the file. They never allow anything by themselves.
  [[nodiscard]] std::vector<const Rule*> baseline_for(const Repository& repository) const;
  /// All that applies: the baseline entries, and the rule as the last; nothing where no rule matches.
  [[nodiscard]] std::vector<const Rule*> entries_for(const Repository& repository) const;
  /// The exemption by which this requirement, by its full name, counts as met for this image; the one that lasts
  /// longest, whether or not it has expired. Null when there is none.
  [[nodiscard]] const Exemption* exemption_of(const std::string& requirement, const Repository& repository,
                                              const Digest& digest) const;
  [[nodiscard]] const Attestor& attestor(std::string_view name) const;
  [[nodiscard]] const Builder& builder(std::string_view name) const;
  /// The attestors that this signer is, for the image that was asked for.
  [[nodiscard]] std::vector<const Attestor*> attestors_of(const verify::Signer& signer,
                                                          const ImageReference& requested) const;
  /// Could this signer be an attestor, for some image that is asked for?
  [[nodiscard]] bool may_know(const verify::Signer& signer) const;
  [[nodiscard]] const std::vector<Rule>& rules() const { return contents_.rules; }
  [[nodiscard]] const std::vector<Rule>& baseline() const { return contents_.baseline; }
  [[nodiscard]] const std::vector<Exemption>& exemptions() const { return contents_.exemptions; }
  [[nodiscard]] const Digest& generation() const { return contents_.generation; }

 private:
  explicit PolicySet(Contents contents);
  void index_exemptions();

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
  ByText<std::vector<std::size_t>> exemptions_by_requirement_;  // by the requirement's full name
};

}  // namespace pullgate::policy
