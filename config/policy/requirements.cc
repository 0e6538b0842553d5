#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/policy/draft.h"
#include "config/yaml/reader.h"
#include "policy/spelling.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

using policy::Requirement;

constexpr std::array<std::string_view, 3> kLaterKinds = {"attestation", "vsa", "image"};

class RequirementReader {
 public:
  RequirementReader(RulePlaces& places, yaml::Problems& problems) : places_(places), problems_(problems) {}

  using NameOf = std::function<std::string(std::string_view kind)>;

  /// A mapping with one key, the kind.
  Requirement read(const yaml::Node& node, const NameOf& name_of) {
    if (node.kind != yaml::Node::Kind::kMapping || node.members.size() != 1) {
      problems_.add(node.mark, fmt::format("a requirement is exactly one of {}; put several under allOf or anyOf",
                                           fmt::join(kind_names(), ", ")));
    }
    Requirement last = unreadable();
    for (const yaml::Member& member : node.members) last = read_kind(member, name_of);
    return last;
  }

 private:
  using ReadNode = Requirement (RequirementReader::*)(const yaml::Node&, const std::string& name);
  struct Kind {
    std::string_view key;
    ReadNode read;
  };
  static constexpr std::size_t kKindCount = 8;
  static const std::array<Kind, kKindCount>& kinds() {
    static constexpr std::array<Kind, kKindCount> kKinds = {
        Kind{"allOf", &RequirementReader::read_all_of},          Kind{"anyOf", &RequirementReader::read_any_of},
        Kind{"threshold", &RequirementReader::read_threshold},   Kind{"signature", &RequirementReader::read_signature},
        Kind{"provenance", &RequirementReader::read_provenance}, Kind{"baseImage", &RequirementReader::read_base_image},
        Kind{"accept", &RequirementReader::read_accept},         Kind{"reject", &RequirementReader::read_reject},
    };
    return kKinds;
  }

  /// Stands where something could not be read, and has been reported: can never be met, and names nobody.
  static Requirement unreadable() { return {policy::AllOf{}}; }

  static std::vector<std::string> kind_names() {
    std::vector<std::string> names;
    for (const Kind& kind : kinds()) names.emplace_back(kind.key);
    return names;
  }

  Requirement read_kind(const yaml::Member& member, const NameOf& name_of) {
    const auto kind = std::ranges::find(kinds(), std::string_view(member.key), &Kind::key);
    if (kind == kinds().end()) {
      const bool is_later = std::ranges::find(kLaterKinds, member.key) != kLaterKinds.end();
      const std::string shown = printable(member.key, 80);
      problems_.add(member.mark, is_later ? yaml::not_in_this_version(fmt::format("'{}'", shown))
                                          : fmt::format("unknown requirement '{}'{}", shown,
                                                        policy::did_you_mean(member.key, kind_names())));
      return unreadable();
    }
    const std::string name = name_of(kind->key);
    places_.requirements.emplace(name, member.mark);
    if (member.value.kind == yaml::Node::Kind::kNull) {
      const bool takes_nothing = member.key == "accept" || member.key == "reject";
      problems_.add(member.mark, fmt::format("'{}' has no value{}", member.key,
                                             takes_nothing ? fmt::format("; write '{}: {{}}'", member.key) : ""));
      return unreadable();
    }
    return (this->*kind->read)(member.value, name);
  }

  std::vector<Requirement> read_children(const yaml::Node& node, std::string_view what, const std::string& name) {
    std::vector<Requirement> children;
    const std::vector<yaml::Node>& items = yaml::read_list(node, what, problems_);
    for (std::size_t i = 0; i < items.size(); ++i) {
      children.push_back(read(items[i], [&](std::string_view kind) { return policy::child_name(name, i, kind); }));
    }
    return children;
  }

  Requirement read_all_of(const yaml::Node& node, const std::string& name) {
    return {policy::AllOf{read_children(node, "'allOf'", name)}};
  }

