#include "proxy/pull/judge.h"

#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using tests::Bench;
using tests::decision_of;
using tests::is_admitted;
using tests::signed_file;

Reason lead(const Judgement& judgement) {
  return decision_of(judgement).objections().at(0).reason;
}

TEST(Judge, AdmitsASignedImageAndItsVeryBytes) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_TRUE(is_admitted(judgement));
  const auto& admission = std::get<Admission>(judgement);
  EXPECT_EQ(admission.content().bytes(), signed_file("app.json"));
  EXPECT_EQ(admission.content().digest(), app);
  EXPECT_EQ(admission.media_type(), media_type::kOciManifest);
  EXPECT_EQ(admission.ground(), Admission::Ground::kDecision);
  EXPECT_EQ(decision_of(judgement).rule(), "signed");
}

TEST(Judge, DeniesAnUnsignedImageAndSaysWhereItLooked) {
  Bench bench;
  bench.put_image("acme/app", "app.json", "1.0");
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_TRUE(std::holds_alternative<Refusal>(judgement));
  EXPECT_EQ(lead(judgement), Reason::kNoEvidence);
  const auto& places = std::get<Refusal>(judgement).judged.gathered->places;
  EXPECT_EQ(places.size(), 4U);
}

TEST(Judge, FindsSignaturesInEveryPlace) {
  for (const int place : {0, 1, 2, 3}) {
    Bench bench;
    const Digest app = bench.put_image("acme/app", "app.json", "1.0");
    if (place == 0) bench.sign_by_tag("acme/app", app, "app");
    if (place == 1) bench.sign_by_referrer("acme/app", app, app, "app");
    if (place >= 2) {
      if (place == 2) bench.upstream().without_referrers_api();
      const Digest referrer = bench.sign_by_referrer("acme/app", Digest::of("elsewhere"), app, "app");
      const std::string index = std::string(R"({"schemaVersion":2,"mediaType":")") +
                                std::string(media_type::kOciIndex) + R"(","manifests":[{"mediaType":")" +
                                std::string(media_type::kOciManifest) + R"(","digest":")" + referrer.text() +
                                R"(","size":700}]})";
      bench.upstream().put_tag("acme/app", verify::referrers_tag(app),
                               bench.upstream().put_manifest("acme/app", index));
    }
    EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0"))) << place;
  }
}

TEST(Judge, DoesNotTakeAnotherImagesSignature) {
  Bench bench;
  const Digest other = bench.put_image("acme/app", "other.json", "1.0");
  bench.sign_by_tag("acme/app", other, "app");
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead(judgement), Reason::kSubjectMismatch);
}

TEST(Judge, SetsAsideAReferrerThatRefersToAnotherImage) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  const Digest other = bench.put_image("acme/app", "other.json");
  // A signature of this image, filed here, whose manifest says that it is about another.
  bench.sign_by_referrer("acme/app", app, other, "app");
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead(judgement), Reason::kSubjectMismatch);
}

TEST(Judge, NeverTakesAManifestThatIsNotTheOneAskedForCve202333959) {
  Bench bench;
  const Digest wanted = Digest::of("wanted");
  bench.upstream().put_manifest_as("open/app", wanted, signed_file("app.json"));
  const Judgement judgement = bench.judge("open/app", wanted.text());
  ASSERT_TRUE(std::holds_alternative<Unavailable>(judgement));
  EXPECT_EQ(std::get<Unavailable>(judgement).error.code, ErrorCode::kUpstreamInvalid);
}

TEST(Judge, NeverTakesABlobThatIsNotTheEvidenceThatWasNamed) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  bench.upstream().put_blob_as("acme/app", Digest::of(signed_file("app.payload")), "something else");
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge);
}

TEST(Judge, ServesTheBytesItJudgedWhenTheTagMovesMeanwhileCve202247633GhsaWfqxGjrfG28r) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  const Digest other = bench.put_image("acme/app", "other.json");
  bench.upstream().fail_with([&](const std::string& call) -> std::optional<Error> {
    // As soon as the tag has been read, it points elsewhere.
    if (call.starts_with("referrers")) {
      asio::post(bench.loop(), [&] { bench.upstream().put_tag("acme/app", "1.0", other); });
    }
    return std::nullopt;
  });
  const Judgement first = bench.judge("acme/app", "1.0");
  ASSERT_TRUE(is_admitted(first));
  EXPECT_EQ(std::get<Admission>(first).content().bytes(), signed_file("app.json"));
  EXPECT_FALSE(is_admitted(bench.judge("acme/app", "1.0")));
}

