#pragma once
/// The JSON documents of registries and image layouts that are neither manifests nor indexes.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "verify/reference.h"
#include "verify/result.h"

namespace pullgate::proxy {

/// The names in a tag list, distribution-spec "Listing tags". "tags" may be null: docker-registry answers so for a
/// repository without any. kUpstreamInvalid.
Result<std::vector<Tag>> parse_tag_list(std::string_view body);

/// "DENIED: requested access is denied", the first of the errors in an answer, distribution-spec "Error codes"; escaped
/// and bounded. Empty when the body is something else.
std::string stated_error(std::string_view body);

/// What a token service issues ("Token Authentication Specification" of CNCF distribution, "Requesting a Token").
struct IssuedToken {
  std::string token;  ///< of the characters that a header may have (RFC 6750 section 2.1)
  std::chrono::seconds lifetime{60};
};

/// kUpstreamInvalid. A lifetime is at least a minute, which is what it is when it is absent, and at most an hour here.
Result<IssuedToken> parse_token(std::string_view body);

/// image-spec "oci-layout file": does it name the version of the layout that we read? kUpstreamInvalid.
Status check_layout_marker(std::string_view text);

}  // namespace pullgate::proxy
