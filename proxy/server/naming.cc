#include "proxy/server/naming.h"

#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

/// docker's rule: what cannot be the first component of a path is a host.
bool looks_like_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:[") != std::string_view::npos;
}

OciError unknown_registry(std::string_view registry) {
  return {404, OciCode::kNameUnknown, "pullgate: no upstream is configured for registry " + printable(registry, 80)};
}

}  // namespace

std::variant<Repository, OciError> Naming::repository(const RequestedName& name) const {
  const std::size_t slash = name.path.find('/');
  const std::string_view first = std::string_view(name.path).substr(0, slash);
  const std::string_view rest =
      slash == std::string::npos ? std::string_view() : std::string_view(name.path).substr(slash + 1);

  if (name.name_space) {
    // Looked up, never asked: a name space is what a server-side request forgery would use.
    const Result<std::string> registry = parse_registry_host(*name.name_space);
    if (!registry) return OciError{400, OciCode::kNameInvalid, "pullgate: " + registry.error().message};
    // containerd with override_path sends both: the registry in front of the path, and ns.
    const bool said_twice = !rest.empty() && first == *name.name_space;
    return in_registry(*registry, said_twice ? rest : std::string_view(name.path));
  }
  if (!rest.empty()) {
    const Result<std::string> registry = parse_registry_host(first);
    // One spelling: parse_registry_host() would forgive upper case.
    if (registry && upstreams_.find(*registry) != nullptr &&
        first.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos) {
      return in_registry(*registry, rest);
    }
    if (looks_like_registry(first)) return unknown_registry(first);
  }
  if (default_registry_.empty()) {
    return OciError{404, OciCode::kNameUnknown,
                    "pullgate: the name has no registry, and no default is configured: " + printable(name.path, 120)};
  }
  return in_registry(default_registry_, name.path);
}

std::variant<Repository, OciError> Naming::in_registry(std::string_view registry, std::string_view path) const {
  if (upstreams_.find(registry) == nullptr) return unknown_registry(registry);
  Result<Repository> repository = Repository::parse(registry, path);
  if (!repository) return OciError{400, OciCode::kNameInvalid, "pullgate: " + repository.error().message};
  return std::move(*repository);
}

}  // namespace pullgate::proxy