  Requirement read_any_of(const yaml::Node& node, const std::string& name) {
    return {policy::AnyOf{read_children(node, "'anyOf'", name)}};
  }

  Requirement read_threshold(const yaml::Node& node, const std::string& name) {
    constexpr std::int64_t kMost = 1000;
    yaml::Mapping entry(node, "a threshold", problems_);
    const yaml::Node* at_least = entry.require("atLeast");
    const yaml::Node* of = entry.require("of");
    entry.finish();
    policy::Threshold threshold;
    if (at_least != nullptr) {
      const auto count = yaml::read_integer(*at_least, 1, kMost, "'atLeast'", problems_);
      threshold.at_least = static_cast<std::size_t>(count.value_or(1));
    }
    if (of != nullptr) threshold.of = read_children(*of, "'of'", name);
    return {std::move(threshold)};
  }

  Requirement read_signature(const yaml::Node& node, const std::string& name) {
    places_.names.emplace(name, node.mark);
    auto attestor = yaml::read_text(node, "'signature' (the name of an attestor)", problems_);
    if (!attestor) return unreadable();
    return {policy::SignatureLeaf{*std::move(attestor)}};
  }

  Requirement read_provenance(const yaml::Node& node, const std::string& name) {
    yaml::Mapping entry(node, "'provenance'", problems_);
    const yaml::Node* builder = entry.require("builder");
    const yaml::Node* min_level = entry.find("minLevel");
    const yaml::Node* build_type = entry.find("buildType");
    const yaml::Node* source = entry.find("source");
    for (const char* later : {"materials", "externalParameters", "maxAge", "workflow"}) entry.refuse_later(later);
    entry.finish();
    policy::ProvenanceLeaf leaf;
    if (builder != nullptr) {
      places_.names.emplace(name, builder->mark);
      leaf.builder = yaml::read_text(*builder, "'builder'", problems_).value_or("");
    }
    if (min_level != nullptr) {
      leaf.min_level = static_cast<int>(yaml::read_integer(*min_level, 0, 3, "'minLevel'", problems_).value_or(0));
    }
    if (build_type != nullptr) leaf.build_type = read_parsed(*build_type, "'buildType'", policy::TextPattern::glob);
    if (source != nullptr) leaf.source = read_source(*source);
    if (leaf.builder.empty()) return unreadable();
    return {std::move(leaf)};
  }

  policy::SourceRequirement read_source(const yaml::Node& node) {
    yaml::Mapping entry(node, "'source'", problems_);
    const yaml::Node* repository = entry.find("repository");
    const yaml::Node* ref = entry.find("ref");
    const yaml::Node* commit = entry.find("commit");
    entry.finish();
    policy::SourceRequirement source;
    if (repository != nullptr) {
      source.repository = read_parsed(*repository, "'repository'", policy::TextTemplate::parse);
    }
    if (ref != nullptr) source.ref = read_parsed(*ref, "'ref'", policy::TextTemplate::parse);
    if (commit != nullptr) source.commit = read_parsed(*commit, "'commit'", parse_commit);
    if (node.kind == yaml::Node::Kind::kMapping && node.members.empty()) {
      problems_.add(node.mark, "'source' must not be empty: it has repository, ref, commit");
    }
    return source;
  }

  static Result<std::string> parse_commit(std::string_view text) {
    const bool is_hex =
        std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (is_hex && (text.size() == 40 || text.size() == 64)) return std::string(text);
    return {ErrorCode::kMalformed, "a commit is written with all its 40 or 64 lower-case hexadecimal digits"};
  }

