#include "config/yaml/diagnosis.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "verify/bytes.h"

namespace pullgate::config::yaml {
namespace {

constexpr std::size_t kShown = 60;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    if (lines.back().ends_with('\r')) lines.back().remove_suffix(1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool comes_before(Mark a, Mark b) {
  return a.line < b.line || (a.line == b.line && a.column < b.column);
}

/// Of the text up to where the parser stopped, as far as quotes, brackets and comments go.
struct Surroundings {
  struct Opened {
    Mark mark;
    char bracket;
  };
  std::vector<Opened> open;            // brackets of flow style that nothing has closed
  std::optional<Mark> long_quotation;  // the first one that goes on into another line
};

class Scanner {
 public:
  Scanner(const std::vector<std::string_view>& lines, Mark end) : lines_(lines), end_(end) {}

  Surroundings run() && {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      line_ = static_cast<int>(i) + 1;
      scan(lines_[i]);
      if (quote_ != '\0' && !found_.long_quotation && comes_before(quoted_from_, end_)) {
        found_.long_quotation = quoted_from_;
      }
    }
    return std::move(found_);
  }

 private:
  void scan(std::string_view line) {
    bool may_begin_token = true;  // only there do quotes and brackets mean something
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      const Mark mark{line_, static_cast<int>(i) + 1};
      if (quote_ != '\0') {
        if (quote_ == '"' && c == '\\') ++i;
        if (c == quote_) quote_ = '\0';
        may_begin_token = false;
        continue;
      }
      if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return;
      if ((c == '"' || c == '\'') && may_begin_token) {
        quote_ = c;
        quoted_from_ = mark;
      } else if (comes_before(mark, end_)) {
        note_bracket(c, mark, may_begin_token);
      }
      may_begin_token = c == ' ' || c == '\t' || c == '[' || c == '{' || c == ',' || (may_begin_token && c == '-');
    }
  }

  void note_bracket(char c, Mark mark, bool may_begin_token) {
    if ((c == '[' || c == '{') && may_begin_token) found_.open.push_back({mark, c});
    if ((c == ']' || c == '}') && !found_.open.empty()) found_.open.pop_back();
  }

  const std::vector<std::string_view>& lines_;
  Mark end_;
  int line_ = 0;
  char quote_ = '\0';
  Mark quoted_from_;
  Surroundings found_;
};

/// The columns in which a key or item begins: in "  - a: 1" both that of the dash and that of "a".
std::vector<int> columns_of(std::string_view line) {
  std::vector<int> columns;
  std::size_t at = line.find_first_not_of(' ');
  while (at != std::string_view::npos && line[at] != '#') {
    columns.push_back(static_cast<int>(at) + 1);
    if (line.substr(at, 2) != "- ") break;
    at = line.find_first_not_of(' ', at + 1);
  }
  return columns;
}

std::string first_word(std::string_view line, int column) {
  const std::string_view rest = line.substr(static_cast<std::size_t>(column) - 1);
  const std::size_t dash = rest.starts_with("- ") ? 2 : 0;
  return printable(rest.substr(0, rest.find_first_of(": ", dash)), kShown);
}

class Diagnostician {
 public:
  Diagnostician(std::string_view text, Mark mark, std::string_view words)
      : lines_(lines_of(text)), mark_(mark), words_(words), line_(line_at(mark.line)) {}

  Diagnosis run() {
    using Guess = std::optional<Diagnosis> (Diagnostician::*)() const;
    static constexpr std::array<Guess, 9> kGuesses = {
        &Diagnostician::tab,          &Diagnostician::escape,      &Diagnostician::special_character,
        &Diagnostician::quotation,    &Diagnostician::inner_quote, &Diagnostician::placeholder,
        &Diagnostician::open_bracket, &Diagnostician::indentation, &Diagnostician::colon};
    for (const Guess guess : kGuesses) {
      if (auto found = (this->*guess)()) return {found->mark, "not YAML: " + found->message};
    }
    return {mark_, fmt::format("not YAML: {}", words_)};
  }

 private:
  [[nodiscard]] std::string_view line_at(int number) const {
    const bool is_there = number >= 1 && static_cast<std::size_t>(number) <= lines_.size();
    return is_there ? lines_[static_cast<std::size_t>(number) - 1] : std::string_view();
  }
  [[nodiscard]] bool says(std::string_view words) const { return words_.starts_with(words); }

