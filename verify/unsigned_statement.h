#pragma once
/// in-toto statements that nobody signed by themselves: BuildKit puts them into an index, beside the platform that they
/// are about ("attestation manifests"). Whoever signs the index covers them by hash; whether that is enough is for a
/// policy to say. Alone they are anybody's text.

#include <optional>

#include "verify/content.h"
#include "verify/digest.h"
#include "verify/manifest.h"
#include "verify/result.h"
#include "verify/statement.h"

namespace pullgate::verify {

/// The platform that this child of an index claims to describe: annotations vnd.docker.reference.type and .digest.
std::optional<Digest> described_platform(const Descriptor& child);

/// Does this layer say that it is such a statement, with SLSA provenance?
bool is_unsigned_provenance(const Descriptor& layer);

/// `about` has to be among the subjects by its digest. SLSA provenance has to have the form that its type says.
Result<Statement> read_unsigned_statement(const Content& content, const Digest& about);

}  // namespace pullgate::verify
