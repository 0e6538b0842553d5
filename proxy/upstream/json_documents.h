#pragma once
/// The JSON documents of registries and image layouts that are neither manifests nor indexes.

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

/// image-spec "oci-layout file": does it name the version of the layout that we read? kUpstreamInvalid.
Status check_layout_marker(std::string_view text);

}  // namespace pullgate::proxy
