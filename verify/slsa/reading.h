#pragma once
/// What the versions of provenance have in common.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/json/node.h"
#include "verify/provenance.h"

namespace pullgate::verify::slsa {

/// Lower-case hexadecimal of this length.
bool is_hex(std::string_view text, std::size_t digits);
/// The git commit among a material's digests. GitLab's "sha256" with 40 digits is not one: it says what it is not.
std::string commit_in(const std::map<std::string, std::string>& digests);

Material read_material(const json::Node& node);
/// The materials with the images among them.
void read_materials(const json::Node& node, Provenance& provenance);
/// The source that a material is: its URI, and the commit among its digests.
std::optional<Source> source_in(const Material& material);
/// The one source among the materials of these names (of "" those without one); nothing when there are several: which
/// of them was built is not said.
std::optional<Source> only_git_source(const std::vector<Material>& materials,
                                      std::initializer_list<std::string_view> names);

Stated read_stated(const json::Node& node);
/// The specification says "Id"; in-toto's Go types, and so most producers, write "ID". Both must not differ.
std::string read_either(const json::Node& node, std::string_view spelling, std::string_view other_spelling);
/// Of an object the values that are texts, numbers or truth values, as texts.
std::map<std::string, std::string> read_scalars(const json::Node& node);

}  // namespace pullgate::verify::slsa
