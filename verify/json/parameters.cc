#include "verify/parameters.h"

#include <algorithm>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "verify/json/scalar.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;

/// RFC 6901 section 3.
JsonPointer pointer_to(const std::vector<std::string>& steps) {
  std::string text;
  for (const std::string& step : steps) {
    text += '/';
    for (char c : step) text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return JsonPointer::parse(text).value();
}

/// Walks a document and notes the values outside of known places.
class Search {
 public:
  explicit Search(std::size_t most) : most_(most) {}

  /// `ahead` are the known places that may still be inside of `value`.
  void visit(const Json& value, const std::vector<const JsonPointer*>& ahead) {
    if (found_.size() >= most_ || value.is_null()) return;
    const auto is_here = [&](const JsonPointer* place) { return place->steps().size() == steps_.size(); };
    if (std::ranges::any_of(ahead, is_here)) return;
    if (value.is_object()) {
      for (const auto& [key, member] : value.get_ref<const Json::object_t&>()) descend(member, key, ahead);
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) descend(value[i], std::to_string(i), ahead);
    } else {
      found_.push_back(pointer_to(steps_));
    }
  }

  std::vector<JsonPointer> take() { return std::move(found_); }

 private:
  void descend(const Json& member, const std::string& step, const std::vector<const JsonPointer*>& ahead) {
    std::vector<const JsonPointer*> still_ahead;
    for (const JsonPointer* place : ahead) {
      if (place->steps().at(steps_.size()) == step) still_ahead.push_back(place);
    }
    steps_.push_back(step);
    visit(member, still_ahead);
    steps_.pop_back();
  }

  std::size_t most_;
  std::vector<std::string> steps_;  // to where the walk is
  std::vector<JsonPointer> found_;
};

}  // namespace

Parameters::Parameters(std::shared_ptr<const Json> document) : document_(std::move(document)) {
  if (document_ != nullptr && document_->is_null()) document_ = nullptr;
}

std::optional<std::string> Parameters::at(const JsonPointer& place) const {
  if (document_ == nullptr) return std::nullopt;
  const JsonView::Found found = JsonView(*document_).find(place);
  return found.value ? json::scalar_text(*found.value) : std::nullopt;
}

std::vector<JsonPointer> Parameters::outside_of(const std::vector<JsonPointer>& known, std::size_t most) const {
  if (document_ == nullptr) return {};
  std::vector<const JsonPointer*> ahead;
  for (const JsonPointer& place : known) ahead.push_back(&place);
  Search search(most);
  search.visit(*document_, ahead);
  return search.take();
}

}  // namespace pullgate::verify
