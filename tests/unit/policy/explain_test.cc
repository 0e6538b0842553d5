#include "policy/explain.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

bool is_one_plain_line(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
}

/// A decision whose every text comes from outside and is as bad as can be.
Decision hostile(std::size_t length) {
  std::string text = "\r\nX-Evil: 1 \"quoted\" \x1b[31m\xff\\";
  while (text.size() < length) text += "\xc3\xa4 and so on";
  return Decision::object(Scene(accept()).about(),
                          {.rule = std::string(63, 'r'),
                           .objections = {{Reason::kPayloadTypeMismatch, "apps/signature", text, text}},
                           .advice = text});
}

TEST(OneLine, NamesTheRuleTheReasonTheFindingTheRemedyAndTheDecision) {
  const Decision decision = Scene(signature("release")).signed_by("elsewhere").decide();
  const std::string line = one_line(decision);
  EXPECT_THAT(line, StartsWith("pullgate: apps: SIGNER_NOT_TRUSTED: signed by attestor 'elsewhere'"));
  EXPECT_THAT(line, HasSubstr("; sign sha256:"));
  EXPECT_THAT(line, EndsWith("; decision " + decision.id()));
}

TEST(OneLine, ShowsTheOperatorsAdvice) {
  Scene scene(signature("release"));
  scene.message = "Release with the org workflow.";
  EXPECT_THAT(one_line(scene.decide()), HasSubstr("Release with the org workflow."));
}

TEST(OneLine, SaysThatItCannotJudge) {
  EXPECT_THAT(one_line(Scene(signature("release")).missing().decide()),
              HasSubstr("cannot judge now: UPSTREAM_UNREACHABLE: referrers API: connection refused; try again"));
}

TEST(OneLine, SaysThatThereIsNoRule) {
  Scene scene(accept());
  scene.requested = reference("quay.io/acme/app:1");
  EXPECT_THAT(one_line(scene.decide()),
              StartsWith("pullgate: no rule: NO_RULE: no rule of the policy is about quay.io"));
}

TEST(OneLine, IsOnePlainShortLineWhateverItIsMadeOf) {
  for (const std::size_t length : {0U, 50U, 150U, 300U, 5000U}) {
    const std::string line = one_line(hostile(length));
    EXPECT_TRUE(is_one_plain_line(line)) << line;
    EXPECT_LE(line.size(), 300U) << line;
    EXPECT_THAT(line, HasSubstr("; decision "));
  }
}

TEST(OneLine, AbbreviatesDigests) {
  Scene scene(signature("release"));
  EXPECT_THAT(one_line(scene.decide()), Not(HasSubstr(scene.image.hex())));
  EXPECT_THAT(one_line(scene.decide()), HasSubstr(scene.image.hex().substr(0, 12)));
}

TEST(ReasonPhrase, IsOnePlainLineOfAtMostAHundredCharacters) {
  for (const std::size_t length : {0U, 50U, 5000U}) {
    const std::string phrase = reason_phrase(hostile(length));
    EXPECT_TRUE(is_one_plain_line(phrase)) << phrase;
    EXPECT_LE(phrase.size(), 100U);
  }
  EXPECT_THAT(reason_phrase(Scene(signature("release")).decide()), StartsWith("pullgate: apps: NO_EVIDENCE: "));
}

