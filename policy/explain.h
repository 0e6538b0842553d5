#pragma once
/// A decision in words and as JSON.

#include <string>
#include <string_view>

#include "policy/decision.h"
#include "policy/evaluate.h"

namespace pullgate::policy {

/// What a text makes stand out. How that looks is a matter of who shows it.
enum class Tone {
  kGood,
  kBad,
  kDoubtful,
  kPlace,  ///< where something was found
};
/// Makes a part of a text stand out; what it is given is printable already.
using Accent = std::string (*)(Tone tone, std::string_view text);
/// The text as it is.
std::string unaccented(Tone tone, std::string_view text);
/// Of a verdict, and of the reasons for it.
Tone tone_of(Verdict verdict);

/// For the OCI error: "pullgate: <rule>: <what was found>; <what would satisfy it>; decision <id>". One line of
/// printable ASCII, at most about 300 characters, no double quotes; the lead objection only.
std::string one_line(const Decision& decision);

/// For the HTTP/1.1 reason phrase, all that older containerd shows: at most 100 characters of printable ASCII.
std::string reason_phrase(const Decision& decision);

/// For a terminal: every requirement, every candidate and why it failed. Ends with a newline. The verdict, the reason
/// codes and the places of evidence are accented, and nothing else.
std::string paragraph(const Decision& decision, const Gathered& gathered, Accent accent = unaccented);

/// One JSON object on one line, keys stable: decision records, logs, `verify --format json`.
std::string json(const Decision& decision, const Gathered& gathered);

}  // namespace pullgate::policy
