#include "config/lint/identities.h"

#include <algorithm>
#include <array>

namespace pullgate::config {
namespace {

/// Hosts on which everybody may have a repository.
constexpr std::array<std::string_view, 2> kPublicForges = {"https://github.com/", "https://gitlab.com/"};

/// Reusable workflows: the subject of the certificate is the workflow that was called, docs of Fulcio, "oid-info.md",
/// 1.3.6.1.4.1.57264.1.9, whoever called it.
constexpr std::array<std::string_view, 1> kCallableWorkflows = {
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"};

/// Nobody is named in it, and all that a pattern may fill in is.
const ImageReference& requested_by_nobody() {
  static const ImageReference kRequested = ImageReference::parse("registry.invalid/nobody/nothing:none").value();
  return kRequested;
}

std::string repository_of_a_stranger(std::string_view forge) {
  return std::string(forge) + "a-total-stranger/nothing";
}

/// Extensions that say whose it is. What kind of run it was, on which ref and where is everybody's to choose.
bool says_whose(const policy::KeylessIdentity::Extension& extension) {
  static constexpr std::array<std::string_view, 8> kNames = {"githubWorkflowRepository",
                                                             "sourceRepository",
                                                             "sourceRepositoryIdentifier",
                                                             "sourceRepositoryOwner",
                                                             "sourceRepositoryOwnerIdentifier",
                                                             "buildSignerURI",
                                                             "buildConfigURI",
                                                             "tokenSubject"};
  return std::ranges::find(kNames, extension.name.name) != kNames.end();
}

/// Likewise, of who called it: the signer is the called workflow itself.
bool says_who_called(const policy::KeylessIdentity::Extension& extension) {
  return says_whose(extension) && extension.name.name != "buildSignerURI";
}

/// "https://github.com/*/app", and "https://github.com/acme*/app" too: an owner is whatever name somebody registers.
bool leaves_owner_open(std::string_view pattern) {
  return std::ranges::any_of(kPublicForges, [&](std::string_view forge) {
    if (!pattern.starts_with(forge)) return false;
    const std::string_view owner = pattern.substr(forge.size(), pattern.find('/', forge.size()) - forge.size());
    return owner.find('*') != std::string_view::npos;
  });
}

}  // namespace

bool lets_any_repository_in(const policy::TextTemplate& pattern) {
  if (leaves_owner_open(pattern.text())) return true;
  return std::ranges::any_of(kPublicForges, [&](std::string_view forge) {
    return pattern.matches(repository_of_a_stranger(forge), requested_by_nobody());
  });
}

bool lets_any_signer_in(const policy::KeylessIdentity& identity) {
  if (std::ranges::any_of(identity.extensions, says_whose)) return false;
  const auto matches = [&](const std::string& subject) {
    return identity.subject.matches(subject, requested_by_nobody());
  };
  if (matches("https://nobody.invalid/")) return false;  // everybody at all, which is refused
  return leaves_owner_open(identity.subject.text()) ||
         matches(repository_of_a_stranger(kPublicForges[0]) + "/.github/workflows/release.yml@refs/heads/main") ||
         matches(repository_of_a_stranger(kPublicForges[1]) + "//.gitlab-ci.yml@refs/heads/main");
}

bool is_callable_by_all(const policy::KeylessIdentity& identity) {
  if (std::ranges::any_of(identity.extensions, says_who_called)) return false;
  return std::ranges::any_of(kCallableWorkflows,
                             [&](std::string_view workflow) { return identity.subject.text().starts_with(workflow); });
}

}  // namespace pullgate::config
