#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/files/read_file.h"
#include "config/policy/draft.h"
#include "config/yaml/reader.h"
#include "verify/limits.h"

namespace pullgate::config {
namespace {

yaml::Node name_node(const yaml::Member& member) {
  yaml::Node node;
  node.kind = yaml::Node::Kind::kScalar;
  node.mark = member.mark;
  node.text = member.key;
  return node;
}

class AttestorReader {
 public:
  AttestorReader(PolicyDraft& draft, yaml::Problems& problems) : draft_(draft), problems_(problems) {}

  void read(const yaml::Member& member) {
    const std::size_t problems_before = problems_.size();
    policy::Attestor attestor;
    attestor.name = yaml::read_name(name_node(member), "attestor", problems_).value_or(member.key);
    if (member.value.kind == yaml::Node::Kind::kNull) {
      problems_.add(member.mark, fmt::format("attestor '{}' has no value", attestor.name));
    } else {
      for (verify::TrustedKey& key : read_identity(member.value)) {
        attestor.keys.push_back({key.key.fingerprint()});
        draft_.keys.push_back(std::move(key));
      }
    }
    draft_.contents.attestors.push_back(std::move(attestor));
    draft_.attestors.push_back(member.mark);
    draft_.has_all_keys.push_back(problems_.size() == problems_before);
  }

 private:
  std::vector<verify::TrustedKey> read_identity(const yaml::Node& node) {
    yaml::Mapping entry(node, "an attestor", problems_);
    const yaml::Node* key = entry.find("key");
    const yaml::Node* log = entry.find("transparencyLog");
    for (const char* later : {"keyless", "notation", "trustRoot", "timestamp", "sct", "validFrom", "validUntil"}) {
      entry.refuse_later(later);
    }
    entry.finish();
    if (log != nullptr) yaml::read_choice(*log, {"none"}, "'transparencyLog' of this version", problems_);
    const bool has_other_kind = std::ranges::any_of(
        node.members, [](const yaml::Member& m) { return m.key == "keyless" || m.key == "notation"; });
    if (key != nullptr) return read_keys(*key);
    const bool key_is_there = std::ranges::find(node.members, "key", &yaml::Member::key) != node.members.end();
    if (entry.is_mapping() && !has_other_kind && !key_is_there) problems_.add(node.mark, "an attestor needs 'key'");
    return {};
  }

  std::vector<verify::TrustedKey> read_keys(const yaml::Node& node) {
    yaml::Mapping entry(node, "'key'", problems_);
    const yaml::Node* file = entry.find("file");
    const yaml::Node* files = entry.find("files");
    const yaml::Node* pem = entry.find("pem");
    const yaml::Node* algorithm = entry.find("algorithm");
    entry.finish();
    const int sources = (file != nullptr ? 1 : 0) + (files != nullptr ? 1 : 0) + (pem != nullptr ? 1 : 0);
    if (sources != 1 && entry.is_mapping()) {
      problems_.add(node.mark, "'key' needs exactly one of 'file', 'files' and 'pem'");
    }
    std::vector<std::pair<verify::PublicKey, yaml::Mark>> keys;
    if (file != nullptr) read_key_file(*file, "'file'", keys);
    if (files != nullptr) {
      for (const yaml::Node& item : yaml::read_list(*files, "'files'", problems_)) {
        read_key_file(item, "an entry of 'files'", keys);
      }
    }
    if (pem != nullptr) {
      if (const auto text = yaml::read_text(*pem, "'pem'", problems_)) read_pem(*text, "'pem'", pem->mark, keys);
    }
    return with_schemes(keys, algorithm);
  }

  void read_key_file(const yaml::Node& node, std::string_view what,
                     std::vector<std::pair<verify::PublicKey, yaml::Mark>>& keys) {
    const auto text = yaml::read_text(node, what, problems_);
    if (!text) return;
    const std::filesystem::path path = (draft_.folder / *text).lexically_normal();
    const auto bytes = read_file(path, limits::kKeyFileBytes);
    if (!bytes) {
      problems_.add(node.mark, fmt::format("key file {} {}", path.string(), bytes.error().message));
      return;
    }
    read_pem(*bytes, fmt::format("key file {}", path.string()), node.mark, keys);
  }

