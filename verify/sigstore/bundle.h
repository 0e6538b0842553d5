#pragma once
/// Sigstore bundles v0.1, v0.2 and v0.3: protobuf-specs "sigstore_bundle.proto" in its JSON form, and the rules of the
/// Sigstore client specification on what each version must contain.
///
/// Stricter than proto3 JSON: members that the form does not have are refused everywhere, names are lowerCamelCase
/// only, enums are names only, bytes are padded standard base64 only. As there, 64-bit integers are texts or JSON
/// integers.
///
/// Deviations: log entries and timestamps are read for their form alone; they are not held against a log or a
/// timestamping authority, and a bundle signed with a managed key need not have any.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "verify/digest.h"
#include "verify/dsse/envelope.h"
#include "verify/reason.h"
#include "verify/result.h"

namespace pullgate::verify::sigstore {

struct ManagedKey {
  std::string hint;
};
/// Keyless: one or more certificates. Known for what it is, and not looked into.
struct Certificates {};
using KeyMaterial = std::variant<ManagedKey, Certificates>;

struct MessageDigest {
  std::string algorithm;  ///< "SHA2_256", "SHA2_384" or "SHA2_512"
  std::string value;
};
struct MessageSignature {
  std::optional<MessageDigest> claimed;  ///< not signed
  std::string signature;
};

/// What is wrong with log entries or timestamps; kept apart from the rest, as a finding of its own.
struct LogProblem {
  Reason reason;
  std::string detail;
};

struct Bundle {
  KeyMaterial key;
  std::variant<MessageSignature, dsse::Envelope> content;
  std::size_t log_entries = 0;
  std::size_t timestamps = 0;
  std::optional<LogProblem> log_problem;
};

Result<Bundle> parse_bundle(std::string_view json);

}  // namespace pullgate::verify::sigstore
