#include "config/settings/reader.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "config/files/kind.h"
#include "config/files/read_file.h"
#include "config/yaml/parse.h"
#include "config/yaml/reader.h"
#include "policy/spelling.h"
#include "verify/bytes.h"
#include "verify/limits.h"
#include "verify/reference.h"

namespace pullgate::config {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""h;

constexpr std::int64_t kMostThreads = 1024;

struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

/// "host", "host:port", "[v6]", "[v6]:port"; the host without its brackets.
std::optional<HostAndPort> split_host_and_port(std::string_view text) {
  HostAndPort result;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    result.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    result.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (result.host.empty()) return std::nullopt;
  if (rest.empty()) return result;
  const char* const begin = rest.data() + 1;
  const char* const end = rest.data() + rest.size();
  std::uint16_t port = 0;
  const auto [read_to, error] = std::from_chars(begin, end, port);
  if (rest.front() != ':' || begin == end || error != std::errc{} || read_to != end) return std::nullopt;
  result.port = port;
  return result;
}

bool is_ip_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

/// 127.0.0.0/8 and ::1 (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3), and the name that RFC 6761 section 6.3
/// keeps for them.
bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127U;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return host == "localhost";
}

class SettingsReader {
 public:
  SettingsReader(const std::filesystem::path& file, yaml::Problems& problems)
      : folder_(std::filesystem::absolute(file).parent_path()), problems_(problems) {}

  Settings read(const yaml::Node& root) {
    yaml::Mapping top(root, "the file", problems_);
    if (const yaml::Node* listen = top.require("listen")) read_listeners(*listen);
    if (const yaml::Node* upstreams = top.require("upstreams")) read_upstreams(*upstreams);
    if (const yaml::Node* registry = top.find("defaultRegistry")) read_default_registry(*registry);
    if (const yaml::Node* policy = top.require("policy")) {
      if (auto path = read_path(*policy, "'policy'")) settings_.policy = *std::move(path);
    }
    if (const yaml::Node* threads = top.find("threads")) {
      const auto count = yaml::read_integer(*threads, 0, kMostThreads, "'threads'", problems_);
      settings_.threads = static_cast<unsigned>(count.value_or(0));
    }
    if (const yaml::Node* timeouts = top.find("timeouts")) read_timeouts(*timeouts);
    for (const char* later : {"admin", "store", "log", "metrics", "limits"}) top.refuse_later(later);
    top.finish();
    return std::move(settings_);
  }

 private:
  std::optional<std::filesystem::path> read_path(const yaml::Node& node, std::string_view what) {
    const auto text = yaml::read_text(node, what, problems_);
    if (!text) return std::nullopt;
    return (folder_ / *text).lexically_normal();
  }

  /// A path to a file that has to be there when pullgate starts.
  std::optional<std::filesystem::path> read_file_path(const yaml::Node& node, std::string_view what) {
    auto path = read_path(node, what);
    if (!path) return std::nullopt;
    if (const auto bytes = read_file(*path, limits::kConfigurationBytes); !bytes) {
      problems_.add(node.mark, fmt::format("{}: {} {}", what, path->string(), bytes.error().message));
      return std::nullopt;
    }
    return path;
  }

  void read_listeners(const yaml::Node& node) {
    std::set<std::pair<std::string, std::uint16_t>> taken;
    for (const yaml::Node& item : yaml::read_list(node, "'listen'", problems_)) {
      yaml::Mapping entry(item, "a listener", problems_);
      const yaml::Node* address = entry.require("address");
      const yaml::Node* insecure = entry.find("insecureHttp");
      entry.refuse_later("tls");
      entry.finish();
      Listener listener;
      if (insecure != nullptr) {
        listener.insecure_http = yaml::read_flag(*insecure, "'insecureHttp'", problems_).value_or(false);
      }
      if (address == nullptr || !read_address(*address, listener)) continue;
      if (listener.port != 0 && !taken.emplace(listener.host, listener.port).second) {
        problems_.add(address->mark, fmt::format("'{}' is listed twice", address->text));
      }
      settings_.listen.push_back(std::move(listener));
    }
  }

  bool read_address(const yaml::Node& node, Listener& listener) {
    const auto text = yaml::read_text(node, "'address'", problems_);
    if (!text) return false;
    const auto parts = split_host_and_port(*text);
    if (!parts || !parts->port || !is_ip_address(parts->host)) {
      problems_.add(node.mark, fmt::format("'address' must be an IP address and a port, such as 127.0.0.1:5000 or "
                                           "'[::1]:5000', not '{}'",
                                           printable(*text, 80)));
      return false;
    }
    listener.host = parts->host;
    listener.port = *parts->port;
    // On a network, plain HTTP lets anybody on the path exchange what was judged for something else.
    if (!is_loopback(listener.host) && !listener.insecure_http) {
      problems_.add(node.mark, fmt::format("'{}' would serve plain HTTP to the network; listen on 127.0.0.1, or write "
                                           "'insecureHttp: true' beside it",
                                           *text));
      return false;
    }
    return true;
  }

