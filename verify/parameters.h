#pragma once
/// The external parameters of a build (SLSA v1.0 "Provenance", externalParameters): a JSON document of a shape that
/// each build system chooses, asked for single values by JSON pointer.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "verify/json_view.h"

namespace pullgate::verify {

/// Immutable; copies share the document. A parameter is a text, an integer or a truth value somewhere in it.
class Parameters {
 public:
  /// None were stated.
  Parameters() = default;
  /// Null and the JSON null state none.
  explicit Parameters(std::shared_ptr<const nlohmann::json> document);

  [[nodiscard]] bool are_stated() const { return document_ != nullptr; }
  /// The parameter there, as a text: integers and truth values as JSON writes them. Nothing where there is none, an
  /// object or a list.
  [[nodiscard]] std::optional<std::string> at(const JsonPointer& place) const;
  /// Where there are values outside of all the given places, in the document's order. An object or list without any
  /// holds no parameter. No more than `most` are listed.
  [[nodiscard]] std::vector<JsonPointer> outside_of(const std::vector<JsonPointer>& known, std::size_t most) const;

 private:
  std::shared_ptr<const nlohmann::json> document_;
};

}  // namespace pullgate::verify