TEST(Judge, ResolvesATagAnewEachTimeAndADigestOnce) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_EQ(bench.upstream().count("manifest 1.0"), 3U);
  EXPECT_EQ(bench.upstream().count("referrers"), 1U);
  bench.upstream().forget_calls();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_admitted(bench.judge("acme/app", app.text())));
  EXPECT_TRUE(bench.upstream().calls().empty());
}

TEST(Judge, WorksOnceForAHundredWhoAsk) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  bench.upstream().hold();
  std::size_t admitted = 0;
  const auto ask = [](Bench& on, std::size_t& count) -> asio::awaitable<void> {
    const Judgement judgement = co_await on.judge().judge(Repository::parse("registry.test", "acme/app").value(),
                                                          parse_tag_or_digest("1.0").value());
    if (is_admitted(judgement)) ++count;
  };
  for (int i = 0; i < 100; ++i) asio::co_spawn(bench.loop(), ask(bench, admitted), asio::detached);
  bench.run_until([&] { return bench.upstream().count("manifest 1.0") == 1; });
  bench.upstream().release();
  bench.run_until([&] { return admitted == 100; });
  EXPECT_EQ(bench.upstream().count("manifest 1.0"), 1U);
  EXPECT_EQ(bench.upstream().count("referrers"), 1U);
  EXPECT_EQ(bench.upstream().count("small"), 1U);
}

TEST(Judge, GoesOnWhenTheFirstWhoAskedHasGone) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  bench.upstream().hold();
  const auto ask = [&]() -> asio::awaitable<void> {
    co_await bench.judge().judge(Repository::parse("registry.test", "acme/app").value(), app);
  };
  asio::cancellation_signal leave;
  bool has_left = false;
  asio::co_spawn(bench.loop(), ask,
                 asio::bind_cancellation_slot(leave.slot(), [&](const std::exception_ptr&) { has_left = true; }));
  bench.run_until([&] { return bench.upstream().count("manifest") == 1; });
  leave.emit(asio::cancellation_type::terminal);
  bench.run_until([&] { return has_left; });
  bench.upstream().release();
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", app.text())));
  EXPECT_EQ(bench.upstream().count("manifest " + app.text()), 1U);
}

TEST(Judge, RepeatsADenialForAWhileAndThenLooksAgain) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  EXPECT_FALSE(is_admitted(bench.judge("acme/app", "1.0")));
  bench.sign_by_tag("acme/app", app, "app");
  bench.advance(4'999ms);
  EXPECT_FALSE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_EQ(bench.upstream().count("referrers"), 1U);
  bench.advance(1ms);
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_EQ(bench.upstream().count("referrers"), 2U);
}

/// An allowance stands on what was found, and where the next report may be a bad one, that is not for ever.
TEST(Judge, LooksAgainWhereAFurtherAttestationCanEndAnAllowance) {
  for (const bool by_digest : {false, true}) {
    Bench bench;
    const Digest app = bench.put_image("scanned/app", "app.json", "1.0");
    bench.attest("scanned/app", app, {"app-clean"});
    EXPECT_TRUE(is_admitted(bench.judge("scanned/app", "1.0")));
    bench.attest("scanned/app", app, {"app-clean", "app-dirty"});
    const std::string reference = by_digest ? app.text() : "1.0";
    bench.advance(59'999ms);
    EXPECT_TRUE(is_admitted(bench.judge("scanned/app", reference)));
    bench.advance(1ms);
    EXPECT_FALSE(is_admitted(bench.judge("scanned/app", reference)));
  }
}

TEST(Judge, DoesNotLookAgainWhereEvidenceCanOnlyHelp) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  bench.advance(std::chrono::hours(10));
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_EQ(bench.upstream().count("referrers"), 1U);
}

