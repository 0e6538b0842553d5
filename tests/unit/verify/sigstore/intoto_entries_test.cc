// Entries of the kind "intoto", in which Rekor v1 recorded envelopes before the kind "dsse" was there.

#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "tests/unit/verify/sigstore/mutation.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::base64;
using sandbox::Signing;
using sandbox::Stamp;
using sandbox::VirtualSigstore;

Signing recorded_as(Signing::EntryKind kind) {
  Signing signing;
  signing.entry_kind = kind;
  return signing;
}

const Signing& intoto_001() {
  static const Signing one = recorded_as(Signing::EntryKind::kIntoto001);
  return one;
}

const Signing& intoto_002() {
  static const Signing one = recorded_as(Signing::EntryKind::kIntoto002);
  return one;
}

Report verify_attestation(const VirtualSigstore::Layer& layer) {
  return verify_layer(EvidenceKind::kDsseEnvelope, layer, trust_of(one_sigstore().trusted_root()));
}

/// A change that the log recorded: everything about the entry holds, only not about this evidence.
struct BodyChange {
  const char* what;
  std::function<void(Json& spec)> change;
};

const std::vector<BodyChange>& changes_of_both() {
  static const std::vector<BodyChange> changes = {
      {"payload's hash",
       [](Json& spec) { spec["content"]["payloadHash"]["value"] = sandbox::hex(sandbox::sha256("")); }},
      {"hash by another name", [](Json& spec) { spec["content"]["payloadHash"]["algorithm"] = "sha512"; }},
  };
  return changes;
}

const std::vector<BodyChange>& changes_of_002() {
  const auto signature = [](Json& spec) -> Json& { return spec["content"]["envelope"]["signatures"][0]; };
  static const std::vector<BodyChange> changes = {
      {"no payload's hash", [](Json& spec) { spec["content"].erase("payloadHash"); }},
      {"payload type", [](Json& spec) { spec["content"]["envelope"]["payloadType"] = "text/plain"; }},
      {"no payload type", [](Json& spec) { spec["content"]["envelope"].erase("payloadType"); }},
      {"signature", [=](Json& spec) { signature(spec)["sig"] = base64(base64("another")); }},
      {"signature encoded once",
       [=](Json& spec) { signature(spec)["sig"] = sandbox::unbase64(signature(spec)["sig"].get<std::string>()); }},
      {"no signature", [](Json& spec) { spec["content"]["envelope"]["signatures"] = Json::array(); }},
      {"two signatures",
       [=](Json& spec) { spec["content"]["envelope"]["signatures"].push_back(Json(signature(spec))); }},
      {"certificate",
       [=](Json& spec) {
         signature(spec)["publicKey"] =
             base64(sandbox::pem("CERTIFICATE", one_sigstore().certificate(sandbox::Leaf())));
       }},
      {"key without its certificate",
       [=](Json& spec) { signature(spec)["publicKey"] = base64(intoto_002().leaf.key.public_pem()); }},
  };
  return changes;
}

/// What the log records of good evidence, changed, as the annotation of a layer.
Report layer_recorded(const Signing& signing, const BodyChange& change) {
  VirtualSigstore::Layer layer = one_sigstore().attestation_layer(signing);
  std::string& annotation = layer.annotations["dev.sigstore.cosign/bundle"];
  Json entry = Json::parse(annotation);
  Json body = Json::parse(sandbox::unbase64(entry["Payload"]["body"].get<std::string>()));
  change.change(body["spec"]);
  entry["Payload"]["body"] = base64(body.dump());
  entry["SignedEntryTimestamp"] = base64(one_sigstore().rekor1.signed_entry_timestamp(
      body.dump(), sandbox::kNow, entry["Payload"]["logIndex"].get<std::uint64_t>()));
  annotation = entry.dump();
  return verify_attestation(layer);
}

void expect_not_this_evidence(const Report& report, std::string_view what) {
  SCOPED_TRACE(what);
  expect_refused(report, Check::kTransparency, Reason::kTlogInvalid);
}

TEST(IntotoEntry, HoldsForTheEnvelopeThatItRecords) {
  for (const Signing& signing : {intoto_001(), intoto_002()}) {
    const Report report = verify_attestation(one_sigstore().attestation_layer(signing));
    EXPECT_TRUE(report.verified) << told(report);
  }
  const Report report = verify_bundle(one_sigstore().bundle(intoto_002()));
  EXPECT_TRUE(report.verified) << told(report);
}

TEST(IntotoEntry, ThatRecordsNoSignatureIsNotEnoughWhereTheTextIsNotKept) {
  const Report report = verify_bundle(one_sigstore().bundle(intoto_001()));
  expect_not_this_evidence(report, "0.0.1 in a bundle");
}

TEST(IntotoEntry, OfAnotherSignatureIsRefusedCve202622703) {
  for (Signing signing : {intoto_001(), intoto_002()}) {
    signing.leaf.scts.clear();  // so that only the signature differs
    VirtualSigstore::Layer layer = one_sigstore().attestation_layer(signing);
    const VirtualSigstore::Layer other = one_sigstore().attestation_layer(signing);
    ASSERT_EQ(layer.annotations["dev.sigstore.cosign/certificate"],
              other.annotations.at("dev.sigstore.cosign/certificate"));
    layer.annotations["dev.sigstore.cosign/bundle"] = other.annotations.at("dev.sigstore.cosign/bundle");
    expect_not_this_evidence(verify_attestation(layer), "layer");
  }
  Signing signing = intoto_002();
  signing.leaf.scts.clear();
  Json bundle = one_sigstore().bundle(signing);
  Json other = one_sigstore().bundle(signing);
  log_entry(bundle) = log_entry(other);
  expect_not_this_evidence(verify_bundle(bundle), "bundle");
}

TEST(IntotoEntry, IsComparedInEveryPartOfItsBody) {
  for (const BodyChange& change : changes_of_both()) {
    for (const Signing& signing : {intoto_001(), intoto_002()}) {
      expect_not_this_evidence(layer_recorded(signing, change), change.what);
    }
  }
  for (const BodyChange& change : changes_of_002()) {
    expect_not_this_evidence(layer_recorded(intoto_002(), change), change.what);
  }
  const BodyChange envelope = {"envelope's hash", [](Json& spec) {
                                 spec["content"]["hash"]["value"] = sandbox::hex(sandbox::sha256("another"));
                               }};
  const BodyChange certificate = {
      "certificate", [](Json& spec) {
        spec["publicKey"] = base64(sandbox::pem("CERTIFICATE", one_sigstore().certificate(sandbox::Leaf())));
      }};
  expect_not_this_evidence(layer_recorded(intoto_001(), envelope), envelope.what);
  expect_not_this_evidence(layer_recorded(intoto_002(), envelope), envelope.what);
  expect_not_this_evidence(layer_recorded(intoto_001(), certificate), certificate.what);
}

}  // namespace
}  // namespace pullgate::verify
