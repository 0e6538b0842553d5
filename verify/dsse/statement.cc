#include "verify/dsse/statement.h"

#include <algorithm>
#include <array>
#include <map>

#include "verify/bytes.h"
#include "verify/crypto/hash.h"
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

/// The digests of an image by the names of their algorithms, each computed once and when it is asked for.
class KnownDigests {
 public:
  explicit KnownDigests(const Artifact& image) : image_(image) {
    digests_.emplace(to_string(image.digest().algorithm()), image.digest().hex());
  }

  /// Null for an algorithm that does not count, or in which the image's digest is not known.
  const std::string* find(std::string_view algorithm) {
    if (const auto known = digests_.find(algorithm); known != digests_.end()) return &known->second;
    const auto counted = std::ranges::find(kCounted, algorithm, &Counted::name);
    const std::optional<std::string_view> bytes = image_.bytes();
    if (counted == kCounted.end() || !bytes) return nullptr;
    const std::string hash = crypto::hash_of(counted->hash, *bytes);
    return &digests_.emplace(algorithm, hex_encode(hash)).first->second;
  }

 private:
  struct Counted {
    std::string_view name;
    crypto::Hash hash;
  };
  static constexpr std::array kCounted = {Counted{"sha256", crypto::Hash::kSha256},
                                          Counted{"sha384", crypto::Hash::kSha384},
                                          Counted{"sha512", crypto::Hash::kSha512}};

  const Artifact& image_;
  std::map<std::string, std::string, std::less<>> digests_;
};

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

const StatementSubject* find_subject(const Statement& statement, const Artifact& image) {
  KnownDigests known(image);
  const auto is_image = [&](const StatementSubject& subject) {
    bool found = false;
    for (const auto& [algorithm, value] : subject.digest) {
      const std::string* const digest = known.find(algorithm);
      if (digest == nullptr) continue;
      // A subject that is this image in one algorithm and something else in another is nothing that exists.
      if (*digest != value) return false;
      found = true;
    }
    return found;
  };
  const auto subject = std::ranges::find_if(statement.subjects, is_image);
  return subject == statement.subjects.end() ? nullptr : &*subject;
}

}  // namespace pullgate::verify::dsse
