#include "policy/pattern.h"

#include <array>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <re2/re2.h>

#include "policy/glob/text_glob.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::policy {

struct TextPattern::Compiled {
  std::variant<std::vector<glob::Piece>, std::unique_ptr<re2::RE2>> form;
};

TextPattern TextPattern::exactly(std::string text) {
  return {std::move(text), nullptr};
}

Result<TextPattern> TextPattern::glob(std::string_view text) {
  auto pieces = glob::split(text, glob::Braces::kLiteral);
  if (!pieces) return std::move(pieces).error();
  return TextPattern(std::string(text), std::make_shared<const Compiled>(Compiled{std::move(*pieces)}));
}

Result<TextPattern> TextPattern::regular_expression(std::string_view text) {
  if (text.empty()) return {ErrorCode::kMalformed, "an empty pattern matches nothing"};
  if (text.size() > limits::kPatternLength) {
    return {ErrorCode::kLimitExceeded, fmt::format("a pattern has at most {} characters", limits::kPatternLength)};
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(limits::kPatternMemory));
  auto expression = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!expression->ok()) {
    return {ErrorCode::kMalformed, fmt::format("not an RE2 regular expression: {}", printable(expression->error()))};
  }
  return TextPattern(std::string(text), std::make_shared<const Compiled>(Compiled{std::move(expression)}));
}

bool TextPattern::matches(std::string_view text) const {
  if (text.size() > limits::kMatchedTextLength) return false;
  if (!compiled_) return text == text_;
  if (const auto* pieces = std::get_if<std::vector<glob::Piece>>(&compiled_->form)) {
    return glob::matches(*pieces, text);
  }
  // FullMatch anchors at both ends. Unanchored, "https://github.com/acme/" would also match
  // "https://evil.example/?https://github.com/acme/".
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                             *std::get<std::unique_ptr<re2::RE2>>(compiled_->form));
}

namespace {

constexpr std::string_view kTagWord = "tag";

struct Word {
  std::string_view name;
  std::optional<std::string> (*value)(const ImageReference&);
};

std::string without_first_component(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

constexpr std::array kWords = {
    Word{"registry",
         [](const ImageReference& image) -> std::optional<std::string> { return image.repository.registry(); }},
    Word{"repo",
         [](const ImageReference& image) -> std::optional<std::string> {
           return without_first_component(image.repository.path());
         }},
    Word{"name",
         [](const ImageReference& image) -> std::optional<std::string> {
           const std::string& path = image.repository.path();
           return path.substr(path.rfind('/') + 1);  // npos + 1 is 0: all of it
         }},
    Word{"path", [](const ImageReference& image) -> std::optional<std::string> { return image.repository.path(); }},
    Word{kTagWord,
         [](const ImageReference& image) -> std::optional<std::string> {
           if (!image.tag) return std::nullopt;
           return image.tag->text();
         }},
};

const Word* find_word(std::string_view name) {
  for (const Word& word : kWords) {
    if (word.name == name) return &word;
  }
  return nullptr;
}

std::vector<glob::Piece> pieces_of(const std::string& text) {
  auto pieces = glob::split(text, glob::Braces::kPlaceholders);
  return std::move(pieces).value();  // parse() has seen to it
}

}  // namespace

Result<TextTemplate> TextTemplate::parse(std::string_view text) {
  auto pieces = glob::split(text, glob::Braces::kPlaceholders);
  if (!pieces) return std::move(pieces).error();
  for (const glob::Piece& piece : *pieces) {
    if (piece.kind == glob::Piece::Kind::kPlaceholder && find_word(piece.text) == nullptr) {
      return {ErrorCode::kMalformed,
              fmt::format("unknown word '{{{}}}'; there are {{registry}}, {{repo}}, {{name}}, {{path}} and {{tag}}",
                          printable(piece.text, 40))};
    }
  }
  return TextTemplate(std::string(text));
}

bool TextTemplate::matches(std::string_view text, const ImageReference& requested) const {
  if (text.size() > limits::kMatchedTextLength) return false;
  std::vector<glob::Piece> pieces = pieces_of(text_);
  for (glob::Piece& piece : pieces) {
    if (piece.kind != glob::Piece::Kind::kPlaceholder) continue;
    std::optional<std::string> value = find_word(piece.text)->value(requested);
    // An image asked for by digest has no tag. Matching "" here would let a release of any tag pass for this one.
    if (!value) return false;
    piece = {glob::Piece::Kind::kLiteral, std::move(*value)};
  }
  return glob::matches(pieces, text);
}

bool TextTemplate::matches_under_another_tag(std::string_view text, const ImageReference& requested) const {
  std::vector<glob::Piece> pieces = pieces_of(text_);
  bool has_tag = false;
  for (glob::Piece& piece : pieces) {
    if (piece.kind != glob::Piece::Kind::kPlaceholder) continue;
    const Word* word = find_word(piece.text);
    if (word->name == kTagWord) {
      has_tag = true;
      piece = {glob::Piece::Kind::kStar, {}};
    } else {
      piece = {glob::Piece::Kind::kLiteral, word->value(requested).value_or("")};
    }
  }
  return has_tag && !text.empty() && text.size() <= limits::kMatchedTextLength && !matches(text, requested) &&
         glob::matches(pieces, text);
}

std::string TextTemplate::filled_in(const ImageReference& requested) const {
  std::string filled;
  for (const glob::Piece& piece : pieces_of(text_)) {
    switch (piece.kind) {
      case glob::Piece::Kind::kLiteral:
        filled += piece.text;
        break;
      case glob::Piece::Kind::kStar:
        filled += "*";
        break;
      case glob::Piece::Kind::kDoubleStar:
        filled += "**";
        break;
      case glob::Piece::Kind::kPlaceholder:
        filled += find_word(piece.text)->value(requested).value_or("{" + piece.text + "}");
        break;
    }
  }
  return filled;
}

}  // namespace pullgate::policy