TEST(Paragraph, ShowsEveryRequirementAndEveryCandidate) {
  Scene scene(all_of({signature("release"), provenance("ci")}));
  scene.signed_by("release").add_failed(verify::EvidenceKind::kDsseEnvelope, Reason::kSignatureInvalid,
                                        "broken\x1b[0m");
  const std::string text = paragraph(scene.decide(), scene.gathered);
  EXPECT_THAT(text, StartsWith("DENIED ghcr.io/acme/app:v1.0\n"));
  EXPECT_THAT(text, HasSubstr("[met] apps/allOf[0]/signature"));
  EXPECT_THAT(text, HasSubstr("[NOT MET] apps/allOf[1]/provenance"));
  EXPECT_THAT(text, HasSubstr("place 1: not verified"));
  EXPECT_THAT(text, HasSubstr("SIGNATURE_INVALID: broken\\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("searched: referrers API"));
  EXPECT_THAT(text, EndsWith("\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Paragraph, ShowsGapsAndTheRetryTime) {
  Scene scene(signature("release"));
  scene.missing(Reason::kUpstreamRateLimited, std::chrono::seconds(9));
  const std::string text = paragraph(scene.decide(), scene.gathered);
  EXPECT_THAT(text, StartsWith("CANNOT JUDGE "));
  EXPECT_THAT(text, HasSubstr("could not search referrers API: UPSTREAM_RATE_LIMITED connection refused"));
  EXPECT_THAT(text, HasSubstr("try again in 9 s"));
}

TEST(Paragraph, AccentsTheVerdictTheReasonsAndThePlacesAndOnlyPrintableText) {
  const auto marked = [](Tone tone, std::string_view text) {
    EXPECT_TRUE(is_one_plain_line(std::string(text)));
    constexpr std::string_view kMarks = "+-?@";
    return kMarks[static_cast<std::size_t>(tone)] + std::string(text) + "|";
  };
  Scene scene(all_of({signature("release"), provenance("ci")}));
  scene.signed_by("release").add_failed(verify::EvidenceKind::kDsseEnvelope, Reason::kSignatureInvalid, "broken\x1b");
  scene.gathered.reports.back().place = "place\x1b[2J";
  const std::string text = paragraph(scene.decide(), scene.gathered, marked);
  EXPECT_THAT(text, StartsWith("-DENIED| ghcr.io/acme/app:v1.0\n"));
  EXPECT_THAT(text, HasSubstr("  -SIGNATURE_INVALID|  apps/allOf[1]/provenance\n"));
  EXPECT_THAT(text, HasSubstr(" at @place\\x1b[2J|: not verified\n"));
  EXPECT_THAT(text, HasSubstr(" failed -SIGNATURE_INVALID|: broken\\x1b\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  scene.missing(Reason::kUpstreamRateLimited, std::chrono::seconds(9));
  EXPECT_THAT(paragraph(scene.decide(), scene.gathered, marked),
              HasSubstr("could not search @referrers API|: ?UPSTREAM_RATE_LIMITED| connection refused"));
  EXPECT_THAT(paragraph(Scene(accept()).decide(), {}, marked), StartsWith("+ALLOWED| "));
}

TEST(Json, IsOneLineThatParses) {
  Scene scene(all_of({signature("release"), provenance("ci")}));
  scene.signed_by("release").add_failed(verify::EvidenceKind::kDsseEnvelope, Reason::kSignatureInvalid, "\n\xff\"");
  scene.missing(Reason::kUpstreamRateLimited, std::chrono::seconds(9));
  const Decision decision = scene.decide();
  const std::string text = json(decision, scene.gathered);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const nlohmann::json document = nlohmann::json::parse(text);
  EXPECT_EQ(document.at("decision"), decision.id());
  EXPECT_EQ(document.at("verdict"), "cannot-judge");
  EXPECT_EQ(document.at("mode"), "enforce");
  EXPECT_EQ(document.at("image"), "ghcr.io/acme/app:v1.0");
  EXPECT_EQ(document.at("digest"), scene.image.text());
  EXPECT_EQ(document.at("rule"), "apps");
  EXPECT_EQ(document.at("reason"), "UPSTREAM_RATE_LIMITED");
  EXPECT_EQ(document.at("message"), one_line(decision));
  EXPECT_EQ(document.at("objections").size(), decision.objections().size());
  EXPECT_EQ(document.at("requirements").size(), 3U);
  EXPECT_EQ(document.at("requirements")[1].at("state"), "met");
  EXPECT_EQ(document.at("evidence").size(), 2U);
  EXPECT_EQ(document.at("evidence")[0].at("verified"), true);
  EXPECT_EQ(document.at("evidence")[1].at("findings")[0].at("reason"), "SIGNATURE_INVALID");
  EXPECT_EQ(document.at("gaps")[0].at("reason"), "UPSTREAM_RATE_LIMITED");
  EXPECT_EQ(document.at("retryAfterSeconds"), 9);
}

TEST(Json, OfAnAllowanceHasNoReason) {
  Scene scene(accept());
  const nlohmann::json document = nlohmann::json::parse(json(scene.decide(), scene.gathered));
  EXPECT_EQ(document.at("verdict"), "allow");
  EXPECT_FALSE(document.contains("reason"));
}

}  // namespace
}  // namespace pullgate::policy
