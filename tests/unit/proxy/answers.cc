#include "tests/unit/proxy/answers.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace pullgate::tests {

std::vector<Answer> parse_answers(const std::string& sent, const std::vector<std::string>& methods) {
  std::vector<Answer> answers;
  std::size_t at = 0;
  for (const std::string& method : methods) {
    const std::size_t end = sent.find("\r\n\r\n", at);
    if (end == std::string::npos) throw std::runtime_error("no answer to " + method + " in: " + sent.substr(at));
    Answer answer;
    const std::size_t line_end = sent.find("\r\n", at);
    const std::string line = sent.substr(at, line_end - at);
    if (!line.starts_with("HTTP/1.1 ")) throw std::runtime_error("not a status line: " + line);
    answer.status = std::stoi(line.substr(9, 3));
    answer.reason = line.substr(13);
    for (std::size_t start = line_end + 2; start < end + 2;) {
      const std::size_t stop = sent.find("\r\n", start);
      const std::size_t colon = sent.find(": ", start);
      std::string name = sent.substr(start, colon - start);
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (!answer.headers.emplace(name, sent.substr(colon + 2, stop - colon - 2)).second) {
        throw std::runtime_error("header twice: " + name);
      }
      start = stop + 2;
    }
    at = end + 4;
    if (method != "HEAD" && answer.status != 304) {
      const std::size_t length = std::stoul(answer.header("content-length"));
      answer.body = sent.substr(at, length);
      answer.is_complete = answer.body.size() == length;
      at += answer.body.size();
    }
    answers.push_back(std::move(answer));
  }
  if (at != sent.size()) throw std::runtime_error("more was sent than was asked for: " + sent.substr(at));
  return answers;
}

}  // namespace pullgate::tests
