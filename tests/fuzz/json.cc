#include <nlohmann/json.hpp>

#include "tests/fuzz/property.h"
#include "verify/json_document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pullgate;
  const std::string_view text = fuzz::text_of(data, size);
  const Result<nlohmann::json> document = parse_json(text);
  if (!document) {
    for (char c : document.error().message) fuzz::must_hold(c >= ' ' && c <= '~', "messages are printable");
    return 0;
  }
  fuzz::must_hold(nlohmann::json::accept(text), "what is read here is JSON");
  const Result<nlohmann::json> again = parse_json(document->dump());
  fuzz::must_hold(again && *again == *document, "what is written can be read back");
  return 0;
}
