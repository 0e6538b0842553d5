#include "verify/tlog/body.h"

#include <array>

#include <fmt/format.h>

#include "verify/bytes.h"
#include "verify/codec/base64.h"
#include "verify/codec/pem.h"
#include "verify/crypto/key.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"
#include "verify/limits.h"
#include "verify/tlog/rekor2_body.h"

namespace pullgate::verify::tlog {
namespace {

using json::Node;

/// `{"algorithm": "sha256", "value": "<hex>"}`; the algorithm counts as much as the value.
struct NamedHash {
  crypto::Hash algorithm = crypto::Hash::kSha256;
  std::string value;
};

NamedHash read_hash(const Node& node) {
  const std::string algorithm = node["algorithm"].text();
  const Result<std::string> value = hex_decode(node["value"].text());
  if (!value) node["value"].refuse("not a hash in lower-case hexadecimal digits");
  NamedHash hash{.value = value ? *value : std::string()};
  if (algorithm == "sha384") {
    hash.algorithm = crypto::Hash::kSha384;
  } else if (algorithm == "sha512") {
    hash.algorithm = crypto::Hash::kSha512;
  } else if (algorithm != "sha256") {
    node["algorithm"].refuse("not a hash that we know", ErrorCode::kUnsupported);
  }
  return hash;
}

void expect_hash(const Node& node, std::string_view bytes, std::string_view what) {
  const NamedHash hash = read_hash(node);
  if (crypto::hash_of(hash.algorithm, bytes) != hash.value) node.refuse(fmt::format("is not the hash of {}", what));
}

void expect_artifact(const Node& node, const Artifact& artifact) {
  const NamedHash hash = read_hash(node);
  crypto::SignedMessage message(artifact);
  const std::string* const expected = message.hash(hash.algorithm);
  if (expected == nullptr || *expected != hash.value) node.refuse("is not the artifact's hash");
}

/// A PEM text of the certificate, or of the key when there is no certificate; compared as DER.
void expect_verifier(const Node& node, const LoggedEvidence& evidence) {
  const Result<codec::PemBlock> block = codec::parse_pem_block(node.bytes());
  if (!block) return node.refuse(block.error().message);
  const bool same = evidence.certificate ? block->label == "CERTIFICATE" && block->der == *evidence.certificate
                                         : block->label == "PUBLIC KEY" && block->der == evidence.key->spki();
  if (!same) node.refuse(evidence.certificate ? "is not the signer's certificate" : "is not the signer's key");
}

void expect_signature(const Node& node, std::string_view logged, const LoggedEvidence& evidence) {
  if (logged != evidence.signature) node.refuse("is another signature");
}

void check_hashedrekord(const Node& spec, const LoggedEvidence& evidence) {
  if (evidence.artifact == nullptr) return spec.refuse("an entry of a kind that does not record envelopes");
  expect_artifact(spec["data"]["hash"], *evidence.artifact);
  const Node content = spec["signature"]["content"];
  expect_signature(content, content.bytes(), evidence);
  expect_verifier(spec["signature"]["publicKey"]["content"], evidence);
}

/// The one entry of a list; a second one would be something that the evidence does not have.
std::optional<Node> only_element(const Node& node) {
  const std::vector<Node> elements = node.elements(limits::kEnvelopeSignatures);
  if (elements.size() == 1) return elements.front();
  node.refuse("exactly one signature expected, as in the evidence");
  return std::nullopt;
}

void check_dsse(const Node& spec, const LoggedEvidence& evidence) {
  expect_hash(spec["payloadHash"], evidence.envelope->payload, "the payload");
  // The envelope as it was uploaded is only known where the evidence is that very text.
  if (evidence.stored_envelope) expect_hash(spec["envelopeHash"], *evidence.stored_envelope, "the envelope");
  const std::optional<Node> signature = only_element(spec["signatures"]);
  if (!signature) return;
  const Node logged = (*signature)["signature"];
  expect_signature(logged, logged.bytes(), evidence);
  expect_verifier((*signature)["verifier"], evidence);
}

/// 0.0.1 records no signature: the hash of the envelope's own text stands for it, and without that text for nothing.
void check_intoto_001(const Node& spec, const LoggedEvidence& evidence) {
  if (!evidence.stored_envelope) {
    return spec.refuse("an intoto 0.0.1 entry, which records no signature", ErrorCode::kUnsupported);
  }
  const Node content = spec["content"];
  expect_hash(content["hash"], *evidence.stored_envelope, "the envelope");
  if (content["payloadHash"].exists()) expect_hash(content["payloadHash"], evidence.envelope->payload, "the payload");
  expect_verifier(spec["publicKey"], evidence);
}

void check_intoto_002(const Node& spec, const LoggedEvidence& evidence) {
  const Node content = spec["content"];
  expect_hash(content["payloadHash"], evidence.envelope->payload, "the payload");
  if (evidence.stored_envelope) expect_hash(content["hash"], *evidence.stored_envelope, "the envelope");
  const Node envelope = content["envelope"];
  if (envelope["payloadType"].text() != evidence.envelope->payload_type) {
    envelope["payloadType"].refuse("is another payload type");
  }
  const std::optional<Node> signature = only_element(envelope["signatures"]);
  if (!signature) return;
  // The base64 text of the envelope, encoded in base64 once more.
  const Node logged = (*signature)["sig"];
  const Result<std::string> bytes = codec::decode_base64(logged.bytes());
  if (!bytes) return logged.refuse(bytes.error().message);
  expect_signature(logged, *bytes, evidence);
  expect_verifier((*signature)["publicKey"], evidence);
}

struct Kind {
  std::string_view kind;
  std::string_view version;
  void (*check)(const Node& spec, const LoggedEvidence& evidence);
  bool records_envelopes;
};
constexpr std::array kKinds = {
    Kind{"hashedrekord", "0.0.1", check_hashedrekord, false},
    Kind{"dsse", "0.0.1", check_dsse, true},
    Kind{"intoto", "0.0.1", check_intoto_001, true},
    Kind{"intoto", "0.0.2", check_intoto_002, true},
};

Status check_rekor1_body(const Entry& entry, const LoggedEvidence& evidence) {
  for (const Kind& known : kKinds) {
    if (entry.kind != known.kind || entry.version != known.version) continue;
    if (known.records_envelopes != (evidence.envelope != nullptr)) {
      return {ErrorCode::kMalformed, "the log entry records something else than the evidence holds"};
    }
    const Result<json::Document> document = json::parse(entry.body);
    if (!document) return document.error();
    json::Problems problems;
    const Node root = document->root(problems);
    root.allow_only({"apiVersion", "kind", "spec"});
    // What the entry is called and what its body says must be one, or it could be read as two kinds.
    if (root["kind"].text() != entry.kind || root["apiVersion"].text() != entry.version) {
      root.refuse("is of another kind than the entry says");
    }
    known.check(root["spec"], evidence);
    return problems.unless_any(Done{});
  }
  return {ErrorCode::kUnsupported,
          fmt::format("a log entry of kind '{}' {}", printable(entry.kind, 40), printable(entry.version, 20))};
}

}  // namespace

Status check_body(const Entry& entry, const LoggedEvidence& evidence) {
  Status status = generation_of(entry) == Generation::kRekor2 ? check_rekor2_body(entry, evidence)
                                                              : check_rekor1_body(entry, evidence);
  if (status) return status;
  return {status.error().code, "log entry: " + status.error().message};
}

}  // namespace pullgate::verify::tlog
