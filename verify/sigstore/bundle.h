#pragma once
/// Sigstore bundles v0.1, v0.2 and v0.3: protobuf-specs "sigstore_bundle.proto" in its JSON form, and the rules of the
/// Sigstore client specification on what each version must contain.
///
/// Stricter than proto3 JSON: members that the form does not have are refused everywhere, names are lowerCamelCase
/// only, enums are names only, bytes are padded standard base64 only. As there, 64-bit integers are texts or JSON
/// integers.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "verify/digest.h"
#include "verify/dsse/envelope.h"
#include "verify/result.h"
#include "verify/sigstore/log_material.h"

namespace pullgate::verify::sigstore {

struct ManagedKey {
  std::string hint;
};
/// DER, the signer's first; never empty.
struct Certificates {
  std::vector<std::string> certificates;
};
using KeyMaterial = std::variant<ManagedKey, Certificates>;

struct MessageDigest {
  std::string algorithm;  ///< "SHA2_256", "SHA2_384" or "SHA2_512"
  std::string value;
};
struct MessageSignature {
  std::optional<MessageDigest> claimed;  ///< not signed
  std::string signature;
};

struct Bundle {
  KeyMaterial key;
  std::variant<MessageSignature, dsse::Envelope> content;
  LogMaterial log;
};

Result<Bundle> parse_bundle(std::string_view json);

}  // namespace pullgate::verify::sigstore
