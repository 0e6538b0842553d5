#include "verify/slsa/run.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "verify/slsa/reading.h"

namespace pullgate::verify::slsa {
namespace {

using json::Node;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// ".github/workflows/release.yml" of "acme/app/.github/workflows/release.yml@refs/heads/main"; nothing of other forms.
std::string path_in_workflow_ref(std::string_view text) {
  const std::size_t owner_end = text.find('/');
  const std::size_t name_end = owner_end == std::string_view::npos ? owner_end : text.find('/', owner_end + 1);
  const std::size_t path_end = text.find('@');
  if (name_end == std::string_view::npos || path_end == std::string_view::npos || path_end < name_end) return {};
  return std::string(text.substr(name_end + 1, path_end - name_end - 1));
}

}  // namespace

void read_github_environment(const Node& environment, Letters letters, Provenance& provenance) {
  if (!environment.exists()) return;
  const auto variable = [&](std::string_view lower, std::string_view upper) {
    return environment[letters == Letters::kLower ? lower : upper];
  };
  provenance.run.trigger = variable("github_event_name", "GITHUB_EVENT_NAME").optional_text();
  provenance.run.repository_id = variable("github_repository_id", "GITHUB_REPOSITORY_ID").optional_text();
  provenance.run.repository_owner_id =
      variable("github_repository_owner_id", "GITHUB_REPOSITORY_OWNER_ID").optional_text();
  if (const Node payload = variable("github_event_payload", "GITHUB_EVENT_PAYLOAD"); payload.exists()) {
    provenance.inputs = read_scalars(payload["inputs"]);
  }
  if (letters == Letters::kUpper) {
    provenance.entry_point = path_in_workflow_ref(environment["GITHUB_WORKFLOW_REF"].optional_text());
  }
  provenance.run.address_end = github_address_end(provenance.invocation_id);
}

std::string github_address_end(std::string_view invocation_id) {
  if (invocation_id.starts_with("https://")) return std::string(invocation_id);
  const std::size_t dash = invocation_id.find('-');
  if (dash == std::string_view::npos) return {};
  const std::string_view run = invocation_id.substr(0, dash);
  const std::string_view attempt = invocation_id.substr(dash + 1);
  if (!is_number(run) || !is_number(attempt)) return {};
  return fmt::format("/actions/runs/{}/attempts/{}", run, attempt);
}

}  // namespace pullgate::verify::slsa
