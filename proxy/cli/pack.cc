#include "proxy/cli/pack.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "proxy/ops/json_text.h"
#include "verify/bytes.h"
#include "verify/manifest.h"

namespace pullgate::proxy {
namespace {

namespace fs = std::filesystem;

/// The type that the upstream claimed, even where it is wrong: a contradiction is something that is judged.
std::string listed_type(const Recording::Manifest& manifest) {
  std::string_view claimed = manifest.content_type;
  claimed = claimed.substr(0, claimed.find_first_of("; "));
  if (is_manifest_media_type(claimed)) return std::string(claimed);
  const auto document = parse_manifest(manifest.content);
  return std::string(document ? served_media_type(*document) : media_type::kOciManifest);
}

/// The manifests that an index in the pack leads to.
std::set<Digest> members_of_indexes(const Recording::Contents& recorded) {
  std::set<Digest> members;
  for (const auto& [digest, manifest] : recorded.manifests) {
    const auto document = parse_manifest(manifest.content, manifest.content_type);
    const auto* index = document ? std::get_if<Index>(&*document) : nullptr;
    if (index == nullptr) continue;
    for (const Descriptor& member : index->manifests) members.insert(member.digest);
  }
  return members;
}

void write_entry(JsonText& json, const Recording::Manifest& manifest, const std::string* tag) {
  json.begin_object().key("mediaType").value(listed_type(manifest));
  json.key("digest").value(manifest.content.digest().text());
  json.key("size").value(static_cast<std::uint64_t>(manifest.content.size()));
  if (tag != nullptr) {
    json.key("annotations").begin_object().key("org.opencontainers.image.ref.name").value(*tag).end_object();
  }
  json.end_object();
}

Status write_file(const fs::path& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return Done{};
  return {ErrorCode::kInternal,
          fmt::format("{}: cannot be written: {}", printable(file.string()), std::strerror(errno))};
}

Status write_blob(const fs::path& folder, const Content& content) {
  const fs::path place = folder / "blobs" / to_string(content.digest().algorithm());
  std::error_code error;
  fs::create_directories(place, error);
  if (error) {
    return {ErrorCode::kInternal, fmt::format("{}: cannot be made: {}", printable(place.string()), error.message())};
  }
  return write_file(place / content.digest().hex(), content.bytes());
}

Status check_is_free(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return Done{};
  if (fs::is_directory(folder, error) && fs::is_empty(folder, error) && !error) return Done{};
  return {ErrorCode::kInternal,
          fmt::format("{}: is there already, and not an empty folder", printable(folder.string()))};
}

}  // namespace

Result<std::string> pack_index(const Recording::Contents& recorded) {
  const std::set<Digest> members = members_of_indexes(recorded);
  std::set<Digest> tagged;
  JsonText json;
  json.begin_object().key("schemaVersion").value(std::int64_t{2}).key("mediaType").value(media_type::kOciIndex);
  json.key("manifests").begin_array();
  for (const auto& [tag, digests] : recorded.tags) {
    if (digests.size() > 1) {
      return {ErrorCode::kUpstreamInvalid,
              fmt::format("tag {} led to {} and to {}: one pack cannot hold both", printable(tag),
                          digests.begin()->short_text(), digests.rbegin()->short_text())};
    }
    tagged.insert(*digests.begin());
    write_entry(json, recorded.manifests.at(*digests.begin()), &tag);
  }
  for (const auto& [digest, manifest] : recorded.manifests) {
    if (!tagged.contains(digest) && !members.contains(digest)) write_entry(json, manifest, nullptr);
  }
  json.end_array().end_object();
  // Whoever replays it reads it with the limits of any layout.
  const auto readable = parse_manifest(Content::of(json.text()));
  if (!readable) return {readable.error().code, "the pack could not be read again: " + readable.error().message};
  return json.text() + "\n";
}

Status write_pack(const fs::path& folder, const Recording::Contents& recorded, const std::string& label) {
  const Result<std::string> index = pack_index(recorded);
  if (!index) return index.error();
  if (Status free = check_is_free(folder); !free) return free;
  for (const auto& [digest, manifest] : recorded.manifests) {
    if (Status done = write_blob(folder, manifest.content); !done) return done;
  }
  for (const auto& [digest, blob] : recorded.blobs) {
    if (Status done = write_blob(folder, blob); !done) return done;
  }
  if (Status done = write_file(folder / "pack.json", label); !done) return done;
  if (Status done = write_file(folder / "index.json", *index); !done) return done;
  // Last: without it nothing takes the folder for a layout, and half a pack would answer "not there" for the rest.
  return write_file(folder / "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}\n");
}

}  // namespace pullgate::proxy
