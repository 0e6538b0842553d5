#include "verify/tlog/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/codec/base64.h"
#include "verify/codec/utf8.h"
#include "verify/crypto/hash.h"
#include "verify/crypto/key.h"
#include "verify/limits.h"

namespace pullgate::verify::tlog {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // an em dash and a space
constexpr std::size_t kKeyIdSize = 4;

Error malformed(std::string_view why) {
  return {ErrorCode::kMalformed, "checkpoint: " + std::string(why)};
}

/// The text up to the next newline, which is taken too; nothing when there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return malformed("a line among the signatures that is none");
  line.remove_prefix(kSignaturePrefix.size());
  const std::size_t space = line.find(' ');
  if (space == 0 || space == std::string_view::npos) return malformed("a signature line without a name");
  const Result<std::string> bytes = codec::decode_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= kKeyIdSize) return malformed("a signature line without a signature");
  return NoteSignature{
      .name = line.substr(0, space), .key_id = bytes->substr(0, kKeyIdSize), .signature = bytes->substr(kKeyIdSize)};
}

Status parse_signatures(std::string_view lines, Checkpoint& checkpoint) {
  while (!lines.empty()) {
    const auto line = take_line(lines);
    if (!line) return malformed("the last line has no end");
    Result<NoteSignature> signature = parse_signature_line(*line);
    if (!signature) return signature.error();
    if (checkpoint.signatures.size() >= limits::kCheckpointSignatures) {
      return {ErrorCode::kLimitExceeded, "checkpoint: more signatures than it may have"};
    }
    checkpoint.signatures.push_back(std::move(*signature));
  }
  if (checkpoint.signatures.empty()) return malformed("no signature");
  return Done{};
}

/// A decimal number in its shortest form.
Result<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool shortest = !text.empty() && (text == "0" || text[0] != '0');
  if (error != std::errc() || end != text.data() + text.size() || !shortest ||
      size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return malformed("the second line is not a size");
  }
  return size;
}

Status parse_text(Checkpoint& checkpoint) {
  std::string_view text = checkpoint.text;
  const auto origin = take_line(text);
  const auto size_line = take_line(text);
  const auto root = take_line(text);
  if (!origin || origin->empty()) return malformed("no origin");
  if (!size_line) return malformed("no size");
  if (!root) return malformed("no root hash");
  const Result<std::uint64_t> size = parse_size(*size_line);
  if (!size) return size.error();
  Result<std::string> hash = codec::decode_base64(*root);
  if (!hash || hash->size() != 32) return malformed("the third line is not a root hash");
  while (!text.empty()) {
    const auto extension = take_line(text);
    if (!extension || extension->empty()) return malformed("an empty line in the text");
  }
  checkpoint.origin = *origin;
  checkpoint.size = *size;
  checkpoint.root_hash = std::move(*hash);
  return Done{};
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == '\x7F'; });
}

constexpr char kEd25519Type = '\x01';
constexpr char kCosignatureType = '\x04';

std::string typed_key_hash(std::string_view name, char type, std::string_view key) {
  crypto::HashContext hash(crypto::Hash::kSha256);
  hash.update(name);
  hash.update("\n");
  hash.update(std::string_view(&type, 1));
  hash.update(key);
  return hash.finish();
}

/// RFC 8410 section 4: the key is the last 32 bytes of its SubjectPublicKeyInfo.
std::string_view raw_ed25519(const PublicKey& key) {
  return std::string_view(key.spki()).substr(key.spki().size() - 32);
}

}  // namespace

Result<Checkpoint> parse_checkpoint(std::string_view note) {
  if (note.size() > limits::kCheckpointBytes) return {ErrorCode::kLimitExceeded, "checkpoint: too large"};
  if (has_control_character(note) || !codec::is_utf8(note)) return malformed("not plain UTF-8 text");
  const std::size_t separator = note.rfind("\n\n");
  if (separator == std::string_view::npos) return malformed("no empty line before the signatures");
  Checkpoint checkpoint;
  checkpoint.text = note.substr(0, separator + 1);
  if (const Status status = parse_text(checkpoint); !status) return status.error();
  if (const Status status = parse_signatures(note.substr(separator + 2), checkpoint); !status) return status.error();
  return checkpoint;
}

Result<const NoteSignature*> find_signature(const Checkpoint& checkpoint, std::string_view name,
                                            std::string_view key_id) {
  const NoteSignature* found = nullptr;
  for (const NoteSignature& signature : checkpoint.signatures) {
    if (signature.name != name || signature.key_id != key_id) continue;
    if (found != nullptr) return malformed("two signatures by one key");
    found = &signature;
  }
  if (found == nullptr) return {ErrorCode::kNotFound, "checkpoint: no signature by " + printable(name, 80)};
  return found;
}

std::string note_key_hash(std::string_view name, const PublicKey& key) {
  switch (key.type()) {
    case KeyType::kEcdsaP256:
    case KeyType::kEcdsaP384:
    case KeyType::kEcdsaP521:
      return crypto::hash_of(crypto::Hash::kSha256, key.spki());
    case KeyType::kEd25519:
      return typed_key_hash(name, kEd25519Type, raw_ed25519(key));
    case KeyType::kRsa2048:
    case KeyType::kRsa3072:
    case KeyType::kRsa4096:
      break;
  }
  return typed_key_hash(name, '\xFF', "PKIX-RSA-PKCS#1v1.5" + key.spki());
}

Result<Time> cosigned_by(const Checkpoint& checkpoint, const Witness& witness) {
  const std::string key_id =
      typed_key_hash(witness.name, kCosignatureType, raw_ed25519(witness.key)).substr(0, kKeyIdSize);
  const Result<const NoteSignature*> found = find_signature(checkpoint, witness.name, key_id);
  if (!found) return found.error();
  const NoteSignature* const line = *found;
  // 8 bytes of time in seconds, big-endian, then the Ed25519 signature.
  if (line->signature.size() != 8 + 64) return malformed("a cosignature of another length");
  std::uint64_t seconds = 0;
  for (char c : line->signature.substr(0, 8)) seconds = (seconds << 8U) | static_cast<std::uint8_t>(c);
  constexpr std::uint64_t kLastSecond = 253'402'300'799;  // of the year 9999
  if (seconds > kLastSecond) return malformed("a cosignature at a time that is none");
  const std::string message = fmt::format("cosignature/v1\ntime {}\n{}", seconds, checkpoint.text);
  crypto::SignedMessage signed_message(message);
  if (crypto::verify_signature(witness.key, SignatureScheme::kEd25519, signed_message,
                               std::string_view(line->signature).substr(8)) != crypto::SignatureOutcome::kValid) {
    return malformed("a cosignature that does not hold");
  }
  return Time(std::chrono::seconds(seconds));
}

}  // namespace pullgate::verify::tlog
