#include "verify/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "verify/codec/base64.h"
#include "verify/limits.h"

namespace pullgate {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

std::string descriptor(std::string_view media_type, std::string_view more = "") {
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":7{}}})", media_type, Digest::of("content").text(),
                     more);
}

std::string layer(std::string_view more = "") {
  return descriptor("application/vnd.oci.image.layer.v1.tar+gzip", more);
}

std::string image(std::string_view layers, std::string_view more = "") {
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]{}}})", media_type::kOciManifest,
                     descriptor(media_type::kOciConfig), layers, more);
}

std::string image() {
  return image(layer());
}

std::string index(std::string_view manifests, std::string_view more = "") {
  return fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{}]{}}})", media_type::kOciIndex, manifests,
                     more);
}

std::string index() {
  return index(
      descriptor(media_type::kOciManifest, R"(,"platform":{"os":"linux","architecture":"arm","variant":"v7"})"));
}

Result<ManifestDocument> parse(std::string text, std::string_view content_type = {}) {
  return parse_manifest(Content::of(std::move(text)), content_type);
}

void expect_refused(const std::string& text, ErrorCode code = ErrorCode::kMalformed) {
  const Result<ManifestDocument> document = parse(text);
  ASSERT_FALSE(document) << text;
  EXPECT_EQ(document.error().code, code) << document.error().message;
}

TEST(Manifest, IsReadWithAllThatItNames) {
  const auto document = parse(image(layer(R"(,"annotations":{"a":"b"})"),
                                    fmt::format(R"(,"subject":{},"annotations":{{"x":"y"}},"artifactType":"t/t")",
                                                descriptor(media_type::kOciManifest))))
                            .value();
  const auto& manifest = std::get<Manifest>(document);
  EXPECT_EQ(manifest.media_type, media_type::kOciManifest);
  EXPECT_EQ(manifest.config->media_type, media_type::kOciConfig);
  ASSERT_EQ(manifest.layers.size(), 1U);
  EXPECT_EQ(manifest.layers[0].digest, Digest::of("content"));
  EXPECT_EQ(manifest.layers[0].size, 7U);
  EXPECT_EQ(manifest.layers[0].annotations.at("a"), "b");
  EXPECT_EQ(manifest.effective_artifact_type(), "t/t");
  EXPECT_EQ(annotations_of(document).at("x"), "y");
  EXPECT_TRUE(subject_of(document));
  EXPECT_EQ(named_descriptors(document).size(), 2U);  // not the subject
}

TEST(Manifest, HasItsConfigsTypeAsArtifactTypeWhenItNamesNone) {
  EXPECT_EQ(std::get<Manifest>(parse(image()).value()).effective_artifact_type(), media_type::kOciConfig);
}

TEST(Index, IsReadWithItsPlatforms) {
  const auto document = parse(index()).value();
  const auto& parsed = std::get<Index>(document);
  ASSERT_EQ(parsed.manifests.size(), 1U);
  EXPECT_EQ(parsed.manifests[0].platform, (Platform{.os = "linux", .architecture = "arm", .variant = "v7"}));
  EXPECT_EQ(served_media_type(document), media_type::kOciIndex);
  EXPECT_EQ(named_descriptors(document).size(), 1U);
}

TEST(Index, MayBeEmpty) {
  EXPECT_TRUE(parse(index("")));
  EXPECT_TRUE(parse(fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":null}})", media_type::kOciIndex)));
}

TEST(Manifest, OfDockerIsReadToo) {
  const std::string docker = replaced(image(), media_type::kOciManifest, media_type::kDockerManifest);
  EXPECT_EQ(served_media_type(parse(docker, media_type::kDockerManifest).value()), media_type::kDockerManifest);
  const std::string list = replaced(index(), media_type::kOciIndex, media_type::kDockerList);
  EXPECT_EQ(served_media_type(parse(list, media_type::kDockerList).value()), media_type::kDockerList);
}

TEST(Manifest, OfTheWithdrawnArtifactKindIsReadToo) {
  const auto document = parse(fmt::format(
      R"({{"mediaType":"application/vnd.oci.artifact.manifest.v1+json","artifactType":"t/t","blobs":[{}]}})", layer()));
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_FALSE(std::get<Manifest>(*document).config);
  EXPECT_EQ(std::get<Manifest>(*document).layers.size(), 1U);
}

