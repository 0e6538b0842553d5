#pragma once
/// How the proxy runs: pullgate.yaml as values. Every field is documented here and nowhere else; every default is the
/// safe one.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/problem.h"

namespace pullgate::config {

/// Where clients connect. Plain HTTP; off loopback only when the operator wrote `insecureHttp: true`, because then
/// anyone on the path can exchange what was judged.
struct Listener {
  std::string host;        ///< an IP address, IPv6 without brackets
  std::uint16_t port = 0;  ///< 0: any free port
  bool insecure_http = false;
};

/// An OCI registry over HTTP(S).
struct RegistryEndpoint {
  std::string url;  ///< "https://ghcr.io": scheme, host, port; a path prefix is kept; no trailing slash
  /// Certificate authority file for this upstream only, instead of the system's.
  std::optional<std::filesystem::path> ca;
  /// Credentials of pullgate's own, from a file with one line "user:password".
  std::optional<std::filesystem::path> credentials_file;
  /// "https://gitlab.example": whence the registry's tokens come, when that is not its own host: scheme, host and port.
  /// It is sent the credentials.
  std::optional<std::string> token_service = std::nullopt;
  /// The operator accepts an http:// URL off loopback: everybody on the path can then exchange images, evidence and
  /// tags, and read credentials. What is served still passes the judge.
  bool insecure_http = false;
};

/// An OCI image layout: one layout that answers for every repository name, or a tree with one per repository path.
struct LayoutDirectory {
  std::filesystem::path path;
};

struct Upstream {
  std::string registry;  ///< the logical registry host: what images are named by
  std::variant<RegistryEndpoint, LayoutDirectory> source;
};

struct Timeouts {
  std::chrono::milliseconds upstream_connect{5'000};
  /// Until the response headers of one upstream request are here, with the token that it may need.
  std::chrono::milliseconds upstream_response{10'000};
  /// Without a single byte of a body, from either side.
  std::chrono::milliseconds idle_body{30'000};
  /// For one judgement as a whole: answers must be on the wire well before containerd's 30 s, or it goes elsewhere.
  std::chrono::milliseconds judgement{20'000};
  /// A client has this long to send its request's header.
  std::chrono::milliseconds client_header{10'000};
  /// A connection without a request is closed after this.
  std::chrono::milliseconds client_idle{60'000};
  /// After SIGTERM, how long transfers under way may go on.
  std::chrono::milliseconds drain{10'000};
};

struct Settings {
  std::vector<Listener> listen;     ///< never empty
  std::vector<Upstream> upstreams;  ///< never empty; registries are distinct
  std::string default_registry;     ///< for paths that name no registry; empty: such requests are 404
  std::filesystem::path policy;     ///< the policy file, absolute
  unsigned threads = 0;             ///< I/O threads; 0: one per core
  Timeouts timeouts;
};

/// Where a registry is when nobody says: "https://" and its name, but Docker Hub, which answers under another one.
RegistryEndpoint default_endpoint(std::string_view registry);

/// Reads, checks and resolves (relative paths are relative to the file). Unknown and duplicate keys, wrong units and
/// impossible values are problems, with the nearest valid spelling.
Loaded<Settings> load_settings(const std::filesystem::path& file);

}  // namespace pullgate::config
