#include "verify/slsa/reading.h"

#include <algorithm>
#include <utility>

#include "verify/limits.h"
#include "verify/slsa/uri.h"

namespace pullgate::verify::slsa {

using json::Node;

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string commit_in(const std::map<std::string, std::string>& digests) {
  for (const char* name : {"gitCommit", "sha1"}) {
    const auto digest = digests.find(name);
    if (digest != digests.end() && (is_hex(digest->second, 40) || is_hex(digest->second, 64))) return digest->second;
  }
  return {};
}

Material read_material(const Node& node) {
  return {.uri = node["uri"].optional_text(),
          .name = node["name"].optional_text(),
          .digest = node["digest"].optional_texts()};
}

void read_materials(const Node& node, Provenance& provenance) {
  for (const Node& entry : node.optional_elements(limits::kJsonValues)) {
    Material material = read_material(entry);
    Result<std::optional<ImageMaterial>> image = image_of(material);
    if (!image) {
      node.refuse(image.error().message);
    } else if (*image) {
      provenance.images.push_back(std::move(**image));
    }
    provenance.materials.push_back(std::move(material));
  }
}

std::optional<Source> source_in(const Material& material) {
  std::optional<Source> source = parse_git_uri(material.uri);
  if (source) source->commit = commit_in(material.digest);
  return source;
}

std::optional<Source> only_git_source(const std::vector<Material>& materials,
                                      std::initializer_list<std::string_view> names) {
  std::optional<Source> found;
  for (const Material& material : materials) {
    if (std::ranges::find(names, material.name) == names.end()) continue;
    const std::optional<Source> source = source_in(material);
    if (!source || source->commit.empty()) continue;
    if (found && *found != *source) return std::nullopt;
    found = source;
  }
  return found;
}

Stated read_stated(const Node& node) {
  const std::optional<bool> flag = node.optional_flag();
  if (!flag) return Stated::kNothing;
  return *flag ? Stated::kYes : Stated::kNo;
}

std::string read_either(const Node& node, std::string_view spelling, std::string_view other_spelling) {
  if (!node.exists()) return {};
  std::string value = node[spelling].optional_text();
  std::string other = node[other_spelling].optional_text();
  if (value.empty()) return other;
  if (!other.empty() && other != value) node[other_spelling].refuse("differs from the other spelling of its name");
  return value;
}

std::map<std::string, std::string> read_scalars(const Node& node) {
  std::map<std::string, std::string> values;
  for (const auto& [key, member] : node.optional_members()) {
    if (std::optional<std::string> value = member.if_scalar()) values.emplace(key, *std::move(value));
  }
  return values;
}

}  // namespace pullgate::verify::slsa
