#pragma once
/// URIs as provenance spells them: where the source was, and which images were used.

#include <optional>
#include <string_view>

#include "verify/provenance.h"
#include "verify/result.h"

namespace pullgate::verify::slsa {

/// "git+https://host/path@ref" (SLSA, SPDX download locations) or "https://host/path.git#ref:directory" (BuildKit).
/// The ref is kept when it is a full one; the commit stays empty. Nothing for URIs of another form, and for those whose
/// repository could be read in more than one way (user information, a query, escapes, a host in upper case).
std::optional<Source> parse_git_uri(std::string_view uri);

/// The image that a material is: package URLs of type docker and oci, docker://, docker-pullable:// and oci://
/// references, and plain references with a registry and a digest. Nothing for a material that is no image. A name that
/// claims to be an image's but cannot be read is kept as it stands, so that it matches no allowed repository; two
/// different digests for one image are an error.
Result<std::optional<ImageMaterial>> image_of(const Material& material);

}  // namespace pullgate::verify::slsa