TEST(Judge, DoesNotRememberThatItCouldNotJudge) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  bench.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call.ends_with(".sig")) return Error{ErrorCode::kUnreachable, "no route", 7s};
    return std::nullopt;
  });
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge);
  EXPECT_EQ(lead(judgement), Reason::kUpstreamUnreachable);
  EXPECT_EQ(decision_of(judgement).retry_after(), 7s);
  bench.upstream().fail_with({});
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
}

TEST(Judge, AnswersWhenItsTimeIsOver) {
  Bench bench({.deadline = 5ms});
  bench.put_image("acme/app", "app.json", "1.0");
  bench.upstream().hold();
  const Judgement nothing = bench.judge("acme/app", "1.0");
  ASSERT_TRUE(std::holds_alternative<Unavailable>(nothing));
  EXPECT_EQ(std::get<Unavailable>(nothing).error.code, ErrorCode::kTimedOut);
}

TEST(Judge, CannotJudgeWhenGatheringEvidenceTakesTooLong) {
  Bench bench({.deadline = 200ms});
  bench.put_image("acme/app", "app.json", "1.0");
  bench.upstream().hold_calls_of("referrers");
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_TRUE(std::holds_alternative<Refusal>(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge);
  EXPECT_TRUE(decision_of(judgement).retry_after().has_value());
}

TEST(Judge, AsksForNoEvidenceWhereNoneIsNeeded) {
  Bench bench;
  bench.put_image("open/app", "app.json", "1.0");
  bench.put_image("closed/app", "app.json", "1.0");
  bench.put_image("nowhere/app", "app.json", "1.0");
  EXPECT_TRUE(is_admitted(bench.judge("open/app", "1.0")));
  EXPECT_EQ(lead(bench.judge("closed/app", "1.0")), Reason::kRejectedByRule);
  EXPECT_EQ(lead(bench.judge("nowhere/app", "1.0")), Reason::kNoRule);
  EXPECT_EQ(bench.upstream().count("referrers"), 0U);
}

TEST(Judge, ServesWithAWarningWhereTheRuleWarns) {
  Bench bench;
  bench.put_image("warned/app", "app.json", "1.0");
  const Judgement judgement = bench.judge("warned/app", "1.0");
  ASSERT_TRUE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kWarn);
  EXPECT_EQ(lead(judgement), Reason::kNoEvidence);
}

TEST(Judge, RefusesAManifestThatClientsReadDifferentlyWhateverTheRule) {
  Bench bench;
  for (const char* path : {"acme/app", "open/app", "warned/app"}) {
    const Digest digest = bench.upstream().put_manifest(path, R"({"schemaVersion":2,"Layers":[],"layers":[]})");
    bench.upstream().put_tag(path, "1.0", digest);
    const Judgement judgement = bench.judge(path, "1.0");
    ASSERT_FALSE(is_admitted(judgement)) << path;
    EXPECT_EQ(lead(judgement), Reason::kManifestInvalid) << path;
  }
}

TEST(Judge, TellsWhatTheUpstreamSaidWhenThereIsNoManifest) {
  for (const ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kUnauthorized, ErrorCode::kRateLimited,
                               ErrorCode::kUnreachable, ErrorCode::kTimedOut, ErrorCode::kUpstreamInvalid}) {
    Bench bench;
    bench.upstream().fail_with([&](const std::string&) { return Error{code, "said so"}; });
    const Judgement judgement = bench.judge("acme/app", "1.0");
    ASSERT_TRUE(std::holds_alternative<Unavailable>(judgement));
    EXPECT_EQ(std::get<Unavailable>(judgement).error.code, code);
  }
}

TEST(Judge, AdmitsTheChildrenOfAnAdmittedIndex) {
  Bench bench;
  const Digest index = bench.put_index("acme/app", "1.0");
  bench.sign_by_tag("acme/app", index, "index");
  ASSERT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  const Digest child = Digest::of(signed_file("child-amd64.json"));
  const Judgement judgement = bench.judge("acme/app", child.text());
  ASSERT_TRUE(is_admitted(judgement));
  const auto& admission = std::get<Admission>(judgement);
  EXPECT_EQ(admission.ground(), Admission::Ground::kCoveredByIndex);
  EXPECT_EQ(admission.index(), index);
  EXPECT_EQ(admission.content().bytes(), signed_file("child-amd64.json"));
}

