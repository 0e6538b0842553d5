// The examples, judged: whom each of them lets through, and who comes close and is not let through.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "policy/evaluate.h"
#include "tests/support/verified_factory.h"

namespace pullgate::config {
namespace {

using policy::Verdict;
using verify::SubjectAlternativeName;

/// Whoever signed with the key of this file, or with a certificate of this name by this issuer.
struct By {
  std::string key = {};
  std::string subject = {};
  std::string issuer = "https://token.actions.githubusercontent.com";
  SubjectAlternativeName::Kind kind = SubjectAlternativeName::Kind::kUri;
};

struct Judged {
  std::string name;
  std::string example;
  std::string image;
  std::vector<By> by;
  Verdict verdict;
  std::string at = "2026-11-21T00:00:00Z";
  std::string signed_name = {};
};

verify::Signer signer(const By& by, const std::filesystem::path& keys) {
  if (!by.key.empty()) {
    std::ifstream file(keys / (by.key + ".pub"));
    const std::string pem(std::istreambuf_iterator<char>(file), {});
    return verify::KeySigner{verify::PublicKey::parse_pem(pem).value().fingerprint()};
  }
  verify::CertificateSigner certificate;
  certificate.trust_root = "public-good";
  certificate.subject = {by.kind, by.subject};
  certificate.issuer = by.issuer;
  return certificate;
}

/// What the public instance proves of a signature.
verify::Corroboration proven() {
  return {.trust_root = "public-good",
          .logs = {{.log = "https://rekor.sigstore.dev", .key = Digest::of("log"), .index = 1}},
          .certificate_logs = {"https://ctfe.sigstore.dev/2022"},
          .times = {{.time = parse_rfc3339("2026-11-01T00:00:00Z").value(), .authority = "https://rekor.sigstore.dev"}},
          .ignored = {}};
}

class JudgedExample : public ::testing::TestWithParam<Judged> {};

TEST_P(JudgedExample, LetsThroughWhomItNames) {
  const Judged& row = GetParam();
  const auto folder = std::filesystem::path(PULLGATE_TEST_DATA) / ".." / "config/examples" / row.example;
  const auto loaded = load(folder / "pullgate.yaml");
  ASSERT_TRUE(loaded);
  const Digest image = Digest::of("an image");
  policy::Gathered gathered{.reports = {}, .places = {"referrers API"}, .gaps = {}};
  for (const By& by : row.by) {
    verify::ImageSignature signature;
    if (!row.signed_name.empty()) signature.docker_reference = row.signed_name;
    const std::string place = "referrer " + std::to_string(gathered.reports.size());
    gathered.reports.push_back(
        {verify::EvidenceKind::kSigstoreBundle,
         place,
         Digest::of(place),
         {},
         verify::testing::VerifiedFactory::make({signer(by, folder / "keys")}, signature, image, {proven()})});
  }
  const policy::PolicySet& rules = *loaded->policy.rules;
  const policy::Decision decision =
      policy::evaluate(rules,
                       {ImageReference::parse(row.image).value(), image, rules.generation(),
                        loaded->policy.trust->generation(), parse_rfc3339(row.at).value()},
                       Manifest{}, gathered);
  EXPECT_EQ(decision.verdict(), row.verdict)
      << (decision.objections().empty() ? "" : decision.objections().front().found);
}

const By kKubernetes{.subject = "krel-trust@k8s-releng-prod.iam.gserviceaccount.com",
                     .issuer = "https://accounts.google.com",
                     .kind = SubjectAlternativeName::Kind::kEmail};
const By kChainguard{.subject =
                         "https://github.com/chainguard-images/images/.github/workflows/release.yaml@refs/heads/main"};
const By kDistroless{.subject = "keyless@distroless.iam.gserviceaccount.com",
                     .issuer = "https://accounts.google.com",
                     .kind = SubjectAlternativeName::Kind::kEmail};
const By kAppWorkflow{.subject = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1"};

By with_issuer(By by, std::string issuer) {
  by.issuer = std::move(issuer);
  return by;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, JudgedExample,
    ::testing::Values(
        Judged{"MinimalUnsigned", "minimal", "ghcr.io/acme/app:v1", {}, Verdict::kDeny},
        Judged{"MinimalSigned", "minimal", "ghcr.io/acme/app:v1", {{.key = "acme-release"}}, Verdict::kAllow},
        Judged{"MinimalElsewhere", "minimal", "ghcr.io/other/app:v1", {{.key = "acme-release"}}, Verdict::kDeny},
        Judged{"AirGapped", "air-gapped", "site.local/acme/app:1", {{.key = "transfer"}}, Verdict::kAllow},
        Judged{"AirGappedUnsigned", "air-gapped", "site.local/acme/app:1", {}, Verdict::kDeny},
        Judged{"AuditServesAnything", "audit-first", "quay.io/anybody/app:1", {}, Verdict::kWarn},
        Judged{"AuditWarnsBeforeTheDay", "audit-first", "ghcr.io/acme/app:v1", {}, Verdict::kWarn},
        Judged{"AuditDeniesFromTheDayOn",
               "audit-first",
               "ghcr.io/acme/app:v1",
               {},
               Verdict::kDeny,
               "2027-03-01T00:00:00Z"},
        Judged{"AuditAllowsTheWorkflow",
               "audit-first",
               "ghcr.io/acme/app:v1",
               {kAppWorkflow},
               Verdict::kAllow,
               "2027-03-01T00:00:00Z"},
        Judged{"StrictNeedsMoreThanASignature",
               "strict",
               "ghcr.io/acme/prod/shop:v1",
               {{.key = "release-manager"}},
               Verdict::kDeny},
        Judged{"StrictBase", "strict", "ghcr.io/acme/base/os:1", {{.key = "release-manager"}}, Verdict::kAllow},
        Judged{"StrictExceptionWaivesTheBaseOnly",
               "strict",
               "ghcr.io/acme/prod/legacy-billing:v1",
               {{.key = "release-manager"}},
               Verdict::kDeny},
        Judged{"OrganisationWantsProvenance",
               "github-organisation",
               "ghcr.io/acme/app:v1",
               {kAppWorkflow},
               Verdict::kDeny},
        Judged{"Kubernetes",
               "kubernetes-releases",
               "registry.k8s.io/kube-apiserver:v1.31.0",
               {kKubernetes},
               Verdict::kAllow},
        Judged{"KubernetesByAnotherIssuer",
               "kubernetes-releases",
               "registry.k8s.io/kube-apiserver:v1.31.0",
               {with_issuer(kKubernetes, "https://github.com/login/oauth")},
               Verdict::kDeny},
        Judged{"KubernetesUnsigned", "kubernetes-releases", "registry.k8s.io/kube-proxy:v1.31.0", {}, Verdict::kDeny},
        Judged{"KubernetesPause", "kubernetes-releases", "registry.k8s.io/pause:3.2", {}, Verdict::kWarn},
        Judged{"Chainguard", "hardened-bases", "cgr.dev/chainguard/static:latest", {kChainguard}, Verdict::kAllow},
        Judged{"ChainguardByDistroless",
               "hardened-bases",
               "cgr.dev/chainguard/static:latest",
               {kDistroless},
               Verdict::kDeny},
        Judged{"Distroless", "hardened-bases", "gcr.io/distroless/base:latest", {kDistroless}, Verdict::kAllow},
        Judged{"HardenedApplicationWithoutABase",
               "hardened-bases",
               "ghcr.io/acme/app:1",
               {{.key = "acme-release"}},
               Verdict::kDeny},
        Judged{"MixedNewKey", "mixed-keys", "ghcr.io/acme/app:v1", {{.key = "new"}}, Verdict::kAllow},
        Judged{"MixedOldKeyInItsTime", "mixed-keys", "ghcr.io/acme/app:v1", {{.key = "old"}}, Verdict::kAllow},
        Judged{"MixedWorkflowOfTheTag", "mixed-keys", "ghcr.io/acme/app:v1", {kAppWorkflow}, Verdict::kAllow},
        Judged{"MixedWorkflowOfAnotherTag", "mixed-keys", "ghcr.io/acme/app:v2", {kAppWorkflow}, Verdict::kDeny},
        Judged{"MixedCriticalNeedsTwo", "mixed-keys", "ghcr.io/acme/critical/app:v1", {{.key = "new"}}, Verdict::kDeny},
        Judged{"MixedVendor",
               "mixed-keys",
               "quay.io/vendor/db:1",
               {{.key = "vendor"}},
               Verdict::kAllow,
               "2026-11-21T00:00:00Z",
               "quay.io/vendor/db"},
        Judged{"MixedVendorsOtherImage",
               "mixed-keys",
               "quay.io/vendor/db:1",
               {{.key = "vendor"}},
               Verdict::kDeny,
               "2026-11-21T00:00:00Z",
               "quay.io/vendor/other"}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace pullgate::config
