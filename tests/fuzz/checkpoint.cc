// Checkpoints: a note that is read can be written again from its parts, so that nothing in it escapes the signature.

#include "verify/tlog/checkpoint.h"

#include <string>

#include "tests/fuzz/property.h"
#include "verify/codec/base64.h"

using pullgate::fuzz::must_hold;
using namespace pullgate::verify;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto note = pullgate::fuzz::text_of(data, size);
  const auto checkpoint = tlog::parse_checkpoint(note);
  if (!checkpoint) return 0;
  must_hold(note.starts_with(checkpoint->text), "the signed text is the beginning of the note");
  must_hold(checkpoint->root_hash.size() == 32, "a root hash has 32 bytes");
  const std::string head = std::string(checkpoint->origin) + "\n" + std::to_string(checkpoint->size) + "\n" +
                           codec::encode_base64(checkpoint->root_hash) + "\n";
  must_hold(checkpoint->text.starts_with(head), "origin, size and root hash have one spelling");
  must_hold(!checkpoint->signatures.empty(), "a note is signed");

  std::string whole = std::string(checkpoint->text) + "\n";
  for (const tlog::NoteSignature& signature : checkpoint->signatures) {
    whole += "\xe2\x80\x94 " + std::string(signature.name) + " " +
             codec::encode_base64(signature.key_id + signature.signature) + "\n";
  }
  must_hold(whole == note, "a note is its text and its signature lines");
  return 0;
}
