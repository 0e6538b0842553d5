#pragma once
/// A YAML document as a tree with places. Only what a configuration needs: no anchors, aliases, merge keys, tags or
/// further documents, so that what is reviewed is what holds.

#include <string>
#include <vector>

namespace pullgate::config::yaml {

struct Mark {
  int line = 0;    ///< from 1; 0: the file as a whole
  int column = 0;  ///< from 1
};

struct Member;

struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMapping };
  enum class Style { kPlain, kQuoted };

  Kind kind = Kind::kNull;
  Style style = Style::kPlain;  ///< of a scalar: "1" in quotes is text, 1 without is also a number
  Mark mark;
  std::string text;             ///< of a scalar
  std::vector<Node> items;      ///< of a sequence
  std::vector<Member> members;  ///< of a mapping; keys are distinct
};

struct Member {
  std::string key;
  Mark mark;  ///< of the key
  Node value;
};

}  // namespace pullgate::config::yaml
