// Log entries, promises and proofs, each wrong in one way.

#include <gtest/gtest.h>

#include "tests/unit/verify/sigstore/mutation.h"
#include "verify/limits.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::base64;
using sandbox::kNow;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;
using sandbox::unbase64;

class LogMutations : public Mutations {};

Signing message() {
  Signing signing;
  signing.content = Signing::Content::kMessage;
  return signing;
}

Signing rekor2() {
  Signing signing;
  signing.log = Signing::Log::kRekor2;
  signing.stamps = {Stamp{}};
  return signing;
}

/// A good bundle, changed afterwards.
Mutation changed(std::string name, const Signing& signing, Check check, const std::function<void(Json& entry)>& change,
                 Reason reason = Reason::kTlogInvalid) {
  return {std::move(name), check, reason, [signing, change] {
            Json bundle = one_sigstore().bundle(signing);
            change(log_entry(bundle));
            return verify_bundle(bundle);
          }};
}

/// A body changed before the log took it: everything about the entry holds, only not about this evidence.
Mutation body(std::string name, const Signing& signing, const std::function<void(Json& body)>& change) {
  return {std::move(name), Check::kTransparency, Reason::kTlogInvalid, [signing, change] {
            Json bundle = one_sigstore().bundle(signing);
            Json& entry = log_entry(bundle);
            Json logged = Json::parse(unbase64(entry["canonicalizedBody"].get<std::string>()));
            change(logged);
            const auto& log = signing.log == Signing::Log::kRekor2 ? one_sigstore().rekor2 : one_sigstore().rekor1;
            entry = log.entry(logged, kNow);
            return verify_bundle(bundle);
          }};
}

void replace(std::string& text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, what.size(), with);
}

Json entry_of(const Signing& signing) {
  Json bundle = one_sigstore().bundle(signing);
  return log_entry(bundle);
}