TEST(Judge, DoesNotCoverAChildThatTheRuleRejects) {
  Bench bench;
  const Digest index = bench.put_index("guarded/app", "1.0");
  bench.sign_by_tag("guarded/app", index, "index");
  ASSERT_TRUE(is_admitted(bench.judge("guarded/app", "1.0")));
  EXPECT_TRUE(is_admitted(bench.judge("guarded/app", Digest::of(signed_file("child-amd64.json")).text())));
  const Judgement judgement = bench.judge("guarded/app", Digest::of(signed_file("child-arm64.json")).text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead(judgement), Reason::kRejectedByRule);
}

TEST(Judge, JudgesAChildAloneByItsOwnEvidence) {
  Bench bench;
  bench.put_index("acme/app", "1.0");
  const Digest child = Digest::of(signed_file("child-amd64.json"));
  const Judgement judgement = bench.judge("acme/app", child.text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_NE(decision_of(judgement).objections().at(0).remedy.find("pull the index first"), std::string::npos);
}

TEST(Judge, NamesTheIndexThatDidNotCoverAChild) {
  Bench bench;
  bench.put_index("acme/app", "1.0");
  EXPECT_FALSE(is_admitted(bench.judge("acme/app", "1.0")));
  const Judgement judgement = bench.judge("acme/app", Digest::of(signed_file("child-amd64.json")).text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead(judgement), Reason::kPlatformNotCovered);
}

TEST(Judge, DoesNotCoverAChildInAnotherRepositoryOrUnderATag) {
  Bench bench;
  const Digest index = bench.put_index("acme/app", "1.0");
  bench.sign_by_tag("acme/app", index, "index");
  ASSERT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  const Digest child = bench.put_image("acme/other", "child-amd64.json");
  EXPECT_FALSE(is_admitted(bench.judge("acme/other", child.text())));
  bench.upstream().put_tag("acme/app", "prod", child);
  EXPECT_FALSE(is_admitted(bench.judge("acme/app", "prod")));
}

// A decision that rests on an exception falls with it, and everything that followed from the decision.
TEST(Judge, ServesWhatAnExceptionWaivesUntilItExpires) {
  Bench bench;
  const Digest index = bench.put_index("acme/late", "1.0");
  const Digest child = Digest::of(signed_file("child-amd64.json"));
  const Digest other_child = Digest::of(signed_file("child-arm64.json"));
  const Digest layer = Digest::of(signed_file("layer"));
  ASSERT_TRUE(is_admitted(bench.judge("acme/late", "1.0")));
  ASSERT_TRUE(is_admitted(bench.judge("acme/late", child.text())));
  EXPECT_TRUE(bench.has_blob("acme/late", layer));
  bench.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
  EXPECT_TRUE(is_admitted(bench.judge("acme/late", "1.0")));
  EXPECT_TRUE(bench.has_blob("acme/late", layer));
  bench.advance(std::chrono::milliseconds(1));
  EXPECT_FALSE(bench.has_blob("acme/late", layer));
  EXPECT_FALSE(is_admitted(bench.judge("acme/late", other_child.text()))) << "no longer covered by its index";
  EXPECT_FALSE(is_admitted(bench.judge("acme/late", index.text()))) << "nor by the allowance under a tag";
  EXPECT_EQ(lead(bench.judge("acme/late", "1.0")), Reason::kNoEvidence);
}

// Whoever has the manifest already asks for its blobs alone, and never makes the image be judged again.
TEST(Judge, WithdrawsWhatAFurtherAttestationEnded) {
  Bench bench;
  const Digest app = bench.put_image("scanned/app", "app.json", "1.0");
  const Digest layer = Digest::of(signed_file("layer"));
  bench.attest("scanned/app", app, {"app-clean"});
  ASSERT_TRUE(is_admitted(bench.judge("scanned/app", "1.0")));
  EXPECT_TRUE(bench.has_blob("scanned/app", layer));
  bench.attest("scanned/app", app, {"app-clean", "app-dirty"});
  bench.advance(std::chrono::seconds(59));
  EXPECT_TRUE(bench.has_blob("scanned/app", layer));
  bench.advance(std::chrono::seconds(2));
  EXPECT_FALSE(bench.has_blob("scanned/app", layer));
}

TEST(Judge, PassesSignaturesByTheirStructure) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  const Digest signature = bench.sign_by_tag("acme/app", app, "app");
  const Judgement judgement = bench.judge("acme/app", verify::signature_tag(app));
  ASSERT_TRUE(is_admitted(judgement));
  EXPECT_EQ(std::get<Admission>(judgement).ground(), Admission::Ground::kEvidence);
  EXPECT_EQ(std::get<Admission>(judgement).content().digest(), signature);
  EXPECT_TRUE(bench.has_blob("acme/app", Digest::of(signed_file("app.payload"))));
}

