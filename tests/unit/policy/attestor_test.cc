#include "policy/attestor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/policy/keyless.h"

namespace pullgate::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;
using NameKind = verify::SubjectAlternativeName::Kind;

const ImageReference kAsked = reference("ghcr.io/acme/app:v1.0");

KeylessIdentity::Extension extension(std::string_view name, NamePattern value) {
  return {*std::ranges::find(verify::kFulcioExtensionNames, name, &verify::FulcioExtensionName::name),
          std::move(value)};
}

std::optional<std::string> difference(const Attestor& attestor, const verify::Signer& signer) {
  return attestor.difference(signer, kAsked);
}

TEST(KeylessAttestor, IsWhoeverItsIdentityNames) {
  EXPECT_EQ(difference(keyless_attestor(), workflow()), std::nullopt);
  EXPECT_TRUE(keyless_attestor().is(workflow(), kAsked));
}

TEST(KeylessAttestor, IsNobodyOfAnotherTrustRoot) {
  verify::CertificateSigner other = workflow();
  other.trust_root = "staging";
  EXPECT_THAT(difference(keyless_attestor(), other), Optional(HasSubstr("trust root is 'staging', not 'public-good'")));
}

TEST(KeylessAttestor, IsNobodyOfAnotherIssuer) {
  for (const std::string issuer : {"", "https://token.actions.githubusercontent.com/acme", "https://evil.example",
                                   "https://token.actions.githubusercontent.com "}) {
    verify::CertificateSigner other = workflow();
    other.issuer = issuer;
    EXPECT_THAT(difference(keyless_attestor(), other), Optional(HasSubstr("its issuer is '" + issuer + "'")));
  }
}

TEST(KeylessAttestor, IsNobodyOfAnotherSubject) {
  for (const std::string subject :
       {"https://github.com/acme/builders/.github/workflows/container.yml@refs/heads/main",
        "https://github.com/acme-evil/builders/.github/workflows/container.yml@refs/tags/v1",
        "https://evil.example/?https://github.com/acme/builders/.github/workflows/container.yml@refs/tags/v1",
        "https://github.com/acme/builders/.github/workflows/container.yml@refs/tags/v1/x", ""}) {
    verify::CertificateSigner other = workflow();
    other.subject.value = subject;
    EXPECT_THAT(difference(keyless_attestor(), other), Optional(HasSubstr("its subject is"))) << subject;
  }
}

TEST(KeylessAttestor, IsNoRunThatAStrangerCausedUnlessItSaysSo) {
  for (const std::string trigger : {"pull_request_target", "workflow_run"}) {
    verify::CertificateSigner run = workflow();
    run.extensions.build_trigger = trigger;
    Attestor attestor = keyless_attestor();
    EXPECT_THAT(difference(attestor, run), Optional(HasSubstr("its buildTrigger is '" + trigger + "'")));
    identity_of(attestor).extensions = {extension("buildTrigger", NamePattern::exactly(trigger))};
    EXPECT_EQ(difference(attestor, run), std::nullopt);
    identity_of(attestor).extensions.clear();
    run.extensions.build_trigger.reset();
    run.extensions.github_workflow_trigger = trigger;
    EXPECT_THAT(difference(attestor, run), Optional(HasSubstr("its buildTrigger is '" + trigger + "'")));
  }
}

TEST(KeylessAttestor, MatchesExpressionsInFullCve202622772) {
  Attestor attestor = keyless_attestor();
  identity_of(attestor).subject = NamePattern::regular_expression("https://github\\.com/acme/").value();
  EXPECT_THAT(difference(attestor, workflow()), Optional(HasSubstr("its subject is")));
  identity_of(attestor).subject = NamePattern::regular_expression("https://github\\.com/acme/.*").value();
  EXPECT_EQ(difference(attestor, workflow()), std::nullopt);
  identity_of(attestor).issuer = NamePattern::regular_expression("https://token\\.actions").value();
  EXPECT_THAT(difference(attestor, workflow()), Optional(HasSubstr("its issuer is")));
}

TEST(KeylessAttestor, TellsKindsOfNamesApart) {
  Attestor attestor = keyless_attestor();
  identity_of(attestor).subject_kind = NameKind::kUri;
  EXPECT_EQ(difference(attestor, workflow()), std::nullopt);
  for (const NameKind kind : {NameKind::kEmail, NameKind::kUserName, NameKind::kDnsName}) {
    verify::CertificateSigner other = workflow();
    other.subject.kind = kind;
    EXPECT_THAT(difference(attestor, other), Optional(HasSubstr("subject's kind is")));
  }
}

