/// Indexes whose platforms are judged one by one.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"
#include "verify/evidence.h"

namespace pullgate::proxy {
namespace {

using testing::HasSubstr;
using tests::Bench;
using tests::decision_of;
using tests::is_admitted;
using tests::lead_of;
using tests::signed_file;

Digest child(const std::string& architecture) {
  return Digest::of(signed_file("child-" + architecture + ".json"));
}

void sign_child(Bench& bench, const std::string& path, const std::string& architecture) {
  bench.sign_by_tag(path, child(architecture), "child-" + architecture);
}

std::string signature_call(const std::string& architecture) {
  return "manifest " + verify::signature_tag(child(architecture));
}

std::size_t signature_requests(Bench& bench, const std::string& architecture) {
  return bench.upstream().count(signature_call(architecture));
}

TEST(JudgedPlatforms, SatisfyTheRuleTogetherWhereTheIndexDoesNot) {
  Bench bench;
  bench.put_index("acme/app", "1.0");
  sign_child(bench, "acme/app", "amd64");
  const Judgement half = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(half));
  EXPECT_EQ(lead_of(half), Reason::kPlatformNotCovered);
  sign_child(bench, "acme/app", "arm64");
  bench.advance(std::chrono::seconds(6));
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", child("arm64").text())));
}

TEST(JudgedPlatforms, AreNotAskedForWhenNobodySaysAnythingAboutTheFirst) {
  // A public index without any signature, denied again and again, would use up what its registry allows.
  Bench bench;
  bench.put_index("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_EQ(signature_requests(bench, "amd64"), 1U);
  EXPECT_EQ(signature_requests(bench, "arm64"), 0U);
}

TEST(JudgedPlatforms, AreNotReadEitherThen) {
  Bench bench;
  bench.put_index("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_EQ(bench.upstream().count("manifest " + child("amd64").text()), 1U);
  EXPECT_EQ(bench.upstream().count("manifest " + child("arm64").text()), 0U);
}

TEST(JudgedPlatforms, ThatAreNotNamedAreNotLookedForWithEveryRequest) {
  Bench bench;
  const Digest index = bench.upstream().put_manifest("acme/app", R"({"schemaVersion":2,"manifests":[]})",
                                                     std::string(media_type::kOciIndex));
  ASSERT_FALSE(is_admitted(bench.judge("acme/app", index.text())));
  bench.upstream().forget_calls();
  ASSERT_FALSE(is_admitted(bench.judge("acme/app", index.text())));
  EXPECT_EQ(bench.upstream().count("referrers"), 0U);
}

TEST(JudgedPlatforms, AreAskedForAgainAfterAWhile) {
  // Somebody signs the second platform under another tag; what was found about it before must not stand for ever.
  Bench bench;
  bench.put_index("each/app", "1.0");
  sign_child(bench, "each/app", "amd64");
  ASSERT_FALSE(is_admitted(bench.judge("each/app", "1.0")));
  bench.upstream().forget_calls();
  bench.advance(std::chrono::seconds(6));
  ASSERT_FALSE(is_admitted(bench.judge("each/app", "1.0")));
  EXPECT_EQ(signature_requests(bench, "amd64"), 1U) << "also of the one that satisfied the rule";
}

TEST(JudgedPlatforms, AreAllAskedForWhereTheFirstNeedsNoSignature) {
  // By its digest the first platform is an exception: in whatever order they stand, the answer is the same.
  Bench bench;
  bench.put_index("late/app", "1.0");
  sign_child(bench, "late/app", "arm64");
  EXPECT_TRUE(is_admitted(bench.judge("late/app", "1.0")));
}

TEST(JudgedPlatforms, AreAllAskedForWhereEachHasToSatisfyTheRule) {
  Bench bench;
  const Digest index = bench.put_index("each/app", "1.0");
  bench.sign_by_tag("each/app", index, "index");
  const Judgement denied = bench.judge("each/app", "1.0");
  ASSERT_FALSE(is_admitted(denied));
  EXPECT_EQ(signature_requests(bench, "arm64"), 1U);
  sign_child(bench, "each/app", "amd64");
  sign_child(bench, "each/app", "arm64");
  bench.advance(std::chrono::seconds(6));
  EXPECT_TRUE(is_admitted(bench.judge("each/app", "1.0")));
}

TEST(JudgedPlatforms, AreCannotJudgeWhenTheirEvidenceCannotBeHad) {
  Bench bench;
  bench.put_index("each/app", "1.0");
  sign_child(bench, "each/app", "amd64");
  sign_child(bench, "each/app", "arm64");
  bench.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call != signature_call("arm64")) return std::nullopt;
    return Error{ErrorCode::kUnreachable, "gone"};
  });
  const Judgement judgement = bench.judge("each/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge);
  EXPECT_THAT(decision_of(judgement).objections().front().found, HasSubstr("linux/arm64"));
}

TEST(JudgedPlatforms, ThatAreNotThereAreNotSatisfied) {
  Bench bench;
  const std::string path = "each/app";
  bench.put_image(path, "child-amd64.json");
  const Digest index =
      bench.upstream().put_manifest(path, signed_file("index.json"), std::string(media_type::kOciIndex));
  bench.sign_by_tag(path, index, "index");
  sign_child(bench, path, "amd64");
  const Judgement judgement = bench.judge(path, index.text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead_of(judgement), Reason::kPlatformNotCovered);
}

TEST(JudgedPlatforms, AreReachedThroughTheIndexAloneWhereTheRuleAsksForOne) {
  Bench bench;
  const Digest index = bench.put_index("whole/app", "1.0");
  bench.sign_by_tag("whole/app", index, "index");
  sign_child(bench, "whole/app", "amd64");
  const Judgement alone = bench.judge("whole/app", child("amd64").text());
  ASSERT_FALSE(is_admitted(alone));
  EXPECT_EQ(lead_of(alone), Reason::kPlatformNotCovered);
  EXPECT_TRUE(is_admitted(bench.judge("whole/app", "1.0")));
  EXPECT_TRUE(is_admitted(bench.judge("whole/app", child("amd64").text())));
}

TEST(EnclosedProvenance, CountsUnderTheSignatureOverTheIndex) {
  Bench bench;
  const Digest index = bench.put_built_index("built/app");
  const Judgement unsigned_index = bench.judge("built/app", index.text());
  ASSERT_FALSE(is_admitted(unsigned_index));
  EXPECT_EQ(lead_of(unsigned_index), Reason::kNoEvidence);
  bench.sign_by_tag("built/app", index, "built");
  bench.advance(std::chrono::seconds(6));
  EXPECT_TRUE(is_admitted(bench.judge("built/app", index.text())));
  EXPECT_TRUE(is_admitted(bench.judge("built/app", child("arm64").text())));
}

TEST(EnclosedProvenance, DoesNotCountUnderTheSignatureOverAPlatform) {
  Bench bench;
  bench.put_built_index("built/app");
  sign_child(bench, "built/app", "amd64");
  EXPECT_FALSE(is_admitted(bench.judge("built/app", child("amd64").text())));
}

TEST(EnclosedProvenance, IsCannotJudgeWhenItCannotBeHad) {
  for (const std::string lost : {"built-amd64.json", "built-amd64.statement"}) {
    Bench bench;
    const Digest index = bench.put_built_index("built/app");
    bench.sign_by_tag("built/app", index, "built");
    const std::string digest = Digest::of(signed_file(lost)).text();
    bench.upstream().fail_with([&](const std::string& call) -> std::optional<Error> {
      if (!call.ends_with(digest)) return std::nullopt;
      return Error{ErrorCode::kUnreachable, "gone"};
    });
    const Judgement judgement = bench.judge("built/app", index.text());
    ASSERT_FALSE(is_admitted(judgement)) << lost;
    EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge) << lost;
  }
}

TEST(EnclosedProvenance, HasTheBytesThatTheIndexNames) {
  const std::string statement = signed_file("built-amd64.statement");
  for (const std::string form : {"built", "artifact"}) {
    // Under this digest the upstream answers with other bytes, in which whoever has it could say anything.
    for (const std::string& sent : {statement, statement + " "}) {
      Bench bench;
      const Digest index = bench.put_built_index("built/app", form);
      bench.sign_by_tag("built/app", index, form);
      bench.upstream().put_blob_as("built/app", Digest::of(statement), sent);
      EXPECT_EQ(is_admitted(bench.judge("built/app", index.text())), sent == statement) << form;
    }
  }
}

TEST(EnclosedProvenance, IsAskedOfWhatOnlyCallsItselfAnAttestation) {
  // The second child could be run, and nothing is said about it.
  Bench bench;
  const Digest index = bench.put_built_index("built/app", "posing");
  bench.sign_by_tag("built/app", index, "posing");
  const Judgement judgement = bench.judge("built/app", index.text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead_of(judgement), Reason::kPlatformNotCovered);
}

}  // namespace
}  // namespace pullgate::proxy
