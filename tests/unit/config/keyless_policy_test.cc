// trustRoots, keyless attestors and what has to be proven of an attestor, as policy.yaml says them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/policy_file.h"
#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using TimesFrom = verify::EvidenceRequirements::TimesFrom;

const std::string kIssuer = "https://token.actions.githubusercontent.com";
const std::string kIdentity = "trustRoot: public, issuer: '" + kIssuer + "', subject: 'https://github.com/acme/x@main'";

std::string file(const std::string& path) {
  std::ifstream stream(std::string(PULLGATE_TEST_DATA "/") + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class KeylessPolicy : public ::testing::Test {
 protected:
  KeylessPolicy() {
    folder_.write("public.json", file("../config/trust/public-good.json"));
    folder_.write("release.pub", file("cases/keys/p256.pub"));
    // As GitHub's own instance is: certificates and timestamps, and no logs.
    folder_.write("private.json", nothing_but("certificateAuthorities", "timestampAuthorities"));
    folder_.write("logs.json", nothing_but("tlogs", "ctlogs"));
  }

  static std::string nothing_but(const std::string& one, const std::string& other);

  Loaded<Policy> load(const std::string& roots, const std::string& attestor) {
    return load_policy(folder_.write(
        "policy.yaml", "version: 1\ntrustRoots:\n  public: " + roots + "\nattestors:\n  ci: " + attestor +
                           "\ndefaults: { noMatch: deny }\nrules:\n"
                           "  - { name: apps, scopes: [\"ghcr.io/acme/**\"], require: { signature: ci } }\n"));
  }
  Loaded<Policy> load(const std::string& attestor) {
    return load("{ sigstore: { trustedRoot: public.json } }", attestor);
  }
  std::vector<std::string> root_problems(const std::string& roots) {
    return folder_.problems(load(roots, "{ keyless: { " + kIdentity + " } }"));
  }
  std::vector<std::string> problems(const std::string& attestor) { return folder_.problems(load(attestor)); }
  /// Of what is written beside a good identity.
  std::vector<std::string> proof_problems(const std::string& proofs, const std::string& root = "public.json") {
    return folder_.problems(
        load("{ sigstore: { trustedRoot: " + root + " } }", "{ keyless: { " + kIdentity + " }, " + proofs + " }"));
  }
  std::vector<std::string> key_problems(const std::string& proofs) {
    return problems("{ key: { file: release.pub }, " + proofs + " }");
  }
  verify::EvidenceRequirements requirements(const std::string& attestor) {
    const Loaded<Policy> loaded = load(attestor);
    EXPECT_THAT(folder_.problems(loaded), IsEmpty());
    return loaded ? loaded->rules->attestor("ci").requirements : verify::EvidenceRequirements{};
  }
  verify::EvidenceRequirements keyless_requirements(const std::string& proofs) {
    return requirements("{ keyless: { " + kIdentity + " }" + proofs + " }");
  }

  Folder folder_;
};

/// The list of this name in a trusted root, with its name; lists are written at two spaces.
std::string member(const std::string& json, const std::string& name) {
  const std::size_t begin = json.find("\"" + name + "\"");
  std::size_t depth = 0;
  for (std::size_t i = json.find('[', begin); i < json.size(); ++i) {
    if (json[i] == '[') ++depth;
    if (json[i] == ']' && --depth == 0) return json.substr(begin, i + 1 - begin);
  }
  return {};
}

std::string KeylessPolicy::nothing_but(const std::string& one, const std::string& other) {
  const std::string json = file("../config/trust/public-good.json");
  return R"({"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", )" + member(json, one) + ", " +
         member(json, other) + "}";
}

TEST_F(KeylessPolicy, BecomesAnAttestorAndItsTrustRoot) {
  const Loaded<Policy> loaded = load("{ keyless: { " + kIdentity + ", subjectKind: uri } }");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  ASSERT_THAT(loaded->trust->roots(), SizeIs(1));
  EXPECT_EQ(loaded->trust->roots()[0].name(), "public");
  const policy::Attestor& attestor = loaded->rules->attestor("ci");
  ASSERT_NE(attestor.keyless(), nullptr);
  EXPECT_EQ(attestor.requirements.trust_root, "public");
  EXPECT_EQ(attestor.keyless()->issuer, policy::NamePattern::exactly(kIssuer));
  EXPECT_EQ(attestor.keyless()->subject, policy::NamePattern::exactly("https://github.com/acme/x@main"));
  EXPECT_EQ(attestor.keyless()->subject_kind, verify::SubjectAlternativeName::Kind::kUri);
}

TEST_F(KeylessPolicy, ReadsEveryFormOfName) {
  const Loaded<Policy> loaded = load(
      "{ keyless: { trustRoot: public, issuerRegExp: 'https://token\\.actions\\.[a-z]+\\.ghe\\.com', "
      "subjectPattern: 'https://github.com/acme/{repo}/*@refs/tags/{tag}' } }");
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  const policy::KeylessIdentity& identity = *loaded->rules->attestor("ci").keyless();
  const ImageReference asked = ImageReference::parse("ghcr.io/acme/app:1").value();
  EXPECT_TRUE(identity.issuer.matches("https://token.actions.acme.ghe.com", asked));
  EXPECT_FALSE(identity.issuer.matches("https://token.actions.acme.ghe.com/x", asked));
  EXPECT_TRUE(identity.subject.matches("https://github.com/acme/app/w@refs/tags/1", asked));
  EXPECT_FALSE(identity.subject.matches("https://github.com/acme/app/v/w@refs/tags/1", asked));
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x, subjectRegExp: '[a-z]+@acme\\.example' } }"),
              IsEmpty());
}

