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
  enum class State { kNotMet, kMet, kNotEvaluated } state = State::kNotMet;
  std::string detail;  ///< for a leaf that is met, by what: "key sha256:0123... at tag sha256-...sig"
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
  };

  static Decision allow(About about, std::string rule, std::vector<RequirementOutcome> outcomes);
  /// Chooses kDeny or kWarn by the mode. `objections` must not be empty; the first one leads.
  static Decision object(About about, std::string rule, Mode mode, std::vector<Objection> objections,
                         std::vector<RequirementOutcome> outcomes, std::string advice);
  /// Something that had to be known could not be; never an allowance, whatever the rule's mode.
  static Decision cannot_judge(About about, std::string rule, std::vector<Objection> objections,
                               std::vector<RequirementOutcome> outcomes,
                               std::optional<std::chrono::seconds> retry_after);

  [[nodiscard]] Verdict verdict() const { return verdict_; }
  /// May the image be served?
  [[nodiscard]] bool serves() const { return verdict_ == Verdict::kAllow || verdict_ == Verdict::kWarn; }
  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] const About& about() const { return about_; }
  [[nodiscard]] const std::string& rule() const { return rule_; }  ///< empty: no rule matched
  [[nodiscard]] const std::vector<Objection>& objections() const { return objections_; }
  [[nodiscard]] const std::vector<RequirementOutcome>& outcomes() const { return outcomes_; }
  [[nodiscard]] const std::string& advice() const { return advice_; }
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
  /// Twelve hexadecimal digits that follow from `about`: the same question under the same rules has the same id
  /// everywhere, in the answer, the log and the record.
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  Decision(Verdict verdict, Mode mode, About about, std::string rule);

  Verdict verdict_ = Verdict::kDeny;
  Mode mode_ = Mode::kEnforce;
  About about_;
  std::string rule_;
  std::vector<Objection> objections_;
  std::vector<RequirementOutcome> outcomes_;
  std::string advice_;
  std::optional<std::chrono::seconds> retry_after_;
  std::string id_;
};

}  // namespace pullgate::policy
