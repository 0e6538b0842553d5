#include "policy/signed_identity.h"

#include <fmt/format.h>

#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

bool is_name_only(const ImageReference& reference) {
  return !reference.tag && !reference.digest;
}

bool is_exactly(const ImageReference& name, const ImageReference& wanted) {
  return !is_name_only(name) && !is_name_only(wanted) && name == wanted;
}

bool is_repository_digest_or_exactly(const ImageReference& name, const ImageReference& wanted) {
  if (is_name_only(name)) return false;
  // Asked for by a tag, the signer has to have meant this tag: otherwise an old image passes under a newer one's.
  if (wanted.tag) return name == wanted;
  return wanted.digest && name.repository == wanted.repository;
}

/// What was asked for under the name that its signer knows; none when there is no such name.
std::optional<ImageReference> remapped(const Remap& remap, const ImageReference& requested) {
  const std::string name = requested.repository.text();
  if (!name.starts_with(remap.prefix)) return requested;
  const std::string rest = name.substr(remap.prefix.size());
  // "ghcr.io/acme" is not the beginning of "ghcr.io/acme-evil/app".
  if (!rest.empty() && rest.front() != '/') return requested;
  const std::string wanted = remap.signed_prefix + rest;
  const std::size_t slash = wanted.find('/');
  if (slash == std::string::npos) return std::nullopt;
  Result<Repository> repository = Repository::parse(wanted.substr(0, slash), wanted.substr(slash + 1));
  // A name that is short for another one is not the name that was meant.
  if (!repository || repository->text() != wanted) return std::nullopt;
  return ImageReference{*std::move(repository), requested.tag, requested.digest};
}

struct IsWanted {
  const ImageReference& name;
  const ImageReference& requested;

  bool operator()(const MatchExact&) const { return is_exactly(name, requested); }
  bool operator()(const MatchRepoDigestOrExact&) const { return is_repository_digest_or_exactly(name, requested); }
  bool operator()(const MatchRepository&) const { return name.repository == requested.repository; }
  bool operator()(const ExactReference& exact) const { return is_exactly(name, exact.reference); }
  bool operator()(const ExactRepository& exact) const { return name.repository == exact.repository; }
  bool operator()(const Remap& remap) const {
    const std::optional<ImageReference> wanted = remapped(remap, requested);
    return wanted && is_repository_digest_or_exactly(name, *wanted);
  }
};

std::string any_tag_of(const Repository& repository) {
  return fmt::format("'{}' with any tag", repository.text());
}

std::string repository_digest_or_exactly(const ImageReference& wanted) {
  return wanted.tag ? fmt::format("'{}'", wanted.text()) : any_tag_of(wanted.repository);
}

struct Wanted {
  const ImageReference& requested;

  std::string operator()(const MatchExact&) const { return fmt::format("'{}'", requested.text()); }
  std::string operator()(const MatchRepoDigestOrExact&) const { return repository_digest_or_exactly(requested); }
  std::string operator()(const MatchRepository&) const { return fmt::format("'{}'", requested.repository.text()); }
  std::string operator()(const ExactReference& exact) const { return fmt::format("'{}'", exact.reference.text()); }
  std::string operator()(const ExactRepository& exact) const { return fmt::format("'{}'", exact.repository.text()); }
  std::string operator()(const Remap& remap) const {
    const std::optional<ImageReference> wanted = remapped(remap, requested);
    if (wanted) return repository_digest_or_exactly(*wanted);
    return fmt::format("below '{}', where '{}' has no name", remap.signed_prefix, requested.repository.text());
  }
};

}  // namespace

std::string_view kind_of(const SignedIdentity& identity) {
  struct Kind {
    std::string_view operator()(const MatchExact&) const { return "matchExact"; }
    std::string_view operator()(const MatchRepoDigestOrExact&) const { return "matchRepoDigestOrExact"; }
    std::string_view operator()(const MatchRepository&) const { return "matchRepository"; }
    std::string_view operator()(const ExactReference&) const { return "exactReference"; }
    std::string_view operator()(const ExactRepository&) const { return "exactRepository"; }
    std::string_view operator()(const Remap&) const { return "remap"; }
  };
  return std::visit(Kind{}, identity);
}

Status check_name_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const Result<std::string> registry = parse_registry_host(text.substr(0, slash));
  if (!registry) return registry.error();
  if (*registry != text.substr(0, slash)) {
    return {ErrorCode::kMalformed, fmt::format("this registry's name is '{}'", *registry)};
  }
  if (slash == std::string_view::npos) return Done{};
  return check_repository_path(text.substr(slash + 1));
}

bool is_signed_as(const SignedIdentity& identity, std::string_view name, const ImageReference& requested) {
  const Result<ImageReference> written = ImageReference::parse_as_written(name);
  return written && std::visit(IsWanted{*written, requested}, identity);
}

std::string wanted_name(const SignedIdentity& identity, const ImageReference& requested) {
  return std::visit(Wanted{requested}, identity);
}

}  // namespace pullgate::policy
