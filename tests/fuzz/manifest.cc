#include "verify/manifest.h"

#include <limits>

#include "tests/fuzz/property.h"
#include "verify/evidence.h"

namespace pullgate::fuzz {
namespace {

void check_descriptor(const Descriptor& descriptor) {
  must_hold(descriptor.size <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}, "sizes fit");
  must_hold(!descriptor.media_type.empty(), "descriptors have types");
}

void check(std::string_view text) {
  const Content content = Content::of(std::string(text));
  const Result<ManifestDocument> document = parse_manifest(content);
  if (!document) {
    for (char c : document.error().message) must_hold(c >= ' ' && c <= '~', "messages are printable");
    return;
  }
  const std::string_view media_type = served_media_type(*document);
  must_hold(is_manifest_media_type(media_type), "a manifest has a manifest's media type");
  const std::vector<Descriptor> named = named_descriptors(*document);
  for (const Descriptor& descriptor : named) check_descriptor(descriptor);
  if (const auto* manifest = std::get_if<Manifest>(&*document)) static_cast<void>(verify::classify(*manifest));

  const Result<ManifestDocument> again = parse_manifest(content, media_type);
  must_hold(again.has_value(), "what is served under its type can be read under it");
  const std::vector<Descriptor> named_again = named_descriptors(*again);
  must_hold(named_again.size() == named.size(), "equal bytes name equal descriptors");
  for (std::size_t i = 0; i < named.size(); ++i) {
    must_hold(named[i].digest == named_again[i].digest, "equal bytes name equal digests");
  }
  // There is one type for which these bytes are a manifest.
  for (std::string_view other : {media_type::kOciManifest, media_type::kOciIndex, media_type::kDockerManifest,
                                 media_type::kDockerList, std::string_view("text/plain")}) {
    must_hold(parse_manifest(content, other).has_value() == (other == media_type), "one document, one type");
  }
}

}  // namespace
}  // namespace pullgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pullgate::fuzz::check(pullgate::fuzz::text_of(data, size));
  return 0;
}
