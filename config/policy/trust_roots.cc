#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/builtin_trust.h"
#include "config/files/read_file.h"
#include "config/policy/draft.h"
#include "config/yaml/reader.h"
#include "verify/limits.h"

namespace pullgate::config {
namespace {

class TrustRootReader {
 public:
  TrustRootReader(PolicyDraft& draft, yaml::Problems& problems) : draft_(draft), problems_(problems) {}

  void read(const yaml::Member& member) {
    const std::string name = yaml::read_key_name(member, "trust root", problems_).value_or(member.key);
    std::optional<verify::SigstoreRoot> root = read_entry(name, member.value);
    policy::TrustRootSummary summary{.name = name};
    draft_.trust_roots.push_back({.name = member.mark, .is_whole = root.has_value()});
    if (root) {
      summary.certificate_authorities = root->certificate_authorities();
      summary.logs = root->logs();
      summary.certificate_logs = root->certificate_logs();
      summary.timestamp_authorities = root->timestamp_authorities();
      draft_.roots.push_back(*std::move(root));
    }
    draft_.contents.trust_roots.push_back(std::move(summary));
  }

 private:
  std::optional<verify::SigstoreRoot> read_entry(const std::string& name, const yaml::Node& node) {
    yaml::Mapping entry(node, "a trust root", problems_);
    const yaml::Node* sigstore = entry.require("sigstore");
    entry.refuse_later("notation");
    entry.finish();
    return sigstore != nullptr ? read_sigstore(name, *sigstore) : std::nullopt;
  }

  std::optional<verify::SigstoreRoot> read_sigstore(const std::string& name, const yaml::Node& node) {
    yaml::Mapping entry(node, "'sigstore'", problems_);
    const yaml::Node* file = entry.find("trustedRoot");
    const yaml::Node* built_in = entry.find("builtIn");
    entry.finish();
    if (entry.is_mapping() && (file == nullptr) == (built_in == nullptr)) {
      problems_.add(node.mark, "'sigstore' needs exactly one of 'trustedRoot' and 'builtIn'");
      return std::nullopt;
    }
    if (file != nullptr) return read_root_file(name, *file);
    // Not the staging instance's: its signatures mean nothing, and whoever tests with it has its file.
    if (built_in == nullptr || !yaml::read_choice(*built_in, {"public-good"}, "'builtIn'", problems_)) {
      return std::nullopt;
    }
    return parse(name, std::string(public_good_trusted_root()), "the built-in trusted root", built_in->mark);
  }

  std::optional<verify::SigstoreRoot> read_root_file(const std::string& name, const yaml::Node& node) {
    const std::optional<std::string> text = yaml::read_text(node, "'trustedRoot'", problems_);
    if (!text) return std::nullopt;
    const std::filesystem::path path = (draft_.folder / *text).lexically_normal();
    const Result<std::string> json = read_file(path, limits::kTrustedRootBytes);
    if (!json) {
      problems_.add(node.mark, fmt::format("trusted root {} {}", path.string(), json.error().message));
      return std::nullopt;
    }
    return parse(name, *json, fmt::format("trusted root {}", path.string()), node.mark);
  }

  std::optional<verify::SigstoreRoot> parse(const std::string& name, const std::string& json, std::string_view what,
                                            yaml::Mark mark) {
    Result<verify::SigstoreRoot> root = verify::SigstoreRoot::parse(name, json);
    if (!root) {
      std::string_view cause = root.error().message;
      constexpr std::string_view kSubject = "trusted root: ";
      if (cause.starts_with(kSubject)) cause.remove_prefix(kSubject.size());
      problems_.add(mark, fmt::format("{} cannot be used: {}", what, cause));
      return std::nullopt;
    }
    return *std::move(root);
  }

  PolicyDraft& draft_;
  yaml::Problems& problems_;
};

}  // namespace

void read_trust_roots(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems) {
  const yaml::Mapping section(node, "'trustRoots'", problems);
  TrustRootReader reader(draft, problems);
  for (const yaml::Member& member : node.members) reader.read(member);
}

}  // namespace pullgate::config
