#include "verify/json/reader.h"

#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "verify/bytes.h"
#include "verify/json_document.h"

namespace pullgate::verify::json {
namespace {

using Json = nlohmann::json;

/// Builds the document from SAX events, because only there duplicate keys and depth can still be seen.
class Builder {
 public:
  Builder(std::size_t max_depth, std::size_t max_values) : max_depth_(max_depth), values_left_(max_values) {}

  // The names and signatures below are those that nlohmann's SAX interface asks for.
  bool null() { return add(nullptr) != nullptr; }
  bool boolean(bool value) { return add(value) != nullptr; }
  bool number_integer(Json::number_integer_t value) { return add(value) != nullptr; }
  bool number_unsigned(Json::number_unsigned_t value) { return add(value) != nullptr; }
  bool number_float(Json::number_float_t value, const std::string& /*text*/) { return add(value) != nullptr; }
  bool string(std::string& value) { return add(std::move(value)) != nullptr; }
  bool binary(Json::binary_t& /*value*/) { return false; }
  bool start_object(std::size_t /*size*/) { return open(Json::object()); }
  bool start_array(std::size_t /*size*/) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& key) {
    auto [member, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(key));
    // Go keeps the last of two equal keys, others the first: whoever signs and whoever reads would see different
    // documents.
    if (!is_new) return refuse(ErrorCode::kMalformed, "duplicate key '" + printable(member->first, 60) + "'");
    member_ = &member->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/, const nlohmann::detail::exception& /*error*/) {
    return refuse(ErrorCode::kMalformed, fmt::format("not JSON at byte {}", position));
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  Json take() { return std::move(root_); }

 private:
  bool refuse(ErrorCode code, std::string message) {
    if (!error_) error_ = Error{code, std::move(message)};
    return false;
  }

  bool open(Json container) {
    if (open_.size() >= max_depth_) {
      return refuse(ErrorCode::kLimitExceeded, fmt::format("JSON nested deeper than {} levels", max_depth_));
    }
    Json* added = add(std::move(container));
    if (added == nullptr) return false;
    open_.push_back(added);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  /// Puts a value where the next one belongs. Pointers to open containers stay valid: only the innermost one grows.
  template <class T>
  Json* add(T&& value) {
    if (values_left_ == 0) {
      refuse(ErrorCode::kLimitExceeded, "more JSON values than one document may have");
      return nullptr;
    }
    --values_left_;
    if (open_.empty()) {
      root_ = Json(std::forward<T>(value));
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      auto& elements = parent.get_ref<Json::array_t&>();
      return &elements.emplace_back(std::forward<T>(value));
    }
    *member_ = Json(std::forward<T>(value));
    return member_;
  }

  std::size_t max_depth_;
  std::size_t values_left_;
  Json root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
  std::optional<Error> error_;
};

Result<Json> parse_value(std::string_view text, std::size_t max_depth, std::size_t max_values) {
  // The library skips a byte order mark and takes a NUL byte for the end of the text, whatever follows it.
  if (text.starts_with("\xEF\xBB\xBF")) return {ErrorCode::kMalformed, "a byte order mark before the JSON"};
  if (text.find('\0') != std::string_view::npos) return {ErrorCode::kMalformed, "a NUL byte in the JSON"};

  Builder builder(max_depth, max_values);
  const bool complete = Json::sax_parse(text.begin(), text.end(), &builder, Json::input_format_t::json, true, false);
  if (const std::optional<Error>& error = builder.error()) return *error;
  if (!complete) return {ErrorCode::kMalformed, "not JSON"};
  return builder.take();
}

}  // namespace

Result<Document> parse(std::string_view text, std::size_t max_depth, std::size_t max_values) {
  Result<Json> value = parse_value(text, max_depth, max_values);
  if (!value) return value.error();
  return Document(std::make_shared<const Json>(std::move(*value)));
}

}  // namespace pullgate::verify::json

namespace pullgate {

Result<nlohmann::json> parse_json(std::string_view text) {
  return verify::json::parse_value(text, limits::kJsonDepth, limits::kJsonValues);
}

}  // namespace pullgate
