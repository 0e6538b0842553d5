/// Bases: found, read and judged for the sake of what is built on them.

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

using testing::HasSubstr;
using tests::Bench;
using tests::decision_of;
using tests::is_admitted;
using tests::lead_of;

struct Made {
  std::string repository;
  std::vector<std::string> layers;
  std::string base = {};  ///< "registry.test/open/base@sha256:..."
  std::string architecture = "amd64";
};

/// Named by what is in it, as a layer is.
std::string config_of(const Made& made) {
  std::string diff_ids;
  for (const std::string& layer : made.layers) {
    diff_ids += fmt::format("{}\"{}\"", diff_ids.empty() ? "" : ",", Digest::of(layer).text());
  }
  return fmt::format(R"({{"os":"linux","architecture":"{}","rootfs":{{"type":"layers","diff_ids":[{}]}}}})",
                     made.architecture, diff_ids);
}

std::string manifest_of(const Made& made, const std::string& config) {
  std::string layers;
  for (const std::string& layer : made.layers) {
    layers += fmt::format(R"({}{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{}","size":1}})",
                          layers.empty() ? "" : ",", Digest::of("gzip " + layer).text());
  }
  std::string annotations;
  if (!made.base.empty()) {
    annotations = fmt::format(R"(,"annotations":{{"org.opencontainers.image.base.name":"{}"}})", made.base);
  }
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{}","size":{}}},"layers":[{}]{}}})",
      media_type::kOciManifest, media_type::kOciConfig, Digest::of(config).text(), config.size(), layers, annotations);
}

Digest put(Bench& bench, const Made& made) {
  const std::string config = config_of(made);
  bench.upstream().put_blob(made.repository, config);
  return bench.upstream().put_manifest(made.repository, manifest_of(made, config));
}

std::string name_of(const std::string& repository, const Digest& digest) {
  return fmt::format("registry.test/{}@{}", repository, digest.text());
}

std::string found_in(const Judgement& judgement) {
  return decision_of(judgement).objections().front().found;
}

