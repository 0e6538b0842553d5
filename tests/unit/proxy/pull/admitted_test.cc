#include "proxy/pull/admitted.h"

#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

const Repository kApp = Repository::parse("registry.test", "acme/app").value();
const Repository kOther = Repository::parse("registry.test", "acme/other").value();

Digest digest(std::string_view name) {
  return Digest::of(name);
}

ManifestDocument image(std::string_view layer, std::string type = "application/vnd.oci.image.layer.v1.tar") {
  return Manifest{std::string(media_type::kOciManifest), {}, std::nullopt, {{std::move(type), digest(layer)}}, {}, {}};
}

ManifestDocument index(std::string_view child, std::string type = std::string(media_type::kOciManifest)) {
  return Index{std::string(media_type::kOciIndex), {}, {{std::move(type), digest(child)}}, {}, {}};
}

TEST(Admitted, ReachesTheBlobsOfAdmittedManifestsInTheirRepositoryOnly) {
  Admitted admitted(10, 100);
  EXPECT_FALSE(admitted.reaches(kApp, digest("layer")));
  admitted.admit(kApp, digest("image"), image("layer"), {});
  EXPECT_TRUE(admitted.reaches(kApp, digest("layer")));
  EXPECT_FALSE(admitted.reaches(kOther, digest("layer")));
  EXPECT_FALSE(admitted.reaches(kApp, digest("image")));
}

TEST(Admitted, NeverReachesWhatIsNamedAsAManifest) {
  Admitted admitted(10, 100);
  admitted.admit(kApp, digest("index"), index("child"), {});
  EXPECT_FALSE(admitted.reaches(kApp, digest("child")));
  admitted.admit(kApp, digest("image"), image("child"), {});
  EXPECT_FALSE(admitted.reaches(kApp, digest("child")));
  admitted.admit(kApp, digest("sly"), image("other", std::string(media_type::kOciManifest)), {});
  EXPECT_FALSE(admitted.reaches(kApp, digest("other")));
}

TEST(Admitted, CoversTheChildrenOfAnAdmittedIndexInItsRepositoryOnly) {
  Admitted admitted(10, 100);
  EXPECT_FALSE(admitted.cover_of(kApp, digest("child")));
  admitted.admit(kApp, digest("index"), index("child"), {});
  const auto cover = admitted.cover_of(kApp, digest("child"));
  ASSERT_TRUE(cover);
  EXPECT_EQ(cover->index, digest("index"));
  EXPECT_FALSE(admitted.cover_of(kOther, digest("child")));
  EXPECT_FALSE(admitted.cover_of(kApp, digest("index")));
}

TEST(Admitted, DropsWhatStoodOnADecisionThatFell) {
  Admitted admitted(10, 100);
  const Time end = Time(std::chrono::hours(1));
  const auto until = [](std::optional<Time> fall) {
    const policy::Decision::About about{ImageReference::parse("registry.test/acme/app:1").value(), digest("image"),
                                        digest("policy"), digest("trust")};
    return Grounds{std::make_shared<const policy::Decision>(
                       policy::Decision::allow(about, {.rule = "apps", .stands_until = fall})),
                   nullptr, 0};
  };
  admitted.admit(kApp, digest("index"), index("child"), until(end));
  admitted.admit(kApp, digest("image"), image("layer"), until(end));
  admitted.admit(kApp, digest("lasting"), image("other layer"), until(std::nullopt));
  admitted.admit(kApp, digest("renewed"), image("third layer"), until(end));
  admitted.admit(kApp, digest("renewed"), image("third layer"), until(end + std::chrono::hours(1)));
  admitted.drop_fallen(end - std::chrono::milliseconds(1));
  EXPECT_TRUE(admitted.reaches(kApp, digest("layer")));
  admitted.drop_fallen(end);
  EXPECT_FALSE(admitted.reaches(kApp, digest("layer")));
  EXPECT_FALSE(admitted.cover_of(kApp, digest("child")));
  EXPECT_TRUE(admitted.reaches(kApp, digest("other layer")));
  EXPECT_TRUE(admitted.reaches(kApp, digest("third layer")));
}

