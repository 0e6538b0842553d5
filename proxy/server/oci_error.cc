#include "proxy/server/oci_error.h"

#include <algorithm>

#include "policy/explain.h"
#include "proxy/ops/json_text.h"
#include "proxy/pull/evidence_search.h"
#include "verify/bytes.h"

namespace pullgate::proxy {
namespace {

constexpr std::size_t kMessageLength = 320;

OciCode unknown_code(Wanted wanted) {
  switch (wanted) {
    case Wanted::kManifest:
      return OciCode::kManifestUnknown;
    case Wanted::kBlob:
      return OciCode::kBlobUnknown;
    case Wanted::kList:
      return OciCode::kNameUnknown;
  }
  return OciCode::kNameUnknown;
}

struct Meaning {
  int status;
  OciCode code;
};

Meaning meaning_of(ErrorCode code, Wanted wanted) {
  switch (code) {
    case ErrorCode::kNotFound:
      return {404, unknown_code(wanted)};
    case ErrorCode::kUnauthorized:
      return {401, OciCode::kUnauthorized};
    case ErrorCode::kRateLimited:
      return {429, OciCode::kTooManyRequests};
    case ErrorCode::kTimedOut:
      return {504, OciCode::kUnavailable};
    case ErrorCode::kCancelled:
      return {503, OciCode::kUnavailable};
    case ErrorCode::kInternal:
      return {500, OciCode::kUnknown};
    case ErrorCode::kMalformed:
    case ErrorCode::kUnsupported:
    case ErrorCode::kLimitExceeded:
    case ErrorCode::kUnreachable:
    case ErrorCode::kUpstreamInvalid:
      return {502, OciCode::kUnavailable};
  }
  return {500, OciCode::kUnknown};
}

/// A limit stays what it is, so whoever is told to try again would do so for ever.
bool may_change(const policy::Decision& decision) {
  return decision.verdict() == policy::Verdict::kCannotJudge &&
         std::ranges::any_of(decision.objections(), [](const policy::Objection& objection) {
           return objection.reason == Reason::kUpstreamUnreachable || objection.reason == Reason::kUpstreamAuth ||
                  objection.reason == Reason::kUpstreamRateLimited || objection.reason == Reason::kUpstreamInvalid;
         });
}

}  // namespace

std::string_view to_string(OciCode code) {
  switch (code) {
    case OciCode::kBlobUnknown:
      return "BLOB_UNKNOWN";
    case OciCode::kDenied:
      return "DENIED";
    case OciCode::kDigestInvalid:
      return "DIGEST_INVALID";
    case OciCode::kManifestInvalid:
      return "MANIFEST_INVALID";
    case OciCode::kManifestUnknown:
      return "MANIFEST_UNKNOWN";
    case OciCode::kNameInvalid:
      return "NAME_INVALID";
    case OciCode::kNameUnknown:
      return "NAME_UNKNOWN";
    case OciCode::kTooManyRequests:
      return "TOOMANYREQUESTS";
    case OciCode::kUnauthorized:
      return "UNAUTHORIZED";
    case OciCode::kUnavailable:
      return "UNAVAILABLE";
    case OciCode::kUnknown:
      return "UNKNOWN";
    case OciCode::kUnsupported:
      return "UNSUPPORTED";
  }
  return "UNKNOWN";
}

OciError denial(const policy::Decision& decision) {
  OciError error{403, OciCode::kDenied, policy::one_line(decision)};
  if (!decision.objections().empty()) {
    error.detail.emplace_back("reason", to_string(decision.objections().front().reason));
  }
  error.detail.emplace_back("rule", decision.rule());
  error.detail.emplace_back("digest", decision.about().digest.text());
  error.detail.emplace_back("decision", decision.id());
  error.retry_after = decision.retry_after();
  if (!error.retry_after && may_change(decision)) error.retry_after = std::chrono::seconds(5);
  error.reason_phrase = "Forbidden - " + policy::reason_phrase(decision);
  return error;
}

OciError out_of_scope(const Repository& repository) {
  const std::string found = "no rule of the policy is about " + printable(repository.text());
  return {.status = 403,
          .code = OciCode::kDenied,
          .message = "pullgate: no rule: NO_RULE: " + found + "; add a rule whose scopes match it",
          .detail = {{"reason", std::string(to_string(Reason::kNoRule))}},
          .reason_phrase = "Forbidden - pullgate: no rule: NO_RULE: " + found};
}

OciError upstream_failure(const Error& error, Wanted wanted) {
  const Meaning meaning = meaning_of(error.code, wanted);
  OciError answer{meaning.status, meaning.code, {}};
  const std::string cause = printable(error.message, kMessageLength);
  if (error.code == ErrorCode::kNotFound) {
    answer.message = "pullgate: not found: " + cause;
  } else if (error.code == ErrorCode::kInternal) {
    // Our own fault is for our own log.
    answer.message = "pullgate: internal error";
  } else {
    answer.message = "pullgate: upstream: " + cause;
    answer.detail.emplace_back("reason", to_string(reason_of(error)));
  }
  answer.retry_after = error.retry_after;
  if (answer.status == 503 && !answer.retry_after) answer.retry_after = std::chrono::seconds(5);
  return answer;
}

std::string error_body(const OciError& error) {
  JsonText json;
  json.begin_object().key("errors").begin_array().begin_object();
  json.key("code").value(to_string(error.code));
  json.key("message").value(error.message);
  if (!error.detail.empty()) {
    json.key("detail").begin_object();
    for (const auto& [name, value] : error.detail) json.key(name).value(value);
    json.end_object();
  }
  json.end_object().end_array().end_object();
  return json.text();
}

ResponseHead error_head(const OciError& error) {
  ResponseHead head(error.status);
  if (!error.reason_phrase.empty()) head.set_reason(printable(error.reason_phrase, 120));
  head.add("Content-Type", "application/json");
  head.add("Cache-Control", "no-store");
  if (error.status == 405) head.add("Allow", "GET, HEAD");
  if (error.retry_after) head.add("Retry-After", std::to_string(error.retry_after->count()));
  return head;
}

}  // namespace pullgate::proxy
