#include "verify/sigstore/corroborate.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "verify/bytes.h"
#include "verify/crypto/hash.h"
#include "verify/crypto/key.h"
#include "verify/tsa/authority.h"

namespace pullgate::verify::sigstore {
namespace {

using checks::ReportBuilder;

class Hearing {
 public:
  Hearing(const Signature& signature, const std::string& trust_root, const Authorities& authorities,
          ReportBuilder& report)
      : signature_(signature), authorities_(authorities), report_(report) {
    facts_.trust_root = trust_root;
    for (Check check : {Check::kTransparency, Check::kTimestamp}) {
      if (report_.outcome(check) == Outcome::kFailed) ok_ = false;
    }
  }

  /// From the cheapest question to the dearest, except that times come before whoever is asked about them.
  std::optional<Corroboration> outcome() {
    if (signature_.certificate != nullptr && !find_issuers()) return std::nullopt;
    hear_logs();
    hear_timestamp_authorities();
    check_proof_times();
    if (signature_.certificate != nullptr) {
      check_times();
      hear_certificate_logs();
    }
    return ok_ ? std::optional(std::move(facts_)) : std::nullopt;
  }

 private:
  void fail(Check check, Reason reason, std::string_view detail) {
    report_.fail(check, reason, detail);
    ok_ = false;
  }

  bool find_issuers() {
    issuers_ = x509::issuers_of(*signature_.certificate, authorities_.certificate_authorities);
    if (issuers_.empty()) {
      fail(Check::kChain, Reason::kSignerNotTrusted,
           fmt::format("no certificate authority of '{}' issued the signer's certificate", facts_.trust_root));
      return false;
    }
    report_.pass(Check::kChain, fmt::format("issued by {} of '{}'", issuers_.front()->name, facts_.trust_root));
    return true;
  }

  void hear_logs() {
    if (signature_.log.entry_problem) return;
    for (const tlog::Entry& entry : signature_.log.entries) hear_log(entry);
    std::vector<std::string> logs;
    for (const LogRecord& record : facts_.logs) logs.push_back(fmt::format("{} at {}", record.log, record.index));
    report_.pass(Check::kTransparency,
                 logs.empty() ? "no entry of a known log" : fmt::format("logged in {}", fmt::join(logs, ", ")));
    if (report_.outcome(Check::kTransparency) != Outcome::kPassed) return;
    report_.pass(Check::kLogPromise);
  }

  void hear_log(const tlog::Entry& entry) {
    const tlog::Log* const log = tlog::find_log(authorities_.logs, entry.log_id);
    if (log == nullptr) {
      facts_.ignored.push_back(fmt::format("an entry of the unknown log {}", hex_encode(entry.log_id).substr(0, 12)));
      return;
    }
    if (!signature_.logged) {
      return fail(Check::kTransparency, Reason::kTlogInvalid, "a log entry for an envelope with several signatures");
    }
    if (const Status body = tlog::check_body(entry, *signature_.logged); !body) {
      return fail(Check::kTransparency, checks::reason_of(body.error(), Reason::kTlogInvalid), body.error().message);
    }
    const bool promised = entry.promise && hear_promise(entry, *log);
    const bool included = entry.proof && hear_proof(entry, *log);
    if (promised || included) add(*log, entry, promised, included);
  }

  /// The one source of a time from a log (CVE-2026-48816, CVE-2024-55655).
  bool hear_promise(const tlog::Entry& entry, const tlog::Log& log) {
    const Result<Time> time = tlog::verify_promise(entry, log);
    if (!time) {
      fail(Check::kLogPromise, Reason::kTlogInvalid, log.url + ": " + time.error().message);
      return false;
    }
    if (!log.is_trusted_at(*time)) {
      fail(Check::kLogPromise, Reason::kTimeOutsideValidity,
           fmt::format("{} was not trusted at {}", log.url, to_rfc3339(*time)));
      return false;
    }
    facts_.times.push_back({.time = *time, .source = VerifiedTime::Source::kLog, .authority = log.url});
    return true;
  }

  bool hear_proof(const tlog::Entry& entry, const tlog::Log& log) {
    if (const Status proof = tlog::verify_inclusion(entry, log); !proof) {
      fail(Check::kLogProof, checks::reason_of(proof.error(), Reason::kTlogInvalid),
           log.url + ": " + proof.error().message);
      return false;
    }
    if (!entry.promise) without_own_time_.push_back(&log);
    return true;
  }

  /// A log is one witness, however many entries of it there are.
  void add(const tlog::Log& log, const tlog::Entry& entry, bool promised, bool included) {
    using Proof = LogRecord::Proof;
    const Proof proof = promised && included ? Proof::kPromiseAndInclusion
                        : promised           ? Proof::kPromise
                                             : Proof::kInclusion;
    const auto known = std::ranges::find(facts_.logs, log.key.fingerprint(), &LogRecord::key);
    if (known == facts_.logs.end()) {
      facts_.logs.push_back({.log = log.url, .key = log.key.fingerprint(), .index = entry.index, .proof = proof});
    } else if (known->proof != proof) {
      known->proof = Proof::kPromiseAndInclusion;
    }
  }

  void hear_timestamp_authorities() {
    for (const tsa::Token& token : signature_.tokens) {
      if (const Status imprint = tsa::check_imprint(token, signature_.timestamped); !imprint) {
        fail(Check::kTimestamp, Reason::kTimestampInvalid, imprint.error().message);
        continue;
      }
      const Result<tsa::Verdict> verdict = tsa::verify_token(token, authorities_.timestamp_authorities);
      if (!verdict) {
        fail(Check::kTimestamp, Reason::kTimestampInvalid, verdict.error().message);
      } else if (const auto* attested = std::get_if<tsa::Attested>(&*verdict)) {
        facts_.times.push_back({.time = attested->time,
                                .source = VerifiedTime::Source::kTimestampAuthority,
                                .authority = attested->authority->name});
      } else {
        facts_.ignored.emplace_back("a timestamp of an unknown authority");
      }
    }
    report_.pass(Check::kTimestamp);
  }

