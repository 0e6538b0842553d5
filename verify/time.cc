#include "verify/time.h"

#include <fmt/format.h>

#include "verify/bytes.h"

namespace pullgate {
namespace {

/// Consumes what it reads; the first thing that does not fit makes all later reads fail too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    if (failed_ || rest_.size() < count) return fail();
    int value = 0;
    for (char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  void literal(char expected) {
    if (!accept(expected)) fail();
  }

  bool accept(char expected) {
    if (failed_ || rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// RFC 3339 section 5.6 "time-secfrac": one digit or more, of which three are kept.
  int milliseconds() {
    int value = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count < 3) value = value * 10 + (rest_[count] - '0');
    }
    if (count == 0) return fail();
    for (std::size_t i = count; i < 3; ++i) value *= 10;
    rest_.remove_prefix(count);
    return value;
  }

  [[nodiscard]] bool complete() const { return !failed_ && rest_.empty(); }

 private:
  int fail() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

Result<Time> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto malformed = [&] {
    return Error{ErrorCode::kMalformed, "not an RFC 3339 time: '" + printable(text, 40) + "'"};
  };

  Scanner scan(text);
  const int year_number = scan.digits(4);
  scan.literal('-');
  const int month_number = scan.digits(2);
  scan.literal('-');
  const int day_number = scan.digits(2);
  scan.literal('T');
  const int hour = scan.digits(2);
  scan.literal(':');
  const int minute = scan.digits(2);
  scan.literal(':');
  const int second = scan.digits(2);
  const int fraction = scan.accept('.') ? scan.milliseconds() : 0;
  minutes offset{0};
  if (!scan.accept('Z')) {
    const int sign = scan.accept('-') ? -1 : 1;
    if (sign > 0) scan.literal('+');
    const int offset_hours = scan.digits(2);
    scan.literal(':');
    const int offset_minutes = scan.digits(2);
    if (offset_hours > 23 || offset_minutes > 59) return malformed();
    offset = minutes{sign * (offset_hours * 60 + offset_minutes)};
  }
  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  // A leap second (":60") has no moment of its own in system time, and nobody whose evidence we read writes one.
  if (!scan.complete() || !date.ok() || hour > 23 || minute > 59 || second > 59) return malformed();
  return Time{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} + milliseconds{fraction} - offset;
}

std::string to_rfc3339(Time time) {
  using namespace std::chrono;
  const auto midnight = floor<days>(time);
  const year_month_day date{midnight};
  const hh_mm_ss clock{time - midnight};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:03}", clock.subseconds().count());
  return text + "Z";
}

}  // namespace pullgate
