#pragma once
/// The build types that are known to say where the source was, and what kind of run it is.

#include <algorithm>
#include <array>
#include <string_view>

namespace pullgate::verify::slsa {

/// actions/attest, actions/attest-build-provenance and the npm command: v1.
inline constexpr std::array<std::string_view, 2> kGithubWorkflow = {
    "https://actions.github.io/buildtypes/workflow/v1",
    "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"};
/// slsa-github-generator: "/container@v1", "/generic@v1", "/go@v1" (v0.2) and "/delegator-generic@v0" (v1), and older
/// ones.
inline constexpr std::string_view kGithubGenerator = "https://github.com/slsa-framework/slsa-github-generator";
/// Its container-based builder: v1.
inline constexpr std::string_view kContainerBased = "https://slsa.dev/container-based-build/";
inline constexpr std::string_view kBuildkit =
    "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
inline constexpr std::string_view kGoogleCloudBuild = "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1";
/// Of v0.1: the builder's own id, or one of two kinds of configuration.
inline constexpr std::string_view kGoogleRecipe = "https://cloudbuild.googleapis.com/";
inline constexpr std::string_view kTektonV1 = "https://tekton.dev/chains/v2/slsa";  // and "...-tekton"
inline constexpr std::string_view kTektonV02 = "tekton.dev/";
/// The runner's version follows.
inline constexpr std::string_view kGitlabRunner = "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/";

inline bool is_github_workflow(std::string_view build_type) {
  return std::ranges::find(kGithubWorkflow, build_type) != kGithubWorkflow.end();
}

/// "...-generator", "...-generator/go@v1", "...-generator@v1", "...-generator-go@v1": and nobody else's longer name.
inline bool is_github_generator(std::string_view build_type) {
  if (!build_type.starts_with(kGithubGenerator)) return false;
  const std::string_view rest = build_type.substr(kGithubGenerator.size());
  return rest.empty() || rest.starts_with('/') || rest.starts_with('@') || rest.starts_with("-go@");
}

}  // namespace pullgate::verify::slsa