TEST_F(KeylessPolicy, ReadsEveryExtensionExactlyAndAsAPattern) {
  for (const verify::FulcioExtensionName& name : verify::kFulcioExtensionNames) {
    for (const std::string form : {"", "Pattern"}) {
      const std::string key = std::string(name.name) + form;
      const Loaded<Policy> loaded = load("{ keyless: { " + kIdentity + ", extensions: { " + key + ": value } } }");
      ASSERT_THAT(folder_.problems(loaded), IsEmpty()) << key;
      const auto& extensions = loaded->rules->attestor("ci").keyless()->extensions;
      ASSERT_THAT(extensions, SizeIs(1));
      EXPECT_EQ(extensions[0].name.arc, name.arc) << key;
      EXPECT_EQ(extensions[0].value,
                form.empty() ? policy::NamePattern::exactly("value") : policy::NamePattern::glob("value").value());
    }
  }
}

TEST_F(KeylessPolicy, NeedsAnIssuerAndASubjectAndATrustRoot) {
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, subject: x } }"),
              ElementsAre("policy.yaml:5:18: 'keyless' needs exactly one of 'issuer' and 'issuerRegExp'"));
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x } }"),
              ElementsAre("policy.yaml:5:18: 'keyless' needs exactly one of 'subject', 'subjectPattern' and "
                          "'subjectRegExp'"));
  EXPECT_THAT(problems("{ keyless: { issuer: x, subject: y } }"),
              ElementsAre("policy.yaml:5:18: 'keyless' needs 'trustRoot'"));
  EXPECT_THAT(
      problems("{ keyless: { trustRoot: public, issuer: '', subject: '' } }"),
      ElementsAre(HasSubstr(":5:47: 'issuer' must not be empty"), HasSubstr(":5:60: 'subject' must not be empty")));
  EXPECT_THAT(problems("{ keyless: {} }"), SizeIs(3));
  EXPECT_THAT(problems("{ keyless: }"), ElementsAre(HasSubstr("'keyless' has no value")));
  EXPECT_THAT(problems("{ keyless: x }"), ElementsAre(HasSubstr("'keyless' must be a mapping")));
}

TEST_F(KeylessPolicy, NeedsEachNameOnce) {
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + ", issuerRegExp: x } }"),
              ElementsAre(HasSubstr("exactly one of 'issuer'")));
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + ", subjectPattern: x } }"),
              ElementsAre(HasSubstr("exactly one of 'subject'")));
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + ", extensions: { buildTrigger: x, buildTriggerPattern: x } } }"),
              ElementsAre(HasSubstr("'buildTrigger' and 'buildTriggerPattern' are one too many")));
  EXPECT_THAT(problems("{ key: { file: release.pub }, keyless: { " + kIdentity + " } }"),
              ElementsAre("policy.yaml:5:7: an attestor needs exactly one of 'key' and 'keyless'"));
}

