// Values between the first byte and the verdict, for bundles of the public conformance suite: worked out once with
// openssl and python3-cryptography.

#include <gtest/gtest.h>

#include "tests/unit/verify/data.h"
#include "tests/unit/verify/sigstore/scene.h"
#include "verify/bytes.h"
#include "verify/codec/oid.h"
#include "verify/sigstore/bundle.h"
#include "verify/tlog/checkpoint.h"
#include "verify/tlog/merkle.h"
#include "verify/tsa/token.h"
#include "verify/x509/certificate.h"
#include "verify/x509/sct.h"

namespace pullgate::verify {
namespace {

using sandbox::hex;
using sandbox::sha256;

class Vectors : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(suite_))
      GTEST_SKIP() << "no copy of the Sigstore conformance suite (shared/data)";
  }
  sigstore::Bundle bundle_of(const char* name) const {
    return sigstore::parse_bundle(bytes_of(suite_ / name / "bundle.sigstore.json")).value();
  }

 private:
  std::filesystem::path suite_ = shared_data() / "sigstore-conformance";
};

x509::Certificate leaf_of(const sigstore::Bundle& bundle) {
  return x509::Certificate::parse(std::get<sigstore::Certificates>(bundle.key).certificates.front()).value();
}

TEST_F(Vectors, OfRekor1) {
  const sigstore::Bundle bundle = bundle_of("happy-path-v0.1");
  const tlog::Entry& entry = bundle.log.entries.front();
  EXPECT_EQ(entry.body.size(), 4145U);
  EXPECT_EQ(entry.index, 27246492U);
  EXPECT_EQ(entry.proof->index, 23083061U);
  EXPECT_EQ(entry.proof->size, 23083062U);
  EXPECT_EQ(hex(tlog::leaf_hash(entry.body)), "86407f5cc9c6f0d1a84fede6cfe1265fe0b3e1a4e21b4c0695e4a021ec11338f");
  const std::string root =
      tlog::root_of_path(tlog::leaf_hash(entry.body), entry.proof->index, entry.proof->size, entry.proof->hashes)
          .value();
  EXPECT_EQ(hex(root), "75aba195e60ae18c80771c300ed4749742a748e599746d9bc2a1dfb656a7bdc2");
  const tlog::Checkpoint checkpoint = tlog::parse_checkpoint(entry.proof->checkpoint).value();
  EXPECT_EQ(checkpoint.text.size(), 126U);
  EXPECT_EQ(hex(sha256(checkpoint.text)), "120b914ae89c69828604435b3a1997ac0c0ae42b8c9c8952cde2b7d494191097");
  EXPECT_EQ(hex(checkpoint.signatures.front().key_id), "c0d23d6a");
}

TEST_F(Vectors, OfRekor2) {
  const sigstore::Bundle bundle = bundle_of("rekor2-happy-path");
  const tlog::Entry& entry = bundle.log.entries.front();
  EXPECT_EQ(entry.body.size(), 3175U);
  EXPECT_EQ(hex(tlog::leaf_hash(entry.body)), "78470eff2921878c2141726b650bf349099c37850a731f287a6accf35d40441f");
  const std::string root =
      tlog::root_of_path(tlog::leaf_hash(entry.body), entry.proof->index, entry.proof->size, entry.proof->hashes)
          .value();
  EXPECT_EQ(hex(root), "aecd583d8d3274057497181faeae69138a11a54270a37b327a9b39f9e1944c32");
  const tlog::Checkpoint checkpoint = tlog::parse_checkpoint(entry.proof->checkpoint).value();
  EXPECT_EQ(checkpoint.text.size(), 83U);
  EXPECT_EQ(hex(sha256(checkpoint.text)), "0993b81b9163c77247235d404ba48548dbf34cd50f96f446bd7466f092ae8b3a");
}

TEST(NoteKey, IsHashedWithItsNameAndAlgorithm) {
  const std::string spki = hex_decode(
                               "302a300506032b6570032100"
                               "3e7f804441e805a67bc204b5cc1aa9c662d21a7ca1c578f8945c52756541f28f")
                               .value();
  EXPECT_EQ(hex(tlog::note_key_hash("log2025-alpha1.rekor.sigstage.dev", PublicKey::parse_spki(spki).value())),
            "f30d5a999d92e662484244263f174cb8eacbfe8264bc583d32741799e3825dc9");
}

TEST_F(Vectors, OfAPrecertificate) {
  const sigstore::Bundle bundle = bundle_of("happy-path-v0.1");
  const x509::Certificate leaf = leaf_of(bundle);
  EXPECT_EQ(hex(sha256(leaf.der())), "1cfaecf4c0395b697938da83feee326b931e5a000747666cb8e1e54c6e1c0262");
  const std::string tbs = x509::precertificate_tbs(leaf);
  EXPECT_EQ(tbs.size(), 1814U);
  EXPECT_EQ(hex(sha256(tbs)), "788051b75533e26879bd4066661a0712db44076912a794a361a9ae643fd5d0b5");
}

TEST_F(Vectors, OfATimestamp) {
  const sigstore::Bundle bundle = bundle_of("rekor2-happy-path");
  const tsa::Token token = tsa::parse_response(bundle.log.timestamps.front()).value();
  EXPECT_EQ(to_rfc3339(token.time), "2025-06-12T12:02:20Z");
  EXPECT_EQ(hex(token.imprint), "6ddf31609e2a6c814f8266aab75204b7a1f5e96d1bc07dde6ff39add8408cda2");
  EXPECT_EQ(hex(sha256(std::get<sigstore::MessageSignature>(bundle.content).signature)), hex(token.imprint));
  EXPECT_EQ(token.scheme, SignatureScheme::kEcdsaSha256);
}

TEST_F(Vectors, OfWhatRekor2LogsForAnEnvelope) {
  const sigstore::Bundle bundle = bundle_of("rekor2-dsse-happy-path");
  const auto& envelope = std::get<dsse::Envelope>(bundle.content);
  const std::string encoding = dsse::pre_authentication_encoding(envelope.payload_type, envelope.payload);
  EXPECT_EQ(encoding.size(), 475U);
  EXPECT_EQ(hex(sha256(encoding)), "57f2135c594c7f9360e79a5422c291f8878d4ae5c539bc04dca45da63d7c2e11");
}

}  // namespace
}  // namespace pullgate::verify
