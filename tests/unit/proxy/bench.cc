#include "tests/unit/proxy/bench.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <boost/asio/executor_work_guard.hpp>
#include <fmt/format.h>

#include "verify/evidence.h"
#include "verify/public_key.h"

namespace pullgate::tests {
namespace {

namespace asio = boost::asio;

policy::Rule rule(const std::string& name, const std::string& scope, policy::Mode mode, policy::Requirement require) {
  return {.name = name,
          .scopes = {policy::Scope::parse(scope).value()},
          .mode = mode,
          .require = std::move(require),
          .message = {}};
}

std::string image_manifest(const std::string& layers, const std::string& subject) {
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{}","size":2}},"layers":[{}]{}}})",
      media_type::kOciManifest, Digest::of("{}").text(), layers, subject);
}

std::string signature_layer(const std::string& payload, const std::string& signature) {
  return fmt::format(
      R"({{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":"{}","size":{},"annotations":{{"dev.cosignproject.cosign/signature":"{}"}}}})",
      Digest::of(payload).text(), payload.size(), signature);
}

std::string attestation_layer(const std::string& envelope) {
  return fmt::format(
      R"({{"mediaType":"application/vnd.dsse.envelope.v1+json","digest":"{}","size":{},"annotations":{{"dev.cosignproject.cosign/signature":""}}}})",
      Digest::of(envelope).text(), envelope.size());
}

/// All reports by the key about an image say that nothing was found.
policy::Requirement is_clean() {
  policy::AttestationLeaf leaf;
  leaf.predicate_type = "https://scanner.example/report/v1";
  leaf.attestor = "release";
  leaf.select = policy::Select::kAll;
  leaf.where = {policy::PathCondition{JsonPointer::parse("/found").value(),
                                      policy::Size{.at_least = std::nullopt, .at_most = 0}}};
  return {std::move(leaf)};
}

}  // namespace

std::shared_ptr<const policy::PolicySet> bench_policy(const verify::PublicKey& key, std::string_view generation) {
  const policy::Attestor release{.name = "release",
                                 .identity = policy::KeyHolder{verify::KeySigner{key.fingerprint()}}};
  policy::PolicySet::Contents contents{
      .attestors = {release}, .builders = {}, .rules = {}, .generation = Digest::of(generation)};
  const policy::Requirement is_signed{policy::SignatureLeaf{"release"}};
  contents.rules.push_back(rule("signed", "registry.test/acme/**", policy::Mode::kEnforce, is_signed));
  contents.rules.push_back(rule("warned", "registry.test/warned/**", policy::Mode::kWarn, is_signed));
  contents.rules.push_back(rule("audited", "registry.test/audited/**", policy::Mode::kAudit, is_signed));
  contents.rules.push_back(rule("open", "registry.test/open/**", policy::Mode::kEnforce, {policy::AcceptLeaf{}}));
  contents.rules.push_back(rule("closed", "registry.test/closed/**", policy::Mode::kEnforce, {policy::RejectLeaf{}}));
  const policy::Requirement is_not_rejected{
      policy::RejectLeaf{std::vector{Digest::of(signed_file("child-arm64.json"))}}};
  contents.rules.push_back(rule("guarded", "registry.test/guarded/**", policy::Mode::kEnforce,
                                {policy::AllOf{{is_not_rejected, is_signed}}}));
  contents.builders.push_back({.name = "buildkit",
                               .attestor = "release",
                               .id = policy::TextPattern::glob("https://ci.example/builders/*").value(),
                               .level = 1,
                               .unsigned_statements = policy::UnsignedStatements::kUnderSignature});
  policy::ProvenanceLeaf built;
  built.builder = "buildkit";
  contents.rules.push_back(rule("built", "registry.test/built/**", policy::Mode::kEnforce, {built}));
  contents.rules.push_back(rule("each", "registry.test/each/**", policy::Mode::kEnforce, is_signed));
  contents.rules.back().platforms = policy::Platforms::kEachLeaf;
  contents.rules.push_back(rule("whole", "registry.test/whole/**", policy::Mode::kEnforce, is_signed));
  contents.rules.back().platforms = policy::Platforms::kIndex;
  contents.rules.push_back(rule("scanned", "registry.test/scanned/**", policy::Mode::kEnforce, is_clean()));
  const auto based = [](std::vector<std::string> from, policy::BaseJudgement satisfies) {
    policy::BaseImageLeaf base{
        .proof = {policy::BaseProof::kLayers}, .from = {}, .digests = {}, .satisfies = satisfies};
    for (const std::string& scope : from) base.from.push_back(policy::Scope::parse(scope).value());
    return policy::Requirement{policy::AllOf{{{policy::AcceptLeaf{}}, {std::move(base)}}}};
  };
  contents.rules.push_back(rule("based", "registry.test/based/**", policy::Mode::kEnforce,
                                based({"registry.test/open/**", "elsewhere.test/**"}, policy::BaseJudgement::kNone)));
  contents.rules.push_back(rule("stacked", "registry.test/stacked/**", policy::Mode::kEnforce,
                                based({"registry.test/open/**", "registry.test/closed/**", "registry.test/stacked/**"},
                                      policy::BaseJudgement::kThisPolicy)));
  contents.exemptions.push_back({.id = "late",
                                 .scopes = {policy::Scope::parse("registry.test/acme/late").value()},
                                 .waives = {"signed/signature"},
                                 .reason = "signed next week",
                                 .approved_by = {"alice"},
                                 .expires = kExemptionExpires});
  contents.rules.push_back(rule("late", "registry.test/late/**", policy::Mode::kEnforce, is_signed));
  contents.exemptions.push_back({.id = "late-platform",
                                 .digests = {Digest::of(signed_file("child-amd64.json"))},
                                 .waives = {"late/signature"},
                                 .reason = "signed next week",
                                 .approved_by = {"alice"},
                                 .expires = kExemptionExpires});
  auto set = policy::PolicySet::make(std::move(contents));
  if (!set) throw std::logic_error("the policy of the bench is contradictory");
  return std::make_shared<const policy::PolicySet>(std::move(*set));
}

