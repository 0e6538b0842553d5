#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/glob/run_match.h"
#include "policy/pattern.h"
#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::policy {
namespace {

constexpr std::string_view kAnyComponents = "**";

bool is_run(std::string_view component) {
  return component == kAnyComponents;
}
bool is_star(char character) {
  return character == '*';
}
bool same(char a, char b) {
  return a == b;
}

bool component_fits(std::string_view pattern, std::string_view text) {
  return glob::matches(pattern, text, is_star, same);
}
bool components_meet(std::string_view a, std::string_view b) {
  return glob::overlaps(a, b, is_star, same);
}
bool component_contains(std::string_view a, std::string_view b) {
  return glob::covers(a, b, is_star, same);
}

std::vector<std::string> split_at_slashes(std::string_view text) {
  std::vector<std::string> components;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find('/', begin);
    components.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return components;
    begin = end + 1;
  }
}

bool is_literal(std::string_view component) {
  return component.find('*') == std::string_view::npos;
}

/// How much a component says. The end of a scope stands between `*` and `**`: of "a/**" and "a/**/b" the second says
/// more, of "a/b" and "a/b/**" the first.
struct Weight {
  enum class Kind { kRun, kEnd, kStar, kPartial, kLiteral } kind = Kind::kEnd;
  std::size_t literal_characters = 0;

  friend auto operator<=>(const Weight&, const Weight&) = default;
};

Weight weight_of(std::string_view component) {
  if (is_run(component)) return {Weight::Kind::kRun, 0};
  if (component == "*") return {Weight::Kind::kStar, 0};
  if (is_literal(component)) return {Weight::Kind::kLiteral, 0};
  const auto stars = static_cast<std::size_t>(std::ranges::count(component, '*'));
  return {Weight::Kind::kPartial, component.size() - stars};
}

Status check_wildcards(const std::vector<std::string>& components) {
  for (std::size_t i = 0; i < components.size(); ++i) {
    const std::string& component = components[i];
    if (component.empty()) {
      return {ErrorCode::kMalformed, "has an empty component: no leading, trailing or double '/'"};
    }
    if (!is_run(component) && component.find("**") != std::string::npos) {
      return {ErrorCode::kMalformed, "'**' stands for whole components; within a component write '*'"};
    }
    if (i > 0 && is_run(component) && is_run(components[i - 1])) {
      return {ErrorCode::kMalformed, "'**/**' says no more than '**'"};
    }
  }
  return Done{};
}

/// With every `*` standing for this.
std::string filled(std::string_view glob, std::string_view filling) {
  std::string text;
  for (const char c : glob) c == '*' ? text += filling : text += c;
  return text;
}

Error never_matches(std::string_view why) {
  return {ErrorCode::kMalformed, fmt::format("can never match: {}", why)};
}

/// A letter for every `*` makes a name of every glob that matches one: it separates what may not stand side by side.
/// In a port a digit does, or nothing.
bool may_be_registry(const std::string& glob) {
  const std::size_t colon = std::min(glob.find(':'), glob.size());
  const std::string host = filled(std::string_view(glob).substr(0, colon), "a");
  const std::string_view port = std::string_view(glob).substr(colon);
  return parse_registry_host(host + filled(port, "1")) || parse_registry_host(host + filled(port, ""));
}

bool has_upper_case(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Every scope that loads can match some repository: one that cannot would look like protection and be none.
Status check_registry(const std::string& registry) {
  if (has_upper_case(registry)) {
    return never_matches(fmt::format("registry hosts are lower case; write '{}'", in_lower_case(registry)));
  }
  if (!may_be_registry(registry))
    return never_matches(fmt::format("'{}' is no registry host", printable(registry, 80)));
  if (!is_literal(registry)) return Done{};
  const Result<std::string> host = parse_registry_host(registry);
  if (host && *host != registry) return never_matches(fmt::format("that registry is called '{}' here", *host));
  return Done{};
}

Status check_path(const std::vector<std::string>& components) {
  for (std::size_t i = 1; i < components.size(); ++i) {
    const std::string& component = components[i];
    if (is_run(component) || check_repository_path(filled(component, "a"))) continue;
    if (has_upper_case(component)) return never_matches("repository names are lower case");
    return never_matches(fmt::format(
        "'{}' is no part of a repository name, which has letters and digits, with '.', '_' or '-' between them",
        printable(component, 80)));
  }
  if (components.size() == 2 && components[0] == "docker.io" && !is_run(components[1])) {
    return never_matches(fmt::format("one-component names of Docker Hub are kept as 'docker.io/library/{}'",
                                     printable(components[1], 80)));
  }
  return Done{};
}

/// What is pasted from elsewhere: URLs, references of images, and regular expressions.
Status check_notation(std::string_view text, const std::vector<std::string>& components) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    const std::string_view rest = text.substr(scheme + 3);
    return never_matches(fmt::format("scopes are names, not URLs; write '{}'", printable(rest, 80)));
  }
  if (components.size() > 1) {
    const std::string& last = components.back();
    const std::size_t before = text.size() - last.size();
    if (last.find('@') != std::string::npos) {
      return never_matches(fmt::format(
          "scopes have no digest; write '{}', and 'digests' of an exception, or of 'image' or 'reject' in a rule",
          printable(text.substr(0, before + last.find_first_of(":@")), 80)));
    }
    if (const std::size_t colon = last.find(':'); colon != std::string::npos) {
      return never_matches(fmt::format("scopes have no tag; write '{}', and 'image: {{ tags: [{}] }}' in a rule",
                                       printable(text.substr(0, before + colon), 80),
                                       printable(std::string_view(last).substr(colon + 1), 80)));
    }
  }
  return Done{};
}