TEST(KeylessAttestor, AsksForEveryExtensionThatItNamesCve202648815) {
  for (const verify::FulcioExtensionName& name : verify::kFulcioExtensionNames) {
    const std::string value = *(workflow().extensions.*name.value);
    Attestor attestor = keyless_attestor();
    identity_of(attestor).extensions = {{name, NamePattern::exactly(value)}};
    EXPECT_EQ(difference(attestor, workflow()), std::nullopt) << name.name;
    verify::CertificateSigner other = workflow();
    other.extensions.*name.value = value + "x";
    EXPECT_THAT(difference(attestor, other), Optional(HasSubstr("its " + std::string(name.name) + " is")));
    other.extensions.*name.value = std::nullopt;
    other.issuer = "https://ci.example";  // of whom the older extensions say nothing
    identity_of(attestor).issuer = NamePattern::exactly("https://ci.example");
    EXPECT_THAT(difference(attestor, other), Optional(HasSubstr("does not say " + std::string(name.name))));
  }
}

TEST(KeylessAttestor, AsksForAllOfSeveralExtensions) {
  Attestor attestor = keyless_attestor();
  identity_of(attestor).extensions = {
      extension("sourceRepository", NamePattern::glob("https://github.com/acme/*").value()),
      extension("runnerEnvironment", NamePattern::exactly("github-hosted"))};
  EXPECT_EQ(difference(attestor, workflow()), std::nullopt);
  verify::CertificateSigner other = workflow();
  other.extensions.runner_environment = "self-hosted";
  EXPECT_THAT(difference(attestor, other),
              Optional(HasSubstr("its runnerEnvironment is 'self-hosted', not 'github-hosted'")));
  other = workflow();
  other.extensions.source_repository_uri = "https://github.com/mallory/app";
  EXPECT_THAT(difference(attestor, other), Optional(HasSubstr("its sourceRepository is")));
}

TEST(KeylessAttestor, TakesNothingForAnExtensionThatIsEmpty) {
  Attestor attestor = keyless_attestor();
  identity_of(attestor).extensions = {extension("deploymentEnvironment", NamePattern::glob("**").value())};
  EXPECT_EQ(difference(attestor, workflow()), std::nullopt);
  verify::CertificateSigner other = workflow();
  other.extensions.deployment_environment = "";
  EXPECT_NE(difference(attestor, other), std::nullopt);
}

TEST(KeylessAttestor, ReadsDigestsWithOrWithoutTheirAlgorithm) {
  Attestor attestor = keyless_attestor();
  identity_of(attestor).extensions = {extension("buildSignerDigest", NamePattern::exactly("0123"))};
  verify::CertificateSigner signer = workflow();
  signer.extensions.build_signer_digest = "sha1:0123";
  EXPECT_EQ(difference(attestor, signer), std::nullopt);
  signer.extensions.build_signer_digest = "sha1:01234";
  EXPECT_NE(difference(attestor, signer), std::nullopt);
  identity_of(attestor).extensions = {extension("buildTrigger", NamePattern::exactly("push"))};
  signer.extensions.build_trigger = "sha1:push";
  EXPECT_NE(difference(attestor, signer), std::nullopt);
}

TEST(KeylessAttestor, MayNameTheImageThatIsAskedFor) {
  Attestor attestor = keyless_attestor();
  identity_of(attestor).extensions = {
      extension("sourceRepository", NamePattern::glob("https://github.com/acme/{repo}").value()),
      extension("sourceRepositoryRef", NamePattern::glob("refs/tags/{tag}").value())};
  EXPECT_EQ(difference(attestor, workflow()), std::nullopt);
  EXPECT_NE(attestor.difference(workflow(), reference("ghcr.io/acme/other:v1.0")), std::nullopt);
  EXPECT_THAT(attestor.difference(workflow(), reference("ghcr.io/acme/app:v2.0")),
              Optional(HasSubstr("is 'refs/tags/v1.0', not 'refs/tags/v2.0'")));
  // By digest there is no tag that the signature could be about.
  EXPECT_NE(attestor.difference(workflow(), reference("ghcr.io/acme/app@" + Digest::of("x").text())), std::nullopt);
}

TEST(Attestor, OfOneKindIsNobodyOfTheOther) {
  EXPECT_THAT(difference(keyless_attestor(), key("ci")), Optional(HasSubstr("with a key, not with a certificate")));
  EXPECT_THAT(difference(attestor("release"), workflow()), Optional(HasSubstr("a certificate, not with a key")));
  EXPECT_THAT(difference(attestor("release"), key("other")), Optional(HasSubstr("another key")));
}

TEST(Attestor, SaysHowItSigns) {
  EXPECT_EQ(attestor("release").how_it_signs(kAsked),
            "with " + verify::describe(key("release")) + " of attestor 'release'");
  const Attestor two{.name = "release", .identity = KeyHolder{key("release"), key("second")}};
  EXPECT_EQ(two.how_it_signs(kAsked), "with one of the 2 keys of attestor 'release'");
  Attestor attestor = keyless_attestor();
  identity_of(attestor).extensions = {extension("sourceRepositoryRef", NamePattern::glob("refs/tags/{tag}").value())};
  EXPECT_EQ(
      attestor.how_it_signs(kAsked),
      "as attestor 'ci', https://github.com/acme/builders/.github/workflows/container.yml@refs/tags/v* identified "
      "by https://token.actions.githubusercontent.com, sourceRepositoryRef 'refs/tags/v1.0'");
}

}  // namespace
}  // namespace pullgate::policy
