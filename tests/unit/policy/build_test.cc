/// What a provenance leaf asks of the build, beside its builder and its source.

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/policy/scene.h"
#include "verify/json_document.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;
using verify::Stated;

constexpr const char* kByHand = "workflow_dispatch";

verify::Parameters parameters(std::string_view text) {
  return verify::Parameters(std::make_shared<const nlohmann::json>(parse_json(text).value()));
}

JsonPointer place(std::string_view text) {
  return JsonPointer::parse(text).value();
}

ProvenanceLeaf leaf_with(const std::function<void(ProvenanceLeaf&)>& change) {
  ProvenanceLeaf leaf;
  leaf.builder = "ci";
  change(leaf);
  return leaf;
}

/// Provenance of the builder with something more in it.
verify::Provenance built_with(const std::function<void(verify::Provenance&)>& change) {
  verify::Provenance made = Scene::built();
  change(made);
  return made;
}

Verdict verdict(const ProvenanceLeaf& leaf, const verify::Provenance& made) {
  return Scene({leaf}).attested_by("builder", made).decide().verdict();
}

Objection refusal(const ProvenanceLeaf& leaf, const verify::Provenance& made) {
  const Decision decision = Scene({leaf}).attested_by("builder", made).decide();
  EXPECT_EQ(decision.verdict(), Verdict::kDeny);
  if (decision.objections().empty()) return {Reason::kNoRule, {}, {}, {}};
  return decision.objections().front();
}

SourceRequirement at_ref(const std::function<void(SourceRequirement&)>& change) {
  SourceRequirement source;
  change(source);
  return source;
}

TEST(SourceOfBuild, IsOfABranchOrATagAndNotOfWhatIsCalledLikeIt) {
  const auto ref = [](const char* text) { return built_with([&](auto& made) { made.source->ref = text; }); };
  const ProvenanceLeaf branch =
      leaf_with([](auto& leaf) { leaf.source = at_ref([](auto& s) { s.branch = text_template("main"); }); });
  EXPECT_EQ(verdict(branch, ref("refs/heads/main")), Verdict::kAllow);
  for (const char* other : {"refs/tags/main", "refs/heads/mainline", "main", "refs/heads/a/main", "", "refs/heads/",
                            "refs/remotes/refs/heads/main"}) {
    EXPECT_EQ(refusal(branch, ref(other)).reason, Reason::kSourceNotAllowed) << other;
  }
  const ProvenanceLeaf tag =
      leaf_with([](auto& leaf) { leaf.source = at_ref([](auto& s) { s.tag = text_template("{tag}"); }); });
  EXPECT_EQ(verdict(tag, ref("refs/tags/v1.0")), Verdict::kAllow);
  EXPECT_EQ(refusal(tag, ref("refs/heads/v1.0")).reason, Reason::kSourceNotAllowed);
  EXPECT_EQ(refusal(tag, ref("refs/tags/v1.1")).reason, Reason::kTagSourceMismatch);
  const ProvenanceLeaf versioned = leaf_with([](auto& leaf) {
    leaf.source = at_ref([](auto& s) { s.versioned_tag = VersionPrefix::parse("v1.2").value(); });
  });
  EXPECT_EQ(verdict(versioned, ref("refs/tags/v1.2.3")), Verdict::kAllow);
  for (const char* other : {"refs/tags/v1.3.0", "refs/heads/v1.2.3", "v1.2.3", "", "refs/tags/"}) {
    EXPECT_EQ(refusal(versioned, ref(other)).reason, Reason::kSourceNotAllowed) << other;
  }
  EXPECT_THAT(refusal(versioned, ref("refs/tags/v1.3.0")).remedy, HasSubstr("a tag of version v1.2 is required"));
}

TEST(SourceOfBuild, MatchesNoGlobWhenItWasLeftOut) {
  for (const auto& everything : {at_ref([](auto& s) { s.branch = text_template("**"); }),
                                 at_ref([](auto& s) { s.tag = text_template("**"); })}) {
    const ProvenanceLeaf leaf = leaf_with([&](auto& made) { made.source = everything; });
    for (const char* ref : {"", "refs/heads/", "refs/tags/", "refs/pull/1/merge"}) {
      EXPECT_EQ(refusal(leaf, built_with([&](auto& made) { made.source->ref = ref; })).reason,
                Reason::kSourceNotAllowed);
    }
  }
}

