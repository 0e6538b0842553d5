#include "config/lint/scopes.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "policy/pattern.h"
#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

enum class ListedIn { kRules, kElsewhere };

struct WrittenScope {
  policy::Scope scope;
  yaml::Mark mark;
  ListedIn list;
};

/// Docker's rule for what may be a registry: "shop/web" is an image of Docker Hub there, and nothing here.
bool may_be_a_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:[*") != std::string_view::npos;
}

std::string_view registry_of(const policy::Scope& scope) {
  return std::string_view(scope.text()).substr(0, scope.text().find('/'));
}

bool has_wildcard(const policy::Scope& scope) {
  return scope.text().find('*') != std::string::npos;
}

class ScopeLinter {
 public:
  ScopeLinter(const std::vector<std::string>& registries, Remarks& remarks)
      : registries_(registries), remarks_(remarks) {}

  void run(const yaml::Node& root) {
    for (const yaml::Member& member : root.members) {
      collect(member.value, member.key == "rules" ? ListedIn::kRules : ListedIn::kElsewhere);
    }
    for (const WrittenScope& written : scopes_) {
      check_registry(written);
      check_reach(written);
    }
  }

 private:
  void collect(const yaml::Node& node, ListedIn list) {
    for (const yaml::Member& member : node.members) {
      if (member.key == "scopes") collect_list(member.value, list);
      if (member.key == "baseImage") collect_bases(member.value);
      collect(member.value, list);
    }
    for (const yaml::Node& item : node.items) collect(item, list);
  }

  void collect_bases(const yaml::Node& base_image) {
    for (const yaml::Member& member : base_image.members) {
      if (member.key == "from") collect_list(member.value, ListedIn::kElsewhere);
    }
  }

  void collect_list(const yaml::Node& node, ListedIn list) {
    for (const yaml::Node& item : node.items) {
      if (auto scope = policy::Scope::parse(item.text)) scopes_.push_back({*std::move(scope), item.mark, list});
    }
  }

  void check_registry(const WrittenScope& written) {
    const std::string_view registry = registry_of(written.scope);
    if (registry == "**" || registry == "*") return;
    if (registries_.empty()) {
      if (may_be_a_registry(registry)) return;
      remarks_.warn(kUnknownRegistry, written.mark,
                    fmt::format("no registry is called '{}', and the first part of a scope is the registry, as in "
                                "'ghcr.io/{}'",
                                registry, printable(written.scope.text(), 200)));
      return;
    }
    const policy::Scope all = policy::Scope::parse(fmt::format("{}/**", registry)).value();
    const bool is_known = std::ranges::any_of(registries_, [&](const std::string& known) {
      const auto repository = Repository::parse(known, "some/image");
      return repository && all.matches(*repository);
    });
    if (is_known) return;
    remarks_.warn(kUnknownRegistry, written.mark,
                  fmt::format("no upstream is called '{}', so no image is meant{}", printable(registry, 80),
                              policy::did_you_mean(registry, registries_)));
  }

  /// Where other scopes are about repositories below it, it is hardly this one repository that is meant. Who has a
  /// rule for it and another one for all below it knows the difference.
  void check_reach(const WrittenScope& written) {
    if (has_wildcard(written.scope)) return;
    const std::string below = written.scope.text() + "/";
    const WrittenScope* other = nullptr;
    for (const WrittenScope& candidate : scopes_) {
      if (!candidate.scope.text().starts_with(below)) continue;
      if (written.list == ListedIn::kRules && candidate.list == ListedIn::kRules &&
          candidate.scope.text() == below + "**") {
        return;
      }
      if (other == nullptr) other = &candidate;
    }
    if (other == nullptr) return;
    remarks_.warn(kScopeOfOne, written.mark,
                  fmt::format("'{}' is that repository alone, and '{}' in line {} is below it; it and all below it "
                              "are '{}**'",
                              written.scope.text(), other->scope.text(), other->mark.line, below));
  }

  const std::vector<std::string>& registries_;
  Remarks& remarks_;
  std::vector<WrittenScope> scopes_;
};

}  // namespace

void remark_on_scopes(const yaml::Node& root, const std::vector<std::string>& registries, Remarks& remarks) {
  ScopeLinter(registries, remarks).run(root);
}

}  // namespace pullgate::config
