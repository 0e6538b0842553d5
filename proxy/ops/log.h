#pragma once
/// What happened, one line an event: JSON for machines, text for a terminal. Thread-safe. Text from outside is escaped
/// here, whoever wrote it (CWE-117).

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "verify/time.h"

namespace pullgate::proxy {

enum class LogLevel { kInfo, kWarning, kError };
enum class LogForm { kText, kJsonLines };

struct LogField {
  using Value = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;
  std::string_view name;
  Value value;
};

class Log {
 public:
  using Clock = std::function<Time()>;
  /// Receives one line without its newline; called by several threads, one at a time is its own business.
  using Sink = std::function<void(LogLevel, std::string_view line)>;

  Log(LogForm form, Clock clock, Sink sink) : form_(form), clock_(std::move(clock)), sink_(std::move(sink)) {}

  /// `event` is a stable name, "decision" or "listening".
  void write(LogLevel level, std::string_view event, const std::vector<LogField>& fields) const;
  void info(std::string_view event, const std::vector<LogField>& fields) const {
    write(LogLevel::kInfo, event, fields);
  }
  void error(std::string_view event, const std::vector<LogField>& fields) const {
    write(LogLevel::kError, event, fields);
  }

 private:
  LogForm form_;
  Clock clock_;
  Sink sink_;
};

/// To standard error.
std::unique_ptr<Log> make_stderr_log(LogForm form);
/// Text when standard error is a terminal, else JSON lines.
LogForm log_form_for_stderr();

}  // namespace pullgate::proxy
