#pragma once
/// Strict reading of YAML nodes: every key is asked for by name, and what nobody asked for is a problem. All functions
/// report what is wrong and answer nothing; none of them throws.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/yaml/node.h"
#include "config/yaml/problems.h"

namespace pullgate::config::yaml {

/// One mapping. Ask for every key there is, then call finish().
class Mapping {
 public:
  /// `what` names the mapping in messages: "an upstream". A node of another kind is reported and read as empty.
  Mapping(const Node& node, std::string_view what, Problems& problems);

  /// Null when the key is absent. A key without a value is reported and counts as absent.
  const Node* find(std::string_view key);
  /// The same, and absence is reported.
  const Node* require(std::string_view key);
  /// A key of the language that this version does not have: refused with that sentence, never ignored.
  void refuse_later(std::string_view key);
  /// Reports the keys that nobody asked for.
  void finish();

  [[nodiscard]] Mark mark() const { return node_.mark; }
  [[nodiscard]] bool is_mapping() const { return node_.kind == Node::Kind::kMapping; }

 private:
  const Member* take(std::string_view key);

  const Node& node_;
  std::string what_;
  Problems& problems_;
  std::vector<std::string> known_;
  std::vector<std::string> later_;
};

/// Items of a sequence, at least one. Something else is reported and read as none.
const std::vector<Node>& read_list(const Node& node, std::string_view what, Problems& problems);

std::optional<std::string> read_text(const Node& node, std::string_view what, Problems& problems);
/// A name that messages and paths can be made of: letters, digits, '.', '_', '-', at most 63.
std::optional<std::string> read_name(const Node& node, std::string_view what, Problems& problems);
/// The same of a mapping's key that names the entry behind it.
std::optional<std::string> read_key_name(const Member& member, std::string_view what, Problems& problems);
std::optional<std::int64_t> read_integer(const Node& node, std::int64_t lowest, std::int64_t highest,
                                         std::string_view what, Problems& problems);
/// `true` or `false`; YAML 1.1's yes, no, on and off are problems.
std::optional<bool> read_flag(const Node& node, std::string_view what, Problems& problems);
/// A whole number and a unit: "500ms", "10s", "5m", "1h".
std::optional<std::chrono::milliseconds> read_duration(const Node& node, std::chrono::milliseconds lowest,
                                                       std::chrono::milliseconds highest, std::string_view what,
                                                       Problems& problems);
/// The index of one of the given words.
std::optional<std::size_t> read_choice(const Node& node, const std::vector<std::string>& choices, std::string_view what,
                                       Problems& problems);

/// "'store' is not part of this version of pullgate; remove it"
std::string not_in_this_version(std::string_view what);

}  // namespace pullgate::config::yaml
