#include "verify/time.h"

#include <gtest/gtest.h>

namespace pullgate {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, ReadsWhatProducersWrite) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z").value(), Time{});
  EXPECT_EQ(parse_rfc3339("2001-09-09T01:46:40Z").value(), Time{1'000'000'000s});
  EXPECT_EQ(parse_rfc3339("2001-09-09T01:46:40.5Z").value(), Time{1'000'000'000s + 500ms});
  EXPECT_EQ(parse_rfc3339("2001-09-09T03:46:40+02:00").value(), Time{1'000'000'000s});
  EXPECT_EQ(parse_rfc3339("2001-09-08T20:16:40-05:30").value(), Time{1'000'000'000s});
  EXPECT_EQ(parse_rfc3339("2024-02-29T23:59:59Z").value() + 1s, parse_rfc3339("2024-03-01T00:00:00Z").value());
}

TEST(Rfc3339, CutsWhatIsFinerThanMilliseconds) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.123456789Z").value(), Time{123ms});
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text : {"",
                           "2024-01-01",
                           "2024-01-01T00:00:00",
                           "2024-01-01t00:00:00Z",
                           "2024-01-01T00:00:00z",
                           "2024-01-01 00:00:00Z",
                           "2024-13-01T00:00:00Z",
                           "2024-00-01T00:00:00Z",
                           "2023-02-29T00:00:00Z",
                           "2024-01-32T00:00:00Z",
                           "2024-01-01T24:00:00Z",
                           "2024-01-01T00:60:00Z",
                           "2024-01-01T00:00:60Z",
                           "2024-01-01T00:00:00.Z",
                           "2024-01-01T00:00:00+0200",
                           "2024-01-01T00:00:00+24:00",
                           "2024-01-01T00:00:00+02:60",
                           "2024-1-01T00:00:00Z",
                           "2024-01-01T00:00:00Z ",
                           " 2024-01-01T00:00:00Z",
                           "+024-01-01T00:00:00Z",
                           "2024-01-01T00:00:00ZZ",
                           "2024-01-01T00:00:00-Z",
                           "2024-01-01T-1:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, WritesMillisecondsOnlyWhenThereAreAny) {
  EXPECT_EQ(to_rfc3339(Time{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(Time{1'000'000'000s + 7ms}), "2001-09-09T01:46:40.007Z");
  EXPECT_EQ(to_rfc3339(Time{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
  for (Time time : {Time{}, Time{1'766'077'479'123ms}, Time{-86'400'000ms}}) {
    EXPECT_EQ(parse_rfc3339(to_rfc3339(time)).value(), time);
  }
}

}  // namespace
}  // namespace pullgate
