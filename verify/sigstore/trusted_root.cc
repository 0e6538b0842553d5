#include "verify/sigstore/trusted_root.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "verify/ascii.h"
#include "verify/bytes.h"
#include "verify/json/node.h"
#include "verify/json/reader.h"
#include "verify/limits.h"
#include "verify/sigstore_root.h"
#include "verify/tlog/checkpoint.h"

namespace pullgate::verify::sigstore {
namespace {

using json::Node;

constexpr std::array<std::string_view, 3> kMediaTypes = {
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
};

/// protobuf-specs "PublicKeyDetails". Without a type: the format knows it, and we do not support it.
struct KeyDetails {
  std::string_view name;
  std::optional<KeyType> type = std::nullopt;
  SignatureScheme scheme = SignatureScheme::kEcdsaSha256;
};
constexpr std::array kKeyDetails = {
    KeyDetails{"PKIX_ECDSA_P256_SHA_256", KeyType::kEcdsaP256, SignatureScheme::kEcdsaSha256},
    KeyDetails{"PKIX_ECDSA_P384_SHA_384", KeyType::kEcdsaP384, SignatureScheme::kEcdsaSha384},
    KeyDetails{"PKIX_ECDSA_P521_SHA_512", KeyType::kEcdsaP521, SignatureScheme::kEcdsaSha512},
    KeyDetails{"PKIX_ECDSA_P384_SHA_256", KeyType::kEcdsaP384, SignatureScheme::kEcdsaSha256},
    KeyDetails{"PKIX_ECDSA_P521_SHA_256", KeyType::kEcdsaP521, SignatureScheme::kEcdsaSha256},
    KeyDetails{"PKIX_ED25519", KeyType::kEd25519, SignatureScheme::kEd25519},
    KeyDetails{"PKIX_ED25519_PH", KeyType::kEd25519, SignatureScheme::kEd25519ph},
    KeyDetails{"PKIX_RSA_PKCS1V15_2048_SHA256", KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256},
    KeyDetails{"PKIX_RSA_PKCS1V15_3072_SHA256", KeyType::kRsa3072, SignatureScheme::kRsaPkcs1Sha256},
    KeyDetails{"PKIX_RSA_PKCS1V15_4096_SHA256", KeyType::kRsa4096, SignatureScheme::kRsaPkcs1Sha256},
    KeyDetails{"PKIX_RSA_PSS_2048_SHA256", KeyType::kRsa2048, SignatureScheme::kRsaPssSha256},
    KeyDetails{"PKIX_RSA_PSS_3072_SHA256", KeyType::kRsa3072, SignatureScheme::kRsaPssSha256},
    KeyDetails{"PKIX_RSA_PSS_4096_SHA256", KeyType::kRsa4096, SignatureScheme::kRsaPssSha256},
    KeyDetails{"PKCS1_RSA_PKCS1V5"},
    KeyDetails{"PKCS1_RSA_PSS"},
    KeyDetails{"PKIX_RSA_PKCS1V5"},
    KeyDetails{"PKIX_RSA_PSS"},
    KeyDetails{"PKIX_ECDSA_P256_HMAC_SHA_256"},
    KeyDetails{"LMS_SHA256"},
    KeyDetails{"LMOTS_SHA256"},
    KeyDetails{"ML_DSA_44"},
    KeyDetails{"ML_DSA_65"},
    KeyDetails{"ML_DSA_87"},
};

Time read_time(const Node& node) {
  const Result<Time> time = parse_rfc3339(node.text());
  if (time) return *time;
  node.refuse(time.error().message);
  return {};
}

/// An absent end means that none is known yet. Without its start a log's key would be trusted for all the past.
enum class StartOfWindow { kRequired, kOptional };

TimeWindow read_window(const Node& node, StartOfWindow start) {
  TimeWindow window;
  if (!node.exists() && start == StartOfWindow::kOptional) return window;
  node.allow_only({"start", "end"});
  if (node["start"].exists() || start == StartOfWindow::kRequired) window.start = read_time(node["start"]);
  if (node["end"].exists()) window.end = read_time(node["end"]);
  if (window.end < window.start) node.refuse("the end is before the start");
  return window;
}

/// The authority part of a URL without its user, in lower case: RFC 3986 sections 3.2 and 6.2.2.1.
std::string host_with_port(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t user = url.rfind('@'); user != std::string_view::npos) url.remove_prefix(user + 1);
  return in_lower_case(url);
}

std::string without_port(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  const bool is_port = colon != std::string::npos && host.find(']', colon) == std::string::npos &&
                       host.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  return is_port ? host.substr(0, colon) : host;
}

/// The name of a Rekor v2 log is the host of its URL (rekor-tiles "CLIENTS.md"): without a port, unless the log's id,
/// which is made from its name, says that the port belongs to it.
std::string name_of_log(const std::string& host, const std::string& id, const PublicKey& key) {
  return id == tlog::note_key_hash(host, key) && key.type() == KeyType::kEd25519 ? host : without_port(host);
}

/// Its first 4 bytes, which is all that a checkpoint has of it; some write the whole hash.
std::string read_checkpoint_key_id(const Node& node) {
  if (!node.exists()) return {};
  node.allow_only({"keyId"});
  const std::string id = node["keyId"].bytes();
  if (id.size() != 4 && id.size() != 32) node["keyId"].refuse("4 bytes expected, or the 32 that they begin");
  return id.substr(0, 4);
}

std::optional<tlog::Log> read_log(const Node& node, std::vector<std::string>& left_out) {
  node.allow_only({"baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator"});
  const Node key_node = node["publicKey"];
  key_node.allow_only({"rawBytes", "keyDetails", "validFor"});
  node["logId"].allow_only({"keyId"});
  const TimeWindow window = read_window(key_node["validFor"], StartOfWindow::kRequired);
  const std::string details_name = key_node["keyDetails"].text();
  const std::string bytes = key_node["rawBytes"].bytes();
  const std::string id = node["logId"]["keyId"].bytes();
  // Only checkpoints of Rekor v2 depend on the URL, and do not hold without one.
  std::string url = node["baseUrl"].optional_text();
  std::string name_in_messages = url.empty() ? "log " + hex_encode(id).substr(0, 12) : url;
  const std::string hash = node["hashAlgorithm"].optional_text();

  const auto details = std::ranges::find(kKeyDetails, details_name, &KeyDetails::name);
  if (details == kKeyDetails.end()) {
    key_node["keyDetails"].refuse("not a kind of key that the format has", ErrorCode::kUnsupported);
    return std::nullopt;
  }
  if (!details->type || hash != "SHA2_256") {
    left_out.push_back(fmt::format("{}: {} with {} is not supported", printable(name_in_messages), details_name,
                                   hash.empty() ? "no hash" : printable(hash, 40)));
    return std::nullopt;
  }
  Result<PublicKey> key = PublicKey::parse_spki(bytes);
  if (!key || key->type() != *details->type) {
    key_node["rawBytes"].refuse(key ? "is not of the kind that keyDetails says" : key.error().message);
    return std::nullopt;
  }
  if (id.size() != 32) node["logId"]["keyId"].refuse("32 bytes expected");
  std::string name = name_of_log(host_with_port(url), id, *key);
  return tlog::Log{.url = std::move(name_in_messages),
                   .host = std::move(name),
                   .id = id,
                   .checkpoint_key_id = read_checkpoint_key_id(node["checkpointKeyId"]),
                   .key = std::move(*key),
                   .scheme = details->scheme,
                   .windows = {window}};
}

/// One log is one key: listed again, it is trusted in the other window too; the same id with another key is nobody's.
void add_log(const Node& node, tlog::Log log, std::vector<tlog::Log>& logs) {
  const auto known = std::ranges::find(logs, log.id, &tlog::Log::id);
  if (known == logs.end()) return logs.push_back(std::move(log));
  if (known->key.fingerprint() != log.key.fingerprint() || known->scheme != log.scheme || known->host != log.host) {
    return node.refuse("another entry has the same log id");
  }
  known->windows.push_back(log.windows.front());
}

std::vector<tlog::Log> read_logs(const Node& list, std::vector<std::string>& left_out) {
  std::vector<tlog::Log> logs;
  for (const Node& node : list.optional_elements(limits::kTrustedRootEntries)) {
    if (std::optional<tlog::Log> log = read_log(node, left_out)) add_log(node, std::move(*log), logs);
  }
  return logs;
}

/// RFC 6962 section 3.2: the id of a certificate transparency log is the hash of its key, and nothing else.
void check_certificate_log_ids(const Node& list, const std::vector<tlog::Log>& logs) {
  for (const tlog::Log& log : logs) {
    if (log.id != log.key.fingerprint().raw()) list.refuse(printable(log.url) + " has an id that is not its key's");
  }
}

Result<std::vector<x509::Certificate>> read_certificates(const Node& node) {
  std::vector<x509::Certificate> certificates;
  node.allow_only({"certificates"});
  for (const Node& entry : node["certificates"].elements(limits::kCertificateChain)) {
    entry.allow_only({"rawBytes"});
    Result<x509::Certificate> certificate = x509::Certificate::parse(entry["rawBytes"].bytes());
    if (!certificate) return certificate.error();
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

/// What certificate authorities and timestamp authorities have in common.
struct AuthorityEntry {
  std::string name;
  TimeWindow window;
  Result<std::vector<x509::Certificate>> chain;
};

AuthorityEntry read_authority(const Node& node) {
  node.allow_only({"subject", "uri", "certChain", "validFor", "operator"});
  std::string name = node["uri"].optional_text();
  const Node subject = node["subject"];
  if (subject.exists()) subject.allow_only({"organization", "commonName"});
  if (name.empty() && subject.exists()) name = subject["commonName"].optional_text();
  return {.name = std::move(name),
          .window = read_window(node["validFor"], StartOfWindow::kOptional),
          .chain = read_certificates(node["certChain"])};
}

/// One that uses what we do not support is trusted by nobody here; the others are no worse for it. One that is broken
/// is the mistake of whoever wrote the file.
void leave_out(const Node& node, const AuthorityEntry& entry, const Error& why, Authorities& authorities) {
  if (why.code != ErrorCode::kUnsupported) return node["certChain"].refuse(why.message, why.code);
  authorities.left_out.push_back(fmt::format("{}: {}", printable(entry.name), why.message));
}

void read_certificate_authorities(const Node& list, Authorities& authorities) {
  for (const Node& node : list.optional_elements(limits::kTrustedRootEntries)) {
    const AuthorityEntry entry = read_authority(node);
    if (!entry.chain) {
      leave_out(node, entry, entry.chain.error(), authorities);
      continue;
    }
    auto chain = x509::read_chain(*entry.chain, entry.name, entry.window, x509::Purpose::kCodeSigning);
    if (!chain) {
      leave_out(node, entry, chain.error(), authorities);
      continue;
    }
    ++authorities.certificate_authority_entries;
    std::ranges::move(*chain, std::back_inserter(authorities.certificate_authorities));
  }
}

void read_timestamp_authorities(const Node& list, Authorities& authorities) {
  for (const Node& node : list.optional_elements(limits::kTrustedRootEntries)) {
    const AuthorityEntry entry = read_authority(node);
    if (!entry.chain) {
      leave_out(node, entry, entry.chain.error(), authorities);
      continue;
    }
    auto authority = tsa::read_authority(*entry.chain, entry.name, entry.window);
    if (!authority) {
      leave_out(node, entry, authority.error(), authorities);
      continue;
    }
    authorities.timestamp_authorities.push_back(std::move(*authority));
  }
}

}  // namespace

Result<Authorities> parse_trusted_root(std::string_view json) {
  if (json.size() > limits::kTrustedRootBytes) return {ErrorCode::kLimitExceeded, "trusted root: too large"};
  const Result<json::Document> document = json::parse(json);
  if (!document) return document.error();
  json::Problems problems;
  const Node root = document->root(problems);
  const std::string media_type = root["mediaType"].text();
  if (std::ranges::find(kMediaTypes, media_type) == kMediaTypes.end()) {
    root["mediaType"].refuse("not a trusted root of a version that we know: '" + printable(media_type, 80) + "'",
                             ErrorCode::kUnsupported);
  }
  root.allow_only({"mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"});
  if (const std::optional<Error>& wrong = problems.first()) return *wrong;

  Authorities authorities;
  authorities.logs = read_logs(root["tlogs"], authorities.left_out);
  authorities.certificate_logs = read_logs(root["ctlogs"], authorities.left_out);
  check_certificate_log_ids(root["ctlogs"], authorities.certificate_logs);
  read_certificate_authorities(root["certificateAuthorities"], authorities);
  read_timestamp_authorities(root["timestampAuthorities"], authorities);
  return problems.unless_any(std::move(authorities));
}

}  // namespace pullgate::verify::sigstore

namespace pullgate::verify {

Result<SigstoreRoot> SigstoreRoot::parse(std::string name, std::string_view json) {
  Result<sigstore::Authorities> authorities = sigstore::parse_trusted_root(json);
  if (!authorities) return {authorities.error().code, "trusted root: " + authorities.error().message};
  return SigstoreRoot(std::move(name), Digest::of(json),
                      std::make_shared<const sigstore::Authorities>(std::move(*authorities)));
}

std::size_t SigstoreRoot::certificate_authorities() const {
  return authorities_->certificate_authority_entries;
}
std::size_t SigstoreRoot::logs() const {
  return authorities_->logs.size();
}
std::size_t SigstoreRoot::certificate_logs() const {
  return authorities_->certificate_logs.size();
}
std::size_t SigstoreRoot::timestamp_authorities() const {
  return authorities_->timestamp_authorities.size();
}
const std::vector<std::string>& SigstoreRoot::left_out() const {
  return authorities_->left_out;
}

}  // namespace pullgate::verify
