#include "proxy/ops/log.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pullgate::proxy {
namespace {

std::string line_of(LogForm form, LogLevel level, const std::vector<LogField>& fields) {
  std::string written;
  const Log log(
      form, [] { return Time(std::chrono::milliseconds(1500)); },
      [&](LogLevel, std::string_view line) { written = line; });
  log.write(level, "decision", fields);
  return written;
}

TEST(Log, WritesJsonLinesForMachines) {
  EXPECT_EQ(line_of(LogForm::kJsonLines, LogLevel::kInfo,
                    {{"tag", std::string("1.0")},
                     {"evidence", std::int64_t{2}},
                     {"cached", true},
                     {"reasons", std::vector<std::string>{"A", "B"}}}),
            R"({"time":"1970-01-01T00:00:01.500Z","level":"info","event":"decision","tag":"1.0","evidence":2,)"
            R"("cached":true,"reasons":["A","B"]})");
}

TEST(Log, WritesTextForPeople) {
  EXPECT_EQ(line_of(LogForm::kText, LogLevel::kWarning,
                    {{"tag", std::string("1.0")}, {"found", std::string("no signature")}, {"rule", std::string()}}),
            R"(1970-01-01T00:00:01.500Z warning decision tag=1.0 found="no signature" rule="")");
}

TEST(Log, NeverWritesALineBreakOrAnEscapeFromOutside) {
  const std::vector<LogField> fields{{"tag", std::string("a\nforged: line\x1b[2J")}};
  for (const LogForm form : {LogForm::kText, LogForm::kJsonLines}) {
    const std::string line = line_of(form, LogLevel::kInfo, fields);
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
}

TEST(Log, BoundsWhatComesFromOutside) {
  EXPECT_LT(line_of(LogForm::kJsonLines, LogLevel::kInfo, {{"tag", std::string(100'000, 'a')}}).size(), 2000U);
  EXPECT_LT(line_of(LogForm::kText, LogLevel::kInfo, {{"tag", std::string(100'000, 'a')}}).size(), 2000U);
}

}  // namespace
}  // namespace pullgate::proxy