  [[nodiscard]] std::optional<Diagnosis> tab() const {
    const std::string_view indent = line_.substr(0, line_.find_first_not_of(" \t"));
    const std::size_t tab = indent.find('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    return Diagnosis{{mark_.line, static_cast<int>(tab) + 1}, "tabs cannot indent; write spaces"};
  }

  [[nodiscard]] std::optional<Diagnosis> escape() const {
    if (!says("unknown escape character")) return std::nullopt;
    const std::string_view before = line_.substr(0, static_cast<std::size_t>(mark_.column) - 1);
    const std::size_t slash = before.rfind('\\');
    if (slash == std::string_view::npos || slash + 1 >= line_.size()) return std::nullopt;
    const std::string written = printable(line_.substr(slash, 2));
    return Diagnosis{
        {mark_.line, static_cast<int>(slash) + 1},
        fmt::format("'{}' is no character in double quotes; write it in single quotes, or '\\{}'", written, written)};
  }

  /// Some characters mean something else where a value begins.
  [[nodiscard]] std::optional<Diagnosis> special_character() const {
    const bool is_possible = says("the referenced anchor") || says("alias not found") || says("anchor not found") ||
                             says("illegal character found while scanning") || says("unknown token");
    if (!is_possible || line_.empty()) return std::nullopt;
    const std::size_t from = std::min(static_cast<std::size_t>(mark_.column) - 1, line_.size() - 1);
    const std::size_t begin = line_.find_last_of("*&@`%!", from);
    if (begin == std::string_view::npos) return std::nullopt;
    std::size_t first = begin;  // "**" begins at its first star
    while (first > 0 && line_[first - 1] == line_[begin]) --first;
    const std::string_view rest = line_.substr(first);
    const std::string word = printable(rest.substr(0, rest.find_first_of(" ,]}")), kShown);
    return Diagnosis{{mark_.line, static_cast<int>(first) + 1},
                     fmt::format("a text that begins with '{}' is written in quotes: \"{}\"", line_[first], word)};
  }

  [[nodiscard]] std::optional<Diagnosis> quotation() const {
    const Surroundings around = Scanner(lines_, mark_).run();
    if (!around.long_quotation) return std::nullopt;
    return Diagnosis{*around.long_quotation, "this quotation is not closed in its line"};
  }

  /// 'it's': the quotation ends before the "s".
  [[nodiscard]] std::optional<Diagnosis> inner_quote() const {
    const std::size_t at = static_cast<std::size_t>(mark_.column) - 1;
    if (at == 0 || at >= line_.size()) return std::nullopt;
    const char before = line_[at - 1];
    if ((before != '\'' && before != '"') || line_[at] == ' ') return std::nullopt;
    return Diagnosis{{mark_.line, mark_.column - 1},
                     fmt::format("the quotation ends here, and more stands behind it; inside of it {}",
                                 before == '\'' ? "write '' for '" : "write \\\" for \"")};
  }

  /// x/{name}, which is fine outside of { } and [ ].
  [[nodiscard]] std::optional<Diagnosis> placeholder() const {
    if (!says("end of map flow") && !says("end of sequence flow")) return std::nullopt;
    for (const std::string_view word : {"{registry}", "{repo}", "{name}", "{path}", "{tag}"}) {
      const std::size_t at = line_.find(word);
      if (at == std::string_view::npos || at == 0) continue;
      const std::size_t begin = line_.find_last_of(" ,[\"'", at) + 1;
      const bool is_quoted = begin > 0 && (line_[begin - 1] == '"' || line_[begin - 1] == '\'');
      if (is_quoted) continue;
      const std::string_view rest = line_.substr(begin);
      const std::size_t end = rest.find_first_of(" ,]\"'", at - begin);
      std::string text(rest.substr(0, end));
      // The brackets around it are closed behind it.
      while (std::ranges::count(text, '}') > std::ranges::count(text, '{')) text.pop_back();
      return Diagnosis{
          {mark_.line, static_cast<int>(begin) + 1},
          fmt::format("inside of {{ }} a text with '{}' is written in quotes: \"{}\"", word, printable(text, kShown))};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Diagnosis> open_bracket() const {
    if (!says("end of map flow") && !says("end of sequence flow")) return std::nullopt;
    const Surroundings around = Scanner(lines_, mark_).run();
    if (around.open.empty()) return std::nullopt;
    const auto& [mark, bracket] = around.open.back();
    return Diagnosis{mark, fmt::format("this '{}' is not closed", bracket)};
  }

  /// Nothing above that it could belong to begins in the column in which the line begins.
  [[nodiscard]] std::optional<Diagnosis> indentation() const {
    const std::vector<int> own = columns_of(line_);
    if (own.empty()) return std::nullopt;
    std::optional<std::pair<int, std::string>> nearest;  // of what is above: its column and its word
    int below = 0;
    for (int number = mark_.line - 1; number >= 1; --number) {
      const std::vector<int> columns = columns_of(line_at(number));
      for (const int column : columns) {
        if (below != 0 && column >= below) continue;
        if (column == own.front()) return std::nullopt;
        if (!nearest || std::abs(column - own.front()) < std::abs(nearest->first - own.front())) {
          nearest = {column, first_word(line_at(number), column)};
        }
      }
      if (!columns.empty() && (below == 0 || columns.front() < below)) below = columns.front();
    }
    if (!nearest) return std::nullopt;
    return Diagnosis{{mark_.line, own.front()},
                     fmt::format("wrong indentation: '{}' begins in column {}, and '{}' above it in column {}",
                                 first_word(line_, own.front()), own.front(), nearest->second, nearest->first)};
  }

  [[nodiscard]] std::optional<Diagnosis> colon() const {
    if (!says("illegal map value")) return std::nullopt;
    const std::size_t first = line_.find(": ");
    const std::size_t second = first == std::string_view::npos ? first : line_.find(": ", first + 1);
    if (second != std::string_view::npos) {
      return Diagnosis{{mark_.line, static_cast<int>(second) + 1}, "a text with ': ' in it is written in quotes"};
    }
    for (int number = mark_.line - 1; number >= 1; --number) {
      const std::vector<int> columns = columns_of(line_at(number));
      if (columns.empty()) continue;
      if (line_at(number).contains(':') || line_at(number).substr(static_cast<std::size_t>(columns[0]) - 1, 1) == "-") {
        break;
      }
      return Diagnosis{{number, columns.front()}, "this is neither 'key: value' nor '- item'"};
    }
    return std::nullopt;
  }

  std::vector<std::string_view> lines_;
  Mark mark_;
  std::string_view words_;
  std::string_view line_;
};

}  // namespace

Diagnosis diagnose(std::string_view text, Mark mark, std::string_view parser_message) {
  return Diagnostician(text, mark, parser_message).run();
}

}  // namespace pullgate::config::yaml