TEST(Judge, PassesNoSignaturesWhereNoRuleSaysAnything) {
  Bench bench;
  const Digest image = bench.put_image("nobody/app", "app.json", "1.0");
  const Digest signature = bench.sign_by_tag("nobody/app", image, "app");
  const Judgement judgement = bench.judge("nobody/app", signature.text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead(judgement), Reason::kNoRule);
}

TEST(Judge, JudgesARunnableImageUnderASignaturesTag) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  const Digest other = bench.put_image("acme/app", "other.json");
  for (const std::string& tag :
       {verify::signature_tag(app), verify::attestation_tag(app), verify::referrers_tag(app)}) {
    bench.upstream().put_tag("acme/app", tag, other);
    EXPECT_FALSE(is_admitted(bench.judge("acme/app", tag))) << tag;
  }
}

/// An index like the referrers fallback tag's, over these manifests.
std::string referrers_index(const std::vector<Digest>& members) {
  std::string json = R"({"schemaVersion":2,"mediaType":")" + std::string(media_type::kOciIndex) + R"(","manifests":[)";
  for (const Digest& member : members) {
    if (json.back() != '[') json += ',';
    json += R"({"mediaType":")" + std::string(media_type::kOciManifest) + R"(","digest":")" + member.text() +
            R"(","size":700,"artifactType":"application/vnd.example"})";
  }
  return json + "]}";
}

TEST(Judge, PassesAListOfReferrersOnlyIfAllAreEvidence) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  const Digest other = bench.put_image("acme/app", "other.json");
  const Digest signature = bench.sign_by_referrer("acme/app", app, app, "app");
  const Digest foreign = bench.sign_by_referrer("acme/app", app, other, "index");
  const auto verdict_of = [&](const std::vector<Digest>& members) {
    const Digest index = bench.upstream().put_manifest("acme/app", referrers_index(members));
    return is_admitted(bench.judge("acme/app", index.text()));
  };
  EXPECT_TRUE(verdict_of({signature}));
  EXPECT_FALSE(verdict_of({signature, other}));
  EXPECT_FALSE(verdict_of({signature, foreign}));
  EXPECT_FALSE(verdict_of({signature, Digest::of("missing")}));
  EXPECT_FALSE(verdict_of({}));
}

TEST(Judge, SaysWhenThereIsTooMuchEvidenceCve202333958) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  for (std::size_t i = 0; i <= limits::kEvidencePieces; ++i) {
    bench.upstream().put_referrer("acme/app", app,
                                  {std::string(media_type::kOciManifest), Digest::of(std::to_string(i)), 100});
  }
  bench.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call.starts_with("manifest sha256:")) return Error{ErrorCode::kNotFound, "gone"};
    return std::nullopt;
  });
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge);
  const auto& gaps = std::get<Refusal>(judgement).judged.gathered->gaps;
  EXPECT_TRUE(std::ranges::any_of(gaps, [](const policy::Gap& gap) { return gap.reason == Reason::kLimitExceeded; }));
}

TEST(Judge, DistinguishesRepositoriesAndRemembersNothingAcrossThem) {
  Bench bench;
  const Digest app = bench.put_image("acme/app", "app.json", "1.0");
  bench.sign_by_tag("acme/app", app, "app");
  bench.put_image("acme/copy", "app.json", "1.0");
  EXPECT_TRUE(is_admitted(bench.judge("acme/app", "1.0")));
  EXPECT_FALSE(is_admitted(bench.judge("acme/copy", "1.0")));
  EXPECT_FALSE(is_admitted(bench.judge("acme/copy", app.text())));
}

}  // namespace
}  // namespace pullgate::proxy