std::string signed_file(const std::string& name) {
  std::ifstream file(std::string(PULLGATE_TEST_DATA) + "/unit/proxy/pull/signed/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no test file " + name);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

Bench::Bench(Options options) {
  auto upstream = std::make_unique<FakeUpstream>();
  upstream_ = upstream.get();
  upstreams_.add(std::string(kRegistry), std::move(upstream));
  const verify::PublicKey key = verify::PublicKey::parse_pem(signed_file("key.pub")).value();
  auto trust = std::make_shared<const verify::TrustRoot>(
      std::vector<verify::TrustedKey>{{key, verify::default_schemes(key.type())}});
  proxy::Judge::Options judge_options;
  judge_options.deadline = options.deadline;
  judge_options.clock = [this] { return now_; };
  judge_options.calendar = [this] {
    return kCalendarStart + std::chrono::duration_cast<std::chrono::milliseconds>(now_ - kClockStart);
  };
  judge_ = std::make_unique<proxy::Judge>(loop_.get_executor(), workers_, upstreams_,
                                          bench_policy(key, options.policy_generation), std::move(trust),
                                          std::move(judge_options));
  const auto clock = [] { return Time(std::chrono::milliseconds(0)); };
  log_ =
      std::make_unique<proxy::Log>(proxy::LogForm::kJsonLines, clock,
                                   [this](proxy::LogLevel, std::string_view line) { log_lines_.emplace_back(line); });
  service_ = std::make_unique<proxy::Service>(
      proxy::Service{*judge_, upstreams_, proxy::Naming(upstreams_, std::string(kRegistry)), *log_, clock});
}

Bench::~Bench() {
  workers_.join();
}

void Bench::run_void(asio::awaitable<void> coroutine) {
  bool is_over = false;
  std::exception_ptr thrown;
  asio::co_spawn(loop_, std::move(coroutine), [&](std::exception_ptr failure) {
    thrown = std::move(failure);
    is_over = true;
  });
  run_until([&] { return is_over; });
  if (thrown) std::rethrow_exception(thrown);
}

void Bench::run_until(const std::function<bool()>& condition) {
  loop_.restart();  // it has stopped if it ran out of work before
  const auto work = asio::make_work_guard(loop_);
  while (!condition()) loop_.run_one();
}

proxy::Judgement Bench::judge(std::string_view path, std::string_view reference) {
  return run(judge_->judge(Repository::parse(kRegistry, path).value(), parse_tag_or_digest(reference).value()));
}

bool Bench::has_blob(std::string_view path, const Digest& digest) {
  return run(judge_->blob(Repository::parse(kRegistry, path).value(), digest)).has_value();
}

Digest Bench::put_image(const std::string& path, const std::string& file, const std::string& tag) {
  upstream_->put_blob(path, signed_file("layer"));
  upstream_->put_blob(path, signed_file("config"));
  const Digest digest = upstream_->put_manifest(path, signed_file(file), std::string(media_type::kOciManifest));
  if (!tag.empty()) upstream_->put_tag(path, tag, digest);
  return digest;
}

Digest Bench::put_index(const std::string& path, const std::string& tag) {
  put_image(path, "child-amd64.json");
  put_image(path, "child-arm64.json");
  const Digest digest = upstream_->put_manifest(path, signed_file("index.json"), std::string(media_type::kOciIndex));
  upstream_->put_tag(path, tag, digest);
  return digest;
}

Digest Bench::put_built_index(const std::string& path, const std::string& name) {
  for (const std::string architecture : {"amd64", "arm64"}) {
    put_image(path, "child-" + architecture + ".json");
    put_image(path, "built-" + architecture + ".json");
    upstream_->put_blob(path, signed_file("built-" + architecture + ".config"));
    upstream_->put_blob(path, signed_file("built-" + architecture + ".statement"));
  }
  put_image(path, "artifact-amd64.json");
  upstream_->put_blob(path, "{}");
  return upstream_->put_manifest(path, signed_file(name + ".json"), std::string(media_type::kOciIndex));
}

Digest Bench::sign_by_tag(const std::string& path, const Digest& subject, const std::string& name) {
  const std::string payload = signed_file(name + ".payload");
  upstream_->put_blob(path, payload);
  upstream_->put_blob(path, "{}");
  const std::string manifest = image_manifest(signature_layer(payload, signed_file(name + ".signature")), {});
  const Digest digest = upstream_->put_manifest(path, manifest);
  upstream_->put_tag(path, verify::signature_tag(subject), digest);
  return digest;
}

void Bench::attest(const std::string& path, const Digest& subject, const std::vector<std::string>& names) {
  upstream_->put_blob(path, "{}");
  std::string layers;
  for (const std::string& name : names) {
    const std::string envelope = signed_file(name + ".attestation");
    upstream_->put_blob(path, envelope);
    layers += (layers.empty() ? "" : ",") + attestation_layer(envelope);
  }
  const Digest digest = upstream_->put_manifest(path, image_manifest(layers, {}));
  upstream_->put_tag(path, verify::attestation_tag(subject), digest);
}

Digest Bench::sign_by_referrer(const std::string& path, const Digest& subject, const Digest& about,
                               const std::string& name) {
  const std::string payload = signed_file(name + ".payload");
  upstream_->put_blob(path, payload);
  upstream_->put_blob(path, "{}");
  const std::string manifest = image_manifest(signature_layer(payload, signed_file(name + ".signature")),
                                              fmt::format(R"(,"subject":{{"mediaType":"{}","digest":"{}","size":10}})",
                                                          media_type::kOciManifest, about.text()));
  const Digest digest = upstream_->put_manifest(path, manifest);
  upstream_->put_referrer(path, subject, {std::string(media_type::kOciManifest), digest, manifest.size()});
  return digest;
}

const policy::Decision& decision_of(const proxy::Judgement& judgement) {
  if (const auto* refusal = std::get_if<proxy::Refusal>(&judgement)) return *refusal->judged.decision;
  if (const auto* admission = std::get_if<proxy::Admission>(&judgement)) return *admission->judged().decision;
  throw std::logic_error("there is no decision: " + std::get<proxy::Unavailable>(judgement).error.message);
}

Reason lead_of(const proxy::Judgement& judgement) {
  return decision_of(judgement).objections().front().reason;
}

bool is_admitted(const proxy::Judgement& judgement) {
  return std::holds_alternative<proxy::Admission>(judgement);
}

}  // namespace pullgate::tests
