// One verification of each kind of evidence, beside the OpenSSL operations that it cannot avoid with everything
// constant done beforehand: authorities, log and timestamp keys decoded, chains of authorities verified. Both in one
// run, because only their ratio means something elsewhere than here. Ends with a table of the ratios and of
// allocations.

#include <array>
#include <atomic>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "tests/support/virtual_sigstore.h"
#include "verify/verifier.h"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace pullgate::verify {
namespace {

using sandbox::Signing;
using sandbox::SigningKey;
using sandbox::VirtualSigstore;

const VirtualSigstore& sigstore() {
  static const VirtualSigstore one;
  return one;
}

const SigningKey& managed_key() {
  static const SigningKey key = SigningKey::make();
  return key;
}

std::shared_ptr<const TrustRoot> trust() {
  static const auto one = [] {
    const PublicKey key = PublicKey::parse_spki(managed_key().spki()).value();
    return std::make_shared<const TrustRoot>(
        std::vector{TrustedKey{key, default_schemes(key.type())}},
        std::vector{SigstoreRoot::parse("bench", sigstore().trusted_root().dump()).value()});
  }();
  return one;
}

/// What one verification has to compute: signatures by these kinds of key, and whether a certificate's key is new.
struct Arithmetic {
  std::vector<SigningKey::Kind> signatures;
  bool decodes_a_key = false;
};

struct Kind {
  const char* name;
  Evidence evidence;
  Arithmetic arithmetic;
};

Evidence evidence_of(const nlohmann::json& bundle) {
  return {.kind = EvidenceKind::kSigstoreBundle,
          .place = "here",
          .payload = Content::of(bundle.dump()),
          .media_type = {},
          .annotations = {}};
}

Evidence evidence_of(EvidenceKind kind, const VirtualSigstore::Layer& layer) {
  return {.kind = kind,
          .place = "here",
          .payload = Content::of(layer.bytes),
          .media_type = {},
          .annotations = layer.annotations};
}

/// Signatures, in this order: the leaf's certificate, its SCT, the payload, and what the log and the authority sign.
std::vector<Kind> kinds() {
  constexpr auto kP256 = SigningKey::Kind::kP256;
  constexpr auto kP384 = SigningKey::Kind::kP384;
  Signing keyed;
  keyed.managed_key = &managed_key();
  keyed.log = Signing::Log::kNone;
  Signing rekor2;
  rekor2.log = Signing::Log::kRekor2;
  rekor2.stamps = {sandbox::Stamp{}};
  const SigningKey::Kind log1 = sigstore().rekor1.key.kind();
  const SigningKey::Kind log2 = sigstore().rekor2.key.kind();
  return {
      {"keyed simple signing",
       evidence_of(EvidenceKind::kSimpleSigning, sigstore().signature_layer(keyed)),
       {.signatures = {kP256}}},
      {"keyless v0.3, Rekor v1",
       evidence_of(sigstore().bundle({})),
       {.signatures = {kP384, kP256, kP256, log1, log1}, .decodes_a_key = true}},
      {"keyless v0.3, Rekor v2",
       evidence_of(sigstore().bundle(rekor2)),
       {.signatures = {kP384, kP256, kP256, log2, kP384}, .decodes_a_key = true}},
      {"keyless .att",
       evidence_of(EvidenceKind::kDsseEnvelope, sigstore().attestation_layer({})),
       {.signatures = {kP384, kP256, kP256, log1}, .decodes_a_key = true}},
  };
}

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using ContextPtr = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

KeyPtr decode(const std::string& spki) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(spki.data());
  return {d2i_PUBKEY(nullptr, &bytes, static_cast<long>(spki.size())), &EVP_PKEY_free};
}

/// What becomes of the point on P-256 in a certificate: the cheapest way that OpenSSL 3.0 has from bytes to a key.
void import_key(const std::string& point) {
  std::string group = "P-256";
  std::string bytes = point;
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                              OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size()),
                              OSSL_PARAM_construct_end()};
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), &EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(parameters.data())) != 1)
    throw std::logic_error("a key that was just made is none");
  EVP_PKEY_free(key);
}

