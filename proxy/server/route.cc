#include "proxy/server/route.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

OciError bad_name(std::string_view what) {
  return {400, OciCode::kNameInvalid, "pullgate: " + std::string(what)};
}

OciError not_served() {
  return {404, OciCode::kUnsupported, "pullgate: no such endpoint; pullgate answers what a pull asks"};
}

OciError only_pulls() {
  return {405, OciCode::kUnsupported, "pullgate: only GET and HEAD; pullgate pulls"};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Decoded once; what would decode again, or to something unprintable, is refused.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      if (c == '%') return std::nullopt;
      i += 2;
    }
    if (c < 0x20 || c > 0x7e) return std::nullopt;
    decoded += c;
  }
  return decoded;
}

/// The parameters that mean something to us; others are ignored, as distribution-spec asks.
std::variant<Parameters, OciError> parse_query(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decoded(pair.substr(0, equals));
    if (!name) return bad_name("a query parameter that cannot be decoded");
    if (*name != "ns" && *name != "n" && *name != "last" && *name != "artifactType") continue;
    const auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return bad_name("a query parameter that cannot be decoded");
    // Which of two counts is a question that a client, a proxy and we would answer differently.
    if (!parameters.emplace(*name, *value).second) return bad_name("query parameter " + *name + " more than once");
  }
  return parameters;
}

/// Splits "<name>/<endpoint>/<argument>" at the last endpoint word.
struct Split {
  std::string_view name;
  std::string_view endpoint;
  std::string_view argument;
};

std::optional<Split> split_path(std::string_view path) {
  constexpr std::string_view kTagsList = "/tags/list";
  if (path.ends_with(kTagsList)) return Split{path.substr(0, path.size() - kTagsList.size()), "tags", {}};
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const std::size_t before = path.rfind('/', slash - 1);
  if (before == std::string_view::npos) return std::nullopt;
  return Split{path.substr(0, before), path.substr(before + 1, slash - before - 1), path.substr(slash + 1)};
}

/// Every character that a name, tag or digest can have, and the colon of a registry's port. Whatever else is in a
/// path, "%2f" and "..%5c" first of all, somebody behind or before us would read differently.
std::optional<OciError> fault_in_path(std::string_view path) {
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("/._-:[]+=").find(c) != std::string_view::npos;
  };
  if (!std::ranges::all_of(path, is_plain)) return bad_name("a path with characters that no name has");
  if (path.find("//") != std::string_view::npos) return bad_name("a path with an empty segment");
  if ((std::string(path) + "/").find("/./") != std::string::npos ||
      (std::string(path) + "/").find("/../") != std::string::npos) {
    return bad_name("a path with dot segments");
  }
  return std::nullopt;
}

Route manifest_route(RequestedName name, std::string_view argument) {
  const Result<TagOrDigest> reference = parse_tag_or_digest(argument);
  if (!reference) {
    const bool looks_like_digest = argument.find(':') != std::string_view::npos;
    return OciError{400, looks_like_digest ? OciCode::kDigestInvalid : OciCode::kManifestInvalid,
                    "pullgate: " + reference.error().message};
  }
  return ManifestRequest{std::move(name), *reference};
}

template <class Request>
Route digest_route(RequestedName name, std::string_view argument, Request request) {
  const Result<Digest> digest = Digest::parse(argument);
  if (!digest) return OciError{400, OciCode::kDigestInvalid, "pullgate: " + digest.error().message};
  return request(std::move(name), *digest);
}

Route tags_route(RequestedName name, const Parameters& parameters) {
  TagsRequest request{std::move(name), std::nullopt, {}};
  if (const auto last = parameters.find("last"); last != parameters.end()) request.last = last->second;
  if (const auto n = parameters.find("n"); n != parameters.end()) {
    std::size_t count = 0;
    const std::string& text = n->second;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
      return OciError{400, OciCode::kUnsupported, "pullgate: n is not a number: '" + printable(text, 40) + "'"};
    }
    request.count = count;
  }
  return request;
}

}  // namespace

Route parse_route(Method method, std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  const std::string_view query = target.substr(std::min(question + 1, target.size()));
  if (path == "/v2" || path == "/v2/") {
    if (method == Method::kOther) return only_pulls();
    return VersionCheck{};
  }
  constexpr std::string_view kRoot = "/v2/";
  if (!path.starts_with(kRoot)) return not_served();
  if (method == Method::kOther) return only_pulls();
  if (const auto fault = fault_in_path(path)) return *fault;
  const auto parameters = parse_query(query);
  if (const auto* fault = std::get_if<OciError>(&parameters)) return *fault;
  const auto& known = std::get<Parameters>(parameters);

  const auto split = split_path(path.substr(kRoot.size()));
  if (!split || split->name.empty()) return not_served();
  RequestedName name{std::string(split->name), std::nullopt};
  if (const auto ns = known.find("ns"); ns != known.end()) name.name_space = ns->second;

  if (split->endpoint == "tags" && split->argument.empty()) return tags_route(std::move(name), known);
  if (split->argument.empty()) return not_served();
  if (split->endpoint == "manifests") return manifest_route(std::move(name), split->argument);
  if (split->endpoint == "blobs") {
    return digest_route(std::move(name), split->argument,
                        [](RequestedName of, const Digest& digest) { return BlobRequest{std::move(of), digest}; });
  }
  if (split->endpoint == "referrers") {
    return digest_route(std::move(name), split->argument, [&](RequestedName of, const Digest& subject) {
      ReferrersRequest request{std::move(of), subject, std::nullopt};
      if (const auto type = known.find("artifactType"); type != known.end() && !type->second.empty()) {
        request.artifact_type = type->second;
      }
      return request;
    });
  }
  return not_served();
}

}  // namespace pullgate::proxy
