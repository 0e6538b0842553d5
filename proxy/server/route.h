#pragma once
/// A request line as a typed route: distribution-spec "Endpoints", the part that pulls. Unknown shapes stop here, and
/// nothing below sees a path again.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/server/oci_error.h"
#include "proxy/wire/request.h"
#include "verify/digest.h"
#include "verify/reference.h"

namespace pullgate::proxy {

/// The image's name as the request has it; naming.h says what it means.
struct RequestedName {
  std::string path;
  /// containerd says with `ns=` which registry it wanted: distribution-spec "Registry Proxying".
  std::optional<std::string> name_space;

  friend bool operator==(const RequestedName&, const RequestedName&) = default;
};

struct VersionCheck {};
struct ManifestRequest {
  RequestedName name;
  TagOrDigest reference;
};
struct BlobRequest {
  RequestedName name;
  Digest digest;
};
struct TagsRequest {
  RequestedName name;
  std::optional<std::size_t> count;  ///< `n`
  std::string last;                  ///< tags after this one; empty: from the beginning
};
struct ReferrersRequest {
  RequestedName name;
  Digest subject;
  std::optional<std::string> artifact_type;
};

/// A request that is none of these, with its answer.
using Route = std::variant<VersionCheck, ManifestRequest, BlobRequest, TagsRequest, ReferrersRequest, OciError>;

/// `target` is the request target: path and query. Read from the right, because "manifests" and "blobs" are legal
/// components of names. One spelling for one thing: percent-encoded paths, dot segments, empty segments and
/// upper-case names and digests are refused, and a parameter that decides anything may come once only.
Route parse_route(Method method, std::string_view target);

}  // namespace pullgate::proxy
