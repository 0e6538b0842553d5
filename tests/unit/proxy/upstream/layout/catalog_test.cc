#include "proxy/upstream/layout/catalog.h"

#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/error_code.h"

namespace pullgate::proxy::layout {
namespace {

using Annotations = std::vector<std::pair<std::string, std::string>>;

std::string descriptor(const Digest& digest, std::size_t size, const Annotations& annotations = {},
                       std::string_view type = media_type::kOciManifest) {
  std::string list;
  for (const auto& [key, value] : annotations)
    list += fmt::format("{}\"{}\":\"{}\"", list.empty() ? "" : ",", key, value);
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{},"annotations":{{{}}}}})", type, digest.text(), size,
                     list);
}

std::string entry(std::string_view content, const Annotations& annotations = {},
                  std::string_view type = media_type::kOciManifest) {
  return descriptor(Digest::of(content), content.size(), annotations, type);
}

std::string index_of(const std::vector<std::string>& entries) {
  return fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", fmt::join(entries, ","));
}

Annotations tagged(std::string_view tag) {
  return {{"org.opencontainers.image.ref.name", std::string(tag)}};
}
Annotations kind(std::string_view kind) {
  return {{"kind", "dev.cosignproject.cosign/" + std::string(kind)}};
}

Result<Digest> lookup(const Catalog& catalog, std::string_view tag) {
  return catalog.tagged(*Tag::parse(tag));
}

TEST(LayoutCatalog, FindsTagsByTheirAnnotation) {
  const auto catalog = Catalog::read(index_of({entry("a", tagged("1.0")), entry("b", tagged("2.0")), entry("c")}));
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_EQ(*lookup(*catalog, "1.0"), Digest::of("a"));
  EXPECT_EQ(*lookup(*catalog, "2.0"), Digest::of("b"));
  EXPECT_EQ(tests::error_code(lookup(*catalog, "3.0")), ErrorCode::kNotFound);
  EXPECT_EQ(catalog->tags(), (std::vector<std::string>{"1.0", "2.0"}));
  EXPECT_EQ(catalog->media_type_of(Digest::of("c")), media_type::kOciManifest);
  EXPECT_EQ(catalog->media_type_of(Digest::of("d")), "");
}

TEST(LayoutCatalog, SaysWhichTagsThereAreInsteadOfTheOneThatIsMissing) {
  const auto catalog = Catalog::read(index_of({entry("a", tagged("1.0")), entry("b", tagged("2.0")),
                                               entry("c", tagged("sha256-" + Digest::of("a").hex() + ".sig"))}));
  EXPECT_EQ(lookup(*catalog, "3.0").error().message, "the image layout has no tag 3.0; there are 1.0, 2.0");
  const std::string evidence = "sha256-" + Digest::of("b").hex() + ".sig";
  EXPECT_EQ(lookup(*catalog, evidence).error().message, "the image layout has no tag " + evidence);
}

TEST(LayoutCatalog, IgnoresNamesThatCannotBeAskedFor) {
  const auto catalog = Catalog::read(
      index_of({entry("a", tagged("ghcr.io/acme/app:1.0")), entry("b", tagged("")), entry("c", tagged(".x"))}));
  ASSERT_TRUE(catalog);
  EXPECT_TRUE(catalog->tags().empty());
}

TEST(LayoutCatalog, ATagForTwoImagesIsForNeither) {
  const auto twice = Catalog::read(index_of({entry("a", tagged("1.0")), entry("b", tagged("1.0"))}));
  EXPECT_EQ(tests::error_code(lookup(*twice, "1.0")), ErrorCode::kUpstreamInvalid);
  const auto same = Catalog::read(index_of({entry("a", tagged("1.0")), entry("a", tagged("1.0"))}));
  EXPECT_EQ(*lookup(*same, "1.0"), Digest::of("a"));
}

TEST(LayoutCatalog, GivesSavedEvidenceTheTagsThatCosignLooksFor) {
  const auto catalog =
      Catalog::read(index_of({entry("image", kind("image")), entry("sigs", kind("sigs")), entry("atts", kind("atts")),
                              entry("index", kind("imageIndex")), entry("more sigs", kind("sigs"))}));
  ASSERT_TRUE(catalog);
  const auto name = [](std::string_view content, std::string_view suffix) {
    return fmt::format("sha256-{}.{}", Digest::of(content).hex(), suffix);
  };
  EXPECT_EQ(*lookup(*catalog, name("image", "sig")), Digest::of("sigs"));
  EXPECT_EQ(*lookup(*catalog, name("image", "att")), Digest::of("atts"));
  EXPECT_EQ(*lookup(*catalog, name("index", "sig")), Digest::of("more sigs"));
  EXPECT_FALSE(lookup(*catalog, name("index", "att")));
}

