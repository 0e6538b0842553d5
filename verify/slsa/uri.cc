#include "verify/slsa/uri.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/reference.h"

namespace pullgate::verify::slsa {
namespace {

/// RFC 3986 section 2.1; nothing when a "%" is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const Result<std::string> byte = hex_decode(in_lower_case(text.substr(i + 1, 2)));
    if (!byte || byte->size() != 1) return std::nullopt;
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

constexpr std::string_view kPackageScheme = "pkg:";

/// package-url specification: pkg:type/namespace/name@version?qualifiers#subpath
struct PackageUrl {
  std::string type;
  std::string name;  ///< with its namespace
  std::string version;
  std::map<std::string, std::string> qualifiers;
};

/// `text` is what follows the scheme.
std::optional<PackageUrl> parse_package_url(std::string_view text) {
  text = text.substr(0, text.find('#'));

  PackageUrl url;
  if (const std::size_t question = text.find('?'); question != std::string_view::npos) {
    std::string_view rest = text.substr(question + 1);
    text = text.substr(0, question);
    while (!rest.empty()) {
      const std::string_view pair = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos) return std::nullopt;
      std::optional<std::string> value = percent_decoded(pair.substr(equals + 1));
      // A qualifier given twice could be read either way.
      if (!value || !url.qualifiers.emplace(pair.substr(0, equals), std::move(*value)).second) return std::nullopt;
    }
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  url.type = in_lower_case(text.substr(0, slash));
  text.remove_prefix(slash + 1);
  // A registry's port has a colon and no "@": the version begins at the last one.
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    std::optional<std::string> version = percent_decoded(text.substr(at + 1));
    if (!version) return std::nullopt;
    url.version = std::move(*version);
    text = text.substr(0, at);
  }
  std::optional<std::string> name = percent_decoded(text);
  if (!name || name->empty()) return std::nullopt;
  url.name = std::move(*name);
  return url;
}

/// An image as a URI names it, before its digests are compared.
struct NamedImage {
  std::string name;  ///< normalised, or the URI itself when it cannot be
  std::string tag;
  std::vector<std::string> digests;  ///< as texts
};

NamedImage unreadable(std::string_view uri) {
  return {.name = printable(uri, 300), .tag = {}, .digests = {}};
}

NamedImage named_by_reference(std::string_view uri, std::string_view reference) {
  const Result<ImageReference> parsed = ImageReference::parse(reference);
  if (!parsed) return unreadable(uri);
  NamedImage image{.name = parsed->repository.text(), .tag = {}, .digests = {}};
  if (parsed->digest) image.digests.push_back(parsed->digest->text());
  if (parsed->tag && (parsed->tag->text() != "latest" || reference.ends_with(":latest"))) {
    image.tag = parsed->tag->text();
  }
  return image;
}

/// The repository of a package URL, or nothing. `repository_url` says where it is; type oci says nothing without it:
/// taking such a name for one on Docker Hub would invent a registry.
std::optional<std::string> repository_of(const PackageUrl& url) {
  const auto qualifier = url.qualifiers.find("repository_url");
  if (qualifier == url.qualifiers.end()) {
    if (url.type == "docker") return url.name;
    return std::nullopt;
  }
  const std::string& location = qualifier->second;
  // Type oci gives the whole repository, type docker the registry alone.
  if (location == url.name || location.ends_with("/" + url.name)) return location;
  return location + "/" + url.name;
}

NamedImage named_by_package_url(std::string_view uri, const PackageUrl& url) {
  const std::optional<std::string> repository = repository_of(url);
  NamedImage image = repository ? named_by_reference(uri, *repository) : unreadable(uri);
  // A repository with a tag or digest of its own, as a second version, could be read in two ways.
  if (!image.tag.empty() || !image.digests.empty()) image = unreadable(uri);
  if (url.version.find(':') != std::string::npos) {
    image.digests.push_back(url.version);
  } else {
    image.tag = url.version;
  }
  if (const auto digest = url.qualifiers.find("digest"); digest != url.qualifiers.end()) {
    image.digests.push_back(digest->second);
  }
  if (const auto tag = url.qualifiers.find("tag"); tag != url.qualifiers.end() && image.tag.empty()) {
    image.tag = tag->second;
  }
  return image;
}

/// RFC 3986 section 3.1 and the package-url specification: schemes and types have no case.
bool begins_with(std::string_view uri, std::string_view beginning) {
  return std::ranges::equal(uri.substr(0, beginning.size()), beginning, {}, to_lower);
}

/// package-url specification: slashes after the scheme mean nothing, "pkg://docker/alpine" is "pkg:docker/alpine".
std::string_view without_scheme_of_package(std::string_view uri) {
  uri.remove_prefix(kPackageScheme.size());
  return uri.substr(std::min(uri.find_first_not_of('/'), uri.size()));
}

/// An image that is not recognised as one would let a base pass that nobody allowed.
std::optional<NamedImage> named_image(std::string_view uri) {
  if (begins_with(uri, kPackageScheme)) {
    const std::string_view package = without_scheme_of_package(uri);
    if (begins_with(package, "docker/") || begins_with(package, "oci/")) {
      const std::optional<PackageUrl> url = parse_package_url(package);
      return url ? named_by_package_url(uri, *url) : unreadable(uri);
    }
  }
  for (std::string_view scheme : {"docker://", "docker-pullable://", "docker-image://", "oci://"}) {
    if (begins_with(uri, scheme)) return named_by_reference(uri, uri.substr(scheme.size()));
  }
  // Without a scheme: only what cannot be anything but an image.
  const std::size_t slash = uri.find('/');
  const bool is_plain = uri.find("://") == std::string_view::npos && uri.find("@sha") != std::string_view::npos &&
                        slash != std::string_view::npos &&
                        uri.substr(0, slash).find_first_of(".:") != std::string_view::npos;
  if (is_plain && ImageReference::parse(uri)) return named_by_reference(uri, uri);
  return std::nullopt;
}

/// A path that nobody decodes or resolves into another one: no escapes, no query, no empty, "." or ".." component, and
/// no second suffix to take off.
bool is_plain_path(std::string_view path) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._~+-").find(c) != std::string_view::npos;
  };
  return path.size() > 1 && std::ranges::all_of(path, is_plain) && path.find("//") == std::string_view::npos &&
         path.find("/.") == std::string_view::npos && !path.ends_with('/') && !path.ends_with(".git");
}

}  // namespace

