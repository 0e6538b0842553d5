#include "verify/dsse/statement.h"

#include "verify/bytes.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"
#include "verify/limits.h"

namespace pullgate::verify::dsse {
namespace {

StatementSubject read_subject(const json::Node& node) {
  StatementSubject subject;
  subject.name = node["name"].optional_text();
  for (const auto& [algorithm, value] : node["digest"].members()) subject.digest.emplace(algorithm, value.text());
  if (subject.digest.empty()) node["digest"].refuse("a subject without a digest");
  if (subject.digest.size() > limits::kSubjectDigests) {
    node["digest"].refuse("more digests than a subject may have", ErrorCode::kLimitExceeded);
  }
  for (const auto& [key, value] : node["annotations"].optional_members()) {
    if (value.is_text()) subject.annotations.emplace(key, value.text());
  }
  return subject;
}

}  // namespace

Result<Statement> parse_statement(std::string_view payload) {
  const Result<json::Document> document = json::parse(payload);
  if (!document) return document.error();
  json::Problems problems;
  const json::Node root = document->root(problems);

  const std::string type = root["_type"].text();
  if (type != "https://in-toto.io/Statement/v0.1" && type != "https://in-toto.io/Statement/v1") {
    root["_type"].refuse("not an in-toto statement of a version that we know: '" + printable(type, 80) + "'",
                         ErrorCode::kUnsupported);
  }
  Statement statement;
  statement.predicate_type = root["predicateType"].text();
  if (statement.predicate_type.empty()) root["predicateType"].refuse("an empty predicate type");
  for (const json::Node& subject : root["subject"].elements(limits::kStatementSubjects)) {
    statement.subjects.push_back(read_subject(subject));
  }
  if (statement.subjects.empty()) root["subject"].refuse("at least one subject expected");
  if (const std::optional<Error>& wrong = problems.first()) return *wrong;

  statement.predicate = document->share(root["predicate"]);
  return statement;
}

const StatementSubject* find_subject(const Statement& statement, const Digest& image) {
  const std::string algorithm(to_string(image.algorithm()));
  const std::string value = image.hex();
  for (const StatementSubject& subject : statement.subjects) {
    const auto digest = subject.digest.find(algorithm);
    if (digest != subject.digest.end() && digest->second == value) return &subject;
  }
  return nullptr;
}

}  // namespace pullgate::verify::dsse