TEST_F(KeylessPolicy, RefusesNamesThatDoNotMeanWhatTheyLookLike) {
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x, subject: 'https://github.com/acme/*' } }"),
              ElementsAre("policy.yaml:5:59: 'subject': is matched exactly; a pattern is written as 'subjectPattern'"));
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: 'https://*', subject: y } }"),
              ElementsAre(HasSubstr("a regular expression is written as 'issuerRegExp'")));
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + ", extensions: { sourceRepositoryRef: 'refs/tags/{tag}' } } }"),
              ElementsAre(HasSubstr("a pattern is written as 'sourceRepositoryRefPattern'")));
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x, subjectPattern: '{branch}' } }"),
              ElementsAre(HasSubstr("policy.yaml:5:66: 'subjectPattern': unknown word '{branch}'")));
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x, subjectRegExp: '(' } }"),
              ElementsAre(HasSubstr("policy.yaml:5:65: 'subjectRegExp': not an RE2 regular expression")));
  for (const std::string open :
       {"https://github.com/acme/.*", "https://(www\\.)?github.com/.*", "https:\\/\\/github.com\\/acme\\/.*",
        "https://a\\.b/x|https://c.d/y", ".*@mail.acme\\.com", ".*github.com"}) {
    EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x, subjectRegExp: '" + open + "' } }"),
                ElementsAre(HasSubstr("a '.' in a host matches any character")));
  }
  for (const std::string closed : {"https://github\\.com/acme/.*", "https://[a-z.]+\\.example/x",
                                   "https:\\/\\/github\\.com\\/acme.\\/x", ".+@mail\\.acme\\.com"}) {
    EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x, subjectRegExp: '" + closed + "' } }"), IsEmpty());
  }
}

TEST_F(KeylessPolicy, RefusesWildcardsForEverybodyWhereTheyAreWritten) {
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuer: x, subjectPattern: '**' } }"),
              ElementsAre(HasSubstr("policy.yaml:5:66: attestor 'ci': '**' is everybody whom the issuer knows")));
  EXPECT_THAT(problems("{ keyless: { trustRoot: public, issuerRegExp: '.*', subject: x } }"),
              ElementsAre(HasSubstr("policy.yaml:5:53: attestor 'ci': '.*' is every issuer there is")));
}

TEST_F(KeylessPolicy, RefusesUnknownWords) {
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + ", extensions: { sourceRepositry: x } } }"),
              ElementsAre(HasSubstr("unknown key 'sourceRepositry'; did you mean 'sourceRepository'?")));
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + ", extensions: {} } }"),
              ElementsAre(HasSubstr("'extensions' must not be empty")));
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + ", subjectKind: mail } }"),
              ElementsAre(HasSubstr("'subjectKind' cannot be 'mail'; it can be uri, email, username, dns")));
  EXPECT_THAT(problems("{ keyless: { " + kIdentity + " }, trustRoot: public }"),
              ElementsAre(HasSubstr("'trustRoot' of a keyless attestor stands under 'keyless'")));
}

TEST_F(KeylessPolicy, NamesATrustRootThatExists) {
  EXPECT_THAT(problems("{ keyless: { trustRoot: pubic, issuer: x, subject: y } }"),
              ElementsAre("policy.yaml:5:31: no trust root is named 'pubic'; did you mean 'public'?"));
}

TEST_F(KeylessPolicy, RefusesATrustRootThatNobodyUses) {
  EXPECT_THAT(problems("{ key: { file: release.pub } }"),
              ElementsAre("policy.yaml:3:3: no attestor uses trust root 'public'; use it or remove it"));
}

TEST_F(KeylessPolicy, TakesTheTrustRootThatCameWithTheProgram) {
  EXPECT_THAT(root_problems("{ sigstore: { builtIn: public-good } }"), IsEmpty());
  EXPECT_THAT(root_problems("{ sigstore: { builtIn: staging } }"),
              ElementsAre(HasSubstr("policy.yaml:3:34: 'builtIn' cannot be 'staging'; it can be public-good")));
}

