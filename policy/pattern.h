#pragma once
/// The three ways in which a policy names things: scopes over repositories, and patterns over identities and URIs.
/// All of them match in full, never in part: an unanchored pattern over a URI can be satisfied by somebody else's.

#include <compare>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::policy {

/// A glob over "registry/path". `*` matches within one component, `**` (a whole component) matches any number of
/// components, also none: "ghcr.io/acme/**" covers "ghcr.io/acme", "ghcr.io/acme/app" and "ghcr.io/acme/a/b", and "**"
/// covers everything. "ghcr.io/acme" is that one repository and not what lies below it. A scope that no repository
/// name could ever match ("ghcr.io", "GHCR.io/acme", "docker.io/alpine") does not parse.
class Scope {
 public:
  static Result<Scope> parse(std::string_view text);

  [[nodiscard]] bool matches(const Repository& repository) const;
  [[nodiscard]] const std::string& text() const { return text_; }

  /// Which of two scopes says more about the repositories that both match: compared component by component from the
  /// registry on, a literal is more specific than a literal with `*`, that more than `*`, that more than `**`; among
  /// partial globs more literal characters win. Equal specificity of two scopes that can match the same repository
  /// is a configuration error (see PolicySet).
  [[nodiscard]] std::weak_ordering specificity(const Scope& other) const;
  /// Is there a repository that both match?
  [[nodiscard]] bool overlaps(const Scope& other) const;
  /// Does everything that `other` matches match here too? May answer no where yes would be true, never the reverse.
  [[nodiscard]] bool covers(const Scope& other) const;
  /// The leading components without a wildcard, "ghcr.io/acme" of "ghcr.io/acme/**": what scopes are found by.
  [[nodiscard]] std::string literal_prefix() const;

  friend bool operator==(const Scope& a, const Scope& b) { return a.text_ == b.text_; }

 private:
  Scope(std::string text, std::vector<std::string> components)
      : text_(std::move(text)), components_(std::move(components)) {}

  std::string text_;
  std::vector<std::string> components_;
};

/// Matches a whole text: exactly, by glob, or by RE2 regular expression. In a glob `*` stops at "/" and "@", `**`
/// at nothing, and every other character stands for itself. Copies share the compiled form; thread-safe.
class TextPattern {
 public:
  static TextPattern exactly(std::string text);
  static Result<TextPattern> glob(std::string_view text);
  static Result<TextPattern> regular_expression(std::string_view text);

  [[nodiscard]] bool matches(std::string_view text) const;
  /// As the operator wrote it, for messages.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Compiled;
  TextPattern(std::string text, std::shared_ptr<const Compiled> compiled)
      : text_(std::move(text)), compiled_(std::move(compiled)) {}

  std::string text_;
  std::shared_ptr<const Compiled> compiled_;  // null: exact
};

/// A glob with {registry}, {repo} (the path without its first component when the path has more than one: "acme/app"
/// has {repo} "app"), {name} (the last component), {path} (all of it) and {tag}, filled in from the image reference
/// that was asked for. A value is matched literally whatever characters it has; a reference without a tag (asked for
/// by digest) leaves a pattern with {tag} unsatisfiable.
class TextTemplate {
 public:
  static Result<TextTemplate> parse(std::string_view text);

  [[nodiscard]] bool matches(std::string_view text, const ImageReference& requested) const;
  /// Would it match, had the same image been asked for by some other tag?
  [[nodiscard]] bool matches_under_another_tag(std::string_view text, const ImageReference& requested) const;
  /// For messages: the pattern with what could be filled in.
  [[nodiscard]] std::string filled_in(const ImageReference& requested) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  explicit TextTemplate(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace pullgate::policy
