#include "verify/manifest.h"

#include <algorithm>
#include <array>

#include "verify/bytes.h"
#include "verify/codec/base64.h"
#include "verify/json/lookalike.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"
#include "verify/limits.h"

namespace pullgate {
namespace {

using verify::json::Node;
using verify::json::Problems;
using verify::json::refuse_lookalike_keys;

constexpr std::string_view kOciArtifact = "application/vnd.oci.artifact.manifest.v1+json";
constexpr std::string_view kDockerSchema1 = "application/vnd.docker.distribution.manifest.v1";

// The keys that Go clients decode, per structure: OCI image-spec v1.1, and what docker's and containerd's own types
// add to them.
constexpr std::array<std::string_view, 15> kDocumentKeys = {
    "schemaVersion", "mediaType", "artifactType", "config",     "layers",       "manifests", "subject", "annotations",
    "blobs",         "fsLayers",  "history",      "signatures", "architecture", "name",      "tag"};
constexpr std::array<std::string_view, 8> kDescriptorKeys = {"mediaType", "digest",   "size",         "urls",
                                                             "data",      "platform", "artifactType", "annotations"};
constexpr std::array<std::string_view, 6> kPlatformKeys = {"architecture", "os",      "os.version",
                                                           "os.features",  "variant", "features"};

/// containerd uses embedded data in place of a fetch. For a child manifest that would be a way round the gate; for
/// anything else it is harmless as long as it is the very content that the digest names (oras embeds "{}" so).
void check_embedded_data(const Node& node, const Descriptor& descriptor) {
  if (!node.exists()) return;
  if (is_manifest_media_type(descriptor.media_type)) {
    return node.refuse("embedded data of a manifest: clients would use it without asking");
  }
  const Result<std::string> data = verify::codec::decode_base64(node.text());
  if (!data || data->size() != descriptor.size ||
      Digest::of(*data, descriptor.digest.algorithm()) != descriptor.digest) {
    node.refuse("embedded data is not the content that the digest names");
  }
}

Descriptor read_descriptor(const Node& node) {
  static const Digest kNone = Digest::of({});  // stands in after a problem; never leaves parse_manifest
  refuse_lookalike_keys(node, kDescriptorKeys);
  Descriptor descriptor{.media_type = node["mediaType"].text(), .digest = kNone, .size = node["size"].integer()};
  if (descriptor.media_type.empty()) node["mediaType"].refuse("an empty media type");
  if (const Result<Digest> digest = Digest::parse(node["digest"].text())) {
    descriptor.digest = *digest;
  } else {
    node["digest"].refuse(digest.error().message);
  }
  descriptor.artifact_type = node["artifactType"].optional_text();
  descriptor.annotations = node["annotations"].optional_texts();
  if (const Node platform = node["platform"]; platform.exists()) {
    refuse_lookalike_keys(platform, kPlatformKeys);
    descriptor.platform = Platform{.os = platform["os"].optional_text(),
                                   .architecture = platform["architecture"].optional_text(),
                                   .variant = platform["variant"].optional_text()};
  }
  if (const Node urls = node["urls"]; !urls.optional_elements(limits::kManifestLayers).empty()) {
    urls.refuse("urls: clients would fetch from there, not from here");
  }
  check_embedded_data(node["data"], descriptor);
  return descriptor;
}

std::optional<Descriptor> read_optional_descriptor(const Node& node) {
  if (!node.exists()) return std::nullopt;
  return read_descriptor(node);
}

std::vector<Descriptor> read_descriptors(const Node& node, std::size_t limit) {
  std::vector<Descriptor> descriptors;
  for (const Node& element : node.optional_elements(limit)) descriptors.push_back(read_descriptor(element));
  return descriptors;
}

enum class Shape { kManifest, kIndex, kArtifact };

/// What the members say that the document is. CVE-2021-41190 (image-spec GHSA-77vh-xpmg-72qh): a document that can be
/// read as a manifest and as an index is judged as one and run as the other. What is refused gets any shape.
Shape shape_of(const Node& root) {
  const bool is_index = root.has("manifests");
  const bool is_manifest = root.has("config") || root.has("layers");
  const bool is_schema1 = root.has("fsLayers") || root.has("history") || root.has("signatures");
  const bool is_artifact = root.has("blobs");
  if (is_index + is_manifest + is_schema1 + is_artifact > 1) {
    root.refuse("has members of more than one kind of manifest: clients disagree on what it is");
  } else if (is_schema1) {
    root.refuse("a Docker schema 1 manifest, a form withdrawn by Docker: push the image again with a current client",
                ErrorCode::kUnsupported);
  } else if (is_index) {
    return Shape::kIndex;
  } else if (is_manifest) {
    return Shape::kManifest;
  } else if (!is_artifact && root["mediaType"].optional_text() != kOciArtifact) {
    root.refuse("neither a manifest (config, layers) nor an index (manifests)");
  }
  return Shape::kArtifact;
}

bool fits(Shape shape, std::string_view media_type) {
  switch (shape) {
    case Shape::kManifest:
      return media_type == media_type::kOciManifest || media_type == media_type::kDockerManifest;
    case Shape::kIndex:
      return media_type == media_type::kOciIndex || media_type == media_type::kDockerList;
    case Shape::kArtifact:
      return media_type == kOciArtifact;
  }
  return false;
}

/// OCI manifests may leave `mediaType` out, Docker's may not; what is there must agree with all that is known.
std::string settled_media_type(const Node& root, Shape shape, std::string_view content_type) {
  std::string media_type = root["mediaType"].optional_text();
  if (media_type.empty()) {
    if (root.has("mediaType")) root["mediaType"].refuse("an empty media type");
    media_type = shape == Shape::kManifest ? media_type::kOciManifest
                 : shape == Shape::kIndex  ? media_type::kOciIndex
                                           : kOciArtifact;
  }
  if (!is_manifest_media_type(media_type)) {
    root["mediaType"].refuse("a media type that is not a manifest's: '" + printable(media_type, 100) + "'",
                             ErrorCode::kUnsupported);
  } else if (!fits(shape, media_type)) {
    root["mediaType"].refuse("'" + media_type + "' does not fit the document's members");
  }
  const bool says_nothing = content_type.empty() || content_type == "application/octet-stream";
  if (!says_nothing && content_type != media_type) {
    root["mediaType"].refuse("'" + printable(media_type, 100) + "', but the Content-Type is '" +
                             printable(content_type, 100) + "'");
  }
  return media_type;
}

Manifest read_manifest(const Node& root, Shape shape, std::string media_type) {
  Manifest manifest;
  manifest.media_type = std::move(media_type);
  manifest.artifact_type = root["artifactType"].optional_text();
  if (shape == Shape::kManifest) manifest.config = read_descriptor(root["config"]);
  manifest.layers = read_descriptors(root[shape == Shape::kManifest ? "layers" : "blobs"], limits::kManifestLayers);
  manifest.subject = read_optional_descriptor(root["subject"]);
  manifest.annotations = root["annotations"].optional_texts();
  return manifest;
}

Index read_index(const Node& root, std::string media_type) {
  Index index;
  index.media_type = std::move(media_type);
  index.artifact_type = root["artifactType"].optional_text();
  index.manifests = read_descriptors(root["manifests"], limits::kIndexEntries);
  index.subject = read_optional_descriptor(root["subject"]);
  index.annotations = root["annotations"].optional_texts();
  return index;
}

}  // namespace

std::string_view Manifest::effective_artifact_type() const {
  if (!artifact_type.empty() || !config) return artifact_type;
  return config->media_type;
}

Result<ManifestDocument> parse_manifest(const Content& content, std::string_view content_type) {
  if (content.size() > limits::kManifestBytes) {
    return {ErrorCode::kLimitExceeded, "a manifest of " + std::to_string(content.size()) + " bytes, at most " +
                                           std::to_string(limits::kManifestBytes) + " are allowed"};
  }
  if (content_type.starts_with(kDockerSchema1)) {
    return {ErrorCode::kUnsupported,
            "a Docker schema 1 manifest, a form withdrawn by Docker: push the image again with a current client"};
  }
  const Result<verify::json::Document> document = verify::json::parse(content.bytes());
  if (!document) return document.error();

  Problems problems;
  const Node root = document->root(problems);
  refuse_lookalike_keys(root, kDocumentKeys);
  const Result<Shape> shape = problems.unless_any(shape_of(root));
  if (!shape) return shape.error();
  if (*shape != Shape::kArtifact && root["schemaVersion"].integer() != 2) {
    root["schemaVersion"].refuse("2 expected");
  }
  std::string media_type = settled_media_type(root, *shape, content_type);
  if (*shape == Shape::kIndex) return problems.unless_any<ManifestDocument>(read_index(root, std::move(media_type)));
  return problems.unless_any<ManifestDocument>(read_manifest(root, *shape, std::move(media_type)));
}

std::string_view served_media_type(const ManifestDocument& document) {
  return std::visit([](const auto& manifest) -> std::string_view { return manifest.media_type; }, document);
}

const std::optional<Descriptor>& subject_of(const ManifestDocument& document) {
  return std::visit([](const auto& manifest) -> const std::optional<Descriptor>& { return manifest.subject; },
                    document);
}

const std::map<std::string, std::string>& annotations_of(const ManifestDocument& document) {
  return std::visit(
      [](const auto& manifest) -> const std::map<std::string, std::string>& { return manifest.annotations; }, document);
}

bool is_manifest_media_type(std::string_view media_type) {
  return media_type == media_type::kOciManifest || media_type == media_type::kOciIndex ||
         media_type == media_type::kDockerManifest || media_type == media_type::kDockerList ||
         media_type == kOciArtifact;
}

std::vector<Descriptor> named_descriptors(const ManifestDocument& document) {
  if (const auto* index = std::get_if<Index>(&document)) return index->manifests;
  const auto& manifest = std::get<Manifest>(document);
  std::vector<Descriptor> named;
  if (manifest.config) named.push_back(*manifest.config);
  named.insert(named.end(), manifest.layers.begin(), manifest.layers.end());
  return named;
}

}  // namespace pullgate
