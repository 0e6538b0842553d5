#include "proxy/cli/junit.h"

#include <algorithm>

#include <fmt/format.h>

namespace pullgate::proxy {
namespace {

/// For character data and for values in double quotes. Everything outside of ASCII was made printable before.
std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\n' || c == '\t' || (byte >= 0x20 && byte < 0x7f)) {
      out += c;
    } else {
      out += '?';
    }
  }
  return out;
}

std::string xml_of(std::string_view suite, const JunitCase& test) {
  const std::string opening =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_escaped(suite), xml_escaped(test.name));
  if (test.outcome == JunitCase::Outcome::kPassed) return opening + "/>\n";
  const std::string_view element = test.outcome == JunitCase::Outcome::kFailed ? "failure" : "error";
  return fmt::format("{}>\n      <{} type=\"{}\" message=\"{}\">{}</{}>\n    </testcase>\n", opening, element,
                     xml_escaped(test.type), xml_escaped(test.message), xml_escaped(test.text), element);
}

}  // namespace

std::string junit_xml(std::string_view suite, const std::vector<JunitCase>& cases) {
  const auto failures = std::ranges::count(cases, JunitCase::Outcome::kFailed, &JunitCase::outcome);
  const auto errors = std::ranges::count(cases, JunitCase::Outcome::kError, &JunitCase::outcome);
  const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", cases.size(), failures, errors);
  std::string xml =
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n  <testsuite name=\"{}\" {}>\n", counts,
                  xml_escaped(suite), counts);
  for (const JunitCase& test : cases) xml += xml_of(suite, test);
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace pullgate::proxy
