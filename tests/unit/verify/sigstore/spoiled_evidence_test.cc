// Every kind of good evidence, spoiled in every place: bytes flipped, members and elements left out and doubled, values
// exchanged with those of other good evidence. What is verified nevertheless has to mean the same, and has to be in the
// list of what may.

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/verify/data.h"
#include "tests/unit/verify/sigstore/excuses.h"
#include "tests/unit/verify/sigstore/scene.h"
#include "tests/unit/verify/sigstore/spoiling.h"

namespace pullgate::verify {
namespace {

using Json = nlohmann::json;
using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::Stamp;

constexpr const char* kPayload = "payload";

/// Evidence as the texts that it is made of: the bytes of the layer, and its annotations by their names.
struct Specimen {
  std::string name;
  EvidenceKind kind;
  std::map<std::string, std::string> texts;
  Content image;
  std::shared_ptr<const TrustRoot> trust;

  [[nodiscard]] Report report() const {
    Evidence evidence{.kind = kind,
                      .place = name,
                      .payload = Content::of(texts.at(kPayload)),
                      .media_type = {},
                      .annotations = texts};
    evidence.annotations.erase(kPayload);
    return Verifier(trust).verify(evidence, image);
  }
  [[nodiscard]] Specimen with(const std::string& which, std::string text) const {
    Specimen changed = *this;
    changed.texts[which] = std::move(text);
    return changed;
  }
};

// --- Does it mean the same?

bool same_claim(const Claim& a, const Claim& b) {
  if (a.index() != b.index()) return false;
  if (const auto* signature = std::get_if<ImageSignature>(&a)) {
    const auto& other = std::get<ImageSignature>(b);
    return signature->docker_reference == other.docker_reference && signature->annotations == other.annotations;
  }
  const auto& statement = std::get<Statement>(a);
  const auto& other = std::get<Statement>(b);
  return statement.predicate_type == other.predicate_type && *statement.predicate == *other.predicate;
}

/// Everything that a trust root's authorities say, a line for each.
std::set<std::string> sayings(const Verified& verified) {
  std::set<std::string> lines;
  for (const Corroboration& facts : verified.corroborations()) {
    for (const LogRecord& log : facts.logs) {
      const std::string entry = fmt::format("{} {} {} {}", facts.trust_root, log.log, log.key.text(), log.index);
      if (log.proof != LogRecord::Proof::kInclusion) lines.insert(entry + " promised");
      if (log.proof != LogRecord::Proof::kPromise) lines.insert(entry + " included");
    }
    for (const std::string& log : facts.certificate_logs) lines.insert(facts.trust_root + " " + log);
    for (const VerifiedTime& time : facts.times) {
      lines.insert(fmt::format("{} {} {} {}", facts.trust_root, time.time.time_since_epoch().count(), time.authority,
                               static_cast<int>(time.source)));
    }
  }
  return lines;
}

/// The same signers say the same of the same image, and nobody vouches for more than before.
bool means_no_more(const Verified& spoiled, const Verified& good) {
  const std::set<std::string> after = sayings(spoiled);
  const std::set<std::string> before = sayings(good);
  return spoiled.signers() == good.signers() && spoiled.subject() == good.subject() &&
         same_claim(spoiled.claim(), good.claim()) && std::ranges::includes(before, after);
}

/// Refused because something was thrown, and not because something was checked.
bool is_accident(const Report& report) {
  return std::ranges::any_of(report.findings,
                             [](const Finding& finding) { return finding.detail.starts_with("could not be checked"); });
}

// --- Spoiling

struct Change {
  const char* how;  ///< "flip", "flip-decoded", "without", "twice", "exchange", "empty", "retype"
  std::string pointer;
  std::size_t first_byte = 0;
  std::size_t last_byte = 0;
};

const Excuse* excuse_for(const Change& change, Effect effect) {
  const auto* const found = std::ranges::find_if(kExcuses, [&](const Excuse& excuse) {
    return excuse.changes.contains(change.how) && change.pointer.ends_with(excuse.pointer) && excuse.effect == effect &&
           change.first_byte <= excuse.last_byte && excuse.first_byte <= change.last_byte;
  });
  return found == kExcuses.end() ? nullptr : found;
}

/// How many of the many changes of one sort are tried: all of them take minutes.
std::size_t step_for(std::size_t count) {
  constexpr std::size_t kTried = 48;
  static const bool all = std::getenv("PULLGATE_SPOIL_ALL") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  return all ? 1 : count / kTried + 1;
}

/// Tries changes of one specimen, and counts them.
class Trial {
 public:
  explicit Trial(const Specimen& good) : good_(good), report_(good.report()) {
    EXPECT_TRUE(report_.verified) << good.name << ": " << told(report_);
  }