std::vector<Mutation> binding_mutations() {
  std::vector<Mutation> all;
  const auto add_spliced = [&](const std::string& form, const Signing& signing) {
    // One signer, one moment, another artifact: everything about the entry holds.
    all.push_back(
        changed("EntryOfAnotherArtifactCve202453267" + form, signing, Check::kTransparency, [signing](Json& entry) {
          Signing other = signing;
          other.artifact = "another artifact";
          entry = entry_of(other);
        }));
    all.push_back(changed("EntryOfAnotherSignatureOfTheSame" + form, signing, Check::kTransparency,
                          [signing](Json& entry) { entry = entry_of(signing); }));
    all.push_back(changed("EntryOfAnotherSigner" + form, signing, Check::kTransparency, [signing](Json& entry) {
      Signing other = signing;
      other.leaf = sandbox::Leaf();
      entry = entry_of(other);
    }));
    all.push_back(changed("EntryUnderAManagedKey" + form, signing, Check::kTransparency, [signing](Json& entry) {
      Signing other = signing;
      other.managed_key = &signing.leaf.key;
      entry = entry_of(other);
    }));
  };
  add_spliced("Message", message());
  add_spliced("Envelope", Signing());
  add_spliced("OfRekor2", rekor2());
  Signing old = message();
  old.version = "0.1";
  add_spliced("InVersion01", old);

  all.push_back(body("HashOfAnotherArtifact", message(), [](Json& logged) {
    logged["spec"]["data"]["hash"]["value"] = sandbox::hex(sandbox::sha256("x"));
  }));
  all.push_back(body("HashUnderAnotherName", message(),
                     [](Json& logged) { logged["spec"]["data"]["hash"]["algorithm"] = "sha512"; }));
  all.push_back(body("HashUnderAnUnknownName", message(),
                     [](Json& logged) { logged["spec"]["data"]["hash"]["algorithm"] = "sha1"; }));
  all.push_back(body("HashEmpty", message(), [](Json& logged) { logged["spec"]["data"]["hash"]["value"] = ""; }));
  all.push_back(body("HashInUpperCase", message(), [](Json& logged) {
    std::string value = logged["spec"]["data"]["hash"]["value"];
    std::ranges::transform(value, value.begin(), [](unsigned char c) { return std::toupper(c); });
    logged["spec"]["data"]["hash"]["value"] = value;
  }));
  all.push_back(
      body("AnotherSignature", message(), [](Json& logged) { logged["spec"]["signature"]["content"] = base64("x"); }));
  all.push_back(
      body("SignatureMissing", message(), [](Json& logged) { logged["spec"]["signature"].erase("content"); }));
  all.push_back(body("KeyMissing", message(), [](Json& logged) { logged["spec"]["signature"].erase("publicKey"); }));
  all.push_back(body("TwoPemBlocks", message(), [](Json& logged) {
    Json& content = logged["spec"]["signature"]["publicKey"]["content"];
    const std::string pem = unbase64(content.get<std::string>());
    content = base64(pem + pem);
  }));
  all.push_back(body("PemUnderAnotherLabel", message(), [](Json& logged) {
    Json& content = logged["spec"]["signature"]["publicKey"]["content"];
    std::string pem = unbase64(content.get<std::string>());
    for (const char* label : {"BEGIN CERTIFICATE", "END CERTIFICATE"}) {
      replace(pem, label, std::string(label).substr(0, std::string_view(label).find(' ')) + " PUBLIC KEY");
    }
    content = base64(pem);
  }));
  all.push_back(body("PayloadHashOfAnother", Signing(), [](Json& logged) {
    logged["spec"]["payloadHash"]["value"] = sandbox::hex(sandbox::sha256("x"));
  }));
  all.push_back(body("PayloadHashMissing", Signing(), [](Json& logged) { logged["spec"].erase("payloadHash"); }));
  all.push_back(
      body("NoSignatureLogged", Signing(), [](Json& logged) { logged["spec"]["signatures"] = Json::array(); }));
  all.push_back(body("TwoSignaturesLogged", Signing(),
                     [](Json& logged) { logged["spec"]["signatures"].push_back(logged["spec"]["signatures"][0]); }));
  all.push_back(body("MoreSignaturesLoggedThanThereMayBeCve202445395", Signing(), [](Json& logged) {
    Json& signatures = logged["spec"]["signatures"];
    signatures.insert(signatures.end(), limits::kEnvelopeSignatures, Json(signatures[0]));
  }));
  all.back().reason = Reason::kLimitExceeded;
  all.push_back(body("NestedDeeperThanAnyJsonMayBe", Signing(), [](Json& logged) {
    for (std::size_t i = 0; i < limits::kJsonDepth; ++i) logged["spec"] = Json::array({logged["spec"]});
  }));
  all.back().reason = Reason::kLimitExceeded;
  all.push_back(body("LoggedWithAnotherCertificate", Signing(), [](Json& logged) {
    logged["spec"]["signatures"][0]["verifier"] =
        base64(sandbox::pem("CERTIFICATE", one_sigstore().certificate(sandbox::Leaf())));
  }));
  all.push_back(body("ExtraTopLevelMember", Signing(), [](Json& logged) { logged["more"] = 1; }));
  all.push_back(
      body("MemberOfRekor2BodyAdded", rekor2(), [](Json& logged) { logged["spec"]["hashedRekordV002"]["more"] = 1; }));
  all.push_back(body("OtherKeyDetailsInRekor2", rekor2(), [](Json& logged) {
    logged["spec"]["hashedRekordV002"]["signature"]["verifier"]["keyDetails"] = "PKIX_ECDSA_P384_SHA_384";
  }));
  all.push_back(body("OtherHashNameInRekor2", rekor2(),
                     [](Json& logged) { logged["spec"]["hashedRekordV002"]["data"]["algorithm"] = "SHA2_384"; }));
  all.push_back(body("HashOfThePayloadInRekor2", rekor2(), [](Json& logged) {
    const std::string payload = sandbox::VirtualSigstore::statement(Signing().artifact).dump();
    logged["spec"]["hashedRekordV002"]["data"]["digest"] = base64(sandbox::sha256(payload));
  }));
  all.push_back(changed("BodyOfRekor2WithWhiteSpace", rekor2(), Check::kTransparency, [](Json& entry) {
    const Json logged = Json::parse(unbase64(entry["canonicalizedBody"].get<std::string>()));
    entry["canonicalizedBody"] = base64(logged.dump(1));
  }));
  return all;
}

/// What the log itself says, at another time.
Json logged_at(const Json& entry, std::int64_t time) {
  return one_sigstore().rekor1.entry(Json::parse(unbase64(entry["canonicalizedBody"].get<std::string>())), time);
}

