#pragma once
/// Checkpoints: C2SP "signed-note", "tlog-checkpoint" and "tlog-cosignature". A note is text that one or more keys
/// signed; a checkpoint's text says origin, size and root hash of a log.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verify/public_key.h"
#include "verify/result.h"
#include "verify/time.h"

namespace pullgate::verify::tlog {

struct NoteSignature {
  std::string_view name;
  std::string key_id;     ///< 4 bytes
  std::string signature;  ///< what follows them
};

/// The views refer to the note.
struct Checkpoint {
  std::string_view text;  ///< what is signed: everything before the empty line, with its last newline
  std::string_view origin;
  std::uint64_t size = 0;
  std::string root_hash;  ///< 32 bytes
  std::vector<NoteSignature> signatures;
};

/// Unknown lines after the root hash are signed text without meaning to us ("extension lines"). kMalformed for control
/// characters, for a size in any but its shortest form, for a root that has not 32 bytes, and for no signature line.
Result<Checkpoint> parse_checkpoint(std::string_view note);

/// The one line with that name and key id; never null. kNotFound when there is none, kMalformed when there are several,
/// of which two readers may each take another. How often anybody else signed is not looked at.
Result<const NoteSignature*> find_signature(const Checkpoint& checkpoint, std::string_view name,
                                            std::string_view key_id);

/// How a key is called in notes: 4 bytes of a hash, over its name and kind for Ed25519 and RSA ("signed-note",
/// "Signature types"), over the SubjectPublicKeyInfo alone for ECDSA, as the logs of Sigstore have it. The whole hash.
std::string note_key_hash(std::string_view name, const PublicKey& key);

/// A witness that signs what it saw of a log: "tlog-cosignature", Ed25519.
struct Witness {
  std::string name;
  PublicKey key;  ///< Ed25519
};

/// The time at which the witness says it saw the checkpoint; kNotFound when it did not sign, kMalformed when the line
/// with its name and key id is not its signature.
Result<Time> cosigned_by(const Checkpoint& checkpoint, const Witness& witness);

}  // namespace pullgate::verify::tlog
