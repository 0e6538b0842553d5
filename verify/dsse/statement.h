#pragma once
/// in-toto attestation framework, "Statement layer specification" v0.1 and v1. Either version may carry a predicate
/// of any version: Tekton Chains puts SLSA v1 into Statement v0.1.

#include <string_view>

#include "verify/digest.h"
#include "verify/result.h"
#include "verify/statement.h"

namespace pullgate::verify::dsse {

/// The statement without its `provenance`. Members that we do not know are ignored, as the specification asks
/// (its monotonic principle: ignoring may deny, never allow).
Result<Statement> parse_statement(std::string_view payload);

/// The first subject whose digest, in the image's own algorithm, is the image's; null when there is none. Names play
/// no part. Weaker algorithms (sha1, md5) are never looked at; only lower-case hex is equal.
const StatementSubject* find_subject(const Statement& statement, const Digest& image);

}  // namespace pullgate::verify::dsse
