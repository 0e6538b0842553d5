#pragma once
/// A decision in words and as JSON.

#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.h"
#include "policy/evaluate.h"

namespace pullgate::policy {

/// For the OCI error: "pullgate: <rule>: <what was found>; <what would satisfy it>; decision <id>". One line of
/// printable ASCII, at most about 300 characters, no double quotes; the lead objection only.
std::string one_line(const Decision& decision);

/// For the HTTP/1.1 reason phrase, all that older containerd shows: at most 100 characters of printable ASCII.
std::string reason_phrase(const Decision& decision);

/// For a terminal: every requirement, every candidate and why it failed. Ends with a newline; no colour codes.
std::string paragraph(const Decision& decision, const Gathered& gathered);

/// One JSON object on one line, keys stable: decision records, logs, `verify --format json`.
std::string json(const Decision& decision, const Gathered& gathered);

}  // namespace pullgate::policy