  void read_upstreams(const yaml::Node& node) {
    for (const yaml::Node& item : yaml::read_list(node, "'upstreams'", problems_)) {
      yaml::Mapping entry(item, "an upstream", problems_);
      const yaml::Node* registry = entry.require("registry");
      const yaml::Node* endpoint = entry.find("endpoint");
      const yaml::Node* layout = entry.find("layout");
      const yaml::Node* ca = entry.find("ca");
      const yaml::Node* credentials = entry.find("credentials");
      const yaml::Node* token_service = entry.find("tokenService");
      const yaml::Node* insecure = entry.find("insecureHttp");
      entry.finish();

      std::optional<std::string> name;
      if (registry != nullptr) name = read_registry(*registry);
      if (name && !is_new_registry(*name, registry->mark)) continue;
      if (layout != nullptr) {
        for (const yaml::Node* other : {endpoint, ca, credentials, token_service, insecure}) {
          if (other != nullptr) {
            problems_.add(other->mark,
                          "a layout is a directory: it has no endpoint, ca, credentials, tokenService or insecureHttp");
          }
        }
        const auto directory = read_layout(*layout);
        if (name && directory) settings_.upstreams.push_back({*name, LayoutDirectory{*directory}});
        continue;
      }
      RegistryEndpoint source;
      if (insecure != nullptr) {
        source.insecure_http = yaml::read_flag(*insecure, "'insecureHttp'", problems_).value_or(false);
      }
      if (ca != nullptr) source.ca = read_file_path(*ca, "'ca'");
      if (credentials != nullptr) source.credentials_file = read_credentials(*credentials);
      if (token_service != nullptr) {
        source.token_service = read_url(*token_service, "'tokenService'", source.insecure_http);
        const std::size_t host = std::string_view("https://").size();
        if (source.token_service && source.token_service->find('/', host) != std::string::npos) {
          problems_.add(token_service->mark,
                        "'tokenService' is a host, perhaps with a port; the registry says the path");
        }
      }
      const bool has_url = endpoint != nullptr ? read_endpoint(*endpoint, source) : take_default_endpoint(name, source);
      if (has_url && source.insecure_http && source.url.starts_with("https://")) {
        problems_.add(insecure->mark, "'insecureHttp' is for http:// endpoints; this one is https; remove it");
      }
      if (name) settings_.upstreams.push_back({*name, std::move(source)});
    }
  }

  std::optional<std::string> read_registry(const yaml::Node& node) {
    const auto text = yaml::read_text(node, "'registry'", problems_);
    if (!text) return std::nullopt;
    auto host = parse_registry_host(*text);
    if (!host) {
      problems_.add(node.mark, fmt::format("'registry' must be a registry host, such as ghcr.io or localhost:5001: {}",
                                           host.error().message));
      return std::nullopt;
    }
    return *std::move(host);
  }

  /// An entry for a registry that has one already is refused as a whole.
  bool is_new_registry(const std::string& registry, yaml::Mark mark) {
    const auto [first, is_new] = registries_.emplace(registry, mark);
    if (is_new) return true;
    problems_.add(mark, fmt::format("registry '{}' already has an upstream in line {}", registry, first->second.line));
    return false;
  }

  std::optional<std::filesystem::path> read_layout(const yaml::Node& node) {
    auto path = read_path(node, "'layout'");
    if (!path) return std::nullopt;
    std::error_code error;
    if (std::filesystem::is_directory(*path, error)) return path;
    problems_.add(node.mark, fmt::format("'layout': {} is not a directory", path->string()));
    return std::nullopt;
  }

  std::optional<std::filesystem::path> read_credentials(const yaml::Node& node) {
    yaml::Mapping entry(node, "'credentials'", problems_);
    const yaml::Node* file = entry.find("file");
    const bool is_later = std::ranges::any_of(node.members, [](const yaml::Member& m) { return m.key != "file"; });
    entry.refuse_later("dockerConfig");
    entry.refuse_later("passThrough");
    entry.finish();
    if (file == nullptr) {
      if (entry.is_mapping() && !is_later) problems_.add(node.mark, "'credentials' needs 'file'");
      return std::nullopt;
    }
    return read_file_path(*file, "'file'");
  }

  static bool take_default_endpoint(const std::optional<std::string>& registry, RegistryEndpoint& source) {
    if (!registry) return false;
    source.url = default_endpoint(*registry).url;
    return true;
  }