TEST(Manifest, MayLeaveItsMediaTypeToItsStructure) {
  const std::string bare = replaced(image(), fmt::format(R"("mediaType":"{}",)", media_type::kOciManifest), "");
  EXPECT_EQ(served_media_type(parse(bare).value()), media_type::kOciManifest);
  EXPECT_TRUE(parse(bare, media_type::kOciManifest));
  // What the header says alone does not make it Docker's: clients that read the body would disagree.
  EXPECT_FALSE(parse(bare, media_type::kDockerManifest));
}

TEST(Manifest, AndContentTypeMustAgree) {
  EXPECT_TRUE(parse(image(), media_type::kOciManifest));
  EXPECT_TRUE(parse(image(), "application/octet-stream"));
  for (std::string_view other : {media_type::kOciIndex, media_type::kDockerManifest, std::string_view("text/html"),
                                 std::string_view("application/json")}) {
    EXPECT_FALSE(parse(image(), other)) << other;
  }
}

// CVE-2021-41190: judged as an index of harmless children, run as a manifest of other layers.
TEST(Manifest, ThatIsAlsoAnIndexIsRefused) {
  expect_refused(image(layer(), R"(,"manifests":[])"));
  expect_refused(index("", R"(,"layers":[])"));
  expect_refused(index("", R"(,"config":{})"));
  expect_refused(index("", R"(,"config":null)"));
  expect_refused(index("", R"(,"fsLayers":[])"));
  expect_refused(image(layer(), R"(,"blobs":[])"));
  expect_refused(image(layer(), R"(,"history":[])"));
}

TEST(Manifest, WhoseMediaTypeDoesNotFitItsStructureIsRefused) {
  expect_refused(replaced(image(), media_type::kOciManifest, media_type::kOciIndex));
  expect_refused(replaced(index(), media_type::kOciIndex, media_type::kOciManifest));
  expect_refused(replaced(image(), media_type::kOciManifest, "application/json"), ErrorCode::kUnsupported);
  expect_refused(replaced(image(), media_type::kOciManifest, ""));
  expect_refused(replaced(image(), fmt::format("\"{}\"", media_type::kOciManifest), "5"));
}

// encoding/json takes "Layers" for "layers": every Go client would pull what we never saw.
TEST(Manifest, WithKeysThatOnlyGoClientsObeyIsRefused) {
  for (const char* key : {"Manifests", "MANIFESTS", "maniFests", "Layers", "LAYERS", "layer\\u017f", "layer\xC5\xBF",
                          "ConFig", "MediaType", "\\u017fchemaVersion", "Subject", "Annotations"}) {
    expect_refused(image(layer(), fmt::format(R"(,"{}":[])", key)));
    if (std::string_view(key) != "Manifests") expect_refused(index("", fmt::format(R"(,"{}":[])", key)));
  }
  expect_refused(image(layer(R"(,"Digest":"sha256:00")")));
  expect_refused(image(layer(R"(,"dige\u017ft":"sha256:00")")));
  expect_refused(image(layer(R"(,"URLs":[])")));
  expect_refused(index(descriptor(media_type::kOciManifest, R"(,"platform":{"OS":"windows"})")));
  // The Kelvin sign folds to k; no known key has a k, so it is only another unknown key.
  EXPECT_TRUE(parse(image(layer(), R"(,"to\u212Aen":1)")));
}

TEST(Manifest, MayHaveUnknownKeysAndAnnotationsInAnyCase) {
  EXPECT_TRUE(parse(image(layer(R"(,"annotations":{"Digest":"x","digest":"y"})"), R"(,"other":{"Layers":[]})")));
}

TEST(Manifest, WithDuplicateKeysIsRefused) {
  expect_refused(image(layer(), R"(,"layers":[])"));
  expect_refused(image(layer(R"(,"digest":"sha256:00")")));
}

TEST(Manifest, WithSizesThatAreNoSizesIsRefused) {
  for (const char* size : {"-1", "7.0", "7e0", "9223372036854775808", "\"7\"", "null", "1e300"}) {
    expect_refused(image(replaced(layer(), "\"size\":7", fmt::format("\"size\":{}", size))));
  }
  EXPECT_TRUE(parse(image(replaced(layer(), "\"size\":7", "\"size\":9223372036854775807"))));
}

