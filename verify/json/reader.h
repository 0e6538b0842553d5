#pragma once
/// The one reader of JSON. RFC 8259, and stricter wherever two readers could see two documents in the same bytes:
/// duplicate keys, a byte order mark, invalid UTF-8, lone surrogates, NUL bytes and anything after the value are
/// refused, as are documents beyond the limits of limits.h. Numbers that are not integers of 64 bits become doubles,
/// which no accessor for integers takes (see node.h).

#include <cstddef>
#include <memory>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "verify/json/node.h"
#include "verify/limits.h"
#include "verify/result.h"

namespace pullgate::verify::json {

/// A document that was read. Immutable; copies share it.
class Document {
 public:
  /// Where reading begins. The document must outlive the node.
  [[nodiscard]] Node root(Problems& problems) const { return {*value_, problems}; }
  /// The value at a node of this document, for whoever keeps it longer than the document.
  [[nodiscard]] std::shared_ptr<const nlohmann::json> share(const Node& node) const { return {value_, &node.value()}; }

 private:
  friend Result<Document> parse(std::string_view text, std::size_t max_depth, std::size_t max_values);
  explicit Document(std::shared_ptr<const nlohmann::json> value) : value_(std::move(value)) {}

  std::shared_ptr<const nlohmann::json> value_;
};

/// kMalformed or kLimitExceeded; the message names the place in the text, and of the text at most a key.
Result<Document> parse(std::string_view text, std::size_t max_depth = limits::kJsonDepth,
                       std::size_t max_values = limits::kJsonValues);

}  // namespace pullgate::verify::json