  void read_pem(const std::string& text, std::string_view what, yaml::Mark mark,
                std::vector<std::pair<verify::PublicKey, yaml::Mark>>& keys) {
    auto key = verify::PublicKey::parse_pem(text);
    if (!key) {
      problems_.add(mark, fmt::format("{} holds no usable public key: {}", what, key.error().message));
      return;
    }
    keys.emplace_back(*std::move(key), mark);
  }

  std::vector<verify::TrustedKey> with_schemes(std::vector<std::pair<verify::PublicKey, yaml::Mark>>& keys,
                                               const yaml::Node* algorithm) {
    std::optional<verify::SignatureScheme> only;
    if (algorithm != nullptr) {
      const auto text = yaml::read_text(*algorithm, "'algorithm'", problems_);
      if (!text) return {};
      const auto scheme = verify::parse_signature_scheme(*text);
      if (!scheme) {
        problems_.add(algorithm->mark, fmt::format("'algorithm': {}", scheme.error().message));
        return {};
      }
      only = *scheme;
    }
    std::vector<verify::TrustedKey> trusted;
    for (auto& [key, mark] : keys) {
      const verify::KeyType type = key.type();
      if (only && !verify::is_usable(type, *only)) {
        problems_.add(mark, fmt::format("a key of type {} cannot make signatures of 'algorithm' {}",
                                        verify::to_string(type), verify::to_string(*only)));
        continue;
      }
      trusted.push_back({std::move(key), only ? std::vector{*only} : verify::default_schemes(type)});
    }
    return trusted;
  }

  PolicyDraft& draft_;
  yaml::Problems& problems_;
};

std::optional<policy::TextPattern> read_builder_id(const yaml::Node* glob, const yaml::Node* expression,
                                                   const yaml::Node& builder, yaml::Problems& problems) {
  if ((glob == nullptr) == (expression == nullptr)) {
    if (builder.kind == yaml::Node::Kind::kMapping) {
      problems.add(builder.mark, "a builder needs exactly one of 'id' and 'idRegExp'");
    }
    return std::nullopt;
  }
  const yaml::Node& node = glob != nullptr ? *glob : *expression;
  const std::string_view what = glob != nullptr ? "'id'" : "'idRegExp'";
  const auto text = yaml::read_text(node, what, problems);
  if (!text) return std::nullopt;
  auto pattern = glob != nullptr ? policy::TextPattern::glob(*text) : policy::TextPattern::regular_expression(*text);
  if (!pattern) {
    problems.add(node.mark, fmt::format("{}: {}", what, pattern.error().message));
    return std::nullopt;
  }
  return *std::move(pattern);
}

void read_builder(const yaml::Member& member, PolicyDraft& draft, yaml::Problems& problems) {
  const std::size_t problems_before = problems.size();
  const std::string name = yaml::read_name(name_node(member), "builder", problems).value_or(member.key);
  yaml::Mapping entry(member.value, "a builder", problems);
  const yaml::Node* attestor_node = entry.require("attestor");
  const yaml::Node* glob = entry.find("id");
  const yaml::Node* expression = entry.find("idRegExp");
  const yaml::Node* level_node = entry.find("level");
  entry.finish();

  std::string attestor;
  if (attestor_node != nullptr) attestor = yaml::read_text(*attestor_node, "'attestor'", problems).value_or("");
  auto id = read_builder_id(glob, expression, member.value, problems);
  std::int64_t level = 0;
  if (level_node != nullptr) level = yaml::read_integer(*level_node, 0, 3, "'level'", problems).value_or(0);

  if (problems.size() != problems_before) draft.has_all_names = false;
  // The name exists even if the rest could not be read: rules that use it are not wrong.
  if (!id) id = policy::TextPattern::exactly({});
  draft.contents.builders.push_back({name, attestor, *std::move(id), static_cast<int>(level)});
  draft.builders.push_back(member.mark);
  draft.builder_attestors.push_back(attestor_node != nullptr ? attestor_node->mark : member.mark);
}

}  // namespace

void read_attestors(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems) {
  const yaml::Mapping section(node, "'attestors'", problems);
  AttestorReader reader(draft, problems);
  for (const yaml::Member& member : node.members) reader.read(member);
}

void read_builders(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems) {
  const yaml::Mapping section(node, "'builders'", problems);
  for (const yaml::Member& member : node.members) read_builder(member, draft, problems);
}

}  // namespace pullgate::config
