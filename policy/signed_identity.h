#pragma once
/// Which name a signature has to give the image: containers-policy.json(5), "signedIdentity", with the meaning that
/// podman, skopeo and CRI-O give it. A signature is about a digest; its name says what the signer meant it to be.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::policy {

/// The image that was asked for, tag or digest included: a name without either is none.
struct MatchExact {};
/// The same for an image that was asked for by tag; the same repository for one that was asked for by digest, which the
/// signature holds anyway. A name without tag and digest is none.
struct MatchRepoDigestOrExact {};
/// The repository, whatever the tag.
struct MatchRepository {};
/// This one, whatever was asked for.
struct ExactReference {
  ImageReference reference;
};
struct ExactRepository {
  Repository repository;
};
/// As MatchRepoDigestOrExact, with the beginning of what was asked for replaced: for mirrors. What does not begin so
/// stays as it is. Prefixes end where a component does.
struct Remap {
  std::string prefix;
  std::string signed_prefix;
};

using SignedIdentity =
    std::variant<MatchExact, MatchRepoDigestOrExact, MatchRepository, ExactReference, ExactRepository, Remap>;

/// "matchExact", "remap", ...
std::string_view kind_of(const SignedIdentity& identity);
/// A registry, or a registry and the beginning of a path, as names have them: "ghcr.io", "docker.io/library".
Status check_name_prefix(std::string_view text);

/// Is `name`, as a signer wrote it, what this asks for?
bool is_signed_as(const SignedIdentity& identity, std::string_view name, const ImageReference& requested);
/// For remedies: the name that a signature would have to have.
std::string wanted_name(const SignedIdentity& identity, const ImageReference& requested);

}  // namespace pullgate::policy
