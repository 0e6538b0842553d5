#pragma once
/// Versions of which the beginning is wanted: "v1" is every v1, "v1.2" every v1.2, "v1.2.3" that one. As
/// slsa-verifier's
/// --source-versioned-tag has it.

#include <optional>
#include <string>
#include <string_view>

#include "verify/result.h"

namespace pullgate::policy {

/// Semantic Versioning 2.0.0 behind a "v", as Go writes versions. A pre-release belongs to the third number: "v1.2"
/// matches "v1.2.3-rc1", "v1.2.3" does not, "v1.2.3-rc1" does. Build metadata ("+...") is not compared (section 10).
class VersionPrefix {
 public:
  static Result<VersionPrefix> parse(std::string_view text);

  /// What is no version matches nothing. "v1" and "v1.2" are versions: "v1.0.0" and "v1.2.0".
  [[nodiscard]] bool matches(std::string_view version) const;
  /// As the operator wrote it.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Version {
    std::string_view major;
    std::string_view minor;  ///< empty: not given
    std::string_view patch;
    std::string_view pre_release;  ///< without its "-"
  };
  static std::optional<Version> read(std::string_view text);
  explicit VersionPrefix(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace pullgate::policy