  /// Inclusion says nothing about when, so the log's key has to be trusted at every time that is known otherwise, or,
  /// when none is, still.
  void check_proof_times() {
    for (const tlog::Log* log : without_own_time_) {
      if (facts_.times.empty() && !log->is_trusted_without_end()) {
        fail(Check::kLogProof, Reason::kTimeOutsideValidity,
             log->url + " is no longer trusted, and nothing proves a time at which it was");
      }
      for (const VerifiedTime& time : facts_.times) {
        if (log->is_trusted_at(time.time)) continue;
        fail(Check::kLogProof, Reason::kTimeOutsideValidity,
             fmt::format("{} was not trusted at {}", log->url, to_rfc3339(time.time)));
      }
    }
    if (report_.outcome(Check::kTransparency) == Outcome::kPassed) report_.pass(Check::kLogProof);
  }

  /// Every time counts, not one that fits: whoever can choose a time can choose a leaked certificate's.
  void check_times() {
    if (facts_.times.empty()) {
      if (!ok_) return;  // what went wrong before is why
      return fail(Check::kTime, Reason::kTimestampMissing,
                  "nothing that is trusted proves when the certificate was used");
    }
    const x509::Fields& fields = signature_.certificate->fields();
    const TimeWindow own{.start = fields.not_before, .end = fields.not_after};
    for (const VerifiedTime& time : facts_.times) {
      if (!own.contains(time.time)) {
        return fail(Check::kTime, Reason::kTimeOutsideValidity,
                    fmt::format("at {} the certificate was not valid ({})", to_rfc3339(time.time), to_string(own)));
      }
      const bool issuer_valid = std::ranges::any_of(
          issuers_, [&](const x509::IssuingAuthority* issuer) { return issuer->window.contains(time.time); });
      if (!issuer_valid) {
        // The certificate fits the time and its authority had ended: nobody is to sign anew, the trust root is old.
        const bool has_ended = std::ranges::all_of(
            issuers_, [&](const x509::IssuingAuthority* issuer) { return issuer->window.end < time.time; });
        return fail(Check::kTime, has_ended ? Reason::kTrustRootExpired : Reason::kTimeOutsideValidity,
                    fmt::format("at {} the authority that issued the certificate was not valid ({})",
                                to_rfc3339(time.time), to_string(issuers_.front()->window)));
      }
    }
    report_.pass(Check::kTime, to_rfc3339(facts_.times.front().time));
  }

  void hear_certificate_logs() {
    std::string tbs;
    std::vector<Digest> heard;
    for (const x509::CertificateTimestamp& timestamp : signature_.certificate_timestamps) {
      const tlog::Log* const log = tlog::find_log(authorities_.certificate_logs, timestamp.log_id);
      if (log == nullptr || !log->is_trusted_at(timestamp.time)) {
        facts_.ignored.push_back(timestamp.log_id.empty() ? "a certificate timestamp of an unknown version"
                                 : log == nullptr
                                     ? fmt::format("a certificate timestamp of the unknown log {}",
                                                   hex_encode(timestamp.log_id).substr(0, 12))
                                     : fmt::format("a certificate timestamp of {} when it was not trusted", log->url));
        continue;
      }
      if (tbs.empty()) tbs = x509::precertificate_tbs(*signature_.certificate);
      if (!holds(timestamp, *log, tbs)) {
        fail(Check::kSct, Reason::kSctInvalid, "the certificate timestamp of " + log->url + " does not hold");
        continue;
      }
      // Two timestamps of one log are one log (CVE-2026-49834).
      if (std::ranges::find(heard, log->key.fingerprint()) != heard.end()) continue;
      heard.push_back(log->key.fingerprint());
      facts_.certificate_logs.push_back(log->url);
    }
    report_.pass(Check::kSct, facts_.certificate_logs.empty()
                                  ? "no timestamp of a known certificate transparency log"
                                  : fmt::format("{}", fmt::join(facts_.certificate_logs, ", ")));
  }

  /// Under the key of any issuer of the certificate; several issuers with one key are one.
  bool holds(const x509::CertificateTimestamp& timestamp, const tlog::Log& log, std::string_view tbs) {
    if (timestamp.scheme != log.scheme) return false;
    std::vector<Digest> tried;
    for (const x509::IssuingAuthority* issuer : issuers_) {
      const Digest& issuer_key = issuer->certificate.key().fingerprint();
      if (std::ranges::find(tried, issuer_key) != tried.end()) continue;
      tried.push_back(issuer_key);
      const std::string data = x509::signed_data(timestamp, issuer_key.raw(), tbs);
      crypto::SignedMessage message(data);
      if (crypto::verify_signature(log.key, log.scheme, message, timestamp.signature) ==
          crypto::SignatureOutcome::kValid) {
        return true;
      }
    }
    return false;
  }

  const Signature& signature_;
  const Authorities& authorities_;
  ReportBuilder& report_;
  Corroboration facts_;
  std::vector<const x509::IssuingAuthority*> issuers_;
  std::vector<const tlog::Log*> without_own_time_;
  bool ok_ = true;
};

}  // namespace

std::optional<Corroboration> corroborate(const Signature& signature, const std::string& trust_root,
                                         const Authorities& authorities, ReportBuilder& report) {
  return Hearing(signature, trust_root, authorities, report).outcome();
}

}  // namespace pullgate::verify::sigstore
