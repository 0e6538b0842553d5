#include "proxy/upstream/distribution/challenge.h"

#include <algorithm>
#include <iterator>

#include "verify/ascii.h"

namespace pullgate::proxy::distribution {

namespace {

constexpr std::string_view kSpace = " \t";
constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
constexpr std::string_view kToken68Marks = "-._~+/";

bool is_letter_or_digit(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

/// Reads one header value, of which nothing counts once something did not fit.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }
  /// Between the members of a list, which may be empty (RFC 9110 section 5.6.1.2).
  void skip_commas() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t,"), rest_.size())); }

  std::string_view token() { return while_allowed(kTokenMarks); }
  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Credentials of other schemes in one piece: they are of no use here.
  bool skip_token68() {
    ChallengeReader ahead = *this;
    if (ahead.while_allowed(kToken68Marks).empty()) return false;
    while (ahead.accept('=')) {
    }
    ahead.skip_space();
    if (!ahead.at_end() && !ahead.rest_.starts_with(',')) return false;
    *this = ahead;
    return true;
  }

  std::string value() {
    if (!accept('"')) return std::string(token());
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      if (accept('\\') && rest_.empty()) break;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!accept('"')) failed_ = true;
    return text;
  }

 private:
  std::string_view while_allowed(std::string_view marks) {
    const auto end =
        std::ranges::find_if_not(rest_, [&](char c) { return is_letter_or_digit(c) || marks.contains(c); });
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    if (taken.empty()) failed_ = true;
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

/// Of one header; none when it cannot be read to its end.
std::vector<Challenge> read_challenges(std::string_view header) {
  ChallengeReader reader(header);
  std::vector<Challenge> challenges;
  for (reader.skip_commas(); !reader.at_end(); reader.skip_commas()) {
    const std::string name = in_lower_case(reader.token());
    if (reader.failed()) return {};
    reader.skip_space();
    if (reader.accept('=')) {
      reader.skip_space();
      const std::string value = reader.value();
      if (challenges.empty() || !challenges.back().parameters.emplace(name, value).second) return {};
    } else {
      challenges.push_back({.scheme = name, .parameters = {}});
      reader.skip_token68();
      continue;  // its first parameter follows without a comma
    }
    reader.skip_space();
    if (!reader.at_end() && !reader.accept(',')) return {};
  }
  return reader.failed() ? std::vector<Challenge>() : challenges;
}

}  // namespace

std::string_view Challenge::parameter(std::string_view name) const {
  const auto found = parameters.find(std::string(name));
  return found == parameters.end() ? std::string_view() : found->second;
}

std::vector<Challenge> challenges_in(const HttpResponseHead& head) {
  std::vector<Challenge> challenges;
  for (const auto& [name, value] : head.headers) {
    if (name == "www-authenticate") std::ranges::move(read_challenges(value), std::back_inserter(challenges));
  }
  return challenges;
}

}  // namespace pullgate::proxy::distribution
