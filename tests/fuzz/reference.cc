#include "verify/reference.h"

#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pullgate;
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto reference = ImageReference::parse(text)) {
    const std::string written = reference->text();
    for (char c : written) fuzz::must_hold(c > ' ' && c <= '~', "names are printable");
    const auto again = ImageReference::parse(written);
    fuzz::must_hold(again && *again == *reference, "what is written can be read back");
    fuzz::must_hold(reference->repository.text().find("..") == std::string::npos, "no name climbs");
  }
  if (const auto host = parse_registry_host(text)) {
    fuzz::must_hold(parse_registry_host(*host).value() == *host, "a host has one form");
  }
  if (const auto which = parse_tag_or_digest(text)) {
    fuzz::must_hold(to_string(*which) == text, "tags and digests have one form");
  }
  return 0;
}