TEST(Admitted, DoesNotFollowIndexesForEver) {
  Admitted admitted(10, 100);
  for (std::size_t depth = 0; depth < limits::kIndexDepth; ++depth) {
    const std::string name = "index" + std::to_string(depth);
    admitted.admit(kApp, digest(name), index("below " + name), {nullptr, nullptr, depth});
    EXPECT_EQ(admitted.cover_of(kApp, digest("below " + name)).has_value(), depth + 1 < limits::kIndexDepth) << depth;
  }
}

TEST(Admitted, KnowsWhichChildrenItHasNotRead) {
  Admitted admitted(10, 100);
  const auto all = [](const Digest&) { return true; };
  admitted.admit(kApp, digest("index"), index("child"), {});
  EXPECT_EQ(admitted.unread_children(kApp, 10, all), std::vector<Digest>{digest("child")});
  EXPECT_TRUE(admitted.unread_children(kApp, 0, all).empty());
  EXPECT_TRUE(admitted.unread_children(kOther, 10, all).empty());
  admitted.admit(kApp, digest("child"), image("layer"), {});
  EXPECT_TRUE(admitted.unread_children(kApp, 10, all).empty());
}

TEST(Admitted, ForgetsTheOldestManifestAndWhatOnlyItNamed) {
  Admitted admitted(2, 100);
  admitted.admit(kApp, digest("1"), image("shared"), {});
  admitted.admit(kApp, digest("2"), image("shared"), {});
  admitted.admit(kApp, digest("1"), image("shared"), {});  // used again
  admitted.admit(kApp, digest("3"), image("layer 3"), {});
  EXPECT_TRUE(admitted.reaches(kApp, digest("shared")));
  admitted.admit(kApp, digest("4"), index("child"), {});
  EXPECT_FALSE(admitted.reaches(kApp, digest("shared")));
  admitted.admit(kOther, digest("5"), image("layer 5"), {});
  admitted.admit(kOther, digest("6"), image("layer 6"), {});
  EXPECT_FALSE(admitted.cover_of(kApp, digest("child")));
  EXPECT_FALSE(admitted.reaches(kApp, digest("layer 3")));
  EXPECT_TRUE(admitted.reaches(kOther, digest("layer 5")));
}

TEST(Admitted, IsBoundedByWhatManifestsName) {
  Admitted admitted(100, 2);
  admitted.admit(kApp, digest("1"), image("layer 1"), {});
  admitted.admit(kApp, digest("2"), image("layer 2"), {});
  EXPECT_TRUE(admitted.reaches(kApp, digest("layer 1")));
  admitted.admit(kApp, digest("3"), image("layer 3"), {});
  EXPECT_FALSE(admitted.reaches(kApp, digest("layer 1")));
}

TEST(KnownManifests, KnowsWhatItHasReadAndNotWhatIsMerelyClaimed) {
  KnownManifests known(10);
  known.learn(kApp, digest("index"), index("somebody's layer"));
  EXPECT_TRUE(known.contains(digest("index")));
  // Or an index that nobody admitted could take any layer away from everybody.
  EXPECT_FALSE(known.contains(digest("somebody's layer")));
  EXPECT_EQ(known.index_of(kApp, digest("somebody's layer")), digest("index"));
  EXPECT_FALSE(known.index_of(kOther, digest("somebody's layer")));
}

TEST(KnownManifests, IsBounded) {
  KnownManifests known(2);
  known.learn(kApp, digest("1"), index("child 1"));
  known.learn(kApp, digest("2"), index("child 2"));
  known.learn(kApp, digest("3"), index("child 3"));
  EXPECT_FALSE(known.contains(digest("1")));
  EXPECT_TRUE(known.contains(digest("3")));
  EXPECT_FALSE(known.index_of(kApp, digest("child 1")));
  EXPECT_TRUE(known.index_of(kApp, digest("child 3")));
}

}  // namespace
}  // namespace pullgate::proxy
