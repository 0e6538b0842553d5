// Checkpoints, each wrong in one way.

#include <gtest/gtest.h>

#include "tests/unit/verify/sigstore/mutation.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::base64;
using sandbox::kNow;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;
using sandbox::unbase64;

class CheckpointMutations : public Mutations {};

/// In both generations of the log.
Signing logged_in(sandbox::Rekor::Generation generation) {
  Signing signing;
  if (generation == sandbox::Rekor::Generation::k1) return signing;
  signing.log = Signing::Log::kRekor2;
  signing.stamps = {Stamp{}};
  return signing;
}

/// The note, changed; `sign_again` says whether the log signs the new text.
enum class Resigned { kNo, kYes };
Mutation note(std::string name, const Signing& signing, Resigned resigned,
              const std::function<void(std::string& note)>& change) {
  return {std::move(name), Check::kLogProof, Reason::kTlogInvalid, [=] {
            Json bundle = one_sigstore().bundle(signing);
            Json& envelope = log_entry(bundle)["inclusionProof"]["checkpoint"]["envelope"];
            std::string text = envelope;
            if (resigned == Resigned::kYes) {
              text.resize(text.find("\n\n") + 1);
              change(text);
              const auto& log = signing.log == Signing::Log::kRekor2 ? one_sigstore().rekor2 : one_sigstore().rekor1;
              text = log.note(text);
            } else {
              change(text);
            }
            envelope = text;
            return verify_bundle(bundle);
          }};
}

void substitute(std::string& text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, what.size(), with);
}

std::string line(const std::string& text, std::size_t number) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < number; ++i) begin = text.find('\n', begin) + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

