#include "proxy/server/route.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

template <class T>
T route_as(const std::string& target, Method method = Method::kGet) {
  const Route route = parse_route(method, target);
  if (const auto* error = std::get_if<OciError>(&route)) ADD_FAILURE() << target << ": " << error->message;
  return std::get<T>(route);
}

OciError refusal_of(const std::string& target, Method method = Method::kGet) {
  const Route route = parse_route(method, target);
  const auto* error = std::get_if<OciError>(&route);
  if (error == nullptr) ADD_FAILURE() << target << " was understood";
  return error == nullptr ? OciError{} : *error;
}

TEST(Route, KnowsEveryEndpointOfAPull) {
  route_as<VersionCheck>("/v2/");
  route_as<VersionCheck>("/v2");
  const auto by_tag = route_as<ManifestRequest>("/v2/acme/app/manifests/1.0?ns=ghcr.io");
  EXPECT_EQ(by_tag.name, (RequestedName{"acme/app", "ghcr.io"}));
  EXPECT_EQ(to_string(by_tag.reference), "1.0");
  const auto by_digest = route_as<ManifestRequest>("/v2/app/manifests/" + kDigest, Method::kHead);
  EXPECT_EQ(std::get<Digest>(by_digest.reference).text(), kDigest);
  EXPECT_EQ(route_as<BlobRequest>("/v2/ghcr.io/acme/app/blobs/" + kDigest).name.path, "ghcr.io/acme/app");
  EXPECT_EQ(route_as<ReferrersRequest>("/v2/a/referrers/" + kDigest).artifact_type, std::nullopt);
  const auto filtered =
      route_as<ReferrersRequest>("/v2/a/referrers/" + kDigest + "?artifactType=application%2Fx%2Bjson");
  EXPECT_EQ(filtered.artifact_type, "application/x+json");
  const auto tags = route_as<TagsRequest>("/v2/a/tags/list?n=5&last=1.0");
  EXPECT_EQ(tags.count, 5U);
  EXPECT_EQ(tags.last, "1.0");
}

TEST(Route, ReadsFromTheRight) {
  EXPECT_EQ(route_as<ManifestRequest>("/v2/manifests/manifests/manifests/latest").name.path, "manifests/manifests");
  EXPECT_EQ(route_as<ManifestRequest>("/v2/a/blobs/b/manifests/blobs").name.path, "a/blobs/b");
  EXPECT_EQ(route_as<TagsRequest>("/v2/tags/list/tags/list").name.path, "tags/list");
  EXPECT_EQ(route_as<BlobRequest>("/v2/x/manifests/y/blobs/" + kDigest).name.path, "x/manifests/y");
}

TEST(Route, DecodesTheNameSpaceThatContainerdEncodes) {
  EXPECT_EQ(route_as<ManifestRequest>("/v2/a/manifests/1?ns=localhost%3A5000").name.name_space, "localhost:5000");
}

TEST(Route, IgnoresParametersThatMeanNothing) {
  EXPECT_EQ(route_as<ManifestRequest>("/v2/a/manifests/1?x=1&x=2&&y").name.name_space, std::nullopt);
}

TEST(Route, RefusesEveryOddSpellingOfAPath) {
  const std::vector<std::string> odd = {
      "/v2/acme%2fapp/manifests/1",
      "/v2/acme%2Fapp/manifests/1",
      "/v2/acme/%2e%2e/app/manifests/1",
      "/v2/a/manifests/sha256%3A" + kHex,
      "/v2/acme/../app/manifests/1",
      "/v2/acme/./app/manifests/1",
      "/v2/../v2/app/manifests/1",
      "/v2/acme//app/manifests/1",
      "/v2//app/manifests/1",
      "/v2/acme/app//manifests/1",
      "/v2/acme/app/manifests/..",
      "/v2/acme\\app/manifests/1",
      "/v2/acme/app;x/manifests/1",
      "/v2/acme/app#x/manifests/1",
      "/v2/a b/manifests/1",
      "/v2/a@b/manifests/1",
      "/v2/a/manifests/1%00",
      "/v2/a/manifests/1?ns=a%",
      "/v2/a/manifests/1?ns=%zz",
      "/v2/a/manifests/1?ns=a%250a",
      "/v2/a/manifests/1?ns=a%0d%0ab",
      "/v2/a/manifests/1?ns=a&ns=b",
      "/v2/a/manifests/1?ns=a&ns=a",
      "/v2/a/manifests/1?n%73=a&ns=b",
      "/v2/a/tags/list?n=1&n=2",
  };
  for (const std::string& target : odd) EXPECT_EQ(refusal_of(target).status, 400) << target;
}

TEST(Route, RefusesMalformedDigestsAndTags) {
  for (const std::string& digest :
       {"sha256:" + std::string(64, 'A'), "sha256:" + std::string(63, 'a'), std::string("sha256:baddigeststring"),
        "SHA256:" + kHex, "md5:" + std::string(32, 'a'), "sha512:" + kHex, "sha256:" + kHex + "a"}) {
    EXPECT_EQ(refusal_of("/v2/a/manifests/" + digest).code, OciCode::kDigestInvalid) << digest;
    EXPECT_EQ(refusal_of("/v2/a/blobs/" + digest).code, OciCode::kDigestInvalid) << digest;
    EXPECT_EQ(refusal_of("/v2/a/referrers/" + digest).code, OciCode::kDigestInvalid) << digest;
  }
  EXPECT_EQ(refusal_of("/v2/a/blobs/latest").code, OciCode::kDigestInvalid);
  EXPECT_EQ(refusal_of("/v2/a/manifests/.hidden").status, 400);
  EXPECT_EQ(refusal_of("/v2/a/manifests/" + std::string(129, 'a')).status, 400);
}

TEST(Route, RefusesCountsThatAreNotNumbers) {
  for (const char* n : {"-1", "1x", "", "0x5", "99999999999999999999999", "+1"}) {
    EXPECT_EQ(refusal_of(std::string("/v2/a/tags/list?n=") + n).status, 400) << n;
  }
}

TEST(Route, RefusesToPush) {
  for (const std::string& target :
       {std::string("/v2/"), std::string("/v2/a/blobs/uploads/"), std::string("/v2/a/manifests/1"),
        "/v2/a/blobs/" + kDigest, std::string("/v2/_catalog")}) {
    const OciError error = refusal_of(target, Method::kOther);
    EXPECT_EQ(error.status, 405) << target;
    EXPECT_EQ(error.code, OciCode::kUnsupported);
  }
}

TEST(Route, KnowsNothingElse) {
  for (const char* target : {"/", "/v1/", "/v2/_catalog", "/v2/a", "/v2/manifests/1", "/v2/a/manifests/",
                             "/v2/tags/list", "/v2/a/blobs/", "/v2/a/uploads/x", "/v2/a/tags/other", "/metrics",
                             "/v2x/a/manifests/1", "/V2/a/manifests/1", "/v2/a/Manifests/1"}) {
    const OciError error = refusal_of(target);
    EXPECT_EQ(error.status, 404) << target;
    EXPECT_EQ(error.code, OciCode::kUnsupported) << target;
  }
}

}  // namespace
}  // namespace pullgate::proxy
