#pragma once
/// Results as JUnit's XML, in the form that CI servers read (testsuites, testsuite, testcase, failure, error).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pullgate::proxy {

struct JunitCase {
  enum class Outcome {
    kPassed,
    kFailed,  ///< it was judged, and is not as it should be
    kError,   ///< it could not be judged
  };
  std::string name;
  Outcome outcome = Outcome::kPassed;
  std::string type = {};     ///< of what is wrong: a reason's code
  std::string message = {};  ///< one line
  std::string text = {};     ///< all of it
};

/// A whole document with one suite. What XML 1.0 section 2.2 does not allow in a document becomes a question mark.
std::string junit_xml(std::string_view suite, const std::vector<JunitCase>& cases);

}  // namespace pullgate::proxy
