#include "verify/sigstore/log_material.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <tuple>

#include "verify/codec/base64.h"
#include "verify/json/reader.h"
#include "verify/limits.h"

namespace pullgate::verify::sigstore {
namespace {

using json::Node;
using json::Problems;

/// An int64 of proto3 JSON that may not be negative: a decimal text or an integer; absent is 0.
std::uint64_t read_int64(const Node& node) {
  if (!node.exists()) return 0;
  if (!node.is_text()) return node.integer();
  const std::string text = node.text();
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool canonical = error == std::errc() && end == text.data() + text.size() && (text == "0" || text[0] != '0');
  // A negative index once made verifiers walk backwards through a proof.
  if (canonical && text[0] != '-') return static_cast<std::uint64_t>(value);
  node.refuse("an integer from 0 to 2^63-1 expected");
  return 0;
}

std::string read_bytes(const Node& node) {
  Result<std::string> bytes = codec::decode_base64(node.text());
  if (!bytes || bytes->empty()) node.refuse("standard base64 expected");
  return bytes ? std::move(*bytes) : std::string();
}

void read_hash(const Node& node) {
  if (read_bytes(node).size() != 32) node.refuse("a hash of 32 bytes expected");
}

void check_proof(const Node& proof) {
  proof.allow_only({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"});
  const std::uint64_t size = read_int64(proof["treeSize"]);
  if (size == 0) proof["treeSize"].refuse("must be larger than 0");
  if (read_int64(proof["logIndex"]) >= size) proof["logIndex"].refuse("must be smaller than the tree");
  read_hash(proof["rootHash"]);
  // A path through a tree of 2^63 leaves has 63 hashes.
  for (const Node& hash : proof["hashes"].optional_elements(64)) read_hash(hash);
  proof["checkpoint"].allow_only({"envelope"});
  if (proof["checkpoint"]["envelope"].text().empty()) proof["checkpoint"]["envelope"].refuse("an empty checkpoint");
}

/// What the entry says it is must be what its body says, or the same entry could be read as two kinds.
void check_body(const Node& entry) {
  const Node kind_version = entry["kindVersion"];
  kind_version.allow_only({"kind", "version"});
  const std::string kind = kind_version["kind"].text();
  const std::string version = kind_version["version"].text();
  const std::string body = read_bytes(entry["canonicalizedBody"]);
  const Result<json::Document> document = json::parse(body);
  if (!document) return entry["canonicalizedBody"].refuse(document.error().message);
  Problems problems;
  const json::Node root = document->root(problems);
  if (root["kind"].text() != kind || root["apiVersion"].text() != version || problems.any()) {
    kind_version.refuse("is not what the entry's body says");
  }
}

using EntryIdentity = std::pair<std::string, std::uint64_t>;  // the log and the index in it

EntryIdentity check_entry(const Node& entry, BundleVersion version) {
  entry.allow_only({"logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof",
                    "canonicalizedBody"});
  entry["logId"].allow_only({"keyId"});
  const Node promise = entry["inclusionPromise"];
  const Node proof = entry["inclusionProof"];
  // Client specification: v0.1 needs the promise, later versions the proof with its checkpoint.
  if (promise.exists() || version == BundleVersion::k01) {
    promise.allow_only({"signedEntryTimestamp"});
    static_cast<void>(read_bytes(promise["signedEntryTimestamp"]));
  }
  if (proof.exists() || version != BundleVersion::k01) check_proof(proof);
  check_body(entry);
  static_cast<void>(read_int64(entry["integratedTime"]));
  return {read_bytes(entry["logId"]["keyId"]), read_int64(entry["logIndex"])};
}

std::size_t read_entries(const Node& entries, BundleVersion version) {
  std::set<EntryIdentity> seen;
  const std::vector<Node> nodes = entries.optional_elements(limits::kBundleLogEntries);
  for (const Node& entry : nodes) {
    // Counting one entry twice would meet a threshold of two logs (CVE-2026-49834).
    if (!seen.insert(check_entry(entry, version)).second) entry.refuse("the same log entry again");
  }
  return nodes.size();
}

std::size_t read_timestamps(const Node& data) {
  if (!data.exists()) return 0;
  data.allow_only({"rfc3161Timestamps"});
  std::set<std::string> seen;
  const std::vector<Node> nodes = data["rfc3161Timestamps"].optional_elements(limits::kBundleTimestamps);
  for (const Node& timestamp : nodes) {
    timestamp.allow_only({"signedTimestamp"});
    if (!seen.insert(read_bytes(timestamp["signedTimestamp"])).second) timestamp.refuse("the same timestamp again");
  }
  return nodes.size();
}

std::optional<LogProblem> problem_in(const Problems& problems, Reason reason) {
  if (!problems.any()) return std::nullopt;
  const Error& error = problems.first().value();
  return LogProblem{error.code == ErrorCode::kLimitExceeded ? Reason::kLimitExceeded : reason, error.message};
}

}  // namespace

void read_log_material(const nlohmann::json& material, BundleVersion version, Bundle& bundle) {
  Problems entry_problems;
  bundle.log_entries = read_entries(Node(material, entry_problems)["tlogEntries"], version);
  Problems timestamp_problems;
  bundle.timestamps = read_timestamps(Node(material, timestamp_problems)["timestampVerificationData"]);
  bundle.log_problem = problem_in(entry_problems, Reason::kTlogInvalid);
  if (!bundle.log_problem) bundle.log_problem = problem_in(timestamp_problems, Reason::kTimestampInvalid);
}

}  // namespace pullgate::verify::sigstore
