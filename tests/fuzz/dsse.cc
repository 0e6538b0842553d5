#include "tests/fuzz/evidence.h"

namespace {

/// The envelope, and behind it, each after a NUL, the certificate, the log entry and the timestamp of cosign's `.att`.
pullgate::verify::Evidence attestation_in(std::string_view input) {
  const auto [envelope, certificate, log, timestamp] = pullgate::fuzz::split<4>(input);
  return {.kind = pullgate::verify::EvidenceKind::kDsseEnvelope,
          .place = "here",
          .payload = pullgate::Content::of(std::string(envelope)),
          .media_type = {},
          .annotations = pullgate::fuzz::annotations_of("", certificate, log, timestamp)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pullgate::fuzz::Court court("dsse", attestation_in);
  court.hear(pullgate::fuzz::text_of(data, size));
  return 0;
}