TEST(WorkflowOfBuild, IsTheOneThatWasNamed) {
  const auto by = [](const char* path) { return built_with([&](auto& made) { made.entry_point = path; }); };
  const ProvenanceLeaf leaf =
      leaf_with([](auto& made) { made.workflow = text_template(".github/workflows/release-*.yml"); });
  EXPECT_EQ(verdict(leaf, by(".github/workflows/release-app.yml")), Verdict::kAllow);
  EXPECT_EQ(refusal(leaf, by(".github/workflows/test.yml")).reason, Reason::kWorkflowNotAllowed);
  EXPECT_EQ(refusal(leaf, by(".github/workflows/release-a/b.yml")).reason, Reason::kWorkflowNotAllowed);
  const ProvenanceLeaf any = leaf_with([](auto& made) { made.workflow = text_template("**"); });
  const Objection left_out = refusal(any, by(""));
  EXPECT_EQ(left_out.reason, Reason::kWorkflowNotAllowed);
  EXPECT_THAT(left_out.found, HasSubstr("does not say"));
}

TEST(TriggerOfBuild, IsOneOfThoseThatWereNamed) {
  const auto by = [](const char* event) { return built_with([&](auto& made) { made.run.trigger = event; }); };
  const ProvenanceLeaf leaf = leaf_with([](auto& made) { made.triggers = {"push", kByHand}; });
  EXPECT_EQ(verdict(leaf, by("push")), Verdict::kAllow);
  EXPECT_EQ(verdict(leaf, by(kByHand)), Verdict::kAllow);
  EXPECT_EQ(refusal(leaf, by("pull_request_target")).reason, Reason::kTriggerNotAllowed);
  EXPECT_EQ(refusal(leaf, by("")).reason, Reason::kTriggerNotAllowed);
  EXPECT_THAT(refusal(leaf, by("schedule")).remedy, HasSubstr("'push' or 'workflow_dispatch'"));
}

verify::Provenance started_with(std::map<std::string, std::string> inputs, const char* trigger = kByHand) {
  return built_with([&](auto& made) {
    made.run.trigger = trigger;
    made.inputs = std::move(inputs);
  });
}

TEST(InputsOfBuild, AreWhatWasTyped) {
  const ProvenanceLeaf leaf = leaf_with([](auto& made) { made.inputs = {{"version", text_template("1.*")}}; });
  EXPECT_EQ(verdict(leaf, started_with({{"version", "1.2"}, {"other", "x"}})), Verdict::kAllow);
  EXPECT_EQ(refusal(leaf, started_with({{"version", "2.0"}})).reason, Reason::kInputNotAllowed);
  EXPECT_EQ(refusal(leaf, started_with({{"Version", "1.2"}})).reason, Reason::kInputNotAllowed);
  EXPECT_EQ(refusal(leaf, started_with({})).reason, Reason::kInputNotAllowed);
  const ProvenanceLeaf any = leaf_with([](auto& made) { made.inputs = {{"version", text_template("**")}}; });
  EXPECT_EQ(refusal(any, started_with({{"version", ""}})).reason, Reason::kInputNotAllowed);
}

TEST(InputsOfBuild, AreThereOnlyWhenSomebodyStartedIt) {
  const ProvenanceLeaf leaf = leaf_with([](auto& made) { made.inputs = {{"version", text_template("1.*")}}; });
  for (const char* trigger : {"push", "workflow_call", "repository_dispatch", ""}) {
    EXPECT_EQ(refusal(leaf, started_with({{"version", "1.2"}}, trigger)).reason, Reason::kInputNotAllowed) << trigger;
  }
}

verify::Provenance with_parameters(std::string_view text, Stated complete = Stated::kYes) {
  return built_with([&](auto& made) {
    made.parameters = parameters(text);
    made.parameters_are_complete = complete;
  });
}

ProvenanceLeaf wanting(std::initializer_list<std::pair<const char*, const char*>> wanted, UnexpectedParameters others) {
  return leaf_with([&](auto& leaf) {
    for (const auto& [pointer, value] : wanted) leaf.parameters.push_back({place(pointer), text_template(value)});
    leaf.unexpected_parameters = others;
  });
}

TEST(ParametersOfBuild, AreComparedWhereTheyAre) {
  const ProvenanceLeaf leaf =
      wanting({{"/args/target", "release-*"}, {"/args/jobs", "4"}, {"/push", "true"}}, UnexpectedParameters::kAllow);
  EXPECT_EQ(verdict(leaf, with_parameters(R"({"args":{"target":"release-amd64","jobs":4},"push":true,"more":1})")),
            Verdict::kAllow);
  for (const char* other :
       {R"({"args":{"target":"debug","jobs":4},"push":true})",
        R"({"args":{"target":"release-a","jobs":40},"push":true})",
        R"({"args":{"target":"release-a","jobs":4},"push":false})", R"({"args":{"target":"release-a"},"push":true})",
        R"({"args":{"target":"","jobs":4},"push":true})", R"({"args":{"target":["release-a"],"jobs":4},"push":true})",
        R"({"args.target":"release-a"})", "{}", "null"}) {
    EXPECT_EQ(refusal(leaf, with_parameters(other)).reason, Reason::kParameterNotAllowed) << other;
  }
  EXPECT_THAT(refusal(leaf, with_parameters(R"({"args":{"target":"debug"}})")).found,
              HasSubstr("external parameter /args/target is 'debug'"));
}

