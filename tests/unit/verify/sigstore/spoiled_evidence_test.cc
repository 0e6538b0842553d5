// Every kind of good evidence, spoiled in every place: bytes flipped, members and elements left out and doubled, values
// exchanged with those of other good evidence. What is verified nevertheless has to mean the same, and has to be in the
// list of what may.

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/same_meaning.h"
#include "tests/unit/verify/sigstore/excuses.h"
#include "tests/unit/verify/sigstore/scene.h"
#include "tests/unit/verify/sigstore/specimens.h"
#include "tests/unit/verify/sigstore/spoiling.h"

namespace pullgate::verify {
namespace {

using sandbox::Signing;

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

/// How the effects of excuses fit what happened.
bool covers(Effect excused, Effect effect) {
  return excused == effect || (excused == Effect::kSame && effect == Effect::kAlone);
}

const Excuse* excuse_for(const Change& change, Effect effect) {
  const auto* const found = std::ranges::find_if(kExcuses, [&](const Excuse& excuse) {
    return excuse.changes.contains(change.how) && change.pointer.ends_with(excuse.pointer) &&
           covers(excuse.effect, effect) && change.first_byte <= excuse.last_byte &&
           excuse.first_byte <= change.last_byte;
  });
  return found == kExcuses.end() ? nullptr : found;
}

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// Chooses what samples consist of: another one in every run, and the same again for the same seed. Keys, and with them
/// the bytes at these places, are new each time.
std::uint32_t seed_of_this_run() {
  static const std::uint32_t seed = [] {
    const std::optional<std::string> given = environment("PULLGATE_SPOIL_SEED");
    return given ? static_cast<std::uint32_t>(std::stoul(*given)) : std::random_device()();
  }();
  return seed;
}

/// Which of the many changes of one sort are tried: all of them take minutes.
class Sample {
 public:
  Sample(std::size_t count, std::mt19937& chance) : chance_(chance) {
    constexpr std::size_t kTried = 48;
    static const bool all = environment("PULLGATE_SPOIL_ALL").has_value();
    step_ = all ? 1 : count / kTried + 1;
    first_ = chance_() % step_;
  }
  /// For one change after the other.
  bool has_next() { return at_++ % step_ == first_; }
  char flipped(char byte, unsigned bits) { return static_cast<char>(byte ^ (1 << (chance_() % bits))); }

 private:
  std::mt19937& chance_;
  std::size_t step_;
  std::size_t first_;
  std::size_t at_ = 0;
};

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
  std::mt19937 chance_{seed_of_this_run()};
  std::map<std::string, std::size_t> tried_;
  std::map<std::string, std::size_t> excused_;
};

void Trial::attempt(const Change& change, const Specimen& spoiled, const Verified* other) {
  if (spoiled.texts == good_.texts) return;
  ++tried_[change.how];
  const Report report = spoiled.report();
  const std::string what = fmt::format("{}: {} {} at {} (PULLGATE_SPOIL_SEED={})", good_.name, change.how,
                                       change.pointer, change.first_byte, seed_of_this_run());
  EXPECT_FALSE(is_accident(report)) << what;
  if (!report.verified) return;
  // What was exchanged may say what it said where it came from.
  const bool is_others = other != nullptr && means_no_more(*report.verified, *other);
  EXPECT_TRUE(is_others || means_no_more(*report.verified, *report_.verified)) << what;
  const std::set<std::string> before = sayings(*report_.verified);
  const bool as_much = sayings(*report.verified) == before;
  const Effect effect = !as_much ? Effect::kLess : before.empty() ? Effect::kAlone : Effect::kSame;
  const Excuse* const excuse = excuse_for(change, effect);
  EXPECT_NE(excuse, nullptr) << "verified, " << (as_much ? "same" : "less") << ": " << what;
  if (excuse != nullptr) ++excused_[std::string(excuse->reason)];
}

void Trial::flip() {
  std::size_t total = 0;
  for (const auto& [which, text] : good_.texts) total += text.size();
  Sample sample(total, chance_);
  for (const auto& [which, text] : good_.texts) {
    const std::vector<ByteOwner> owners = owners_of_bytes(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!sample.has_next()) continue;
      std::string flipped = text;
      flipped[i] = sample.flipped(flipped[i], 7);  // the eighth bit would end ASCII
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
  Sample sample(total, chance_);
  for (const auto& [which, field] : fields) {
    for (std::size_t i = 0; i < field.bytes->size(); ++i) {
      if (!sample.has_next()) continue;
      std::string flipped = *field.bytes;
      flipped[i] = sample.flipped(flipped[i], 8);
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
  Sample sample(pairs.size(), chance_);
  for (const auto& [which, mine, raw] : pairs) {
    if (!sample.has_next()) continue;
    attempt({"exchange", which + mine.pointer}, good_.with(which, mine.with(raw)),
            report.verified ? &*report.verified : nullptr);
  }
}

/// Every value as every other kind of JSON. In proto3 JSON, and only there, an empty value may stand for none.
void Trial::retype() {
  for (const auto& [which, text] : good_.texts) {
    if (!nlohmann::json::accept(text)) continue;
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
  std::cout << fmt::format("{}: {} tried, seed {}{}\n", good_.name, all, seed_of_this_run(), line);
  for (const auto& [reason, count] : excused_) std::cout << fmt::format("    {} verified: {}\n", count, reason);
  return all;
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

INSTANTIATE_TEST_SUITE_P(OfAVirtualSigstore, SpoiledKind, ::testing::ValuesIn(kinds_of_specimens()),
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
  for (const auto& [good, other] : pairs) tried += spoil(specimen_from_case(good), {specimen_from_case(other)});
  RecordProperty("tried", static_cast<int>(tried));
}

}  // namespace
}  // namespace pullgate::verify
