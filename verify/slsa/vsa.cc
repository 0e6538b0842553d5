#include "verify/slsa/vsa.h"

#include <utility>

#include "verify/bytes.h"
#include "verify/json/node.h"
#include "verify/limits.h"
#include "verify/slsa/uri.h"

namespace pullgate::verify::slsa {
namespace {

std::string text_that_says_something(const json::Node& node) {
  std::string text = node.text();
  if (node.is_text() && text.empty()) node.refuse("is empty");
  return text;
}

/// Exactly one of two words: everything else, and the same words in another case, has not passed and is not a summary.
VerificationSummary::Outcome read_outcome(const json::Node& node) {
  const std::string text = node.text();
  if (text == "PASSED") return VerificationSummary::Outcome::kPassed;
  if (node.is_text() && text != "FAILED") {
    node.refuse("'" + printable(text, 40) + "' is neither PASSED nor FAILED");
  }
  return VerificationSummary::Outcome::kFailed;
}

std::vector<std::string> read_levels(const json::Node& node) {
  std::vector<std::string> levels;
  for (const json::Node& level : node.elements(limits::kVerifiedLevels)) levels.push_back(level.text());
  return levels;
}

std::optional<Time> read_time(const json::Node& node) {
  const std::string text = node.optional_text();
  if (text.empty()) return std::nullopt;
  const Result<Time> time = parse_rfc3339(text);
  if (time) return *time;
  node.refuse(time.error().message);
  return std::nullopt;
}

std::optional<ImageMaterial> read_resource(const json::Node& node, const std::string& uri) {
  Result<std::optional<ImageMaterial>> image = image_of({.uri = uri, .name = {}, .digest = {}});
  if (image) return *std::move(image);
  node.refuse(image.error().message);
  return std::nullopt;
}

/// Nothing is judged by these, but a document in which they are something else was made by nobody who follows the
/// specification.
void check_the_rest(const json::Node& root) {
  for (const json::Node& input : root["inputAttestations"].optional_elements(limits::kJsonValues)) {
    (void)input["uri"].optional_text();
    (void)input["digest"].optional_texts();
  }
  for (const auto& [level, count] : root["dependencyLevels"].optional_members()) (void)count.integer();
  (void)root["slsaVersion"].optional_text();
}

}  // namespace

Result<VerificationSummary> read_summary(const nlohmann::json& predicate) {
  json::Problems problems;
  const json::Node root(predicate, problems);
  VerificationSummary summary;
  summary.verifier_id = text_that_says_something(root["verifier"]["id"]);
  summary.resource_uri = text_that_says_something(root["resourceUri"]);
  summary.resource = read_resource(root["resourceUri"], summary.resource_uri);
  summary.policy_uri = text_that_says_something(root["policy"]["uri"]);
  summary.policy_digest = root["policy"]["digest"].optional_texts();
  summary.outcome = read_outcome(root["verificationResult"]);
  summary.levels = read_levels(root["verifiedLevels"]);
  summary.time_verified = read_time(root["timeVerified"]);
  check_the_rest(root);
  return problems.unless_any(std::move(summary));
}

}  // namespace pullgate::verify::slsa