std::optional<Source> parse_git_uri(std::string_view uri) {
  if (uri.starts_with("git+")) uri.remove_prefix(4);
  const std::size_t scheme_end = uri.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = uri.substr(0, scheme_end);
  constexpr std::array<std::string_view, 4> kSchemes = {"https", "http", "ssh", "git"};
  if (std::ranges::find(kSchemes, scheme) == kSchemes.end()) return std::nullopt;

  const std::size_t authority = scheme_end + 3;
  const std::size_t path = uri.find('/', authority);
  if (path == std::string_view::npos) return std::nullopt;
  // "https://github.com@evil.example/acme/app" is not at github.com, and a host in other letters is not compared.
  const std::string_view host = uri.substr(authority, path - authority);
  const Result<std::string> plain_host = parse_registry_host(host);
  if (!plain_host || *plain_host != host) return std::nullopt;

  // The first "@" or "#" of the path ends it: repository paths have neither, refs may have both.
  const std::size_t end = uri.find_first_of("@#", path);
  Source source{.repository = std::string(uri.substr(0, end)), .ref = {}, .commit = {}};
  if (end != std::string_view::npos) {
    std::string_view ref = uri.substr(end + 1);
    if (uri[end] == '#') ref = ref.substr(0, ref.find(':'));
    // "acme/app@evil/tool" is the repository "acme/app" at the branch "evil/tool" to one reader and a repository of
    // that name to another. Full refs, which builders write, leave no doubt.
    const bool is_full = ref.starts_with("refs/");
    if (uri[end] == '@' && !is_full && ref.substr(0, ref.find('#')).contains('/')) return std::nullopt;
    if (is_full) source.ref = ref;
  }
  if (source.repository.ends_with('/')) source.repository.pop_back();
  if (source.repository.ends_with(".git")) source.repository.resize(source.repository.size() - 4);
  if (!is_plain_path(std::string_view(source.repository).substr(path))) return std::nullopt;
  return source;
}

Result<std::optional<ImageMaterial>> image_of(const Material& material) {
  std::optional<NamedImage> named = named_image(material.uri);
  if (!named) return std::optional<ImageMaterial>();
  for (Digest::Algorithm algorithm : {Digest::Algorithm::kSha256, Digest::Algorithm::kSha512}) {
    const std::string name(to_string(algorithm));
    if (const auto stated = material.digest.find(name); stated != material.digest.end()) {
      named->digests.push_back(name + ":" + stated->second);
    }
  }
  ImageMaterial image{.name = std::move(named->name), .tag = std::move(named->tag), .digest = std::nullopt};
  for (const std::string& text : named->digests) {
    const Result<Digest> digest = Digest::parse(text);
    if (!digest) return digest.error();
    if (image.digest && image.digest->algorithm() != digest->algorithm()) continue;
    if (image.digest && *image.digest != *digest) {
      return {ErrorCode::kMalformed, "two different digests for one image: '" + printable(material.uri, 120) + "'"};
    }
    image.digest = *digest;
  }
  return std::optional(std::move(image));
}

}  // namespace pullgate::verify::slsa