  void flip();
  void flip_decoded();
  void leave_out_and_double();
  void exchange_with(const Specimen& other);
  void retype();
  /// Prints the counts; answers how many changes were tried.
  [[nodiscard]] std::size_t told_count() const;

 private:
  void attempt(const Change& change, const Specimen& spoiled, const Verified* other = nullptr);

  const Specimen& good_;
  Report report_;
  std::map<std::string, std::size_t> tried_;
  std::map<std::string, std::size_t> excused_;
};

void Trial::attempt(const Change& change, const Specimen& spoiled, const Verified* other) {
  if (spoiled.texts == good_.texts) return;
  ++tried_[change.how];
  const Report report = spoiled.report();
  const std::string what = fmt::format("{}: {} {} at {}", good_.name, change.how, change.pointer, change.first_byte);
  EXPECT_FALSE(is_accident(report)) << what;
  if (!report.verified) return;
  // What was exchanged may say what it said where it came from.
  const bool is_others = other != nullptr && means_no_more(*report.verified, *other);
  EXPECT_TRUE(is_others || means_no_more(*report.verified, *report_.verified)) << what;
  const bool as_much = sayings(*report.verified) == sayings(*report_.verified);
  const Excuse* const excuse = excuse_for(change, as_much ? Effect::kSame : Effect::kLess);
  EXPECT_NE(excuse, nullptr) << "verified, " << (as_much ? "same" : "less") << ": " << what;
  if (excuse != nullptr) ++excused_[std::string(excuse->reason)];
}

void Trial::flip() {
  std::size_t total = 0;
  for (const auto& [which, text] : good_.texts) total += text.size();
  const std::size_t step = step_for(total);
  for (const auto& [which, text] : good_.texts) {
    const std::vector<ByteOwner> owners = owners_of_bytes(text);
    for (std::size_t i = 0; i < text.size(); i += step) {
      std::string flipped = text;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i / step % 7)));  // the eighth bit would end ASCII
      const std::size_t digit = std::max<std::size_t>(owners[i].offset.value_or(0), 1) - 1;  // after the quote
      attempt({"flip", which + owners[i].pointer, digit * 6 / 8, (digit * 6 + 5) / 8}, good_.with(which, flipped));
    }
  }
}

/// Inside base64, where every flip gives other bytes that are well encoded.
void Trial::flip_decoded() {
  std::vector<std::pair<std::string, Field>> fields;
  std::size_t total = 0;
  for (const auto& [which, text] : good_.texts) {
    for (Field& field : fields_of(text)) {
      if (!field.bytes) continue;
      total += field.bytes->size();
      fields.emplace_back(which, std::move(field));
    }
  }
  const std::size_t step = step_for(total);
  std::size_t at = 0;
  for (const auto& [which, field] : fields) {
    for (std::size_t i = 0; i < field.bytes->size(); ++i, ++at) {
      if (at % step != 0) continue;
      std::string flipped = *field.bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (at / step % 8)));
      attempt({"flip-decoded", which + field.pointer, i, i}, good_.with(which, field.with_bytes(flipped)));
    }
  }
}