TEST(Manifest, WithAnythingAroundOrInsideThatReadersDisagreeOnIsRefused) {
  expect_refused("\xEF\xBB\xBF" + image());
  expect_refused(image() + "x");
  expect_refused(image() + std::string("\0", 1));
  expect_refused(replaced(image(), "layer.v1", "layer\xff"));
  expect_refused(replaced(image(), "layer.v1", "layer\\ud800"));
  expect_refused("");
  expect_refused("[]");
  expect_refused("{}");
  expect_refused(image().substr(0, 40));
}

TEST(Manifest, WithADigestThatIsNoneIsRefused) {
  const std::string digest = Digest::of("content").text();
  for (const std::string& other :
       {std::string(), digest.substr(0, 70), "SHA256" + digest.substr(6),
        std::string("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"), std::string("sha256:../../x")}) {
    expect_refused(image(replaced(layer(), digest, other)));
  }
}

// containerd uses `data` in place of a fetch: a child would be pulled without anyone asking for it.
TEST(Manifest, WithAnEmbeddedChildIsRefused) {
  const std::string data = fmt::format(R"(,"data":"{}")", verify::codec::encode_base64("content"));
  expect_refused(index(descriptor(media_type::kOciManifest, data)));
  expect_refused(index(descriptor(media_type::kDockerList, data)));
}

TEST(Manifest, WithEmbeddedDataThatIsNotTheContentIsRefused) {
  const auto with = [](std::string_view data) { return image(layer(fmt::format(R"(,"data":"{}")", data))); };
  EXPECT_TRUE(parse(with(verify::codec::encode_base64("content"))));
  expect_refused(with(verify::codec::encode_base64("c0ntent")));
  expect_refused(with(verify::codec::encode_base64("content and more")));
  expect_refused(with("Y29udGVudB=="));
  expect_refused(with(""));
}

TEST(Manifest, WithUrlsIsRefused) {
  expect_refused(image(layer(R"(,"urls":["https://elsewhere.example/layer"])")));
  EXPECT_TRUE(parse(image(layer(R"(,"urls":[])"))));
}

TEST(Manifest, WithMembersOfTheWrongKindIsRefused) {
  expect_refused(image("1"));
  expect_refused(replaced(image(), "\"layers\":[", "\"layers\":{},\"x\":["));
  expect_refused(image(layer(R"(,"annotations":{"a":1})")));
  expect_refused(image(layer(), R"(,"annotations":[])"));
  expect_refused(replaced(image(), "\"schemaVersion\":2", "\"schemaVersion\":1"));
  expect_refused(replaced(image(), "\"schemaVersion\":2", "\"schemaVersion\":\"2\""));
  expect_refused(replaced(image(), "\"schemaVersion\":2,", ""));
  expect_refused(replaced(image(), descriptor(media_type::kOciConfig), "null"));
}

TEST(Manifest, OfDockersFirstSchemaIsNamedAndNotSupported) {
  for (const char* text : {R"({"schemaVersion":1,"name":"a","tag":"b","fsLayers":[],"history":[],"signatures":[]})"}) {
    expect_refused(text, ErrorCode::kUnsupported);
  }
  const auto by_type = parse("{}", "application/vnd.docker.distribution.manifest.v1+prettyjws");
  ASSERT_FALSE(by_type);
  EXPECT_EQ(by_type.error().code, ErrorCode::kUnsupported);
}

TEST(Manifest, HasLimitsCve202429903) {
  std::string entries = layer();
  for (std::size_t i = 1; i < limits::kManifestLayers; ++i) entries += "," + layer();
  EXPECT_TRUE(parse(image(entries)));
  expect_refused(image(entries + "," + layer()), ErrorCode::kLimitExceeded);
  expect_refused(image(layer(), fmt::format(R"(,"x":"{}")", std::string(limits::kManifestBytes, 'x'))),
                 ErrorCode::kLimitExceeded);
  std::string children = descriptor(media_type::kOciManifest);
  for (std::size_t i = 0; i < limits::kIndexEntries; ++i) children += "," + descriptor(media_type::kOciManifest);
  expect_refused(index(children), ErrorCode::kLimitExceeded);
  expect_refused(image(layer(), R"(,"x":)" + std::string(70, '[') + std::string(70, ']')), ErrorCode::kLimitExceeded);
}

TEST(Manifest, WithADescriptorWithoutTypeIsRefused) {
  expect_refused(image(descriptor("")));
  expect_refused(image(replaced(layer(), "\"mediaType\"", "\"kind\"")));
}

}  // namespace
}  // namespace pullgate
