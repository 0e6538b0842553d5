#include "verify/reference.h"

#include <algorithm>

#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate {
namespace {

constexpr std::string_view kDockerHub = "docker.io";

constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower_alphanumeric(char c) {
  return is_lower(c) || is_digit(c);
}

Error malformed(std::string_view what, std::string_view text) {
  return {ErrorCode::kMalformed, std::string(what) + ": '" + printable(text, 80) + "'"};
}

/// "1" to "65535" without leading zeros: one spelling for one port.
bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0' || !std::ranges::all_of(text, is_digit)) return false;
  return std::stoi(std::string(text)) <= 65535;
}

bool is_host_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

/// RFC 1123 host names and IPv4 addresses alike. A trailing dot would be a second name for the same host.
bool is_host_name(std::string_view host) {
  while (true) {
    const std::size_t dot = host.find('.');
    if (!is_host_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

bool is_bracketed_ipv6(std::string_view host) {
  return host.size() > 4 && host.front() == '[' && host.back() == ']' &&
         std::ranges::all_of(host.substr(1, host.size() - 2),
                             [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.'; });
}

/// distribution-spec "Pulling manifests": [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_path_component(std::string_view component) {
  std::size_t i = 0;
  const auto alphanumerics = [&] {
    const std::size_t start = i;
    while (i < component.size() && is_lower_alphanumeric(component[i])) ++i;
    return i > start;
  };
  if (!alphanumerics()) return false;
  while (i < component.size()) {
    const std::size_t start = i;
    const char separator = component[i];
    while (i < component.size() && component[i] == separator) ++i;
    const std::size_t length = i - start;
    const bool allowed = separator == '-' || (separator == '.' && length == 1) || (separator == '_' && length <= 2);
    if (!allowed || !alphanumerics()) return false;
  }
  return true;
}

/// Docker's rule for where a name's registry ends, but for upper-case letters: Docker takes "Acme/app" for an image at
/// a registry Acme, which in lower case would be an image on Docker Hub.
bool looks_like_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:[") != std::string_view::npos;
}

}  // namespace

Result<std::string> parse_registry_host(std::string_view text) {
  if (text.empty() || text.size() > limits::kRegistryHostLength) return malformed("not a registry host", text);
  std::string registry = in_lower_case(text);

  std::string_view host = registry;
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    if (!is_port(host.substr(colon + 1))) return malformed("not a registry host with a port", text);
    host = host.substr(0, colon);
  }
  if (!is_host_name(host) && !is_bracketed_ipv6(host)) return malformed("not a registry host", text);
  if (registry == "index.docker.io" || registry == "registry-1.docker.io") return std::string(kDockerHub);
  return registry;
}

Status check_repository_path(std::string_view path) {
  if (path.size() > limits::kRepositoryPathLength) {
    return {ErrorCode::kLimitExceeded,
            "a repository path has at most " + std::to_string(limits::kRepositoryPathLength) + " characters"};
  }
  std::string_view rest = path;
  while (true) {
    const std::size_t slash = rest.find('/');
    if (!is_path_component(rest.substr(0, slash))) return malformed("not a repository path", path);
    if (slash == std::string_view::npos) return Done{};
    rest.remove_prefix(slash + 1);
  }
}

Result<Repository> Repository::parse(std::string_view registry, std::string_view path) {
  Result<std::string> host = parse_registry_host(registry);
  if (!host) return host.error();
  std::string full_path(path);
  if (*host == kDockerHub && path.find('/') == std::string_view::npos) full_path.insert(0, "library/");
  if (const Status valid = check_repository_path(full_path); !valid) return valid.error();
  return Repository(std::move(*host), std::move(full_path));
}

Result<Tag> Tag::parse(std::string_view text) {
  const auto is_word = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; };
  const bool valid = !text.empty() && text.size() <= 128 && is_word(text.front()) &&
                     std::ranges::all_of(text, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
  if (!valid) return malformed("not a tag", text);
  return Tag(std::string(text));
}

Result<TagOrDigest> parse_tag_or_digest(std::string_view text) {
  // A tag cannot contain a colon and a digest cannot be without one.
  if (text.find(':') != std::string_view::npos) {
    Result<Digest> digest = Digest::parse(text);
    if (!digest) return digest.error();
    return TagOrDigest(*digest);
  }
  Result<Tag> tag = Tag::parse(text);
  if (!tag) return tag.error();
  return TagOrDigest(std::move(*tag));
}

std::string to_string(const TagOrDigest& which) {
  if (const auto* digest = std::get_if<Digest>(&which)) return digest->text();
  return std::get<Tag>(which).text();
}

Result<ImageReference> ImageReference::parse(std::string_view text) {
  Result<ImageReference> reference = parse_as_written(text);
  if (reference && !reference->tag && !reference->digest) reference->tag = Tag::parse("latest").value();
  return reference;
}

Result<ImageReference> ImageReference::parse_as_written(std::string_view text) {
  std::string_view name = text;
  std::optional<Digest> digest;
  if (const std::size_t at = name.find('@'); at != std::string_view::npos) {
    const Result<Digest> parsed = Digest::parse(name.substr(at + 1));
    if (!parsed) return parsed.error();
    digest = *parsed;
    name = name.substr(0, at);
  }

  std::string_view registry = kDockerHub;
  std::string_view path = name;
  if (const std::size_t slash = name.find('/');
      slash != std::string_view::npos && looks_like_registry(name.substr(0, slash))) {
    registry = name.substr(0, slash);
    path = name.substr(slash + 1);
  }

  std::optional<Tag> tag;
  if (const std::size_t colon = path.rfind(':'); colon != std::string_view::npos) {
    Result<Tag> parsed = Tag::parse(path.substr(colon + 1));
    if (!parsed) return parsed.error();
    tag = std::move(*parsed);
    path = path.substr(0, colon);
  }
  Result<Repository> repository = Repository::parse(registry, path);
  if (!repository) return repository.error();
  return ImageReference{std::move(*repository), std::move(tag), digest};
}

std::string ImageReference::text() const {
  std::string text = repository.text();
  if (tag) text += ":" + tag->text();
  if (digest) text += "@" + digest->text();
  return text;
}

}  // namespace pullgate
