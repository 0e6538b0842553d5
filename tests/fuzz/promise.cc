// Signed entry timestamps by a log of which nobody has the key.

#include "tests/fuzz/property.h"
#include "verify/tlog/log.h"

using pullgate::fuzz::must_hold;
using namespace pullgate::verify;

namespace {

/// The point was made by hashing until there was one.
constexpr std::string_view kNobodysKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETFKm+UlL0tq6rvtZJwZaSft11plj\n"
    "F1viRPFGKWtfwJwJm+rxgm01aerdXg/A2cYG7Rm+o0hQoWbzpeVxWdMGig==\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tlog::Log log{.url = "https://log.example",
                             .host = "log.example",
                             .id = std::string(32, 'i'),
                             .checkpoint_key_id = {},
                             .key = PublicKey::parse_pem(kNobodysKey).value(),
                             .scheme = SignatureScheme::kEcdsaSha256,
                             .windows = {}};
  // The signature to the first line's end, then the body.
  const auto text = pullgate::fuzz::text_of(data, size);
  const std::size_t line = text.find('\n');
  tlog::Entry entry;
  entry.log_id = log.id;
  entry.kind = "hashedrekord";
  entry.version = "0.0.1";
  entry.integrated_time = 1'772'366'400;
  entry.promise = std::string(text.substr(0, line));
  entry.body = line == std::string_view::npos ? std::string() : std::string(text.substr(line + 1));
  const auto time = tlog::verify_promise(entry, log);
  must_hold(!time, "a promise that nobody made does not hold");
  must_hold(!time.error().message.empty(), "a refusal says why");
  return 0;
}
