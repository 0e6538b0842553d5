#include "proxy/ops/log.h"

#include <chrono>
#include <unistd.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "proxy/ops/json_text.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

/// Longer than any line that we write about one image; stops a field from outside from flooding the log.
constexpr std::size_t kFieldLength = 1024;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += ',';
    all += text;
  }
  return all;
}

struct AsText {
  std::string operator()(const std::string& text) const { return printable(text, kFieldLength); }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(bool flag) const { return flag ? "yes" : "no"; }
  std::string operator()(const std::vector<std::string>& texts) const { return printable(joined(texts), kFieldLength); }
};

struct AsJson {
  JsonText& json;

  void operator()(const std::string& text) const { json.value(std::string_view(text).substr(0, kFieldLength)); }
  void operator()(std::int64_t number) const { json.value(number); }
  void operator()(bool flag) const { json.value(flag); }
  void operator()(const std::vector<std::string>& texts) const {
    json.begin_array();
    for (const std::string& text : texts) json.value(std::string_view(text).substr(0, kFieldLength));
    json.end_array();
  }
};

std::string text_line(Time time, LogLevel level, std::string_view event, const std::vector<LogField>& fields) {
  std::string line = to_rfc3339(time);
  if (level != LogLevel::kInfo) line += " " + std::string(name_of(level));
  line += " " + std::string(event);
  for (const LogField& field : fields) {
    const std::string value = std::visit(AsText{}, field.value);
    const bool bare = !value.empty() && value.find_first_of(" \"=") == std::string::npos;
    line += " " + std::string(field.name) + "=" + (bare ? value : json_quoted(value));
  }
  return line;
}

std::string json_line(Time time, LogLevel level, std::string_view event, const std::vector<LogField>& fields) {
  JsonText json;
  json.begin_object().key("time").value(to_rfc3339(time)).key("level").value(name_of(level)).key("event").value(event);
  for (const LogField& field : fields) {
    json.key(field.name);
    std::visit(AsJson{json}, field.value);
  }
  return json.end_object().text();
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void Log::write(LogLevel level, std::string_view event, const std::vector<LogField>& fields) const {
  const Time time = clock_();
  sink_(level, form_ == LogForm::kText ? text_line(time, level, event, fields) : json_line(time, level, event, fields));
}

std::unique_ptr<Log> make_stderr_log(LogForm form) {
  auto logger = std::make_shared<spdlog::logger>("pullgate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::info);
  return std::make_unique<Log>(
      form, [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); },
      [logger](LogLevel level, std::string_view line) {
        logger->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
      });
}

LogForm log_form_for_stderr() {
  return isatty(STDERR_FILENO) == 1 ? LogForm::kText : LogForm::kJsonLines;
}

}  // namespace pullgate::proxy
