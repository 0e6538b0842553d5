#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/policy/draft.h"
#include "config/policy/identities.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

class AttestorReader {
 public:
  AttestorReader(PolicyDraft& draft, yaml::Problems& problems) : draft_(draft), problems_(problems) {}

  void read(const yaml::Member& member) {
    const std::size_t problems_before = problems_.size();
    policy::Attestor attestor{.name = yaml::read_key_name(member, "attestor", problems_).value_or(member.key),
                              .identity = policy::KeyHolder{}};
    AttestorPlaces places{.name = member.mark, .keys = {}, .is_whole = true};
    if (member.value.kind == yaml::Node::Kind::kNull) {
      problems_.add(member.mark, fmt::format("attestor '{}' has no value", attestor.name));
    } else {
      read_entry(member.value, attestor, places);
    }
    places.is_whole = problems_.size() == problems_before;
    draft_.contents.attestors.push_back(std::move(attestor));
    draft_.attestors.push_back(std::move(places));
  }

 private:
  void read_entry(const yaml::Node& node, policy::Attestor& attestor, AttestorPlaces& places) {
    yaml::Mapping entry(node, "an attestor", problems_);
    const yaml::Node* key = entry.find("key");
    const yaml::Node* keyless = entry.find("keyless");
    entry.refuse_later("notation");
    const auto has = [&](std::string_view name) {
      return std::ranges::find(node.members, name, &yaml::Member::key) != node.members.end();
    };
    const bool is_keyless = has("keyless") && !has("key");
    const yaml::Node* trust_root = entry.find("trustRoot");
    attestor.requirements =
        read_proofs(entry, is_keyless ? IdentityKind::kKeyless : IdentityKind::kKey, places.keys, problems_);
    entry.finish();
    if (entry.is_mapping() && !has("notation") && has("key") == has("keyless")) {
      problems_.add(node.mark, "an attestor needs exactly one of 'key' and 'keyless'");
      draft_.has_all_trust_root_names = false;
    }
    if (key != nullptr) read_key(*key, attestor);
    if (trust_root != nullptr && is_keyless) {
      problems_.add(trust_root->mark, "the 'trustRoot' of a keyless attestor stands under 'keyless'");
    } else if (trust_root != nullptr) {
      places.keys.emplace("trustRoot", trust_root->mark);
      attestor.requirements.trust_root = yaml::read_text(*trust_root, "'trustRoot'", problems_).value_or("");
      if (attestor.requirements.trust_root.empty()) draft_.has_all_trust_root_names = false;
    }
    if (is_keyless) read_keyless_entry(keyless, attestor, places);
  }

  void read_key(const yaml::Node& node, policy::Attestor& attestor) {
    policy::KeyHolder keys;
    for (verify::TrustedKey& key : read_keys(node, draft_.folder, problems_)) {
      keys.push_back({key.key.fingerprint()});
      draft_.keys.push_back(std::move(key));
    }
    attestor.identity = std::move(keys);
  }

  void read_keyless_entry(const yaml::Node* node, policy::Attestor& attestor, AttestorPlaces& places) {
    if (node == nullptr) {
      draft_.has_all_trust_root_names = false;
      return;
    }
    places.keys.emplace("keyless", node->mark);
    ReadKeyless read = read_keyless(*node, places.keys, problems_);
    if (read.trust_root.empty()) draft_.has_all_trust_root_names = false;
    attestor.requirements.trust_root = std::move(read.trust_root);
    if (read.identity) attestor.identity = *std::move(read.identity);
  }

  PolicyDraft& draft_;
  yaml::Problems& problems_;
};

}  // namespace

void read_attestors(const yaml::Node& node, PolicyDraft& draft, yaml::Problems& problems) {
  const yaml::Mapping section(node, "'attestors'", problems);
  AttestorReader reader(draft, problems);
  for (const yaml::Member& member : node.members) reader.read(member);
}

}  // namespace pullgate::config