std::vector<Mutation> promise_mutations() {
  const auto promise = [](std::string name, const std::function<void(Json&)>& change) {
    return changed(std::move(name), Signing(), Check::kLogPromise, change);
  };
  return {
      promise("TimeOneSecondLater", [](Json& entry) { entry["integratedTime"] = std::to_string(kNow + 1); }),
      promise("TimeOneSecondEarlier", [](Json& entry) { entry["integratedTime"] = std::to_string(kNow - 1); }),
      promise("TimeMissing", [](Json& entry) { entry.erase("integratedTime"); }),
      promise("SignedTimeBeyondAllYears", [](Json& entry) { entry = logged_at(entry, 9'223'372'036'854'775'807); }),
      promise("SignedTimeOfZero", [](Json& entry) { entry = logged_at(entry, 0); }),
      promise("TimeBeyondAllYears", [](Json& entry) { entry["integratedTime"] = "9223372036854775807"; }),
      promise("IndexOfAnotherEntry", [](Json& entry) { entry["logIndex"] = "1"; }),
      promise("IndexInTheTreeInsteadOfInTheLog",
              [](Json& entry) { entry["logIndex"] = entry["inclusionProof"]["logIndex"]; }),
      promise("PromiseBroken",
              [](Json& entry) {
                std::string set = unbase64(entry["inclusionPromise"]["signedEntryTimestamp"].get<std::string>());
                set.back() = static_cast<char>(set.back() ^ 1);
                entry["inclusionPromise"]["signedEntryTimestamp"] = base64(set);
              }),
      promise("PromiseForAnotherEntry",
              [](Json& entry) { entry["inclusionPromise"] = entry_of(Signing())["inclusionPromise"]; }),
      promise("PromiseByAnotherLog",
              [](Json& entry) {
                const sandbox::Rekor other(sandbox::Rekor::Generation::k1);
                const std::string body = unbase64(entry["canonicalizedBody"].get<std::string>());
                const std::string set =
                    other.signed_entry_timestamp(body, kNow, std::stoull(entry["logIndex"].get<std::string>()));
                entry["inclusionPromise"]["signedEntryTimestamp"] = base64(set);
              }),
      changed("PromiseByRekor2", rekor2(), Check::kTransparency,
              [](Json& entry) { entry["inclusionPromise"] = {{"signedEntryTimestamp", base64("x")}}; }),
      changed("IntegratedTimeOfRekor2", rekor2(), Check::kTransparency,
              [](Json& entry) { entry["integratedTime"] = std::to_string(kNow); }),
      {"LogTrustedUntilOneMillisecondBefore", Check::kLogPromise, Reason::kTimeOutsideValidity,
       [] {
         Json root = one_sigstore().trusted_root();
         root["tlogs"][0]["publicKey"]["validFor"]["end"] = "2026-03-01T11:59:59.999Z";
         return verify_bundle(one_sigstore().bundle({}), trust_of(root));
       }},
      {"LogTrustedFromOneMillisecondAfter", Check::kLogPromise, Reason::kTimeOutsideValidity,
       [] {
         Json root = one_sigstore().trusted_root();
         root["tlogs"][0]["publicKey"]["validFor"]["start"] = "2026-03-01T12:00:00.001Z";
         return verify_bundle(one_sigstore().bundle({}), trust_of(root));
       }},
      {"LogOfRekor2TrustedUntilBeforeTheTimestamp", Check::kLogProof, Reason::kTimeOutsideValidity,
       [] {
         Json root = one_sigstore().trusted_root();
         root["tlogs"][1]["publicKey"]["validFor"]["end"] = "2026-03-01T11:59:59.999Z";
         return verify_bundle(one_sigstore().bundle(rekor2()), trust_of(root));
       }},
  };
}