Digest put_index_of(Bench& bench, const std::string& repository,
                    const std::vector<std::pair<Digest, std::string>>& of) {
  std::string children;
  for (const auto& [digest, architecture] : of) {
    children +=
        fmt::format(R"({}{{"mediaType":"{}","digest":"{}","size":1,"platform":{{"os":"linux","architecture":"{}"}}}})",
                    children.empty() ? "" : ",", media_type::kOciManifest, digest.text(), architecture);
  }
  return bench.upstream().put_manifest(repository, fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", children));
}

TEST(JudgedBases, AreFoundByTheirNameAndComparedByTheirLayers) {
  Bench bench;
  const Digest base = put(bench, {"open/base", {"os"}});
  const Digest child = put(bench, {"based/app", {"os", "app"}, name_of("open/base", base)});
  const Digest liar = put(bench, {"based/app", {"other os", "app"}, name_of("open/base", base)});
  EXPECT_TRUE(is_admitted(bench.judge("based/app", child.text())));
  const Judgement denied = bench.judge("based/app", liar.text());
  ASSERT_FALSE(is_admitted(denied));
  EXPECT_EQ(lead_of(denied), Reason::kBaseNotProven);
}

TEST(JudgedBases, AreRecognisedByTheirLayersOnceTheyWereSeen) {
  Bench bench;
  const Digest base = put(bench, {"open/base", {"os"}});
  const Digest child = put(bench, {"based/app", {"os", "app"}});
  EXPECT_FALSE(is_admitted(bench.judge("based/app", child.text()))) << "nothing names its base";
  EXPECT_TRUE(is_admitted(bench.judge("open/base", base.text())));
  bench.advance(std::chrono::seconds(6));
  EXPECT_TRUE(is_admitted(bench.judge("based/app", child.text())));
  // What was seen elsewhere is no base.
  put(bench, {"acme/evil", {"evil"}});
  const Digest on_evil = put(bench, {"based/app", {"evil", "app"}});
  bench.judge("acme/evil", put(bench, {"acme/evil", {"evil"}}).text());
  EXPECT_FALSE(is_admitted(bench.judge("based/app", on_evil.text())));
}

TEST(JudgedBases, AreOfEveryPlatform) {
  Bench bench;
  const Digest base = put_index_of(
      bench, "open/base",
      {{put(bench, {"open/base", {"os"}}), "amd64"}, {put(bench, {"open/base", {"arm os"}, {}, "arm64"}), "arm64"}});
  const std::string named = name_of("open/base", base);
  const Digest amd64 = put(bench, {"based/app", {"os", "app"}, named});
  const Digest arm64 = put(bench, {"based/app", {"arm os", "app"}, named, "arm64"});
  const Digest other = put(bench, {"based/app", {"somebody's", "app"}, named, "arm64"});
  EXPECT_TRUE(is_admitted(
      bench.judge("based/app", put_index_of(bench, "based/app", {{amd64, "amd64"}, {arm64, "arm64"}}).text())));
  EXPECT_FALSE(is_admitted(
      bench.judge("based/app", put_index_of(bench, "based/app", {{amd64, "amd64"}, {other, "arm64"}}).text())));
  // A child that is not there yet may become anything.
  const Judgement gap = bench.judge(
      "based/app", put_index_of(bench, "based/app", {{amd64, "amd64"}, {Digest::of("later"), "arm64"}}).text());
  ASSERT_FALSE(is_admitted(gap));
  EXPECT_EQ(lead_of(gap), Reason::kPlatformNotCovered);
}

TEST(JudgedBases, MayBeAskedToSatisfyThePolicyThemselves) {
  Bench bench;
  const Digest allowed = put(bench, {"open/base", {"os"}});
  const Digest denied = put(bench, {"closed/base", {"closed os"}});
  EXPECT_TRUE(is_admitted(
      bench.judge("stacked/app", put(bench, {"stacked/app", {"os", "a"}, name_of("open/base", allowed)}).text())));
  const Judgement judgement = bench.judge(
      "stacked/app", put(bench, {"stacked/app", {"closed os", "b"}, name_of("closed/base", denied)}).text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(lead_of(judgement), Reason::kBaseNotAllowed);
  EXPECT_THAT(found_in(judgement), HasSubstr("closed/reject REJECTED_BY_RULE"));
}

TEST(JudgedBases, AreFollowedToADepthAndNoFurther) {
  Bench bench;
  std::vector<std::string> layers = {"os"};
  Digest below = put(bench, {"open/base", layers});
  std::string named = name_of("open/base", below);
  std::vector<Digest> stack;
  for (std::size_t i = 0; i < limits::kBaseDepth + 2; ++i) {
    layers.push_back("layer " + std::to_string(i));
    stack.push_back(put(bench, {"stacked/app", layers, named}));
    named = name_of("stacked/app", stack.back());
  }
  EXPECT_TRUE(is_admitted(bench.judge("stacked/app", stack[limits::kBaseDepth - 1].text())));
  Bench forgetful;
  layers = {"os"};
  named = name_of("open/base", put(forgetful, {"open/base", layers}));
  for (std::size_t i = 0; i < limits::kBaseDepth + 1; ++i) {
    layers.push_back("layer " + std::to_string(i));
    below = put(forgetful, {"stacked/app", layers, named});
    named = name_of("stacked/app", below);
  }
  const Judgement too_deep = forgetful.judge("stacked/app", below.text());
  ASSERT_FALSE(is_admitted(too_deep));
  EXPECT_EQ(lead_of(too_deep), Reason::kBaseNotAllowed);
}

TEST(JudgedBases, ThatCannotBeHadNowLeaveTheImageUnjudged) {
  Bench bench;
  const Digest base = put(bench, {"open/base", {"os"}});
  const Digest child = put(bench, {"based/app", {"os", "app"}, name_of("open/base", base)});
  bool is_down = true;
  bench.upstream().fail_with([&](const std::string& call) -> std::optional<Error> {
    if (is_down && call == "manifest " + base.text()) return Error{ErrorCode::kUnreachable, "connection refused"};
    return std::nullopt;
  });
  const Judgement judgement = bench.judge("based/app", child.text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge);
  is_down = false;
  EXPECT_TRUE(is_admitted(bench.judge("based/app", child.text())));
}

TEST(JudgedBases, AreNotLookedForWherePullgateDoesNotGo) {
  Bench bench;
  const Digest child = put(bench, {"based/app", {"os", "app"}, "elsewhere.test/os@" + Digest::of("os").text()});
  const Judgement judgement = bench.judge("based/app", child.text());
  ASSERT_FALSE(is_admitted(judgement));
  EXPECT_EQ(decision_of(judgement).verdict(), policy::Verdict::kCannotJudge) << "not the image's fault";
  EXPECT_EQ(lead_of(judgement), Reason::kUpstreamUnreachable);
  EXPECT_THAT(found_in(judgement), HasSubstr("no upstream is configured for elsewhere.test"));
  EXPECT_THAT(decision_of(judgement).objections().front().remedy, HasSubstr("add elsewhere.test to the upstreams"));
}

// A config whose layers are not those of the manifest would let the base be proven by layers that nobody unpacks.
TEST(JudgedBases, AreComparedByConfigsThatFitTheirManifests) {
  Bench bench;
  const Digest base = put(bench, {"open/base", {"os"}});
  const Made honest{"based/app", {"os", "app"}, name_of("open/base", base)};
  Made more_layers = honest;
  more_layers.layers.emplace_back("one more");
  const std::string config = config_of(more_layers);
  bench.upstream().put_blob("based/app", config);
  const Digest lying = bench.upstream().put_manifest("based/app", manifest_of(honest, config));
  EXPECT_EQ(lead_of(bench.judge("based/app", lying.text())), Reason::kBaseNotProven);
  // Nor by a config that another one took the place of.
  const Digest moved = put(bench, honest);
  bench.upstream().put_blob_as("based/app", Digest::of(config_of(honest)), config_of({"x", {"os", "evil"}}));
  EXPECT_FALSE(is_admitted(bench.judge("based/app", moved.text())));
}

}  // namespace
}  // namespace pullgate::proxy
