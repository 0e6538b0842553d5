#include "verify/public_key.h"

#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pullgate;
  const std::string_view text = fuzz::text_of(data, size);
  for (const auto& key : {verify::PublicKey::parse_pem(text), verify::PublicKey::parse_spki(text)}) {
    if (!key) continue;
    fuzz::must_hold(key->fingerprint() == Digest::of(key->spki()), "a key is known by its SubjectPublicKeyInfo");
    const auto again = verify::PublicKey::parse_spki(key->spki());
    fuzz::must_hold(again && again->fingerprint() == key->fingerprint() && again->type() == key->type(),
                    "a key that was read can be read again");
    fuzz::must_hold(!verify::default_schemes(key->type()).empty(), "a key can make signatures");
  }
  return 0;
}