  Requirement read_base_image(const yaml::Node& node, const std::string& /*name*/) {
    yaml::Mapping entry(node, "'baseImage'", problems_);
    const yaml::Node* proof = entry.require("proof");
    const yaml::Node* from = entry.find("from");
    const yaml::Node* digests = entry.find("digests");
    entry.refuse_later("satisfies");
    entry.refuse_later("maxAge");
    entry.finish();
    policy::BaseImageLeaf leaf;
    if (proof != nullptr) leaf.proof = read_proofs(*proof);
    if (from != nullptr) leaf.from = read_scopes(*from, "'from'", problems_).scopes;
    if (digests != nullptr) leaf.digests = read_digests(*digests);
    if (from == nullptr && digests == nullptr && entry.is_mapping()) {
      problems_.add(node.mark, "'baseImage' needs 'from' or 'digests': which bases are allowed");
    }
    return {std::move(leaf)};
  }

  std::vector<policy::BaseProof> read_proofs(const yaml::Node& node) {
    static constexpr std::array kProofs = {policy::BaseProof::kAnnotation, policy::BaseProof::kProvenance};
    std::vector<policy::BaseProof> proofs;
    for (const yaml::Node& item : yaml::read_list(node, "'proof'", problems_)) {
      if (item.text == "layers") {
        problems_.add(item.mark, yaml::not_in_this_version("the proof 'layers'"));
        continue;
      }
      const auto choice = yaml::read_choice(item, {"annotation", "provenance"}, "a proof", problems_);
      if (!choice) continue;
      const policy::BaseProof proof = kProofs.at(*choice);
      if (std::ranges::find(proofs, proof) != proofs.end()) {
        problems_.add(item.mark, fmt::format("'{}' is listed twice", item.text));
      }
      proofs.push_back(proof);
    }
    return proofs;
  }

  Requirement read_accept(const yaml::Node& node, const std::string& /*name*/) {
    yaml::Mapping(node, "'accept'", problems_).finish();
    return {policy::AcceptLeaf{}};
  }

  Requirement read_reject(const yaml::Node& node, const std::string& /*name*/) {
    yaml::Mapping entry(node, "'reject'", problems_);
    const yaml::Node* digests = entry.find("digests");
    entry.finish();
    policy::RejectLeaf leaf;
    // Without 'digests' everything is rejected; an empty list would mean the opposite to whoever wrote it.
    if (digests != nullptr) leaf.digests = read_digests(*digests);
    return {std::move(leaf)};
  }

  std::vector<Digest> read_digests(const yaml::Node& node) {
    std::vector<Digest> digests;
    for (const yaml::Node& item : yaml::read_list(node, "'digests'", problems_)) {
      if (auto digest = read_parsed(item, "a digest", Digest::parse)) digests.push_back(*digest);
    }
    return digests;
  }

  template <class T>
  std::optional<T> read_parsed(const yaml::Node& node, std::string_view what, Result<T> (*parse)(std::string_view)) {
    const auto text = yaml::read_text(node, what, problems_);
    if (!text) return std::nullopt;
    Result<T> parsed = parse(*text);
    if (parsed) return *std::move(parsed);
    problems_.add(node.mark, fmt::format("{}: {}", what, parsed.error().message));
    return std::nullopt;
  }

  RulePlaces& places_;
  yaml::Problems& problems_;
};

}  // namespace

policy::Requirement read_requirement_tree(const yaml::Node& node, const std::string& rule, RulePlaces& places,
                                          yaml::Problems& problems) {
  const std::size_t problems_before = problems.size();
  policy::Requirement requirement = RequirementReader(places, problems).read(node, [&](std::string_view kind) {
    return policy::root_name(rule, kind);
  });
  if (problems.size() != problems_before) places.has_whole_tree = false;
  return requirement;
}

ReadScopes read_scopes(const yaml::Node& node, std::string_view what, yaml::Problems& problems) {
  ReadScopes read;
  for (const yaml::Node& item : yaml::read_list(node, what, problems)) {
    const auto text = yaml::read_text(item, "a scope", problems);
    if (!text) continue;
    auto scope = policy::Scope::parse(*text);
    if (!scope) {
      problems.add(item.mark, scope.error().message);
      continue;
    }
    read.scopes.push_back(*std::move(scope));
    read.marks.push_back(item.mark);
  }
  return read;
}

}  // namespace pullgate::config