/// Characters that no name has. Brackets are part of a registry that is an IPv6 address.
bool looks_like_expression(const std::vector<std::string>& components) {
  const auto is_expression = [](const std::string& component) {
    return component == ".*" || component.find_first_of("\\^$()|+?") != std::string::npos;
  };
  const auto has_class = [](const std::string& component) { return component.find('[') != std::string::npos; };
  return std::ranges::any_of(components, is_expression) ||
         std::any_of(components.begin() + 1, components.end(), has_class);
}

Status check_no_expression(const std::vector<std::string>& components) {
  if (!looks_like_expression(components)) return Done{};
  std::vector<std::string> meant = components;
  for (std::string& component : meant) {
    if (component == ".*" || component == ".+") component = kAnyComponents;
  }
  std::string hint;
  if (meant != components && !looks_like_expression(meant)) {
    hint = fmt::format("; write '{}'", printable(fmt::to_string(fmt::join(meant, "/")), 80));
  }
  return never_matches(
      fmt::format("scopes are globs, not regular expressions: '*' stands within a part of the name, '**' for any "
                  "number of parts{}",
                  hint));
}

using Components = std::vector<std::string>;

/// `b` with its component at `run`, a `**`, replaced.
Components with_replaced_run(const Components& b, std::size_t run,
                             std::initializer_list<std::string_view> replacement) {
  Components replaced(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(run));
  replaced.insert(replaced.end(), replacement.begin(), replacement.end());
  replaced.insert(replaced.end(), b.begin() + static_cast<std::ptrdiff_t>(run) + 1, b.end());
  return replaced;
}

/// Where no direct comparison answers yes, `**` of `b` is taken apart: it is nothing, or a component and more of them
/// on either side. Names have two components at least, so "*/**" covers "**" though "**" seems to hold more.
bool covers_components(const Components& a, const Components& b, int splits) {
  if (glob::covers(a, b, is_run, component_contains)) return true;
  const auto run = static_cast<std::size_t>(std::ranges::find_if(b, is_run) - b.begin());
  if (run == b.size() || splits == 0) return false;
  const Components without = with_replaced_run(b, run, {});
  if (without.size() >= 2 && !covers_components(a, without, splits - 1)) return false;
  return covers_components(a, with_replaced_run(b, run, {"*", kAnyComponents}), splits - 1) ||
         covers_components(a, with_replaced_run(b, run, {kAnyComponents, "*"}), splits - 1);
}

}  // namespace

Result<Scope> Scope::parse(std::string_view text) {
  const auto refused = [&](const Error& error) {
    return Error{error.code, fmt::format("scope '{}' {}", printable(text, 80), error.message)};
  };
  if (text.empty() || text.size() > limits::kPatternLength) {
    return refused({ErrorCode::kMalformed, fmt::format("must have 1 to {} characters", limits::kPatternLength)});
  }
  std::vector<std::string> components = split_at_slashes(text);
  if (Status status = check_notation(text, components); !status) return refused(status.error());
  if (Status status = check_no_expression(components); !status) return refused(status.error());
  if (Status status = check_wildcards(components); !status) return refused(status.error());
  if (!is_run(components.front())) {
    if (Status status = check_registry(components.front()); !status) return refused(status.error());
    if (components.size() == 1) {
      return refused({ErrorCode::kMalformed, fmt::format("names a registry and no repository; write '{}/**'", text)});
    }
  }
  if (Status status = check_path(components); !status) return refused(status.error());
  return Scope(std::string(text), std::move(components));
}

bool Scope::matches(const Repository& repository) const {
  // Views instead of copies: this runs for every request. The length limit on names bounds their components.
  std::array<std::string_view, 1 + (limits::kRepositoryPathLength + 1) / 2> storage;
  std::size_t count = 0;
  storage.at(count++) = repository.registry();
  std::string_view path = repository.path();
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    storage.at(count++) = path.substr(0, slash);
    path.remove_prefix(slash + 1);
  }
  storage.at(count++) = path;
  return glob::matches(components_, std::span(storage).first(count), is_run, component_fits);
}

std::weak_ordering Scope::specificity(const Scope& other) const {
  const std::size_t longest = std::max(components_.size(), other.components_.size());
  for (std::size_t i = 0; i < longest; ++i) {
    const Weight mine = i < components_.size() ? weight_of(components_[i]) : Weight{};
    const Weight theirs = i < other.components_.size() ? weight_of(other.components_[i]) : Weight{};
    if (mine != theirs) return mine <=> theirs;
  }
  return std::weak_ordering::equivalent;
}

bool Scope::overlaps(const Scope& other) const {
  return glob::overlaps(components_, other.components_, is_run, components_meet);
}

bool Scope::covers(const Scope& other) const {
  return covers_components(components_, other.components_, 2);
}

std::string Scope::literal_prefix() const {
  std::string prefix;
  for (const std::string& component : components_) {
    if (!is_literal(component)) break;
    if (!prefix.empty()) prefix += '/';
    prefix += component;
  }
  return prefix;
}

}  // namespace pullgate::policy