std::vector<Mutation> proof_mutations() {
  std::vector<Mutation> all;
  for (const bool is_rekor2 : {false, true}) {
    const Signing signing = is_rekor2 ? rekor2() : Signing();
    const std::string form = is_rekor2 ? "OfRekor2" : "OfRekor1";
    const auto proof = [&](const std::string& name, const std::function<void(Json&)>& change) {
      all.push_back(
          changed(name + form, signing, Check::kLogProof, [change](Json& entry) { change(entry["inclusionProof"]); }));
    };
    proof("LastHashMissing", [](Json& proof) { proof["hashes"].erase(proof["hashes"].size() - 1); });
    proof("NoHashes", [](Json& proof) { proof["hashes"] = Json::array(); });
    proof("OneHashMore", [](Json& proof) { proof["hashes"].push_back(proof["hashes"][0]); });
    proof("TwoHashesSwapped", [](Json& proof) { std::swap(proof["hashes"][0], proof["hashes"][1]); });
    proof("SizeOneMore", [](Json& proof) { proof["treeSize"] = "8"; });
    proof("SizeOneLess", [](Json& proof) { proof["treeSize"] = "6"; });
    proof("AnotherRoot", [](Json& proof) { proof["rootHash"] = base64(sandbox::sha256("x")); });
    proof("ProofOfAnotherEntry", [signing](Json& proof) { proof = entry_of(signing)["inclusionProof"]; });
    // A tree of one leaf, with a checkpoint that nobody signed.
    all.push_back(changed("TreeOfOnesOwnCve202454140" + form, signing, Check::kLogProof, [signing](Json& entry) {
      const auto& log = signing.log == Signing::Log::kRekor2 ? one_sigstore().rekor2 : one_sigstore().rekor1;
      sandbox::Rekor own = log;
      own.key = SigningKey::make(log.key.kind());
      own.leaves = 1;
      own.index = 0;
      own.shard_offset = 0;
      const Json body = Json::parse(unbase64(entry["canonicalizedBody"].get<std::string>()));
      const Json promise = entry.value("inclusionPromise", Json());
      Json proof = own.entry(body, kNow)["inclusionProof"];
      // Under the log's own name and key id, which are public: only the signature itself can tell.
      std::string note = proof["checkpoint"]["envelope"];
      const std::size_t line = note.rfind(' ') + 1;
      const std::string forged = unbase64(std::string_view(note).substr(line, note.size() - line - 1));
      note.replace(line, std::string::npos, base64(log.key_id(log.host) + forged.substr(4)) + "\n");
      proof["checkpoint"]["envelope"] = note;
      entry["inclusionProof"] = proof;
      if (signing.log == Signing::Log::kRekor2) entry["logIndex"] = "0";
    }));
  }
  all.push_back(changed("IndexInTheTreeOneMore", Signing(), Check::kLogProof,
                        [](Json& entry) { entry["inclusionProof"]["logIndex"] = "5"; }));
  all.push_back(
      changed("IndexesThatDifferInRekor2", rekor2(), Check::kLogProof, [](Json& entry) { entry["logIndex"] = "5"; }));
  all.push_back(changed("IndexesBothOneMoreInRekor2", rekor2(), Check::kLogProof, [](Json& entry) {
    entry["logIndex"] = "5";
    entry["inclusionProof"]["logIndex"] = "5";
  }));
  all.push_back(changed(
      "MoreSignaturesThanACheckpointMayHaveCve202445395", Signing(), Check::kLogProof,
      [](Json& entry) {
        std::string note = entry["inclusionProof"]["checkpoint"]["envelope"];
        for (std::size_t i = 0; i < limits::kCheckpointSignatures; ++i) {
          note += "\xE2\x80\x94 witness" + std::to_string(i) + " " + base64("id..x") + "\n";
        }
        entry["inclusionProof"]["checkpoint"]["envelope"] = note;
      },
      Reason::kLimitExceeded));
  all.push_back(
      changed("ProofMissing", Signing(), Check::kTransparency, [](Json& entry) { entry.erase("inclusionProof"); }));
  all.push_back(changed("ProofMissingInRekor2", rekor2(), Check::kTransparency,
                        [](Json& entry) { entry.erase("inclusionProof"); }));
  all.push_back(changed("KindOfAnotherVersion", Signing(), Check::kTransparency,
                        [](Json& entry) { entry["kindVersion"]["version"] = "0.0.2"; }));
  all.push_back(changed("EntryTwice", Signing(), Check::kTransparency, [](Json&) {}));
  all.back().report = [] {
    Json bundle = one_sigstore().bundle({});
    auto& entries = bundle["verificationMaterial"]["tlogEntries"];
    entries.push_back(entries[0]);
    return verify_bundle(bundle);
  };
  return all;
}

