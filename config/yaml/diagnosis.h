#pragma once
/// What a person did who wrote something that is not YAML: a parser only says where it gave up.

#include <string>
#include <string_view>

#include "config/yaml/node.h"

namespace pullgate::config::yaml {

struct Diagnosis {
  Mark mark;  ///< where to look, which may be well before where the parser stopped
  std::string message;
};

/// Of a text that the parser refused at `mark`, with the parser's own words, which are answered where nothing better is
/// known. What is guessed is never accepted: this only words the refusal.
Diagnosis diagnose(std::string_view text, Mark mark, std::string_view parser_message);

}  // namespace pullgate::config::yaml