TEST(LayoutCatalog, EvidenceBeforeAnyImageBelongsToNone) {
  const auto catalog = Catalog::read(index_of({entry("sigs", kind("sigs")), entry("image", kind("image"))}));
  EXPECT_TRUE(catalog->tags().empty());
}

TEST(LayoutCatalog, ARealTagWinsOverASavedOne) {
  const auto tag = fmt::format("sha256-{}.sig", Digest::of("image").hex());
  const auto catalog =
      Catalog::read(index_of({entry("image", kind("image")), entry("sigs", kind("sigs")), entry("real", tagged(tag))}));
  EXPECT_EQ(*lookup(*catalog, tag), Digest::of("real"));
}

TEST(LayoutCatalog, RefusesWhatIsNoIndex) {
  for (const auto* text : {"", "{}", "[]", R"({"schemaVersion":2,"config":{},"layers":[]})",
                           R"({"schemaVersion":2,"manifests":[],"manifests":[]})"})
    EXPECT_EQ(tests::error_code(Catalog::read(text)), ErrorCode::kUpstreamInvalid) << text;
}

/// A layout's manifests, in memory.
class Manifests {
 public:
  std::string add(const std::string& text, std::string_view type = media_type::kOciManifest) {
    contents_.insert_or_assign(Digest::of(text), text);
    return entry(text, {}, type);
  }
  std::string add_index(const std::vector<std::string>& entries) {
    return add(fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}})", media_type::kOciIndex,
                           fmt::join(entries, ",")),
               media_type::kOciIndex);
  }
  /// A manifest that names the digest of `subject` as its subject.
  std::string add_referrer(std::string_view subject, std::string_view artifact_type) {
    return add(fmt::format(
        R"({{"schemaVersion":2,"mediaType":"{}","artifactType":"{}","config":{},"layers":[],"subject":{},"annotations":{{"a":"b"}}}})",
        media_type::kOciManifest, artifact_type, entry("{}", {}, media_type::kOciEmpty), entry(subject)));
  }
  Result<Referrers> referrers(const std::vector<std::string>& entries) {
    const auto catalog = Catalog::read(index_of(entries));
    if (!catalog) return catalog.error();
    return find_referrers(catalog->entries(), [this](const Digest& digest) -> Result<Content> {
      ++reads;
      if (fails_with) return Error{*fails_with, "as the test wants it"};
      const auto found = contents_.find(digest);
      if (found == contents_.end()) return Error{ErrorCode::kNotFound, "absent"};
      return Content::of(found->second);
    });
  }

  int reads = 0;
  std::optional<ErrorCode> fails_with;

 private:
  std::map<Digest, std::string> contents_;
};

TEST(LayoutReferrers, AreFoundBySubjectAlsoInNestedIndexes) {
  Manifests manifests;
  const auto direct = manifests.add_referrer("image", "application/one");
  const auto nested = manifests.add_index({manifests.add_index({manifests.add_referrer("image", "application/two")})});
  const auto other = manifests.add_referrer("other", "application/three");
  const auto found = manifests.referrers({direct, nested, other});
  ASSERT_TRUE(found) << found.error().message;
  const auto& list = found->at(Digest::of("image"));
  ASSERT_EQ(list.size(), 2U);
  std::set<std::string> types;
  for (const auto& referrer : list) types.insert(referrer.artifact_type);
  EXPECT_EQ(types, (std::set<std::string>{"application/one", "application/two"}));
  EXPECT_EQ(list[0].media_type, media_type::kOciManifest);
  EXPECT_EQ(list[0].annotations.at("a"), "b");
  EXPECT_EQ(found->at(Digest::of("other")).size(), 1U);
}

TEST(LayoutReferrers, AbsentAndUnreadableManifestsReferToNothing) {
  Manifests manifests;
  const auto found = manifests.referrers(
      {entry("absent"), manifests.add("not a manifest"), manifests.add_referrer("image", "application/one")});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 1U);
}

TEST(LayoutReferrers, AFileThatCannotBeReadNowIsNotTakenForAbsent) {
  Manifests manifests;
  manifests.fails_with = ErrorCode::kUnreachable;
  EXPECT_EQ(tests::error_code(manifests.referrers({entry("a")})), ErrorCode::kUnreachable);
}

TEST(LayoutReferrers, EveryManifestIsReadOnceAndIndexesNestOnlySoDeep) {
  Manifests manifests;
  auto tower = manifests.add_referrer("image", "application/one");
  for (int i = 0; i < 3; ++i) tower = manifests.add_index({tower, tower});
  EXPECT_EQ(manifests.referrers({tower, tower})->size(), 1U);
  EXPECT_EQ(manifests.reads, 4);
  for (int i = 0; i < 10; ++i) tower = manifests.add_index({tower});
  EXPECT_TRUE(manifests.referrers({tower})->empty());
}

}  // namespace
}  // namespace pullgate::proxy::layout
