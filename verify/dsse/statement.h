#pragma once
/// in-toto attestation framework, "Statement layer specification" v0.1 and v1. Either version may carry a predicate
/// of any version: Tekton Chains puts SLSA v1 into Statement v0.1.

#include <string_view>

#include "verify/artifact.h"
#include "verify/result.h"
#include "verify/statement.h"

namespace pullgate::verify::dsse {

/// The statement without its `provenance`. Members that we do not know are ignored, as the specification asks
/// (its monotonic principle: ignoring may deny, never allow).
Result<Statement> parse_statement(std::string_view payload);

/// The first subject that is the image; null when there is none. Its digests in sha256, sha384 and sha512 count, as far
/// as the image's own are known (all three, if its bytes are): there has to be one, and none may be another's. Names
/// play no part. Weaker algorithms (sha1, md5) are never looked at; only lower-case hex is equal.
const StatementSubject* find_subject(const Statement& statement, const Artifact& image);

}  // namespace pullgate::verify::dsse
