#pragma once
/// Transparency logs of a trust root, and what can be proven about an entry with their keys.

#include <string>
#include <string_view>
#include <vector>

#include "verify/public_key.h"
#include "verify/result.h"
#include "verify/time_window.h"
#include "verify/tlog/entry.h"

namespace pullgate::verify::tlog {

/// One log: a key, however often the trust root lists it. Rekor logs and certificate transparency logs.
struct Log {
  std::string url;   ///< the base URL in the trust root, by which it is shown
  std::string host;  ///< of that URL: the origin and name in the checkpoints of Rekor v2
  std::string id;    ///< 32 bytes
  /// 4 bytes: how its key is called in checkpoints, where the trust root says so; otherwise it follows from the key.
  std::string checkpoint_key_id;
  PublicKey key;
  SignatureScheme scheme;
  std::vector<TimeWindow> windows;  ///< in any of which the key is trusted

  [[nodiscard]] bool is_trusted_at(Time time) const;
  /// Is there no time after which the key is no longer trusted?
  [[nodiscard]] bool is_trusted_without_end() const;
};

/// Null when the log is not among them.
const Log* find_log(const std::vector<Log>& logs, std::string_view id);

/// The signed entry timestamp of Rekor v1: the log's word that it will include the entry, and when it got it. Returns
/// that time. It covers RFC 8785's form of body, integrated time, log id and index.
Result<Time> verify_promise(const Entry& entry, const Log& log);

/// Inclusion: the entry's hash and the proof give the root hash of a checkpoint that the log signed. Says nothing
/// about time (CVE-2026-48816).
Status verify_inclusion(const Entry& entry, const Log& log);

}  // namespace pullgate::verify::tlog