  bool read_endpoint(const yaml::Node& node, RegistryEndpoint& source) {
    auto url = read_url(node, "'endpoint'", source.insecure_http);
    if (!url) return false;
    constexpr std::string_view kApi = "/v2";
    if (url->ends_with(kApi)) {
      problems_.add(node.mark, fmt::format("'endpoint' is without /v2, which is added to it; write '{}'",
                                           url->substr(0, url->size() - kApi.size())));
      return false;
    }
    source.url = *std::move(url);
    return true;
  }

  /// Without slashes at its end.
  std::optional<std::string> read_url(const yaml::Node& node, std::string_view what, bool insecure_http) {
    auto text = yaml::read_text(node, what, problems_);
    if (!text) return std::nullopt;
    std::string_view rest = *text;
    const bool is_https = rest.starts_with("https://");
    if (!is_https && !rest.starts_with("http://")) {
      problems_.add(node.mark,
                    fmt::format("{} must begin with https:// or http://, not '{}'", what, printable(*text, 80)));
      return std::nullopt;
    }
    rest.remove_prefix(is_https ? 8 : 7);
    const auto parts = split_host_and_port(rest.substr(0, rest.find('/')));
    const bool is_plain = std::ranges::all_of(rest, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("-._~/:[]").contains(c);
    });
    if (!parts || !is_plain || (parts->port && *parts->port == 0)) {
      problems_.add(node.mark,
                    fmt::format("{} must be a host, perhaps with a port and a path, and nothing else (no user, query "
                                "or fragment), not '{}'",
                                what, printable(*text, 80)));
      return std::nullopt;
    }
    if (!is_https && !is_loopback(parts->host) && !insecure_http) {
      problems_.add(node.mark, fmt::format("'{}' is plain HTTP over the network; use https://, or write "
                                           "'insecureHttp: true' beside it",
                                           *text));
      return std::nullopt;
    }
    while (text->ends_with('/')) text->pop_back();
    return text;
  }

  void read_default_registry(const yaml::Node& node) {
    const auto registry = read_registry(node);
    if (!registry) return;
    if (registries_.contains(*registry)) {
      settings_.default_registry = *registry;
      return;
    }
    std::vector<std::string> names;
    for (const auto& [name, mark] : registries_) names.push_back(name);
    problems_.add(node.mark, fmt::format("'defaultRegistry': no upstream is for '{}'{}", *registry,
                                         policy::did_you_mean(*registry, names)));
  }

  void read_timeouts(const yaml::Node& node) {
    struct Field {
      const char* key;
      std::chrono::milliseconds Timeouts::* value;
      std::chrono::milliseconds highest;
    };
    // containerd gives up on a mirror after 30 s and asks the next one, so a judgement must be over well before.
    static constexpr std::array kFields = {Field{"upstreamConnect", &Timeouts::upstream_connect, 25s},
                                           Field{"upstreamResponse", &Timeouts::upstream_response, 25s},
                                           Field{"idleBody", &Timeouts::idle_body, 1h},
                                           Field{"judgement", &Timeouts::judgement, 25s},
                                           Field{"clientHeader", &Timeouts::client_header, 1h},
                                           Field{"clientIdle", &Timeouts::client_idle, 1h},
                                           Field{"drain", &Timeouts::drain, 1h}};
    yaml::Mapping entry(node, "'timeouts'", problems_);
    for (const Field& field : kFields) {
      const yaml::Node* given = entry.find(field.key);
      if (given == nullptr) continue;
      const auto value = yaml::read_duration(*given, 1ms, field.highest, fmt::format("'{}'", field.key), problems_);
      if (value) settings_.timeouts.*field.value = *value;
    }
    entry.finish();
  }

  std::filesystem::path folder_;
  yaml::Problems& problems_;
  std::map<std::string, yaml::Mark> registries_;
  Settings settings_;
};

}  // namespace

RegistryEndpoint default_endpoint(std::string_view registry) {
  constexpr std::string_view kDockerHub = "docker.io";
  RegistryEndpoint endpoint;
  endpoint.url = fmt::format("https://{}", registry == kDockerHub ? "registry-1.docker.io" : registry);
  return endpoint;
}

Settings read_settings(const std::filesystem::path& file, yaml::Problems& problems) {
  const auto text = read_file(file, limits::kConfigurationBytes);
  if (!text) {
    problems.add({}, text.error().message);
    return {};
  }
  const auto root = yaml::parse(*text, problems);
  if (!root) return {};
  if (const auto other = problem_with_kind(*root, FileKind::kSettings)) {
    problems.add({}, *other);
    return {};
  }
  return SettingsReader(file, problems).read(*root);
}

}  // namespace pullgate::config