void Trial::leave_out_and_double() {
  for (const auto& [which, text] : good_.texts) {
    if (which != kPayload) {
      Specimen without = good_;
      without.texts.erase(which);
      attempt({"without", which}, without);
    }
    for (const Field& field : fields_of(text)) {
      if (!field.without) continue;
      attempt({"without", which + field.pointer}, good_.with(which, field.without()));
      attempt({"twice", which + field.pointer}, good_.with(which, field.twice()));
    }
  }
}

void Trial::exchange_with(const Specimen& other) {
  const Report report = other.report();
  std::vector<Field> theirs;
  for (const auto& [which, text] : other.texts) {
    for (Field& field : fields_of(text)) theirs.push_back(std::move(field));
  }
  struct Pair {
    std::string which;
    Field mine;
    std::string raw;
  };
  std::vector<Pair> pairs;
  for (const auto& [which, text] : good_.texts) {
    for (const Field& mine : fields_of(text)) {
      for (const Field& field : theirs) {
        // A whole bundle in place of a whole bundle is the other evidence, not this one spoiled.
        const bool is_whole = mine.pointer.empty() && field.pointer.empty() && good_.texts.size() == 1;
        if (field.type == mine.type && field.raw != mine.raw && !is_whole) pairs.push_back({which, mine, field.raw});
      }
    }
  }
  const std::size_t step = step_for(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); i += step) {
    const auto& [which, mine, raw] = pairs[i];
    attempt({"exchange", which + mine.pointer}, good_.with(which, mine.with(raw)),
            report.verified ? &*report.verified : nullptr);
  }
}

/// Every value as every other kind of JSON. In proto3 JSON, and only there, an empty value may stand for none.
void Trial::retype() {
  for (const auto& [which, text] : good_.texts) {
    if (!Json::accept(text)) continue;
    for (const Field& field : fields_of(text)) {
      const auto as = [&](const char* how, const char* other) {
        attempt({how, which + field.pointer}, good_.with(which, field.with(other)));
      };
      for (const char* empty : {"null", "\"\"", "[]", "{}"}) as("empty", empty);
      for (const char* other : {"true", "0", "-1"}) as("retype", other);
    }
  }
}

std::size_t Trial::told_count() const {
  std::string line;
  std::size_t all = 0;
  for (const auto& [change, count] : tried_) {
    line += fmt::format(", {} {}", count, change);
    all += count;
  }
  std::cout << fmt::format("{}: {} tried{}\n", good_.name, all, line);
  for (const auto& [reason, count] : excused_) std::cout << fmt::format("    {} verified: {}\n", count, reason);
  return all;
}

// --- Evidence of every kind

Specimen from_case(const std::string& path) {
  const Json document = Json::parse(bytes_of(kCases / path / "case.json"));
  std::vector<std::string> keys;
  for (const Json& key : document.at("trusted")) keys.push_back(key.at("key"));
  std::map<std::string, std::string> texts = document.at("annotations");
  texts[kPayload] = bytes_of(kCases / path / "evidence");
  const EvidenceKind kind = path.starts_with("simple") ? EvidenceKind::kSimpleSigning
                            : path.starts_with("dsse") ? EvidenceKind::kDsseEnvelope
                                                       : EvidenceKind::kSigstoreBundle;
  return {path, kind, std::move(texts), Content::of(bytes_of(kCases / document.at("image").get<std::string>())),
          trust_in(keys)};
}

Specimen made(std::string name, const Signing& signing) {
  const auto keys =
      signing.managed_key == nullptr ? std::vector<TrustedKey>() : std::vector{trusted_key(*signing.managed_key)};
  return {std::move(name),
          EvidenceKind::kSigstoreBundle,
          {{kPayload, one_sigstore().bundle(signing).dump()}},
          Content::of(signing.artifact),
          trust_of(one_sigstore().trusted_root(), keys)};
}

Specimen made_layer(std::string name, EvidenceKind kind, const Signing& signing) {
  const sandbox::VirtualSigstore::Layer layer = kind == EvidenceKind::kSimpleSigning
                                                    ? one_sigstore().signature_layer(signing)
                                                    : one_sigstore().attestation_layer(signing);
  std::map<std::string, std::string> texts = layer.annotations;
  texts[kPayload] = layer.bytes;
  return {std::move(name), kind, std::move(texts), Content::of(signing.artifact),
          trust_of(one_sigstore().trusted_root())};
}