TEST(ParametersOfBuild, ThatNobodyExpectedAreRefusedWhereTheRuleSaysSo) {
  const ProvenanceLeaf leaf = wanting({{"/args/target", "release"}}, UnexpectedParameters::kDeny);
  EXPECT_EQ(verdict(leaf, with_parameters(R"({"args":{"target":"release"},"secrets":[],"ssh":{},"x":null})")),
            Verdict::kAllow);
  const Objection objection =
      refusal(leaf, with_parameters(R"({"args":{"target":"release","evil":"1"},"a":1,"b":2,"c":3,"d":4})"));
  EXPECT_EQ(objection.reason, Reason::kParameterNotAllowed);
  EXPECT_THAT(objection.found, HasSubstr("/a, /args/evil, /b, and more"));
  EXPECT_THAT(objection.remedy, HasSubstr("unexpectedParameters: allow"));
}

TEST(ParametersOfBuild, HoldNothingUnexpectedOnlyWhenTheyAreComplete) {
  const ProvenanceLeaf leaf = wanting({{"/target", "release"}}, UnexpectedParameters::kDeny);
  for (const Stated stated : {Stated::kNothing, Stated::kNo}) {
    EXPECT_EQ(refusal(leaf, with_parameters(R"({"target":"release"})", stated)).reason, Reason::kProvenanceIncomplete);
  }
  const ProvenanceLeaf generous = wanting({{"/target", "release"}}, UnexpectedParameters::kAllow);
  EXPECT_EQ(verdict(generous, with_parameters(R"({"target":"release"})", Stated::kNo)), Verdict::kAllow);
  // None at all, and known to be none.
  const ProvenanceLeaf none = wanting({}, UnexpectedParameters::kDeny);
  EXPECT_EQ(verdict(none, with_parameters("{}")), Verdict::kAllow);
  EXPECT_EQ(refusal(none, Scene::built()).reason, Reason::kProvenanceIncomplete);
}

TEST(ParametersOfBuild, AreExpectedWhereTheRuleAsksForWhatTheyHold) {
  const verify::Provenance made = built_with([](auto& it) {
    it.parameters = parameters(R"({"w":{"repository":"r","ref":"x","path":"p"},"inputs":{"a":"1"}})");
    it.parameters_are_complete = Stated::kYes;
    it.parameter_places = {.repository = {place("/w/repository")},
                           .ref = {place("/w/ref")},
                           .commit = {},
                           .entry_point = {place("/w/path")},
                           .inputs = {place("/inputs")}};
    it.entry_point = "p";
    it.run.trigger = kByHand;
    it.inputs = {{"a", "1"}};
  });
  ProvenanceLeaf leaf = leaf_with([](auto& it) {
    it.source = at_ref([](auto& source) {
      source.repository = text_template("**");
      source.tag = text_template("{tag}");
    });
    it.workflow = text_template("p");
    it.inputs = {{"a", text_template("1")}};
    it.unexpected_parameters = UnexpectedParameters::kDeny;
  });
  EXPECT_EQ(verdict(leaf, made), Verdict::kAllow);
  ProvenanceLeaf less = leaf;
  less.source->repository.reset();
  EXPECT_THAT(refusal(less, made).found, HasSubstr("/w/repository"));
  less = leaf;
  less.source->tag.reset();
  EXPECT_THAT(refusal(less, made).found, HasSubstr("/w/ref"));
  less = leaf;
  less.workflow.reset();
  EXPECT_THAT(refusal(less, made).found, HasSubstr("/w/path"));
  less = leaf;
  less.inputs.clear();
  EXPECT_THAT(refusal(less, made).found, HasSubstr("workflow input 'a'"));
}

verify::Provenance made_of(std::vector<verify::Material> materials, Stated complete = Stated::kNothing) {
  return built_with([&](auto& made) {
    made.materials = std::move(materials);
    made.materials_are_complete = complete;
  });
}

const verify::Material kCheckout = {
    "git+https://github.com/acme/app@refs/tags/v1.0", "", {{"sha1", std::string(40, 'a')}}};
const verify::Material kCompiler = {"https://example.com/gcc.tar.xz", "", {{"sha256", std::string(64, 'a')}}};

