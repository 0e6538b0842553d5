/// What a policy costs: to load, to find the rule of an image, to evaluate its requirements. Without I/O beyond the
/// file that is loaded.

#include <benchmark/benchmark.h>
#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "config/policy_file.h"
#include "policy/evaluate.h"
#include "policy/policy.h"
#include "tests/support/verified_factory.h"

namespace pullgate {
namespace {

constexpr int kRules = 10'000;
constexpr int kAttestors = 1'000;

/// 10,000 rules and 1,000 keyless attestors, each of them named by some rule.
std::string large_policy() {
  std::string text = "version: 1\ntrustRoots: { public-good: { sigstore: { builtIn: public-good } } }\nattestors:\n";
  for (int i = 0; i < kAttestors; ++i) {
    text += fmt::format(
        "  team-{0}: {{ keyless: {{ trustRoot: public-good, issuer: https://token.actions.githubusercontent.com, "
        "subjectPattern: 'https://github.com/acme/team-{0}/.github/workflows/release.yml@refs/tags/*' }} }}\n",
        i);
  }
  text += "defaults: { noMatch: deny }\nrules:\n";
  for (int i = 0; i < kRules; ++i) {
    text += fmt::format(
        "  - {{ name: rule-{0}, scopes: ['ghcr.io/acme/team-{1}/app-{0}/**'], require: {{ signature: "
        "team-{1} }} }}\n",
        i, i % kAttestors);
  }
  return text;
}

class PolicyFolder {
 public:
  PolicyFolder() : folder_(std::filesystem::temp_directory_path() / "pullgate-policy-bench") {
    std::filesystem::create_directories(folder_);
    std::ofstream(file()) << large_policy();
  }
  ~PolicyFolder() { std::filesystem::remove_all(folder_); }
  PolicyFolder(const PolicyFolder&) = delete;
  PolicyFolder& operator=(const PolicyFolder&) = delete;

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "policy.yaml"; }

 private:
  std::filesystem::path folder_;
};

void load(benchmark::State& state) {
  const PolicyFolder folder;
  for (auto _ : state) {
    const auto loaded = config::load_policy(folder.file());
    if (!loaded) state.SkipWithError(loaded.problems().front().text().c_str());
    benchmark::DoNotOptimize(loaded);
  }
  state.counters["rules"] = kRules;
  state.counters["attestors"] = kAttestors;
}
BENCHMARK(load)->Unit(benchmark::kMillisecond);

void rule_lookup(benchmark::State& state) {
  const PolicyFolder folder;
  const auto loaded = config::load_policy(folder.file());
  const Repository repository = Repository::parse("ghcr.io", "acme/team-234/app-7234/server").value();
  for (auto _ : state) {
    const policy::Rule* rule = loaded->rules->rule_for(repository);
    benchmark::DoNotOptimize(rule);
    if (rule == nullptr || rule->name != "rule-7234") state.SkipWithError("another rule was found");
  }
}
BENCHMARK(rule_lookup)->Unit(benchmark::kMicrosecond);

verify::KeySigner key(std::string_view name) {
  return {Digest::of(std::string("key of ") + std::string(name))};
}

policy::PolicySet five_leaves() {
  using namespace policy;
  PolicySet::Contents contents{.attestors = {}, .builders = {}, .rules = {}, .generation = Digest::of("policy")};
  for (const std::string name : {"release", "security", "builder"}) {
    contents.attestors.push_back({.name = name, .identity = KeyHolder{key(name)}});
  }
  contents.builders.push_back({"ci", "builder", TextPattern::glob("https://ci.example/**").value(), 3});
  ProvenanceLeaf provenance;
  provenance.builder = "ci";
  provenance.min_level = 3;
  provenance.source = SourceRequirement{};
  provenance.source->repository = TextTemplate::parse("https://github.com/acme/{name}").value();
  const BaseImageLeaf base{
      .proof = {BaseProof::kAnnotation}, .from = {Scope::parse("ghcr.io/acme/base/**").value()}, .digests = {}};
  const RejectLeaf reject{std::vector{Digest::of("bad")}};
  Rule rule;
  rule.name = "apps";
  rule.scopes = {Scope::parse("ghcr.io/acme/**").value()};
  rule.require = {
      AllOf{{{SignatureLeaf{"release"}}, {SignatureLeaf{"security"}}, {std::move(provenance)}, {base}, {reject}}}};
  contents.rules.push_back(std::move(rule));
  return PolicySet::make(std::move(contents)).value();
}

/// Ten pieces: two that count as signatures, one as provenance, and what else is found beside an image.
policy::Gathered ten_pieces(const Digest& image) {
  policy::Gathered gathered;
  const auto add = [&](std::string_view by, verify::Claim claim) {
    const std::string place = fmt::format("referrer {}", gathered.reports.size());
    gathered.reports.push_back({verify::EvidenceKind::kSigstoreBundle,
                                place,
                                Digest::of(place),
                                {},
                                verify::testing::VerifiedFactory::make({key(by)}, std::move(claim), image)});
  };
  for (const char* by :
       {"stranger", "scanner", "release", "stranger", "security", "scanner", "stranger", "scanner", "stranger"}) {
    add(by, verify::ImageSignature{});
  }
  verify::Statement statement;
  statement.predicate_type = std::string(verify::kSlsaProvenanceV1);
  statement.provenance = verify::Provenance{};
  statement.provenance->builder_id = "https://ci.example/builders/container";
  statement.provenance->source = verify::Source{"https://github.com/acme/app", "refs/heads/main", {}};
  add("builder", std::move(statement));
  return gathered;
}

void evaluate_five_leaves(benchmark::State& state) {
  const policy::PolicySet policy = five_leaves();
  const Digest image = Digest::of("image");
  const policy::Gathered gathered = ten_pieces(image);
  Manifest manifest;
  manifest.annotations["org.opencontainers.image.base.name"] = "ghcr.io/acme/base/os:1";
  const ManifestDocument document = std::move(manifest);
  const policy::Decision::About about{ImageReference::parse("ghcr.io/acme/app:1.0").value(), image, Digest::of("p"),
                                      Digest::of("t")};
  for (auto _ : state) {
    const policy::Decision decision = policy::evaluate(policy, about, document, gathered);
    benchmark::DoNotOptimize(decision);
    if (decision.verdict() != policy::Verdict::kAllow) state.SkipWithError("the image was not allowed");
  }
}
BENCHMARK(evaluate_five_leaves)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pullgate

BENCHMARK_MAIN();
