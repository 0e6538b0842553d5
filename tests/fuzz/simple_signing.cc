#include "verify/cosign/simple_signing.h"

#include "tests/fuzz/evidence.h"

namespace {

using namespace pullgate;

/// The signature annotation up to the first line feed, then the payload, and behind it, each after a NUL, the
/// certificate, the log entry and the timestamp.
verify::Evidence signature_in(std::string_view input) {
  const std::size_t end = input.find('\n');
  const std::string_view signature = end == std::string_view::npos ? std::string_view("AAAA") : input.substr(0, end);
  const std::string_view rest = end == std::string_view::npos ? input : input.substr(end + 1);
  const auto [payload, certificate, log, timestamp] = fuzz::split<4>(rest);
  return {.kind = verify::EvidenceKind::kSimpleSigning,
          .place = "here",
          .payload = Content::of(std::string(payload)),
          .media_type = {},
          .annotations = fuzz::annotations_of(signature, certificate, log, timestamp)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::Court court("simple_signing", signature_in);
  const verify::Evidence evidence = signature_in(fuzz::text_of(data, size));
  court.hear(evidence);

  const std::string_view payload = evidence.payload.bytes();
  verify::Evidence logged = evidence;
  logged.annotations = fuzz::annotations_of("AAAA", "", payload, "");
  court.hear(logged);

  const auto parsed = verify::cosign::parse_payload(payload);
  if (!parsed) return 0;
  const auto again = verify::cosign::parse_payload(payload);
  fuzz::must_hold(again && again->image == parsed->image, "equal payloads name equal images");
  return 0;
}
