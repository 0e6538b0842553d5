#pragma once
/// A transparency log's entry as evidence brings it: protobuf-specs "sigstore_rekor.proto". Read, not verified.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pullgate::verify::tlog {

struct InclusionProof {
  std::uint64_t index = 0;  ///< in the tree, which need not be the entry's index in the log
  std::uint64_t size = 0;   ///< of the tree; larger than the index
  std::string root_hash;    ///< 32 bytes
  std::vector<std::string> hashes;
  std::string checkpoint;  ///< the signed note
};

struct Entry {
  std::string log_id;  ///< 32 bytes
  std::uint64_t index = 0;
  std::string kind;
  std::string version;
  std::uint64_t integrated_time = 0;   ///< seconds since 1970; nobody's word unless the promise holds
  std::optional<std::string> promise;  ///< the signed entry timestamp
  std::optional<InclusionProof> proof;
  std::string body;  ///< the very bytes that were logged
};

/// Rekor v1 logs hashedrekord 0.0.1, dsse 0.0.1 and intoto 0.0.1 and 0.0.2; Rekor v2 hashedrekord and dsse 0.0.2.
enum class Generation { kRekor1, kRekor2 };
Generation generation_of(const Entry& entry);

}  // namespace pullgate::verify::tlog
