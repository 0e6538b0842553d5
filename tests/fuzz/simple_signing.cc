#include "verify/cosign/simple_signing.h"

#include "tests/fuzz/evidence.h"

// The signature annotation up to the first line feed, then the payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pullgate;
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t end = text.find('\n');
  const std::string_view payload = end == std::string_view::npos ? text : text.substr(end + 1);
  const std::string signature(end == std::string_view::npos ? std::string_view("AAAA") : text.substr(0, end));
  fuzz::check_refused(verify::EvidenceKind::kSimpleSigning, payload,
                      {{"dev.cosignproject.cosign/signature", signature}});
  fuzz::check_refused(
      verify::EvidenceKind::kSimpleSigning, "{}",
      {{"dev.cosignproject.cosign/signature", "AAAA"}, {"dev.sigstore.cosign/bundle", std::string(payload)}});

  const auto parsed = verify::cosign::parse_payload(payload);
  if (!parsed) return 0;
  const auto again = verify::cosign::parse_payload(payload);
  fuzz::must_hold(again && again->image == parsed->image, "equal payloads name equal images");
  return 0;
}