std::vector<Mutation> checkpoint_mutations() {
  std::vector<Mutation> all;
  for (const bool is_rekor2 : {false, true}) {
    const Signing signing = is_rekor2 ? logged_in(sandbox::Rekor::Generation::k2) : Signing();
    const std::string form = is_rekor2 ? "OfRekor2" : "OfRekor1";
    const auto text = [&](const std::string& name, const std::function<void(std::string&)>& change) {
      all.push_back(note(name + form, signing, Resigned::kYes, change));
    };
    const auto raw = [&](const std::string& name, const std::function<void(std::string&)>& change) {
      all.push_back(note(name + form, signing, Resigned::kNo, change));
    };
    text("NoteOfAnotherRoot", [](std::string& note) { substitute(note, line(note, 2), base64(sandbox::sha256("x"))); });
    text("NoteOfAnotherSize", [](std::string& note) { substitute(note, "\n7\n", "\n8\n"); });
    text("SizeWithSign", [](std::string& note) { substitute(note, "\n7\n", "\n+7\n"); });
    text("SizeWithLeadingZero", [](std::string& note) { substitute(note, "\n7\n", "\n07\n"); });
    text("SizeWithSpace", [](std::string& note) { substitute(note, "\n7\n", "\n7 \n"); });
    text("SizeMissing", [](std::string& note) { substitute(note, "\n7\n", "\n"); });
    text("RootMissing", [](std::string& note) { substitute(note, line(note, 2) + "\n", ""); });
    text("RootUnpadded", [](std::string& note) { substitute(note, "=\n", "\n"); });
    text("OriginMissing", [](std::string& note) { note.erase(0, note.find('\n') + 1); });
    text("OriginEmpty", [](std::string& note) { note.erase(0, note.find('\n')); });
    text("OriginOfAnotherLog", [](std::string& note) { note.insert(0, "evil."); });
    text("CarriageReturns", [](std::string& note) { substitute(note, "\n7\n", "\r\n7\n"); });
    text("ControlCharacterInAnExtension", [](std::string& note) { note += "a\tb\n"; });
    raw("SignatureLineMissing", [](std::string& note) { note.resize(note.find("\n\n") + 2); });
    raw("EmptyLineMissing", [](std::string& note) { substitute(note, "\n\n", "\n"); });
    raw("FinalNewlineMissing", [](std::string& note) { note.pop_back(); });
    raw("SignatureLineTwice", [](std::string& note) { note += line(note, 4) + "\n"; });
    raw("NameOfAnotherSigner", [](std::string& note) { substitute(note, "\x94 ", "\x94 x."); });
    raw("NameMissing", [](std::string& note) {
      const std::size_t begin = note.find("\x94 ") + 2;
      note.erase(begin, note.find(' ', begin) - begin);
    });
    raw("DashInsteadOfEmDash", [](std::string& note) { substitute(note, "\xE2\x80\x94", "-"); });
    raw("KeyIdChanged", [](std::string& note) {
      const std::size_t begin = note.rfind(' ') + 1;
      std::string bytes = unbase64(std::string_view(note).substr(begin, note.size() - begin - 1));
      bytes[0] = static_cast<char>(bytes[0] ^ 1);
      note = note.substr(0, begin) + base64(bytes) + "\n";
    });
    raw("SignatureBroken", [](std::string& note) {
      const std::size_t begin = note.rfind(' ') + 1;
      std::string bytes = unbase64(std::string_view(note).substr(begin, note.size() - begin - 1));
      bytes.back() = static_cast<char>(bytes.back() ^ 1);
      note = note.substr(0, begin) + base64(bytes) + "\n";
    });
    raw("ExtensionAddedAfterSigning", [](std::string& note) { substitute(note, "\n\n", "\nmore\n\n"); });
    raw("SignedByAWitnessOnly", [](std::string& note) {
      static const SigningKey witness = SigningKey::make(SigningKey::Kind::kEd25519);
      note.resize(note.find("\n\n") + 2);
      note += sandbox::cosignature(witness, "witness.test", kNow, note.substr(0, note.size() - 1));
    });
  }
  all.push_back(note("TreeNumberMissing", Signing(), Resigned::kYes,
                     [](std::string& note) { substitute(note, " - 1193050959916656506", ""); }));
  all.push_back(note("TreeNumberInRekor2", logged_in(sandbox::Rekor::Generation::k2), Resigned::kYes,
                     [](std::string& note) { note.insert(note.find('\n'), " - 1"); }));
  // A log's key may sign for several origins; only the one that the trust root names is this log.
  all.push_back({"SignedUnderAnotherOriginByRekor2", Check::kLogProof, Reason::kTlogInvalid, [] {
                   Json bundle = one_sigstore().bundle(logged_in(sandbox::Rekor::Generation::k2));
                   Json& envelope = log_entry(bundle)["inclusionProof"]["checkpoint"]["envelope"];
                   sandbox::Rekor other = one_sigstore().rekor2;
                   other.origin = "another." + other.origin;
                   const std::string note = envelope;
                   envelope = other.note("another." + note.substr(0, note.find("\n\n") + 1));
                   return verify_bundle(bundle);
                 }});
  return all;
}

TEST_P(CheckpointMutations, AreRefusedForWhatIsWrong) {
  expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(OfTheCheckpoint, CheckpointMutations, ::testing::ValuesIn(checkpoint_mutations()),
                         mutation_name);

TEST(Checkpoints, MayHaveOtherLinesAndOtherSignatures) {
  static const SigningKey witness = SigningKey::make(SigningKey::Kind::kEd25519);
  static const SigningKey other = SigningKey::make();
  for (const Signing& signing : {Signing(), logged_in(sandbox::Rekor::Generation::k2)}) {
    const auto& log = signing.log == Signing::Log::kRekor2 ? one_sigstore().rekor2 : one_sigstore().rekor1;
    Json bundle = one_sigstore().bundle(signing);
    Json& envelope = log_entry(bundle)["inclusionProof"]["checkpoint"]["envelope"];
    std::string text = envelope;
    text.resize(text.find("\n\n") + 1);
    text += "Timestamp: 1689177396617352539\n";
    const std::string own = log.note(text).substr(text.size() + 1);
    const std::string cosigned = sandbox::cosignature(witness, "witness.test/w1", kNow, text);
    const std::string second = "\xE2\x80\x94 " + log.host + " " + base64("abcd" + other.sign(text)) + "\n";
    for (const std::string& lines : {own + cosigned, cosigned + own, second + cosigned + own}) {
      envelope = text + "\n" + lines;
      const Report report = verify_bundle(bundle);
      EXPECT_TRUE(report.verified) << told(report);
    }
  }
}

}  // namespace
}  // namespace pullgate::verify
