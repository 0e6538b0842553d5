#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/builtin_trust.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "proxy/ops/json_text.h"
#include "verify/bytes.h"
#include "verify/limits.h"
#include "verify/requirements.h"
#include "verify/verifier.h"

namespace pullgate::proxy {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBundleFooter = R"(
Verifies one Sigstore bundle about one file, offline, as the Sigstore clients do: signed with a certificate of the given
identity, in a transparency log, with a certificate in a certificate transparency log, at a time that somebody proves; or
signed with the given key, in a transparency log.

FILE_OR_DIGEST is a file, or sha256: and 64 digits when there is no file of that name. For a bundle with a statement it
has to be one of the statement's subjects.

Without --trusted-root the trust root of Sigstore's public instance is used that came with this program.

Examples:
  pullgate verify-bundle --bundle a.sigstore.json --certificate-identity me@example.com \
    --certificate-oidc-issuer https://accounts.google.com a.txt
  pullgate verify-bundle --bundle a.sigstore.json --key cosign.pub sha256:0123...

Exit codes: 0 verified, 1 not verified (the report is on standard error), 64 wrong usage, 78 a file is wrong.)";

struct BundleArguments {
  bool staging = false;
  std::string bundle;
  std::string identity;
  std::string issuer;
  std::string key;
  std::string trusted_root;
  std::string artifact;
  std::string format = "text";
};

constexpr const char* kRootName = "trusted-root";
/// Artifacts that people sign are packages and archives: large, and read into memory here.
constexpr std::uintmax_t kArtifactBytes = std::uintmax_t{2} * 1024 * 1024 * 1024;

Result<std::string> read_file(const std::string& path, std::uintmax_t max_bytes) {
  std::error_code error;
  if (fs::is_directory(path, error)) return {ErrorCode::kNotFound, fmt::format("{}: a directory", printable(path))};
  std::ifstream file(path, std::ios::binary);
  if (!file) return {ErrorCode::kNotFound, fmt::format("{}: {}", printable(path), std::strerror(errno))};
  // Piece by piece, because a pipe does not say its size.
  std::string bytes;
  std::array<char, 65'536> piece{};
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    bytes.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > max_bytes) {
      return {ErrorCode::kLimitExceeded, fmt::format("{}: larger than {} bytes", printable(path), max_bytes)};
    }
  }
  if (file.bad()) return {ErrorCode::kNotFound, fmt::format("{}: cannot be read", printable(path))};
  return bytes;
}

Result<verify::Artifact> read_artifact(const std::string& file_or_digest) {
  std::error_code error;
  if (!fs::exists(file_or_digest, error)) {
    const Result<Digest> digest = Digest::parse(file_or_digest);
    if (digest && digest->algorithm() == Digest::Algorithm::kSha256) return verify::Artifact::known_by(*digest);
  }
  Result<std::string> bytes = read_file(file_or_digest, kArtifactBytes);
  if (!bytes) return bytes.error();
  return verify::Artifact(Content::of(std::move(*bytes)));
}

Result<std::shared_ptr<const verify::TrustRoot>> read_trust(const BundleArguments& arguments) {
  Result<std::string> json =
      arguments.trusted_root.empty()
          ? Result<std::string>(
                std::string(arguments.staging ? config::staging_trusted_root() : config::public_good_trusted_root()))
          : read_file(arguments.trusted_root, limits::kTrustedRootBytes);
  if (!json) return json.error();
  Result<verify::SigstoreRoot> root = verify::SigstoreRoot::parse(kRootName, *json);
  if (!root) return root.error();
  std::vector<verify::TrustedKey> keys;
  if (!arguments.key.empty()) {
    const Result<std::string> pem = read_file(arguments.key, limits::kKeyFileBytes);
    if (!pem) return pem.error();
    Result<verify::PublicKey> key = verify::PublicKey::parse_pem(*pem);
    if (!key) return {key.error().code, printable(arguments.key) + ": " + key.error().message};
    keys.push_back({*key, verify::default_schemes(key->type())});
  }
  return std::shared_ptr<const verify::TrustRoot>(
      std::make_shared<const verify::TrustRoot>(std::move(keys), std::vector{std::move(*root)}));
}

