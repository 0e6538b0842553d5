#pragma once
/// The outcome for one image under one policy and trust generation.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "verify/digest.h"
#include "verify/reason.h"
#include "verify/reference.h"
#include "verify/time.h"

namespace pullgate::policy {

enum class Verdict {
  kDeny,
  kCannotJudge,  ///< not allowed now; evidence that might have satisfied the rule could not be gathered
  kWarn,         ///< a rule in mode warn or audit is not met: serve, and say so as the mode asks
  kAllow,
};

std::string_view to_string(Verdict verdict);

/// One thing that was not as required: what was found, and what would satisfy.
struct Objection {
  Reason reason;
  std::string requirement;  ///< "acme-apps/allOf[1]/provenance"
  std::string found;
  std::string remedy;
};

/// What became of one node of the rule's tree, in the tree's order (parents first).
struct RequirementOutcome {
  std::string requirement;
  enum class State {
    kNotMet,
    kMet,
    kWaived,  ///< not met, and an exception of the policy says that this may be
    kNotEvaluated,
  } state = State::kNotMet;
  std::string detail;          ///< for a leaf that is met, by what: "key sha256:0123... at tag sha256-...sig"
  std::string exemption = {};  ///< the id of the exception by which it is waived
  std::string part = {};       ///< of which platform, where each is judged: "linux/amd64 sha256:0123456789ab"
};

/// A denial cannot be without objections, and an allowance cannot be made without a rule: the factories are the only
/// constructors.
class Decision {
 public:
  struct About {
    ImageReference requested;
    Digest digest;
    Digest policy_generation;
    Digest trust_generation;
    /// The moment of the decision. Where nobody says it, everything that ends has ended.
    Time at = Time::max();
  };

  /// How the decision came about.
  struct Account {
    std::string rule;  ///< or baseline entry: whose answer this is
    Mode mode = Mode::kEnforce;
    std::vector<Objection> objections = {};  ///< the first one leads
    std::vector<RequirementOutcome> outcomes = {};
    std::string advice = {};
    /// Served with a warning only because the rule is not enforced before this moment.
    std::optional<Time> enforced_from = std::nullopt;
    /// At this moment the decision is no longer one, and has to be made anew: an exception expires, evidence becomes
    /// too old, a rule takes effect.
    std::optional<Time> stands_until = std::nullopt;
    std::optional<std::chrono::seconds> retry_after = std::nullopt;
  };

  static Decision allow(About about, Account account);
  /// Chooses kDeny or kWarn by the mode. There must be objections.
  static Decision object(About about, Account account);
  /// Something that had to be known could not be; never an allowance, whatever the rule's mode. There must be
  /// objections.
  static Decision cannot_judge(About about, Account account);

  [[nodiscard]] Verdict verdict() const { return verdict_; }
  /// May the image be served?
  [[nodiscard]] bool serves() const { return verdict_ == Verdict::kAllow || verdict_ == Verdict::kWarn; }
  [[nodiscard]] const About& about() const { return about_; }
  [[nodiscard]] const Account& account() const { return account_; }
  [[nodiscard]] Mode mode() const { return account_.mode; }
  [[nodiscard]] const std::string& rule() const { return account_.rule; }  ///< empty: no rule matched
  [[nodiscard]] const std::vector<Objection>& objections() const { return account_.objections; }
  [[nodiscard]] const std::vector<RequirementOutcome>& outcomes() const { return account_.outcomes; }
  [[nodiscard]] const std::string& advice() const { return account_.advice; }
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return account_.retry_after; }
  /// Is it still one at this moment?
  [[nodiscard]] bool stands_at(Time moment) const { return !account_.stands_until || moment < *account_.stands_until; }
  /// Twelve hexadecimal digits that follow from `about`, without its moment, and from what was decided for which
  /// reasons: the same decision has the same id everywhere, in the answer, the log and the record, and another one does
  /// not.
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  Decision(Verdict verdict, About about, Account account);

  Verdict verdict_ = Verdict::kDeny;
  About about_;
  Account account_;
  std::string id_;
};

}  // namespace pullgate::policy