TEST_F(KeylessPolicy, SaysWhatIsWrongWithATrustRootAndNothingElse) {
  EXPECT_THAT(root_problems("{ sigstore: { trustedRoot: gone.json } }"),
              ElementsAre("policy.yaml:3:38: trusted root gone.json cannot be read: there is no such file"));
  folder_.write("broken.json", "{");
  EXPECT_THAT(root_problems("{ sigstore: { trustedRoot: broken.json } }"),
              ElementsAre(HasSubstr("policy.yaml:3:38: trusted root broken.json cannot be used: ")));
  folder_.write("other.json", "{ \"mediaType\": \"text/plain\" }");
  EXPECT_THAT(root_problems("{ sigstore: { trustedRoot: other.json } }"),
              ElementsAre(HasSubstr("policy.yaml:3:38: trusted root other.json cannot be used: ")));
  EXPECT_THAT(root_problems("{ sigstore: { trustedRoot: public.json, builtIn: public-good } }"),
              ElementsAre(HasSubstr("exactly one of 'trustedRoot' and 'builtIn'")));
  EXPECT_THAT(root_problems("{ sigstore: {} }"), ElementsAre(HasSubstr("exactly one of")));
  EXPECT_THAT(root_problems("{}"), ElementsAre("policy.yaml:3:11: a trust root needs 'sigstore'"));
  EXPECT_THAT(root_problems("{ notation: {} }"),
              ElementsAre(HasSubstr("needs 'sigstore'"), HasSubstr("'notation' is not part of this version")));
}

TEST_F(KeylessPolicy, AsksForALogACertificateLogAndATimeUnlessItSaysOtherwise) {
  const verify::EvidenceRequirements usual = keyless_requirements("");
  EXPECT_EQ(usual.logs, 1U);
  EXPECT_EQ(usual.certificate_logs, 1U);
  EXPECT_EQ(usual.timestamp_authorities, 0U);
  EXPECT_EQ(usual.time_sources, 1U);
  EXPECT_EQ(usual.times_from, TimesFrom::kAnybody);
}

TEST_F(KeylessPolicy, TakesTimeFromWhomItAsks) {
  const verify::EvidenceRequirements no_log = keyless_requirements(", transparencyLog: none, sct: none");
  EXPECT_EQ(no_log.logs, 0U);
  EXPECT_EQ(no_log.certificate_logs, 0U);
  EXPECT_EQ(no_log.timestamp_authorities, 1U);
  EXPECT_EQ(no_log.times_from, TimesFrom::kTimestampAuthorities);
  const verify::EvidenceRequirements no_timestamp = keyless_requirements(", timestamp: none");
  EXPECT_EQ(no_timestamp.times_from, TimesFrom::kLogs);
  const verify::EvidenceRequirements either =
      keyless_requirements(", transparencyLog: ifPresent, timestamp: ifPresent");
  EXPECT_EQ(either.logs, 0U);
  EXPECT_EQ(either.time_sources, 1U);
  EXPECT_EQ(either.times_from, TimesFrom::kAnybody);
}

TEST_F(KeylessPolicy, MayAskForSeveral) {
  const verify::EvidenceRequirements several =
      keyless_requirements(", transparencyLog: { atLeast: 2 }, sct: { atLeast: 2 }, timestamp: required");
  EXPECT_EQ(several.logs, 2U);
  EXPECT_EQ(several.certificate_logs, 2U);
  EXPECT_EQ(several.timestamp_authorities, 1U);
  EXPECT_THAT(proof_problems("transparencyLog: { atLeast: 9 }"),
              ElementsAre(HasSubstr("policy.yaml:5:156: attestor 'ci': can never be met: trust root 'public' has ")));
  EXPECT_THAT(proof_problems("transparencyLog: { atLeast: 0 }"),
              ElementsAre(HasSubstr("'atLeast' must be a whole number from 1")));
  EXPECT_THAT(proof_problems("sct: { atMost: 1 }"), SizeIs(2));
}

TEST_F(KeylessPolicy, RefusesWhatContradictsItself) {
  EXPECT_THAT(proof_problems("transparencyLog: none, timestamp: none"),
              ElementsAre(HasSubstr("a time has to be proven, and nothing may prove one")));
  EXPECT_THAT(proof_problems("transparencyLog: ifPresent, timestamp: none"),
              ElementsAre(HasSubstr("'transparencyLog' cannot be ifPresent here")));
  EXPECT_THAT(proof_problems("transparencyLog: none, timestamp: ifPresent"),
              ElementsAre(HasSubstr("'timestamp' cannot be ifPresent here")));
  EXPECT_THAT(proof_problems("sct: ifPresent"), ElementsAre(HasSubstr("'sct' cannot be 'ifPresent'")));
  EXPECT_THAT(proof_problems("timestamp: always"), ElementsAre(HasSubstr("'timestamp' cannot be 'always'")));
}

