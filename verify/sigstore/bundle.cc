#include "verify/sigstore/bundle.h"

#include <algorithm>
#include <array>

#include "verify/bytes.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"
#include "verify/limits.h"
#include "verify/sigstore/log_material.h"

namespace pullgate::verify::sigstore {
namespace {

using json::Node;
using json::Problems;

BundleVersion read_version(const Node& node) {
  struct Known {
    std::string_view media_type;
    BundleVersion version;
  };
  constexpr std::array kKnown = {
      Known{"application/vnd.dev.sigstore.bundle+json;version=0.1", BundleVersion::k01},
      Known{"application/vnd.dev.sigstore.bundle+json;version=0.2", BundleVersion::k02},
      Known{"application/vnd.dev.sigstore.bundle+json;version=0.3", BundleVersion::k03},
      Known{"application/vnd.dev.sigstore.bundle.v0.3+json", BundleVersion::k03},
  };
  const std::string media_type = node.text();
  const auto known = std::ranges::find(kKnown, media_type, &Known::media_type);
  if (known != kKnown.end()) return known->version;
  node.refuse("not a bundle version that we know: '" + printable(media_type, 80) + "'", ErrorCode::kUnsupported);
  return BundleVersion::k03;
}

/// Exactly one of the members of a proto "oneof": with two of them, two readers may each take another.
void require_one_of(const Node& node, std::initializer_list<std::string_view> members) {
  const auto present = std::ranges::count_if(members, [&](std::string_view member) { return node[member].exists(); });
  if (present != 1)
    node.refuse(present == 0 ? "none of the members of which one must be there"
                             : "several members of which only one may be there");
}

KeyMaterial read_key(const Node& material, BundleVersion version) {
  require_one_of(material, {"publicKey", "certificate", "x509CertificateChain"});
  if (const Node key = material["publicKey"]; key.exists()) {
    key.allow_only({"hint"});
    return ManagedKey{key["hint"].optional_text()};
  }
  const bool is_chain = material["x509CertificateChain"].exists();
  if (is_chain == (version == BundleVersion::k03)) {
    material.refuse(is_chain ? "a certificate chain, which version 0.3 does not have"
                             : "a single certificate, which only version 0.3 has");
  }
  Certificates certificates;
  if (!is_chain) {
    const Node certificate = material["certificate"];
    certificate.allow_only({"rawBytes"});
    certificates.certificates.push_back(certificate["rawBytes"].bytes());
    return certificates;
  }
  const Node chain = material["x509CertificateChain"];
  chain.allow_only({"certificates"});
  for (const Node& certificate : chain["certificates"].elements(limits::kCertificateChain)) {
    certificate.allow_only({"rawBytes"});
    certificates.certificates.push_back(certificate["rawBytes"].bytes());
  }
  if (certificates.certificates.empty()) chain["certificates"].refuse("at least one certificate expected");
  return certificates;
}

MessageSignature read_message_signature(const Node& node) {
  node.allow_only({"messageDigest", "signature"});
  MessageSignature message{.claimed = std::nullopt, .signature = node["signature"].bytes()};
  if (const Node digest = node["messageDigest"]; digest.exists()) {
    digest.allow_only({"algorithm", "digest"});
    message.claimed = MessageDigest{.algorithm = digest["algorithm"].text(), .value = digest["digest"].bytes()};
    constexpr std::array<std::string_view, 3> kKnown = {"SHA2_256", "SHA2_384", "SHA2_512"};
    if (std::ranges::find(kKnown, message.claimed->algorithm) == kKnown.end()) {
      digest["algorithm"].refuse("not a hash that we know", ErrorCode::kUnsupported);
    }
  }
  return message;
}

dsse::Envelope read_envelope(const Node& node) {
  node.allow_only({"payload", "payloadType", "signatures"});
  for (const Node& signature : node["signatures"].optional_elements(limits::kEnvelopeSignatures)) {
    signature.allow_only({"sig", "keyid"});
  }
  dsse::Envelope envelope = dsse::read_envelope(node, dsse::Base64Form::kStandard);
  // Client specification: the timestamps and log entries of a bundle are about one signature.
  if (envelope.signatures.size() > 1) node["signatures"].refuse("exactly one signature expected");
  return envelope;
}

}  // namespace

Result<Bundle> parse_bundle(std::string_view json) {
  const Result<json::Document> document = json::parse(json);
  if (!document) return document.error();
  Problems problems;
  const json::Node root = document->root(problems);
  const BundleVersion version = read_version(root["mediaType"]);
  root.allow_only({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"});
  require_one_of(root, {"messageSignature", "dsseEnvelope"});
  const Node material = root["verificationMaterial"];
  material.allow_only({"publicKey", "certificate", "x509CertificateChain", "tlogEntries", "timestampVerificationData"});
  if (const std::optional<Error>& wrong = problems.first()) return *wrong;

  Bundle bundle{.key = read_key(material, version), .content = MessageSignature{}, .log = {}};
  if (const Node message = root["messageSignature"]; message.exists()) {
    bundle.content = read_message_signature(message);
  } else {
    bundle.content = read_envelope(root["dsseEnvelope"]);
  }
  bundle.log = read_log_material(material.value(), version);
  return problems.unless_any(std::move(bundle));
}

}  // namespace pullgate::verify::sigstore
