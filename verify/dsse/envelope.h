#pragma once
/// DSSE envelopes: secure-systems-lab/dsse "envelope.md" and "protocol.md".
///
/// Members that we do not know are ignored in free-standing envelopes, as the protocol asks (docker/attest adds
/// `extension`, older SLSA generators `cert`); inside bundles the bundle's reader refuses them.

#include <string>
#include <string_view>
#include <vector>

#include "verify/checks/signature.h"
#include "verify/json/node.h"
#include "verify/result.h"

namespace pullgate::verify::dsse {

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

struct Envelope {
  std::string payload_type;
  std::string payload;
  std::vector<checks::CandidateSignature> signatures;  ///< at least one; the hint is the `keyid`
};

enum class Base64Form {
  kStandard,  ///< inside a bundle: proto3 JSON as its producers write it
  kEither,    ///< free-standing: protocol.md asks consumers to accept both alphabets
};

Result<Envelope> parse_envelope(std::string_view json);
/// Notes what is wrong in the node's Problems.
Envelope read_envelope(const json::Node& node, Base64Form form);

/// protocol.md "Signature Definition": what is signed. Lengths are in bytes, and the type's bytes are taken as they
/// are (CVE-2026-48758: another encoding of the type made two types one).
std::string pre_authentication_encoding(std::string_view payload_type, std::string_view payload);

}  // namespace pullgate::verify::dsse
