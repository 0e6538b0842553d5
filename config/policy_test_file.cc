#include "config/policy_test_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "config/files/kind.h"
#include "config/files/read_file.h"
#include "config/policy/lists.h"
#include "config/yaml/parse.h"
#include "config/yaml/reader.h"
#include "policy/spelling.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::config {
namespace {

constexpr std::int64_t kPolicyTestVersion = 1;
constexpr std::array kExpectedVerdicts = {policy::Verdict::kAllow, policy::Verdict::kWarn, policy::Verdict::kDeny,
                                          policy::Verdict::kCannotJudge};

class CaseReader {
 public:
  CaseReader(std::filesystem::path folder, std::optional<Time> at, yaml::Problems& problems)
      : folder_(std::move(folder)), at_(at), problems_(problems) {}

  /// None when something was wrong, which is reported.
  std::optional<PolicyCase> read(const yaml::Node& node) {
    const std::size_t problems_before = problems_.size();
    yaml::Mapping entry(node, "a case", problems_);
    const yaml::Node* name = entry.require("name");
    const yaml::Node* image = entry.require("image");
    const yaml::Node* pack = entry.find("pack");
    const yaml::Node* packs = entry.find("packs");
    const yaml::Node* at = entry.find("at");
    const yaml::Node* expect = entry.require("expect");
    const yaml::Node* code = entry.find("code");
    const yaml::Node* rule = entry.find("rule");
    entry.finish();

    const std::optional<ImageReference> reference = image != nullptr ? read_image(*image) : std::nullopt;
    const std::optional<std::string> title = name != nullptr ? read_title(*name) : std::nullopt;
    if (at == nullptr && !at_ && entry.is_mapping()) {
      problems_.add(node.mark, "a case needs 'at', the moment of the decision; here, or for all cases beside 'cases'");
    }
    const std::optional<Time> moment = at != nullptr ? read_moment(*at, "'at'", problems_) : at_;
    if ((pack == nullptr) == (packs == nullptr) && entry.is_mapping()) {
      problems_.add(node.mark, "a case needs exactly one of 'pack' and 'packs'");
    }
    const auto verdict = expect != nullptr ? read_verdict(*expect) : std::nullopt;
    const auto reason = code != nullptr ? read_code(*code, verdict) : std::nullopt;
    const auto answers = rule != nullptr ? yaml::read_name(*rule, "rule", problems_) : std::nullopt;
    std::vector<EvidencePack> layouts;
    if (reference && pack != nullptr) layouts = read_pack(*pack, reference->repository.registry());
    if (reference && packs != nullptr) layouts = read_packs(*packs, reference->repository.registry());
    if (problems_.size() != problems_before || !reference || !title || !moment || !verdict) return std::nullopt;
    return PolicyCase{*title, *reference, std::move(layouts), *moment, *verdict, reason, answers};
  }

 private:
  std::optional<std::string> read_title(const yaml::Node& node) {
    auto text = yaml::read_text(node, "'name'", problems_);
    if (text && !titles_.insert(*text).second) {
      problems_.add(node.mark, fmt::format("a second case named '{}'", printable(*text)));
    }
    return text;
  }

  std::optional<ImageReference> read_image(const yaml::Node& node) {
    const auto text = yaml::read_text(node, "'image'", problems_);
    if (!text) return std::nullopt;
    const Result<ImageReference> image = ImageReference::parse(*text);
    if (!image) problems_.add(node.mark, image.error().message);
    return image ? std::optional(*image) : std::nullopt;
  }

  std::optional<policy::Verdict> read_verdict(const yaml::Node& node) {
    std::vector<std::string> words;
    for (const policy::Verdict verdict : kExpectedVerdicts) words.emplace_back(policy::to_string(verdict));
    const auto choice = yaml::read_choice(node, words, "'expect'", problems_);
    return choice ? std::optional(kExpectedVerdicts.at(*choice)) : std::nullopt;
  }

