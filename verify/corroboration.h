#pragma once
/// What the authorities of a trust root say about evidence, beside the signature itself. The verifier lists what it
/// could prove; how much of it is needed is the question of whoever trusts the signer (requirements.h).

#include <cstdint>
#include <string>
#include <vector>

#include "verify/digest.h"
#include "verify/time.h"

namespace pullgate::verify {

/// A transparency log that has the evidence. Every log is listed once, however many entries there are: a log that is
/// asked twice is still one witness (CVE-2026-49834).
struct LogRecord {
  enum class Proof {
    kPromise,    ///< the log's signed word that it will include the entry, and when it got it
    kInclusion,  ///< the entry is in the tree of a checkpoint that the log signed; says nothing about time
    kPromiseAndInclusion,
  };
  std::string log;  ///< its URL in the trust root
  Digest key;
  std::uint64_t index = 0;
  Proof proof = Proof::kPromise;
};

/// A moment at which the signature is known to have existed.
struct VerifiedTime {
  enum class Source { kLog, kTimestampAuthority };
  Time time;
  Source source = Source::kLog;
  std::string authority;  ///< the URL of the log or of the timestamp authority
};

/// Nothing of it is mixed from several trust roots.
struct Corroboration {
  std::string trust_root;
  std::vector<LogRecord> logs;
  std::vector<std::string> certificate_logs;  ///< URLs of the logs with a timestamp in the certificate, each once
  std::vector<VerifiedTime> times;            ///< each source once for each of its timestamps
  /// What was there and could not be attributed to anybody whom this trust root knows. It neither helps nor harms.
  std::vector<std::string> ignored;
};

}  // namespace pullgate::verify