/// A kind of evidence: made anew each time, by the same signer, about this artifact.
struct Kind {
  std::string name;
  std::function<Specimen(const std::string& artifact)> make;

  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

std::vector<Kind> kinds() {
  const auto bundle = [](std::string name, const Signing& signing) {
    return Kind{name, [=](const std::string& artifact) {
                  Signing about = signing;
                  about.artifact = artifact;
                  return made(name, about);
                }};
  };
  const auto layer = [](std::string name, EvidenceKind kind, const Signing& signing) {
    return Kind{name, [=](const std::string& artifact) {
                  Signing about = signing;
                  about.artifact = artifact;
                  return made_layer(name, kind, about);
                }};
  };
  static const SigningKey key = SigningKey::make();
  Signing rekor1;
  Signing message;
  message.content = Signing::Content::kMessage;
  message.version = "0.1";
  Signing stamped;
  stamped.stamps = {Stamp{}};
  Signing rekor2 = stamped;
  rekor2.log = Signing::Log::kRekor2;
  Signing rekor2_message = rekor2;
  rekor2_message.content = Signing::Content::kMessage;
  Signing keyed = stamped;
  keyed.managed_key = &key;
  return {
      bundle("KeylessEnvelopeInRekor1", rekor1),
      bundle("KeylessMessageInRekor1", message),
      bundle("KeylessEnvelopeInRekor2", rekor2),
      bundle("KeylessMessageInRekor2", rekor2_message),
      bundle("KeyedEnvelopeInRekor1WithTimestamp", keyed),
      layer("KeylessSignatureLayer", EvidenceKind::kSimpleSigning, stamped),
      layer("KeylessAttestationLayer", EvidenceKind::kDsseEnvelope, stamped),
  };
}

std::size_t spoil(const Specimen& good, const std::vector<Specimen>& others) {
  Trial trial(good);
  trial.flip();
  trial.flip_decoded();
  trial.leave_out_and_double();
  for (const Specimen& other : others) trial.exchange_with(other);
  return trial.told_count();
}

class SpoiledKind : public ::testing::TestWithParam<Kind> {};

TEST_P(SpoiledKind, IsNeverVerifiedAsAnythingElse) {
  const std::string artifact = Signing().artifact;
  const Specimen good = GetParam().make(artifact);
  const std::size_t tried = spoil(good, {GetParam().make(artifact), GetParam().make("another artifact")});
  RecordProperty("tried", static_cast<int>(tried));
}

TEST_P(SpoiledKind, IsNeverVerifiedAsAnythingElseInAnotherShapeCve202623991) {
  const Specimen good = GetParam().make(Signing().artifact);
  Trial trial(good);
  trial.retype();
  RecordProperty("tried", static_cast<int>(trial.told_count()));
}

INSTANTIATE_TEST_SUITE_P(OfAVirtualSigstore, SpoiledKind, ::testing::ValuesIn(kinds()),
                         [](const auto& info) { return info.param.name; });

TEST(SpoiledEvidence, OfManagedKeysIsNeverVerifiedAsAnythingElse) {
  std::size_t tried = 0;
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"simple-signing/good-p256", "simple-signing/good-p384"},
      {"simple-signing/good-with-annotations", "simple-signing/good-p256"},
      {"dsse/good-p256", "dsse/good-with-keyid"},
      {"dsse/good-with-keyid", "dsse/good-p256"},
      {"bundle/good-p256", "bundle/good-cosign-signature"},
      {"bundle/message-good-p256", "bundle/message-good-rsa2048"},
  };
  for (const auto& [good, other] : pairs) tried += spoil(from_case(good), {from_case(other)});
  RecordProperty("tried", static_cast<int>(tried));
}

}  // namespace
}  // namespace pullgate::verify
