#pragma once
/// Bodies of Rekor v2. They are written in one canonical form (RFC 8785), so instead of reading one we write the body
/// that the evidence must have, and compare the bytes.

#include "verify/tlog/body.h"

namespace pullgate::verify::tlog {

Status check_rekor2_body(const Entry& entry, const LoggedEvidence& evidence);

}  // namespace pullgate::verify::tlog