/// One signature of a kilobyte, checked by OpenSSL and nothing else.
class RawVerification {
 public:
  explicit RawVerification(SigningKey::Kind kind) : message_(1024, 'm') {
    const SigningKey key = SigningKey::make(kind);
    signature_ = key.sign(message_);
    key_ = decode(key.spki());
    hash_ = kind == SigningKey::Kind::kEd25519 ? nullptr : EVP_sha256();
  }

  void run() const {
    const ContextPtr context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const bool verified =
        EVP_DigestVerifyInit(context.get(), nullptr, hash_, nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature_.data()), signature_.size(),
                         reinterpret_cast<const unsigned char*>(message_.data()), message_.size()) == 1;
    if (!verified) throw std::logic_error("a signature that was just made does not hold");
  }

 private:
  std::string message_;
  std::string signature_;
  KeyPtr key_{nullptr, &EVP_PKEY_free};
  const EVP_MD* hash_ = nullptr;
};

void run_arithmetic(benchmark::State& state, const Arithmetic& arithmetic) {
  std::vector<RawVerification> verifications;
  verifications.reserve(arithmetic.signatures.size());
  for (const SigningKey::Kind kind : arithmetic.signatures) verifications.emplace_back(kind);
  constexpr std::size_t kPointLength = 65;
  const std::string spki = SigningKey::make().spki();
  const std::string point = spki.substr(spki.size() - kPointLength);
  for (auto _ : state) {
    for (const RawVerification& verification : verifications) verification.run();
    if (arithmetic.decodes_a_key) import_key(point);
  }
}

void run_verification(benchmark::State& state, const Evidence& evidence) {
  const Verifier verifier(trust());
  const Artifact image = Content::of(Signing().artifact);
  if (!verifier.verify(evidence, image).verified) {
    state.SkipWithError("not verified: there is nothing to measure");
    return;
  }
  const std::size_t before = allocations.load();
  for (auto _ : state) benchmark::DoNotOptimize(verifier.verify(evidence, image));
  state.counters["allocations"] =
      static_cast<double>(allocations.load() - before) / static_cast<double>(state.iterations());
}

/// The usual output, and the ratios at its end.
class Ratios final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred || run.aggregate_name != "median") continue;
      const std::string name = run.run_name.function_name;
      times_[name] = run.GetAdjustedCPUTime();
      if (const auto found = run.counters.find("allocations"); found != run.counters.end())
        allocations_[name] = found->second.value;
    }
    ConsoleReporter::ReportRuns(runs);
  }

  void Finalize() override {
    ConsoleReporter::Finalize();
    fmt::print("\n{:<26} {:>12} {:>12} {:>7} {:>12}\n", "medians", "verification", "arithmetic", "ratio",
               "allocations");
    for (const auto& [name, time] : times_) {
      const auto arithmetic = times_.find("arithmetic: " + name);
      if (arithmetic == times_.end()) continue;
      fmt::print("{:<26} {:>9.0f} us {:>9.0f} us {:>7.2f} {:>12.0f}\n", name, time, arithmetic->second,
                 time / arithmetic->second, allocations_[name]);
    }
  }

 private:
  std::map<std::string, double> times_;
  std::map<std::string, double> allocations_;
};

}  // namespace
}  // namespace pullgate::verify

int main(int argc, char** argv) {
  using namespace pullgate::verify;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
  // Random order and medians: what else the machine does meets both of a pair alike.
  for (const Kind& kind : kinds()) {
    for (auto* registered : {benchmark::RegisterBenchmark(kind.name, run_verification, kind.evidence),
                             benchmark::RegisterBenchmark((std::string("arithmetic: ") + kind.name).c_str(),
                                                          run_arithmetic, kind.arithmetic)}) {
      registered->Unit(benchmark::kMicrosecond)->MinTime(0.1)->Repetitions(11)->ReportAggregatesOnly();
    }
  }
  Ratios reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
