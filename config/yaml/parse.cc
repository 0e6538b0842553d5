#include "config/yaml/parse.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "config/yaml/diagnosis.h"
#include "verify/limits.h"

namespace pullgate::config::yaml {
namespace {

Mark mark_of(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

Node node_of(Node::Kind kind, const YAML::Mark& mark) {
  Node node;
  node.kind = kind;
  node.mark = mark_of(mark);
  return node;
}

/// Characters of more than one byte that look like a line break to some, or turn the direction of the text: C1
/// controls with NEL, LS and PS, and the bidirectional controls (CVE-2021-42574, Unicode UAX #9 section 2).
bool is_deceptive(std::string_view rest) {
  const auto byte = [&](std::size_t i) {
    return i < rest.size() ? static_cast<unsigned>(static_cast<unsigned char>(rest[i])) : 0U;
  };
  if (byte(0) == 0xC2) return byte(1) >= 0x80 && byte(1) <= 0x9F;
  if (byte(0) == 0xD8) return byte(1) == 0x9C;
  if (byte(0) != 0xE2) return false;
  const bool marks = byte(1) == 0x80 && (byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE));
  return marks || (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

/// Where the text is not what a reviewer sees. The library ends a comment at LF alone, so that a rule behind a CR is a
/// line of its own in an editor and a comment here. Other control characters have no place in YAML either (YAML 1.2
/// section 5.1).
std::optional<Mark> first_deceptive_character(std::string_view text) {
  Mark mark{1, 1};
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_line_end = c == '\n' || (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
    const bool is_control = (c >= 0 && c < ' ' && c != '\t' && !is_line_end) || c == '\x7f';
    if (is_control || is_deceptive(text.substr(at))) return mark;
    mark = c == '\n' ? Mark{mark.line + 1, 1} : Mark{mark.line, mark.column + 1};
  }
  return std::nullopt;
}

/// At both ends: U+2018, U+2019, U+201C and U+201D, as word processors write them for ' and ".
bool is_in_typographic_quotes(std::string_view text) {
  constexpr std::array<std::string_view, 4> kQuotes = {"\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9C", "\xE2\x80\x9D"};
  return std::ranges::any_of(kQuotes, [&](std::string_view quote) { return text.starts_with(quote); }) &&
         std::ranges::any_of(kQuotes, [&](std::string_view quote) { return text.ends_with(quote); });
}

/// Thrown through the library's parser, which has no other way to stop.
struct TooDeep {};

/// Builds the tree from the library's events, which show what its own tree would hide.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Problems& problems) : problems_(problems) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_decorations(mark, {}, anchor);
    place(node_of(Node::Kind::kNull, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    problems_.add(mark_of(mark), "aliases (*name) are not accepted: write the value out");
    place(node_of(Node::Kind::kNull, mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_decorations(mark, tag, anchor);
    Node node = node_of(Node::Kind::kScalar, mark);
    node.style = tag == "!" ? Node::Style::kQuoted : Node::Style::kPlain;
    node.text = value;
    if (node.style == Node::Style::kPlain && is_in_typographic_quotes(value)) {
      problems_.add(mark_of(mark), "typographic quotes are letters like any other; write \" or '");
    }
    place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::kMapping, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  std::optional<Node> take_root() { return std::exchange(root_, std::nullopt); }

 private:
  struct Open {
    Node node;
    std::optional<Member> pending = std::nullopt;     // a key that waits for its value
    enum class Keep { kYes, kNo } keep = Keep::kYes;  // of the pending member
  };

  void refuse_decorations(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0)
      problems_.add(mark_of(mark), "anchors (&name) are not accepted: write the value out, or in quotes");
    if (!tag.empty() && tag != "?" && tag != "!") {
      problems_.add(mark_of(mark),
                    fmt::format("tags ({}) are not accepted; a text that begins with '!' is written in quotes", tag));
    }
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_decorations(mark, tag, anchor);
    if (open_.size() == limits::kConfigurationDepth) {
      problems_.add(mark_of(mark), fmt::format("nested deeper than {} levels", limits::kConfigurationDepth));
      throw TooDeep{};
    }
    open_.push_back({node_of(kind, mark)});
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  void place(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (Open& parent = open_.back(); parent.node.kind == Node::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.pending) {
      begin_member(parent, std::move(node));
    } else {
      parent.pending->value = std::move(node);
      if (parent.keep == Open::Keep::kYes) parent.node.members.push_back(*std::move(parent.pending));
      parent.pending.reset();
    }
  }

  void begin_member(Open& parent, Node key) {
    parent.keep = Open::Keep::kYes;
    const Mark mark = key.mark;
    if (key.kind != Node::Kind::kScalar) {
      problems_.add(mark, "a key must be a word");
      parent.keep = Open::Keep::kNo;
    } else if (key.text == "<<") {
      problems_.add(mark, "merge keys (<<) are not accepted: write the values out");
      parent.keep = Open::Keep::kNo;
    } else {
      const auto first = std::ranges::find(parent.node.members, key.text, &Member::key);
      if (first != parent.node.members.end()) {
        problems_.add(mark, fmt::format("duplicate key '{}': it was already given in line {}, column {}", key.text,
                                        first->mark.line, first->mark.column));
        parent.keep = Open::Keep::kNo;
      }
    }
    parent.pending = Member{std::move(key.text), mark, {}};
  }

  Problems& problems_;
  std::vector<Open> open_;
  std::optional<Node> root_;
};

}  // namespace

std::optional<Node> parse(const std::string& text, Problems& problems) {
  if (const std::optional<Mark> mark = first_deceptive_character(text)) {
    problems.add(*mark, "a control character: what is read would not be what is seen");
    return std::nullopt;
  }
  // The library takes the end of the file for the end of an open quotation, so that a forgotten quote would swallow
  // the rules below it. A document end marker is no part of a quotation (YAML 1.2 section 7.3): with one after the
  // last line, the library refuses.
  std::istringstream stream(text + "\n...\n");
  TreeBuilder builder(problems);
  std::optional<Node> root;
  try {
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) root = builder.take_root();
    if (root) {
      TreeBuilder second(problems);
      if (parser.HandleNextDocument(second)) {
        const std::optional<Node> extra = second.take_root();
        problems.add(extra ? extra->mark : Mark{}, "a second document: one file is one document");
      }
    }
  } catch (const TooDeep&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    const Diagnosis diagnosis = diagnose(text, error.mark.is_null() ? Mark{} : mark_of(error.mark), error.msg);
    problems.add(diagnosis.mark, diagnosis.message);
    return std::nullopt;
  }
  if (!root || root->kind == Node::Kind::kNull) {
    problems.add({}, "the file is empty");
    return std::nullopt;
  }
  if (root->kind != Node::Kind::kMapping) {
    problems.add(root->mark, "the file must be a mapping of keys to values");
    return std::nullopt;
  }
  return root;
}

}  // namespace pullgate::config::yaml
