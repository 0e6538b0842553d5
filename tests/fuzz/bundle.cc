#include "tests/fuzz/evidence.h"

namespace {

pullgate::verify::Evidence bundle_in(std::string_view input) {
  return {.kind = pullgate::verify::EvidenceKind::kSigstoreBundle,
          .place = "here",
          .payload = pullgate::Content::of(std::string(input)),
          .media_type = {},
          .annotations = {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pullgate::fuzz::Court court("bundle", bundle_in);
  court.hear(pullgate::fuzz::text_of(data, size));
  return 0;
}