  std::optional<Reason> read_code(const yaml::Node& node, std::optional<policy::Verdict> verdict) {
    if (verdict == policy::Verdict::kAllow) problems_.add(node.mark, "what is allowed has no 'code'");
    const auto text = yaml::read_text(node, "'code'", problems_);
    if (!text) return std::nullopt;
    const auto* const known =
        std::ranges::find_if(kAllReasons, [&](Reason reason) { return to_string(reason) == *text; });
    if (known != kAllReasons.end()) return *known;
    // There are too many of them to list.
    std::vector<std::string> codes;
    for (const Reason reason : kAllReasons) codes.emplace_back(to_string(reason));
    problems_.add(node.mark,
                  fmt::format("no reason has the code '{}'{}", printable(*text), policy::did_you_mean(*text, codes)));
    return std::nullopt;
  }

  std::vector<EvidencePack> read_pack(const yaml::Node& node, const std::string& registry) {
    const auto text = yaml::read_text(node, "'pack'", problems_);
    if (!text) return {};
    std::filesystem::path path = (folder_ / *text).lexically_normal();
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      problems_.add(node.mark, fmt::format("'pack': {} is no folder", printable(path.string())));
    }
    return {{registry, std::move(path)}};
  }

  /// `{ ghcr.io: packs/app, cgr.dev: packs/bases }`
  std::vector<EvidencePack> read_packs(const yaml::Node& node, const std::string& image_registry) {
    std::vector<EvidencePack> layouts;
    if (node.kind != yaml::Node::Kind::kMapping || node.members.empty()) {
      problems_.add(node.mark, "'packs' says for each registry which folder answers for it");
      return layouts;
    }
    for (const yaml::Member& member : node.members) {
      const Result<std::string> registry = parse_registry_host(member.key);
      if (!registry) {
        problems_.add(member.mark, registry.error().message);
      } else {
        std::ranges::move(read_pack(member.value, *registry), std::back_inserter(layouts));
      }
    }
    if (std::ranges::find(layouts, image_registry, &EvidencePack::registry) == layouts.end()) {
      problems_.add(node.mark, fmt::format("'packs' has none for '{}', the registry of the image", image_registry));
    }
    return layouts;
  }

  std::filesystem::path folder_;
  std::optional<Time> at_;
  yaml::Problems& problems_;
  std::set<std::string> titles_;
};

PolicyTest read_policy_test(const yaml::Node& root, const std::filesystem::path& folder, yaml::Problems& problems) {
  yaml::Mapping top(root, "the file", problems);
  const yaml::Node* version = top.require("version");
  const yaml::Node* policy = top.require("policy");
  const yaml::Node* at = top.find("at");
  const yaml::Node* cases = top.require("cases");
  top.finish();
  PolicyTest test;
  if (version != nullptr) {
    yaml::read_integer(*version, kPolicyTestVersion, kPolicyTestVersion, "'version'", problems);
  }
  if (policy != nullptr) {
    test.policy = (folder / yaml::read_text(*policy, "'policy'", problems).value_or("")).lexically_normal();
  }
  std::optional<Time> moment;
  if (at != nullptr) moment = read_moment(*at, "'at'", problems);
  if (cases == nullptr) return test;
  CaseReader reader(folder, moment, problems);
  for (const yaml::Node& item : yaml::read_list(*cases, "'cases'", problems)) {
    if (auto read = reader.read(item)) test.cases.push_back(*std::move(read));
  }
  return test;
}

}  // namespace

Loaded<PolicyTest> load_policy_test(const std::filesystem::path& file) {
  yaml::Problems problems(file.string());
  const auto text = read_file(file, limits::kConfigurationBytes);
  if (!text) {
    problems.add({}, text.error().message);
    return problems.take_sorted();
  }
  const std::optional<yaml::Node> root = yaml::parse(*text, problems);
  if (!root) return problems.take_sorted();
  if (const auto other = problem_with_kind(*root, FileKind::kPolicyTest)) {
    problems.add({}, *other);
    return problems.take_sorted();
  }
  PolicyTest test = read_policy_test(*root, std::filesystem::absolute(file).parent_path(), problems);
  if (!problems.empty()) return problems.take_sorted();
  return test;
}

}  // namespace pullgate::config