ProvenanceLeaf allowing(std::initializer_list<const char*> patterns) {
  return leaf_with([&](auto& leaf) {
    leaf.materials.emplace();
    for (const char* pattern : patterns) leaf.materials->allow.push_back(text_template(pattern));
  });
}

TEST(MaterialsOfBuild, AreAllAmongThoseThatAreAllowed) {
  const ProvenanceLeaf leaf = allowing({"git+https://github.com/acme/{repo}@**", "https://example.com/*"});
  EXPECT_EQ(verdict(leaf, made_of({kCheckout, kCompiler})), Verdict::kAllow);
  verify::Material other = kCompiler;
  other.uri = "https://evil.example/gcc.tar.xz";
  const Objection objection = refusal(leaf, made_of({kCheckout, other, kCompiler}));
  EXPECT_EQ(objection.reason, Reason::kMaterialNotAllowed);
  EXPECT_THAT(objection.found, HasSubstr("https://evil.example/gcc.tar.xz"));
  verify::Material nameless = kCompiler;
  nameless.uri = "";
  nameless.name = "gcc";
  EXPECT_EQ(refusal(allowing({"**"}), made_of({nameless})).reason, Reason::kMaterialNotAllowed);
}

TEST(MaterialsOfBuild, HaveToBePinned) {
  verify::Material loose = kCompiler;
  loose.digest.clear();
  const Objection objection = refusal(allowing({"**"}), made_of({kCheckout, loose}));
  EXPECT_EQ(objection.reason, Reason::kMaterialNotAllowed);
  EXPECT_THAT(objection.found, HasSubstr("has no digest"));
  verify::Material trap = kCheckout;
  trap.digest = {{"sha256", std::string(40, 'a')}};
  EXPECT_EQ(refusal(allowing({"**"}), made_of({trap})).reason, Reason::kMaterialNotAllowed);
}

TEST(MaterialsOfBuild, ThatWereNotRecordedAreNotKnownToBeNone) {
  EXPECT_EQ(refusal(allowing({"**"}), made_of({})).reason, Reason::kProvenanceIncomplete);
  EXPECT_EQ(refusal(allowing({"**"}), made_of({}, Stated::kNo)).reason, Reason::kProvenanceIncomplete);
  EXPECT_EQ(verdict(allowing({"**"}), made_of({}, Stated::kYes)), Verdict::kAllow);
  ProvenanceLeaf leaf = allowing({"**"});
  leaf.materials->completeness = BuilderClaim::kRequired;
  EXPECT_EQ(refusal(leaf, made_of({kCheckout})).reason, Reason::kProvenanceIncomplete);
  EXPECT_EQ(refusal(leaf, made_of({kCheckout}, Stated::kNo)).reason, Reason::kProvenanceIncomplete);
  EXPECT_EQ(verdict(leaf, made_of({kCheckout}, Stated::kYes)), Verdict::kAllow);
}

TEST(ClaimsOfBuilder, HaveToBeMadeWhereTheyAreRequired) {
  const ProvenanceLeaf hermetic = leaf_with([](auto& leaf) { leaf.hermetic = BuilderClaim::kRequired; });
  const ProvenanceLeaf reproducible = leaf_with([](auto& leaf) { leaf.reproducible = BuilderClaim::kRequired; });
  for (const Stated stated : {Stated::kNothing, Stated::kNo}) {
    EXPECT_EQ(refusal(hermetic, built_with([&](auto& made) { made.hermetic = stated; })).reason,
              Reason::kBuildNotHermetic);
    EXPECT_EQ(refusal(reproducible, built_with([&](auto& made) { made.reproducible = stated; })).reason,
              Reason::kBuildNotReproducible);
  }
  EXPECT_EQ(verdict(hermetic, built_with([](auto& made) { made.hermetic = Stated::kYes; })), Verdict::kAllow);
  EXPECT_EQ(verdict(reproducible, built_with([](auto& made) { made.reproducible = Stated::kYes; })), Verdict::kAllow);
}

TEST(ProvenanceLeaf, ReportsTheNearMissThatCameFurthestOfManyAsks) {
  ProvenanceLeaf leaf = leaf_with([](auto& made) {
    made.triggers = {"push"};
    made.hermetic = BuilderClaim::kRequired;
  });
  verify::Provenance by_push = built_with([](auto& made) { made.run.trigger = "push"; });
  verify::Provenance by_schedule = built_with([](auto& made) { made.run.trigger = "schedule"; });
  const Decision decision = Scene({leaf}).attested_by("builder", by_schedule).attested_by("builder", by_push).decide();
  EXPECT_EQ(lead(decision), Reason::kBuildNotHermetic);
}

}  // namespace
}  // namespace pullgate::policy