TEST_F(KeylessPolicy, HasToSayThatATrustRootWithoutLogsNeedsNone) {
  EXPECT_THAT(proof_problems("sct: none", "private.json"),
              ElementsAre(HasSubstr("has no transparency logs; if none is needed, write 'transparencyLog: none'")));
  EXPECT_THAT(proof_problems("transparencyLog: none", "private.json"),
              ElementsAre(HasSubstr("has no certificate transparency logs; if none is needed, write 'sct: none'")));
  EXPECT_THAT(proof_problems("transparencyLog: none, sct: none, timestamp: required", "private.json"), IsEmpty());
  EXPECT_THAT(proof_problems("timestamp: none", "logs.json"), ElementsAre(HasSubstr("has no certificate authority")));
}

TEST_F(KeylessPolicy, OfAKeyAsksForNothingUnlessItSaysSo) {
  const Loaded<Policy> loaded = load_policy(folder_.write(
      "policy.yaml",
      "version: 1\nattestors: { ci: { key: { file: release.pub } } }\ndefaults: { noMatch: deny }\nrules: [ { "
      "name: apps, scopes: ['ghcr.io/acme/**'], require: { signature: ci } } ]\n"));
  ASSERT_THAT(folder_.problems(loaded), IsEmpty());
  const verify::EvidenceRequirements& nothing = loaded->rules->attestor("ci").requirements;
  EXPECT_EQ(nothing.logs + nothing.certificate_logs + nothing.timestamp_authorities + nothing.time_sources, 0U);
  const verify::EvidenceRequirements asked =
      requirements("{ key: { file: release.pub }, trustRoot: public, transparencyLog: required }");
  EXPECT_EQ(asked.logs, 1U);
  EXPECT_EQ(asked.trust_root, "public");
  EXPECT_EQ(asked.time_sources, 0U);
}

TEST_F(KeylessPolicy, OfAKeyMayHaveAWindow) {
  const verify::EvidenceRequirements asked = requirements(
      "{ key: { file: release.pub }, trustRoot: public, timestamp: required, validFrom: 2026-01-01T00:00:00Z, "
      "validUntil: 2027-01-01T00:00:00Z, distrustedFrom: 2026-06-01T00:00:00+02:00 }");
  EXPECT_EQ(to_string(asked.signer_validity), "2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(*asked.distrusted_from), "2026-05-31T22:00:00Z");
  EXPECT_TRUE(asked.needs_a_time());
  EXPECT_EQ(asked.times_from, TimesFrom::kTimestampAuthorities);
}

TEST_F(KeylessPolicy, OfAKeyNamesWhoseWordCounts) {
  const std::string unused = "no attestor uses trust root 'public'";
  EXPECT_THAT(key_problems("transparencyLog: required"),
              ElementsAre(HasSubstr(unused), HasSubstr("needs 'trustRoot'")));
  EXPECT_THAT(key_problems("validUntil: 2026-01-01T00:00:00Z, trustRoot: public"),
              ElementsAre(HasSubstr("a time has to be proven, and nothing may prove one")));
  EXPECT_THAT(key_problems("trustRoot: public"), ElementsAre(HasSubstr("is asked nothing")));
  EXPECT_THAT(key_problems("trustRoot: public, transparencyLog: required, sct: required"),
              ElementsAre(HasSubstr("a key has no certificate")));
  EXPECT_THAT(key_problems("trustRoot: public, transparencyLog: ifPresent"), IsEmpty());
}

TEST_F(KeylessPolicy, RefusesMomentsAndWindowsThatAreNone) {
  for (const std::string moment : {"2026-02-30", "soon", "'2026-01-01 00:00:00'", "1767225600"}) {
    EXPECT_THAT(proof_problems("validFrom: " + moment),
                ElementsAre(HasSubstr("'validFrom' must be a moment such as 2026-12-01T00:00:00Z")));
  }
  EXPECT_THAT(proof_problems("validFrom: 2026-02-01T00:00:00Z, validUntil: 2026-01-01T00:00:00Z"),
              ElementsAre(HasSubstr("can never be met: it is before 'validFrom'")));
  EXPECT_THAT(proof_problems("validFrom: 2026-02-01T00:00:00Z, distrustedFrom: 2026-01-01T00:00:00Z"),
              ElementsAre(HasSubstr("can never be met")));
}

TEST_F(KeylessPolicy, IsAnotherGenerationWhenATrustRootIsAnother) {
  const auto digest = [&] { return load("{ keyless: { " + kIdentity + " } }")->rules->generation(); };
  const Digest first = digest();
  EXPECT_EQ(digest(), first);
  folder_.write("public.json", file("../config/trust/staging.json"));
  EXPECT_NE(digest(), first);
}

}  // namespace
}  // namespace pullgate::config
