#include "verify/tlog/log.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/codec/base64.h"
#include "verify/crypto/key.h"
#include "verify/tlog/checkpoint.h"
#include "verify/tlog/merkle.h"

namespace pullgate::verify::tlog {
namespace {

Error invalid(std::string_view why) {
  return {ErrorCode::kMalformed, std::string(why)};
}

bool is_signed(const Log& log, std::string_view text, std::string_view signature) {
  crypto::SignedMessage message(text);
  return crypto::verify_signature(log.key, log.scheme, message, signature) == crypto::SignatureOutcome::kValid;
}

/// "rekor.sigstore.dev - 2605736670972794746": the name of a Rekor v1 server and the number of a shard's tree.
std::string_view name_in_rekor1_origin(std::string_view origin) {
  const std::size_t separator = origin.rfind(" - ");
  if (separator == std::string_view::npos) return {};
  const std::string_view tree = origin.substr(separator + 3);
  const bool is_number = !tree.empty() && std::ranges::all_of(tree, [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? origin.substr(0, separator) : std::string_view();
}

/// The name that the log's line in the checkpoint has to have. In Rekor v2 it is the origin and the log's host, which
/// the trust root says; in Rekor v1 the trust root does not know it, and the key alone identifies the log.
Result<std::string_view> expected_name(const Checkpoint& checkpoint, const Entry& entry, const Log& log) {
  if (generation_of(entry) == Generation::kRekor2) {
    if (checkpoint.origin != log.host) {
      return invalid(fmt::format("the checkpoint is of '{}', not of '{}'", printable(checkpoint.origin, 80), log.host));
    }
    return checkpoint.origin;
  }
  const std::string_view name = name_in_rekor1_origin(checkpoint.origin);
  if (name.empty()) return invalid("the checkpoint's origin is not that of a Rekor v1 tree");
  return name;
}

std::string key_id_of(const Log& log, const Entry& entry, std::string_view name) {
  if (!log.checkpoint_key_id.empty()) return log.checkpoint_key_id;
  if (generation_of(entry) == Generation::kRekor2) return note_key_hash(name, log.key).substr(0, 4);
  return std::string(log.key.fingerprint().raw().substr(0, 4));
}

/// Lines by other keys, among them witnesses and the log's own other keys, are none of our business; the line with the
/// log's name and key id has to be there and to hold.
Status verify_checkpoint(const Checkpoint& checkpoint, const Entry& entry, const Log& log) {
  const Result<std::string_view> name = expected_name(checkpoint, entry, log);
  if (!name) return name.error();
  const std::string key_id = key_id_of(log, entry, *name);
  const Result<const NoteSignature*> line = find_signature(checkpoint, *name, key_id);
  if (!line) return line.error();
  // CVE-2024-54140: without this anybody can make up a tree.
  if (!is_signed(log, checkpoint.text, (*line)->signature)) return invalid("the checkpoint's signature does not hold");
  return Done{};
}

}  // namespace

Generation generation_of(const Entry& entry) {
  const bool is_rekor2 = entry.version == "0.0.2" && (entry.kind == "hashedrekord" || entry.kind == "dsse");
  return is_rekor2 ? Generation::kRekor2 : Generation::kRekor1;
}

bool Log::is_trusted_at(Time time) const {
  return std::ranges::any_of(windows, [&](const TimeWindow& window) { return window.contains(time); });
}

bool Log::is_trusted_without_end() const {
  return std::ranges::any_of(windows, [](const TimeWindow& window) { return !window.has_end(); });
}

const Log* find_log(const std::vector<Log>& logs, std::string_view id) {
  const auto log = std::ranges::find(logs, id, &Log::id);
  return log == logs.end() ? nullptr : &*log;
}

Result<Time> verify_promise(const Entry& entry, const Log& log) {
  if (generation_of(entry) == Generation::kRekor2) return invalid("an entry of Rekor v2, which makes no promises");
  if (!entry.promise) return invalid("an entry without a signed timestamp");
  constexpr std::uint64_t kLastSecond = 253'402'300'799;  // of the year 9999
  if (entry.integrated_time == 0 || entry.integrated_time > kLastSecond) return invalid("no time that could be one");
  // RFC 8785: members in this order, no white space; none of the values needs escaping.
  const std::string text =
      fmt::format(R"({{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}})", codec::encode_base64(entry.body),
                  entry.integrated_time, hex_encode(log.id), entry.index);
  if (!is_signed(log, text, *entry.promise)) return invalid("the signed entry timestamp does not hold");
  return Time(std::chrono::seconds(entry.integrated_time));
}

Status verify_inclusion(const Entry& entry, const Log& log) {
  if (!entry.proof) return invalid("an entry without an inclusion proof");
  const InclusionProof& proof = *entry.proof;
  // In Rekor v2 a log is one tree, so both indexes are the same; with v1 there may be older shards before it.
  if (generation_of(entry) == Generation::kRekor2 && entry.index != proof.index) {
    return invalid("the entry and its proof have different indexes");
  }
  const Result<std::string> root = root_of_path(leaf_hash(entry.body), proof.index, proof.size, proof.hashes);
  if (!root) return root.error();
  if (*root != proof.root_hash) return invalid("the inclusion proof does not lead to its root hash");
  const Result<Checkpoint> checkpoint = parse_checkpoint(proof.checkpoint);
  if (!checkpoint) return checkpoint.error();
  if (checkpoint->root_hash != proof.root_hash || checkpoint->size != proof.size) {
    return invalid("the checkpoint is of another tree than the inclusion proof");
  }
  return verify_checkpoint(*checkpoint, entry, log);
}

}  // namespace pullgate::verify::tlog
