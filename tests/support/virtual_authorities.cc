// Certificates, the certificate transparency log and the timestamp authority of the virtual Sigstore.

#include <algorithm>

#include "tests/support/der.h"
#include "tests/support/virtual_sigstore.h"

namespace pullgate::sandbox {
namespace {

constexpr std::string_view kCodeSigning = "1.3.6.1.5.5.7.3.3";
constexpr std::string_view kTimeStamping = "1.3.6.1.5.5.7.3.8";
constexpr std::int64_t kYear = 365 * 86'400;

std::string extension_der(const CertificateExtension& extension) {
  return der::sequence(der::oid(extension.oid), extension.critical ? der::boolean(true) : std::string(),
                       der::octets(extension.value));
}

std::string basic_constraints(std::optional<std::uint64_t> path_length) {
  return der::sequence(der::boolean(true), path_length ? der::integer(*path_length) : std::string());
}

CertificateDraft authority_draft(const std::string& subject, const std::string& issuer, const SigningKey& key,
                                 std::optional<std::uint64_t> path_length) {
  CertificateDraft draft;
  draft.subject = subject;
  draft.issuer = issuer;
  draft.not_before = kNow - 5 * kYear;
  draft.not_after = kNow + 5 * kYear;
  draft.spki = key.spki();
  draft.extensions = {{"2.5.29.15", der::named_bits({5, 6}), true},
                      {"2.5.29.19", basic_constraints(path_length), true},
                      {"2.5.29.14", der::octets(key.fingerprint().substr(0, 20))}};
  return draft;
}

std::string big_endian(std::uint64_t value, unsigned octets) {
  std::string out;
  for (unsigned i = octets; i > 0; --i) out += static_cast<char>(value / (std::uint64_t{1} << (8 * (i - 1))) % 256);
  return out;
}

}  // namespace

std::string name(std::string_view common_name) {
  return der::sequence(der::set(der::sequence(der::oid("2.5.4.10"), der::printable("sigstore.test"))),
                       der::set(der::sequence(der::oid("2.5.4.3"), der::printable(common_name))));
}

std::string CertificateDraft::tbs(const SigningKey& issuer_key) const {
  const std::string algorithm = inner_algorithm.empty() ? issuer_key.algorithm("sha384") : inner_algorithm;
  std::string list;
  for (const CertificateExtension& extension : extensions) list += extension_der(extension);
  const std::string wrapped = list.empty() ? std::string() : der::tagged(3, der::sequence(list));
  return der::sequence(der::tagged(0, der::integer(version)), der::integer(std::string_view(serial)), algorithm, issuer,
                       der::sequence(der::utc_time(not_before), der::utc_time(not_after)), subject, spki, wrapped);
}

std::string CertificateDraft::sign(const SigningKey& issuer_key) const {
  // ECDSA signs differently each time; a certificate has to be the same one wherever it appears.
  static std::map<std::string, std::string> signed_before;
  const std::string body = tbs(issuer_key);
  std::string& certificate = signed_before[body + issuer_key.fingerprint()];
  if (certificate.empty()) {
    certificate = der::sequence(body, issuer_key.algorithm("sha384"), der::bits(issuer_key.sign(body, "sha384")));
  }
  return certificate;
}

CertificateAuthority::CertificateAuthority(std::string_view common_name, std::string_view purpose_oid)
    : root(authority_draft(name(common_name), name(common_name), root_key, std::nullopt)),
      intermediate(
          authority_draft(name(std::string(common_name) + "-intermediate"), name(common_name), key, std::uint64_t{0})) {
  intermediate.extensions.push_back({"2.5.29.37", der::sequence(der::oid(purpose_oid))});
  intermediate.extensions.push_back(
      {"2.5.29.35", der::sequence(der::tagged_primitive(0, root_key.fingerprint().substr(0, 20)))});
}

Leaf::Leaf() : general_names(der::tagged_primitive(6, kSubjectUri)) {
  const auto fulcio = [](unsigned arc) { return "1.3.6.1.4.1.57264.1." + std::to_string(arc); };
  extensions = {{"2.5.29.15", der::named_bits({0}), true},
                {"2.5.29.37", der::sequence(der::oid(kCodeSigning))},
                {fulcio(1), kIssuerUrl},
                {fulcio(2), "push"},
                {fulcio(5), "acme/app"},
                {fulcio(6), "refs/heads/main"},
                {fulcio(8), der::utf8(kIssuerUrl)},
                {fulcio(9), der::utf8(kSubjectUri)},
                {fulcio(11), der::utf8("github-hosted")},
                {fulcio(12), der::utf8("https://github.com/acme/app")},
                {fulcio(13), der::utf8(std::string(40, 'a'))},
                {fulcio(14), der::utf8("refs/heads/main")},
                {fulcio(20), der::utf8("push")},
                {fulcio(24), der::utf8("repo:acme/app:ref:refs/heads/main")}};
}

CertificateExtension& Leaf::extension(std::string_view oid) {
  return *std::ranges::find(extensions, oid, &CertificateExtension::oid);
}

void Leaf::remove(std::string_view oid) {
  std::erase_if(extensions, [&](const CertificateExtension& extension) { return extension.oid == oid; });
}

std::string VirtualSigstore::sct_list(const Leaf& leaf, const CertificateDraft& draft) const {
  const SigningKey& issuer_key = leaf.issued_by != nullptr ? *leaf.issued_by : fulcio.key;
  const std::string tbs = draft.tbs(issuer_key);
  std::string list;
  for (const Sct& sct : leaf.scts) {
    const CertificateLog& log = sct.log != nullptr ? *sct.log : certificate_log;
    const std::string time = big_endian(static_cast<std::uint64_t>(sct.milliseconds), 8);
    const std::string message = std::string(2, '\0') + time + big_endian(1, 2) +
                                sha256(sct.issuer_spki.value_or(issuer_key.spki())) + big_endian(tbs.size(), 3) + tbs +
                                big_endian(sct.extensions.size(), 2) + sct.extensions;
    std::string signature = log.key.sign(message);
    if (sct.broken_signature) signature.back() = static_cast<char>(signature.back() ^ 1);
    const std::string extensions = sct.extensions_on_the_wire.value_or(sct.extensions);
    const std::string entry = std::string(1, sct.version) + sct.log_id.value_or(log.id()) + time +
                              big_endian(extensions.size(), 2) + extensions + sct.algorithm +
                              big_endian(signature.size(), 2) + signature;
    list += big_endian(entry.size(), 2) + entry;
  }
  return der::octets(big_endian(list.size(), 2) + list);
}

std::string VirtualSigstore::certificate(const Leaf& leaf) const {
  CertificateDraft draft;
  draft.subject = der::sequence(std::string());
  draft.issuer = leaf.issuer_name.value_or(fulcio.intermediate.subject);
  draft.not_before = leaf.not_before;
  draft.not_after = leaf.not_after;
  draft.spki = leaf.key.spki();
  draft.extensions = leaf.extensions;
  draft.extensions.push_back({"2.5.29.17", der::sequence(leaf.general_names), true});
  draft.extensions.push_back(
      {"2.5.29.35", der::sequence(der::tagged_primitive(0, fulcio.key.fingerprint().substr(0, 20)))});
  if (!leaf.scts.empty() || leaf.sct_list) {
    const std::string list = leaf.sct_list ? *leaf.sct_list : sct_list(leaf, draft);
    // Not last, so that taking it out has to leave something on both sides.
    draft.extensions.insert(std::prev(draft.extensions.end()), {"1.3.6.1.4.1.11129.2.4.2", list});
  }
  return draft.sign(leaf.issued_by != nullptr ? *leaf.issued_by : fulcio.key);
}

TimestampAuthority::TimestampAuthority()
    : authority("tsa", kTimeStamping),
      extensions(
          {{"2.5.29.15", der::named_bits({0}), true}, {"2.5.29.37", der::sequence(der::oid(kTimeStamping)), true}}) {}

std::string TimestampAuthority::signer_der() const {
  CertificateDraft draft;
  draft.serial = serial;
  draft.subject = name("tsa-signer");
  draft.issuer = authority.intermediate.subject;
  draft.not_before = not_before;
  draft.not_after = not_after;
  draft.spki = key.spki();
  draft.extensions = extensions;
  return draft.sign(authority.key);
}

std::string TimestampAuthority::token(std::string_view message, const Stamp& stamp) const {
  const auto hash_algorithm = [](std::string_view algorithm) {
    const std::string_view last = algorithm == "sha384" ? "2" : algorithm == "sha512" ? "3" : "1";
    if (algorithm == "sha1") return der::sequence(der::oid("1.3.14.3.2.26"), der::null());
    return der::sequence(der::oid("2.16.840.1.101.3.4.2." + std::string(last)), der::null());
  };
  const std::string info = der::sequence(
      der::integer(1), der::oid("1.3.6.1.4.1.57264.2"),
      der::sequence(hash_algorithm(stamp.imprint_algorithm), der::octets(hash(message, stamp.imprint_algorithm))),
      der::integer(4711), der::generalized_time(stamp.time, stamp.fraction), der::sequence(der::integer(1)),
      der::integer(99));
  const std::string signer = signer_der();
  std::string digest = hash(info, "sha256");
  if (stamp.wrong_message_digest) digest.back() = static_cast<char>(digest.back() ^ 1);
  const std::string issuer_and_serial = authority.intermediate.subject + der::integer(std::string_view(serial));
  std::string attributes = der::sequence(der::oid("1.2.840.113549.1.9.3"), der::set(der::oid(stamp.content_type))) +
                           der::sequence(der::oid("1.2.840.113549.1.9.4"), der::set(der::octets(digest)));
  if (stamp.with_ess) {
    const std::string issuer_serial =
        stamp.ess_serial ? der::sequence(der::sequence(der::tagged(4, authority.intermediate.subject)) +
                                         der::integer(std::string_view(*stamp.ess_serial)))
                         : std::string();
    const std::string bound =
        der::sequence(der::octets(sha256(stamp.ess_certificate.value_or(signer))) + issuer_serial);
    attributes += der::sequence(der::oid("1.2.840.113549.1.9.16.2.47"), der::set(der::sequence(der::sequence(bound))));
  }
  const SigningKey& signing_key = stamp.signed_by ? *stamp.signed_by : key;
  std::string signature = signing_key.sign(der::set(attributes), "sha256");
  if (stamp.broken_signature) signature.back() = static_cast<char>(signature.back() ^ 1);
  const std::string signer_info =
      der::sequence(der::integer(1), der::sequence(issuer_and_serial), hash_algorithm("sha256"),
                    der::tagged(0, attributes), signing_key.algorithm("sha256"), der::octets(signature));
  std::string certificates;
  for (const std::string& prepended : stamp.prepended_certificates) certificates += prepended;
  if (stamp.embed_certificate) certificates += signer;
  const std::string signed_data =
      der::sequence(der::integer(3), der::set(hash_algorithm("sha256")),
                    der::sequence(der::oid("1.2.840.113549.1.9.16.1.4"), der::tagged(0, der::octets(info))),
                    certificates.empty() ? std::string() : der::tagged(0, certificates), der::set(signer_info));
  return der::sequence(der::oid("1.2.840.113549.1.7.2"), der::tagged(0, signed_data));
}

std::string TimestampAuthority::stamp(std::string_view message, const Stamp& stamp) const {
  return der::sequence(der::sequence(der::integer(stamp.status)), token(message, stamp)) + stamp.trailing_bytes;
}

}  // namespace pullgate::sandbox
