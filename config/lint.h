#pragma once
/// What a reviewer would say about a policy file: what `serve` refuses, and what it accepts though it is hardly meant.

#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

#include "config/problem.h"
#include "verify/time.h"

namespace pullgate::config {

/// A kind of remark; names are stable.
struct LintRule {
  std::string_view name;
  std::string_view description;
};

inline constexpr LintRule kRegexDot{"regex-dot", "A dot in a regular expression matches every character"};
inline constexpr LintRule kScopeShadowed{"scope-shadowed", "A scope can never apply, because another one covers it"};
inline constexpr LintRule kUnknownRegistry{"unknown-registry", "A scope at a registry that there is not"};
inline constexpr LintRule kScopeOfOne{"scope-of-one", "A scope of one repository, where others are about those below"};
inline constexpr LintRule kHardlyMatches{"hardly-matches", "A value in a spelling that nobody writes"};
inline constexpr LintRule kExceptionOfReject{"exception-of-reject", "An exception that waives a 'reject'"};
inline constexpr LintRule kExceptionIdle{"exception-idle", "An exception for images that never need it"};
inline constexpr LintRule kExceptionExpired{"exception-expired", "An exception has expired"};
inline constexpr LintRule kExceptionExpiring{"exception-expiring", "An exception expires within 14 days"};
inline constexpr LintRule kAcceptAlone{"accept-alone", "A baseline entry that asks for nothing"};
inline constexpr LintRule kAcceptEverything{"accept-everything", "A rule over every registry that asks for nothing"};
inline constexpr LintRule kAcceptInAnyOf{"accept-in-any-of", "An 'anyOf' of which one alternative asks for nothing"};
inline constexpr LintRule kAnyReport{"any-report", "An attestation whose content is not looked at"};
inline constexpr LintRule kAbsenceAlone{"absence-alone", "Conditions of which none asks that anything is there"};
inline constexpr LintRule kAgeOfKey{"age-of-key", "An age that whoever may push can change, because a key signed"};
inline constexpr LintRule kAllWithAge{"all-with-age", "The first report that is too old denies for good"};
inline constexpr LintRule kExceptionDistant{"exception-distant", "An exception ends more than a year from now"};
inline constexpr LintRule kOpenPattern{"open-pattern", "A pattern that lets anybody in"};
inline constexpr LintRule kCallableByAll{"callable-by-all", "A workflow that everybody may call, whoever calls it"};
inline constexpr LintRule kNotEnforced{"not-enforced", "What is not met is served"};
inline constexpr LintRule kEffectiveFrom{"effective-from", "A moment from which on a rule is enforced"};

inline constexpr std::array kLintRules = {
    kRegexDot,          kScopeShadowed,    kUnknownRegistry,   kScopeOfOne,    kHardlyMatches, kExceptionExpired,
    kExceptionExpiring, kExceptionDistant, kExceptionOfReject, kExceptionIdle, kAcceptAlone,   kAcceptEverything,
    kAcceptInAnyOf,     kAnyReport,        kAbsenceAlone,      kAgeOfKey,      kAllWithAge,    kOpenPattern,
    kCallableByAll,     kNotEnforced,      kEffectiveFrom};

struct Remark {
  enum class Level {
    kHint,     ///< worth knowing
    kWarning,  ///< hardly meant
  };
  Level level = Level::kWarning;
  std::string_view rule;  ///< the name of one of kLintRules
  Problem place;          ///< with the message
};

struct Linted {
  std::vector<Problem> problems;  ///< with any of these, the files are refused
  std::vector<Remark> remarks;    ///< by place; also when there are problems
};

/// `now` is the moment that exceptions and rules are held against.
Linted lint_policy(const std::filesystem::path& policy_file, Time now);
/// The settings, and the policy that they name.
Linted lint_settings(const std::filesystem::path& settings_file, Time now);

}  // namespace pullgate::config
