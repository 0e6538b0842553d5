/// containers-policy.json(5) "signedIdentity", and the tables by which its implementation is tested: what was asked
/// for, what the signature says, and whether that is enough.

#include "policy/signed_identity.h"

#include <gtest/gtest.h>

#include "tests/support/error_code.h"
#include "tests/unit/policy/scene.h"

namespace pullgate::policy {
namespace {

const std::string kDigest = "@" + Digest::of("an image").text();
const std::string kOtherDigest = "@" + Digest::of("another image").text();

bool is_signed(const SignedIdentity& identity, std::string_view requested, std::string_view name) {
  // As the routes make it: what the client did not say is not there, and it always says one of the two.
  return is_signed_as(identity, name, ImageReference::parse_as_written(requested).value());
}

TEST(SignedIdentity, MatchExactIsTheWholeName) {
  const SignedIdentity exact = MatchExact{};
  EXPECT_TRUE(is_signed(exact, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app:1.0"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app:1.1"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app:1.0", "ghcr.io/acme/other:1.0"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app:1.0", "quay.io/acme/app:1.0"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app:1.0" + kDigest));
  EXPECT_TRUE(is_signed(exact, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/app" + kDigest));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/app" + kOtherDigest));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/app:1.0"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/app"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app", "ghcr.io/acme/app"));
}

TEST(SignedIdentity, MatchRepoDigestOrExactLeavesTheTagToTheDigest) {
  const SignedIdentity identity = MatchRepoDigestOrExact{};
  EXPECT_TRUE(is_signed(identity, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app:1.0"));
  EXPECT_FALSE(is_signed(identity, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app:1.1"));
  EXPECT_FALSE(is_signed(identity, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app"));
  EXPECT_FALSE(is_signed(identity, "ghcr.io/acme/app:1.0", "ghcr.io/acme/app" + kDigest));
  EXPECT_TRUE(is_signed(identity, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/app:1.0"));
  EXPECT_TRUE(is_signed(identity, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/app" + kOtherDigest));
  EXPECT_FALSE(is_signed(identity, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/app"));
  EXPECT_FALSE(is_signed(identity, "ghcr.io/acme/app" + kDigest, "ghcr.io/acme/other:1.0"));
  EXPECT_TRUE(is_signed(identity, "ghcr.io/acme/app:1.0" + kDigest, "ghcr.io/acme/app:1.0" + kDigest));
  EXPECT_FALSE(is_signed(identity, "ghcr.io/acme/app:1.0" + kDigest, "ghcr.io/acme/app:1.0"));
}

TEST(SignedIdentity, MatchRepositoryIsTheRepositoryAlone) {
  const SignedIdentity identity = MatchRepository{};
  for (const std::string& requested : {std::string("ghcr.io/acme/app:1.0"), "ghcr.io/acme/app" + kDigest}) {
    EXPECT_TRUE(is_signed(identity, requested, "ghcr.io/acme/app"));
    EXPECT_TRUE(is_signed(identity, requested, "ghcr.io/acme/app:other"));
    EXPECT_TRUE(is_signed(identity, requested, "ghcr.io/acme/app" + kOtherDigest));
    EXPECT_FALSE(is_signed(identity, requested, "ghcr.io/acme/app2"));
    EXPECT_FALSE(is_signed(identity, requested, "ghcr.io/acme/app/below"));
    EXPECT_FALSE(is_signed(identity, requested, "ghcr.io/acme"));
    EXPECT_FALSE(is_signed(identity, requested, "acme/app"));
  }
}

TEST(SignedIdentity, ExactReferenceAndExactRepositoryDoNotAskForTheRequest) {
  const SignedIdentity exact = ExactReference{reference("quay.io/acme/app:stable")};
  EXPECT_TRUE(is_signed(exact, "ghcr.io/acme/app:1.0", "quay.io/acme/app:stable"));
  EXPECT_FALSE(is_signed(exact, "quay.io/acme/app:edge", "quay.io/acme/app:edge"));
  EXPECT_FALSE(is_signed(exact, "ghcr.io/acme/app:1.0", "quay.io/acme/app"));
  const SignedIdentity repository_only = ExactRepository{repository("quay.io/acme/app")};
  EXPECT_TRUE(is_signed(repository_only, "ghcr.io/x/y:1", "quay.io/acme/app"));
  EXPECT_TRUE(is_signed(repository_only, "ghcr.io/x/y:1", "quay.io/acme/app:any"));
  EXPECT_FALSE(is_signed(repository_only, "ghcr.io/x/y:1", "ghcr.io/x/y:1"));
}

TEST(SignedIdentity, RemapReplacesAWholePrefix) {
  const SignedIdentity identity = Remap{"mirror.example/hub", "docker.io"};
  EXPECT_TRUE(is_signed(identity, "mirror.example/hub/library/alpine:3", "docker.io/library/alpine:3"));
  EXPECT_TRUE(is_signed(identity, "mirror.example/hub/library/alpine:3", "alpine:3"));
  EXPECT_FALSE(is_signed(identity, "mirror.example/hub/library/alpine:3", "mirror.example/hub/library/alpine:3"));
  EXPECT_FALSE(is_signed(identity, "mirror.example/hub/library/alpine:3", "docker.io/library/alpine:2"));
  EXPECT_TRUE(is_signed(identity, "mirror.example/hub/library/alpine" + kDigest, "docker.io/library/alpine:3"));
  // Not at the end of a component: the prefix is another repository's.
  EXPECT_TRUE(is_signed(identity, "mirror.example/hubble/app:1", "mirror.example/hubble/app:1"));
  EXPECT_FALSE(is_signed(identity, "mirror.example/hubble/app:1", "docker.io/ble/app:1"));
  // Elsewhere nothing is replaced.
  EXPECT_TRUE(is_signed(identity, "ghcr.io/acme/app:1", "ghcr.io/acme/app:1"));
  // "docker.io/alpine" is short for another name, and "docker.io" no name of an image.
  EXPECT_FALSE(is_signed(identity, "mirror.example/hub/alpine:3", "docker.io/library/alpine:3"));
  EXPECT_FALSE(is_signed(identity, "mirror.example/hub:3", "docker.io:3"));
  EXPECT_TRUE(is_signed(Remap{"mirror.example/a/b", "ghcr.io/c"}, "mirror.example/a/b:1", "ghcr.io/c:1"));
}

TEST(SignedIdentity, KnowsNamesByWhateverSpelling) {
  EXPECT_TRUE(is_signed(MatchExact{}, "docker.io/library/alpine:3", "alpine:3"));
  EXPECT_TRUE(is_signed(MatchExact{}, "alpine:3", "index.docker.io/library/alpine:3"));
  EXPECT_TRUE(is_signed(MatchRepository{}, "acme/app:3", "docker.io/acme/app"));
  EXPECT_FALSE(is_signed(MatchExact{}, "alpine:latest", "alpine"));
  EXPECT_FALSE(
      is_signed(ExactReference{ImageReference::parse_as_written("alpine").value()}, "alpine:latest", "alpine:latest"));
}

TEST(SignedIdentity, TakesNothingForANameThatIsNone) {
  for (const std::string_view name : {"", "UPPER/case:1", "a b", "ghcr.io/acme/app:", "ghcr.io/acme/app@sha256:0",
                                      "https://ghcr.io/acme/app:1.0", "ghcr.io/acme/app:1.0 "}) {
    EXPECT_FALSE(is_signed(MatchRepository{}, "ghcr.io/acme/app:1.0", name)) << name;
  }
}

TEST(SignedIdentity, SaysWhatItWants) {
  const ImageReference tagged = reference("ghcr.io/acme/app:1.0");
  const ImageReference pinned = reference("ghcr.io/acme/app" + kDigest);
  EXPECT_EQ(wanted_name(MatchExact{}, tagged), "'ghcr.io/acme/app:1.0'");
  EXPECT_EQ(wanted_name(MatchRepoDigestOrExact{}, pinned), "'ghcr.io/acme/app' with any tag");
  EXPECT_EQ(wanted_name(MatchRepository{}, pinned), "'ghcr.io/acme/app'");
  EXPECT_EQ(wanted_name(Remap{"ghcr.io", "quay.io"}, tagged), "'quay.io/acme/app:1.0'");
  EXPECT_EQ(wanted_name(Remap{"ghcr.io/acme/app", "docker.io"}, tagged),
            "below 'docker.io', where 'ghcr.io/acme/app' has no name");
}

TEST(NamePrefix, IsARegistryAndTheBeginningOfAPath) {
  for (const std::string_view text : {"ghcr.io", "docker.io/library", "localhost:5000/a/b", "docker.io"}) {
    EXPECT_TRUE(check_name_prefix(text)) << text;
  }
  for (const std::string_view text :
       {"", "/", "ghcr.io/", "ghcr.io/Acme", "GHCR.io", "index.docker.io", "ghcr.io/acme:1", "ghcr.io/acme@sha256:0"}) {
    EXPECT_EQ(tests::error_code(check_name_prefix(text)), ErrorCode::kMalformed) << text;
  }
}

}  // namespace
}  // namespace pullgate::policy