/// What is asked on the command line, for whoever signed: exactly this key, or exactly this identity from this issuer.
bool is_wanted(const verify::Signer& signer, const BundleArguments& arguments) {
  if (std::holds_alternative<verify::KeySigner>(signer)) return !arguments.key.empty();
  const auto& certificate = std::get<verify::CertificateSigner>(signer);
  // Only authorities other than Fulcio certify hosts, and a host is no person and no workflow.
  return arguments.key.empty() && certificate.subject.kind != verify::SubjectAlternativeName::Kind::kDnsName &&
         certificate.subject.value == arguments.identity && certificate.issuer == arguments.issuer;
}

/// The report with what was asked for on top of it: how much corroboration, and by whom.
struct Answer {
  verify::Report report;
  std::vector<verify::Finding> required;  // by whom first: another signer is the most telling

  /// Null unless everything holds.
  [[nodiscard]] const verify::Verified* accepted() const {
    const auto passed = [](const verify::Finding& finding) { return finding.outcome == verify::Outcome::kPassed; };
    if (!report.verified || required.empty() || !std::ranges::all_of(required, passed)) return nullptr;
    return &*report.verified;
  }
};

Answer answer(const BundleArguments& arguments, const verify::Evidence& evidence, const verify::Artifact& artifact,
              std::shared_ptr<const verify::TrustRoot> trust) {
  Answer answer{
      .report = verify::Verifier(std::move(trust)).verify(evidence, artifact, verify::PredicateReading::kOpaque),
      .required = {}};
  if (!answer.report.verified) return answer;
  const verify::Verified& verified = *answer.report.verified;
  verify::EvidenceRequirements requirements = verify::usual_requirements(kRootName);
  // A key does not expire within minutes, so the time of the signature is not needed to believe it.
  if (!arguments.key.empty()) requirements.time_sources = 0;
  const bool wanted = is_wanted(verified.signer(), arguments);
  answer.required.push_back({.check = verify::Check::kIdentity,
                             .outcome = wanted ? verify::Outcome::kPassed : verify::Outcome::kFailed,
                             .reason = wanted ? std::nullopt : std::optional(Reason::kSignerNotTrusted),
                             .detail = "signed by " + describe(verified.signer())});
  std::ranges::move(verify::check_requirements(verified, requirements), std::back_inserter(answer.required));
  return answer;
}

std::vector<const verify::Finding*> all_findings(const Answer& answer) {
  std::vector<const verify::Finding*> findings;
  for (const verify::Finding& finding : answer.report.findings) findings.push_back(&finding);
  for (const verify::Finding& finding : answer.required) findings.push_back(&finding);
  return findings;
}

std::string line_of(const verify::Finding& finding) {
  return fmt::format("  {:<12} {:<22} {}{}{}\n", to_string(finding.outcome), to_string(finding.check),
                     finding.reason ? to_string(*finding.reason) : "", finding.reason ? ": " : "", finding.detail);
}

/// The most telling finding first, then the whole report.
void print_refusal(const Answer& answer) {
  const std::vector<const verify::Finding*> findings = all_findings(answer);
  const auto failed = std::ranges::find_if(
      findings, [](const verify::Finding* finding) { return finding->outcome == verify::Outcome::kFailed; });
  if (failed != findings.end()) {
    fmt::print(stderr, "pullgate: not verified: {}: {}: {}\n", to_string((*failed)->check),
               to_string(*(*failed)->reason), (*failed)->detail);
  } else {
    fmt::print(stderr, "pullgate: not verified\n");
  }
  for (const verify::Finding* finding : findings) fmt::print(stderr, "{}", line_of(*finding));
}

void write_signer(JsonText& json, const verify::Signer& signer) {
  json.begin_object();
  if (const auto* key = std::get_if<verify::KeySigner>(&signer)) {
    json.key("key").value(key->fingerprint.text());
  } else {
    const auto& certificate = std::get<verify::CertificateSigner>(signer);
    json.key("subject").value(certificate.subject.value).key("kind").value(to_string(certificate.subject.kind));
    json.key("issuer").value(certificate.issuer).key("extensions").begin_object();
    for (const verify::FulcioExtensionName& extension : verify::kFulcioExtensionNames) {
      if (const auto& value = certificate.extensions.*extension.value) json.key(extension.name).value(*value);
    }
    json.end_object();
  }
  json.end_object();
}

