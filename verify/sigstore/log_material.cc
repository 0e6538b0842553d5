#include "verify/sigstore/log_material.h"

#include <algorithm>
#include <charconv>

#include "verify/checks/report_builder.h"
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

std::string read_hash(const Node& node) {
  std::string hash = node.bytes();
  if (hash.size() != 32) node.refuse("a hash of 32 bytes expected");
  return hash;
}

tlog::InclusionProof read_proof(const Node& node) {
  node.allow_only({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"});
  tlog::InclusionProof proof;
  proof.size = read_int64(node["treeSize"]);
  if (proof.size == 0) node["treeSize"].refuse("must be larger than 0");
  proof.index = read_int64(node["logIndex"]);
  if (proof.index >= proof.size) node["logIndex"].refuse("must be smaller than the tree");
  proof.root_hash = read_hash(node["rootHash"]);
  // A path through a tree of 2^63 leaves has 63 hashes.
  for (const Node& hash : node["hashes"].optional_elements(64)) proof.hashes.push_back(read_hash(hash));
  node["checkpoint"].allow_only({"envelope"});
  proof.checkpoint = node["checkpoint"]["envelope"].text();
  if (proof.checkpoint.empty()) node["checkpoint"]["envelope"].refuse("an empty checkpoint");
  return proof;
}

/// What the entry says it is must be what its body says, or the same entry could be read as two kinds.
void check_kind(const Node& node, const tlog::Entry& entry) {
  const Result<json::Document> document = json::parse(entry.body);
  if (!document) return node["canonicalizedBody"].refuse(document.error().message, document.error().code);
  Problems problems;
  const json::Node root = document->root(problems);
  if (root["kind"].text() != entry.kind || root["apiVersion"].text() != entry.version || problems.any()) {
    node["kindVersion"].refuse("is not what the entry's body says");
  }
}

tlog::Entry read_entry(const Node& node, BundleVersion version) {
  node.allow_only({"logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof",
                   "canonicalizedBody"});
  tlog::Entry entry;
  node["logId"].allow_only({"keyId"});
  entry.log_id = node["logId"]["keyId"].bytes();
  entry.index = read_int64(node["logIndex"]);
  node["kindVersion"].allow_only({"kind", "version"});
  entry.kind = node["kindVersion"]["kind"].text();
  entry.version = node["kindVersion"]["version"].text();
  entry.integrated_time = read_int64(node["integratedTime"]);
  entry.body = node["canonicalizedBody"].bytes();
  check_kind(node, entry);
  // Client specification: v0.1 needs the promise, later versions the proof with its checkpoint.
  const Node promise = node["inclusionPromise"];
  if (promise.exists() || version == BundleVersion::k01) {
    promise.allow_only({"signedEntryTimestamp"});
    const Node timestamp = promise["signedEntryTimestamp"];
    // In proto3 JSON an empty value and an absent one are the same.
    if (version == BundleVersion::k01 || !timestamp.optional_text().empty()) entry.promise = timestamp.bytes();
  }
  const Node proof = node["inclusionProof"];
  if (proof.exists() || version != BundleVersion::k01) entry.proof = read_proof(proof);
  // rekor-tiles "CLIENTS.md": Rekor v2 has neither. A time that nobody vouches for must not be there to be believed.
  if (tlog::generation_of(entry) == tlog::Generation::kRekor2 && (entry.promise || entry.integrated_time != 0)) {
    node.refuse("an entry of Rekor v2 with a promise or an integrated time");
  }
  return entry;
}

std::vector<tlog::Entry> read_entries(const Node& list, BundleVersion version) {
  std::vector<tlog::Entry> entries;
  for (const Node& node : list.optional_elements(limits::kBundleLogEntries)) {
    tlog::Entry entry = read_entry(node, version);
    // Counting one entry twice would meet a threshold of two logs (CVE-2026-49834).
    const bool repeated = std::ranges::any_of(
        entries, [&](const tlog::Entry& other) { return other.log_id == entry.log_id && other.index == entry.index; });
    if (repeated) node.refuse("the same log entry again");
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<std::string> read_timestamps(const Node& data) {
  std::vector<std::string> timestamps;
  if (!data.exists()) return timestamps;
  data.allow_only({"rfc3161Timestamps"});
  for (const Node& node : data["rfc3161Timestamps"].optional_elements(limits::kBundleTimestamps)) {
    node.allow_only({"signedTimestamp"});
    std::string timestamp = node["signedTimestamp"].bytes();
    if (std::ranges::find(timestamps, timestamp) != timestamps.end()) node.refuse("the same timestamp again");
    timestamps.push_back(std::move(timestamp));
  }
  return timestamps;
}

}  // namespace

std::optional<LogProblem> problem_in(const Problems& problems, Reason reason) {
  const std::optional<Error>& wrong = problems.first();
  if (!wrong) return std::nullopt;
  return LogProblem{checks::reason_of(*wrong, reason), wrong->message};
}

LogMaterial read_log_material(const nlohmann::json& material, BundleVersion version) {
  LogMaterial read;
  Problems entry_problems;
  read.entries = read_entries(Node(material, entry_problems)["tlogEntries"], version);
  read.entry_problem = problem_in(entry_problems, Reason::kTlogInvalid);
  Problems timestamp_problems;
  read.timestamps = read_timestamps(Node(material, timestamp_problems)["timestampVerificationData"]);
  read.timestamp_problem = problem_in(timestamp_problems, Reason::kTimestampInvalid);
  return read;
}

}  // namespace pullgate::verify::sigstore
