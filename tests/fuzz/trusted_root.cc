// Trust roots: what is read twice is the same root, and what is left out is said.

#include "tests/fuzz/property.h"
#include "verify/sigstore_root.h"

using pullgate::fuzz::must_hold;
using pullgate::verify::SigstoreRoot;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = pullgate::fuzz::text_of(data, size);
  const auto root = SigstoreRoot::parse("fuzzed", text);
  if (!root) {
    must_hold(!root.error().message.empty(), "a refusal says why");
    return 0;
  }
  const auto again = SigstoreRoot::parse("fuzzed", text);
  must_hold(again && again->digest() == root->digest(), "a root has one digest");
  must_hold(again->logs() == root->logs() && again->certificate_logs() == root->certificate_logs() &&
                again->certificate_authorities() == root->certificate_authorities() &&
                again->timestamp_authorities() == root->timestamp_authorities(),
            "a root has the same parts each time");
  for (const std::string& line : root->left_out()) must_hold(!line.empty(), "what is left out is named");
  return 0;
}