void write_corroboration(JsonText& json, const verify::Corroboration& facts) {
  json.begin_object().key("logs").begin_array();
  for (const verify::LogRecord& record : facts.logs) {
    json.begin_object().key("log").value(record.log).key("index").value(record.index).end_object();
  }
  json.end_array().key("certificateLogs").begin_array();
  for (const std::string& log : facts.certificate_logs) json.value(log);
  json.end_array().key("times").begin_array();
  for (const verify::VerifiedTime& time : facts.times) {
    json.begin_object().key("time").value(to_rfc3339(time.time)).key("by").value(time.authority).end_object();
  }
  json.end_array().key("ignored").begin_array();
  for (const std::string& text : facts.ignored) json.value(text);
  json.end_array().end_object();
}

void print_json(const Answer& answer) {
  JsonText json;
  json.begin_object().key("verified").value(answer.accepted() != nullptr).key("findings").begin_array();
  for (const verify::Finding* finding : all_findings(answer)) {
    json.begin_object().key("check").value(to_string(finding->check));
    json.key("outcome").value(to_string(finding->outcome));
    if (finding->reason) json.key("reason").value(to_string(*finding->reason));
    json.key("detail").value(finding->detail).end_object();
  }
  json.end_array();
  if (answer.report.verified) {
    json.key("signedBy");
    write_signer(json, answer.report.verified->signer());
    json.key("corroboration").begin_array();
    for (const auto& facts : answer.report.verified->corroborations()) write_corroboration(json, facts);
    json.end_array();
  }
  json.end_object();
  fmt::print("{}\n", json.text());
}

int file_problem(const Error& error) {
  fmt::print(stderr, "pullgate: {}\n", error.message);
  return kExitConfiguration;
}

int verify_bundle(const BundleArguments& arguments) {
  const bool has_identity = !arguments.identity.empty() && !arguments.issuer.empty();
  if (has_identity == !arguments.key.empty() || arguments.identity.empty() != arguments.issuer.empty()) {
    fmt::print(
        stderr,
        "pullgate: say who has to have signed: --certificate-identity with --certificate-oidc-issuer, or --key\n");
    return kExitUsage;
  }
  const Result<std::shared_ptr<const verify::TrustRoot>> trust = read_trust(arguments);
  if (!trust) return file_problem(trust.error());
  Result<std::string> bundle = read_file(arguments.bundle, limits::kEvidenceBytes);
  if (!bundle) return file_problem(bundle.error());
  const Result<verify::Artifact> artifact = read_artifact(arguments.artifact);
  if (!artifact) return file_problem(artifact.error());

  const verify::Evidence evidence{.kind = verify::EvidenceKind::kSigstoreBundle,
                                  .place = arguments.bundle,
                                  .payload = Content::of(std::move(*bundle)),
                                  .media_type = {},
                                  .annotations = {}};
  const Answer result = answer(arguments, evidence, *artifact, *trust);
  if (arguments.format == "json") print_json(result);
  const verify::Verified* accepted = result.accepted();
  if (accepted == nullptr) {
    print_refusal(result);
    return kExitDenied;
  }
  if (arguments.format == "text") fmt::print("verified: signed by {}\n", describe(accepted->signer()));
  return kExitAllowed;
}

}  // namespace

void add_verify_bundle_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("verify-bundle", "Verify one Sigstore bundle about one file");
  command->footer(kBundleFooter);
  const auto arguments = std::make_shared<BundleArguments>();
  command->add_flag("--staging", arguments->staging, "Use the trust root of Sigstore's staging instance");
  // A variable that was meant to be set must not turn one question into another.
  const CLI::Validator not_empty([](const std::string& value) { return value.empty() ? "may not be empty" : ""; }, "");
  command->add_option("--bundle", arguments->bundle, "The bundle")->required()->type_name("FILE")->check(not_empty);
  command->add_option("--certificate-identity", arguments->identity, "The name in the certificate, exactly")
      ->type_name("NAME")
      ->check(not_empty);
  command->add_option("--certificate-oidc-issuer", arguments->issuer, "Who identified the signer, exactly")
      ->type_name("URL")
      ->check(not_empty);
  command->add_option("--key", arguments->key, "The public key that signed, as PEM")
      ->type_name("FILE")
      ->check(not_empty);
  command->add_option("--trusted-root", arguments->trusted_root, "A trusted_root.json")
      ->type_name("FILE")
      ->check(not_empty);
  command->add_option("artifact", arguments->artifact, "What was signed")->required()->type_name("FILE_OR_DIGEST");
  command->add_option("--format", arguments->format, "text for people, json for scripts")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = verify_bundle(*arguments); });
}

}  // namespace pullgate::proxy