TEST_P(LogMutations, AreRefusedForWhatIsWrong) {
  expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(OfTheBinding, LogMutations, ::testing::ValuesIn(binding_mutations()), mutation_name);
INSTANTIATE_TEST_SUITE_P(OfThePromise, LogMutations, ::testing::ValuesIn(promise_mutations()), mutation_name);
INSTANTIATE_TEST_SUITE_P(OfTheProof, LogMutations, ::testing::ValuesIn(proof_mutations()), mutation_name);

const LogRecord& only_log(const Report& report) {
  EXPECT_EQ(report.verified->corroborations().front().logs.size(), 1U);
  return report.verified->corroborations().front().logs.front();
}

TEST(LogEntries, OfOneLogAreOneLogCve202649834) {
  sandbox::VirtualSigstore moved = one_sigstore();
  moved.rekor1.index = 2;
  Json bundle = one_sigstore().bundle({});
  const Json logged = Json::parse(unbase64(log_entry(bundle)["canonicalizedBody"].get<std::string>()));
  bundle["verificationMaterial"]["tlogEntries"].push_back(moved.rekor1.entry(logged, kNow));
  const Report report = verify_bundle(bundle);
  ASSERT_TRUE(report.verified) << told(report);
  static_cast<void>(only_log(report));
  const auto findings = check_requirements(*report.verified, {.trust_root = kSceneRoot, .logs = 2});
  EXPECT_EQ(findings.front().reason, Reason::kThresholdNotMet);
}

TEST(LogEntries, OfTwoLogsAreTwo) {
  Signing both;
  both.stamps = {Stamp{}};
  Json bundle = one_sigstore().bundle(both);
  const Json first = Json::parse(unbase64(log_entry(bundle)["canonicalizedBody"].get<std::string>()));
  const std::string signature = unbase64(bundle["dsseEnvelope"]["signatures"][0]["sig"].get<std::string>());
  const std::string certificate = bundle["verificationMaterial"]["certificate"]["rawBytes"];
  const std::string payload = unbase64(bundle["dsseEnvelope"]["payload"].get<std::string>());
  const Json second = {
      {"apiVersion", "0.0.2"},
      {"kind", "hashedrekord"},
      {"spec",
       {{"hashedRekordV002",
         {{"data",
           {{"algorithm", "SHA2_256"},
            {"digest", base64(sandbox::sha256(sandbox::dsse_pae(both.payload_type, payload)))}}},
          {"signature",
           {{"content", base64(signature)},
            {"verifier",
             {{"keyDetails", "PKIX_ECDSA_P256_SHA_256"}, {"x509Certificate", {{"rawBytes", certificate}}}}}}}}}}}};
  bundle["verificationMaterial"]["tlogEntries"].push_back(one_sigstore().rekor2.entry(second, kNow));
  const Report report = verify_bundle(bundle);
  ASSERT_TRUE(report.verified) << told(report);
  EXPECT_EQ(report.verified->corroborations().front().logs.size(), 2U);
}

TEST(LogEntries, CountAtBothEndsOfTheLogsWindow) {
  Json root = one_sigstore().trusted_root();
  for (std::size_t log : {0U, 1U}) {
    root["tlogs"][log]["publicKey"]["validFor"] = {{"start", "2026-03-01T12:00:00Z"}, {"end", "2026-03-01T12:00:00Z"}};
  }
  const auto trust = trust_of(root);
  for (const Signing& signing : {Signing(), rekor2()}) {
    const Report report = verify_bundle(one_sigstore().bundle(signing), trust);
    EXPECT_TRUE(report.verified) << told(report);
  }
}

TEST(LogEntries, WithoutATimeNeedALogThatIsStillTrusted) {
  const SigningKey key = SigningKey::make();
  Signing signing = rekor2();
  signing.stamps.clear();
  signing.managed_key = &key;
  Json root = one_sigstore().trusted_root();
  EXPECT_TRUE(verify_bundle(one_sigstore().bundle(signing), trust_of(root, {trusted_key(key)})).verified);
  root["tlogs"][1]["publicKey"]["validFor"]["end"] = "2030-01-01T00:00:00Z";
  const Report report = verify_bundle(one_sigstore().bundle(signing), trust_of(root, {trusted_key(key)}));
  EXPECT_EQ(report.most_telling()->check, Check::kLogProof) << told(report);
  EXPECT_EQ(report.most_telling()->reason, Reason::kTimeOutsideValidity);
}

TEST(LogEntries, HoldInTreesOfEverySizeAtEveryPlace) {
  sandbox::VirtualSigstore changing = one_sigstore();
  const auto trust = trust_of(changing.trusted_root());
  for (std::size_t size = 1; size <= 9; ++size) {
    for (std::size_t index = 0; index < size; ++index) {
      changing.rekor1.leaves = size;
      changing.rekor1.index = index;
      const Report report = verify_bundle(changing.bundle({}), trust);
      EXPECT_TRUE(report.verified) << index << " of " << size << ": " << told(report);
    }
  }
}

}  // namespace
}  // namespace pullgate::verify
