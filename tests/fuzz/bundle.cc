#include "tests/fuzz/evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pullgate::fuzz::check_refused(pullgate::verify::EvidenceKind::kSigstoreBundle, pullgate::fuzz::text_of(data, size));
  return 0;
}
