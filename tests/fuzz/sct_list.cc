// Lists of certificate timestamps, in a certificate that OpenSSL puts them into: what both read is the same, what the
// logs signed is what OpenSSL makes of the certificate without the list, and only what a log did sign holds under its
// key.

#include <algorithm>
#include <memory>
#include <string>

#include <openssl/ct.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/fuzz/evidence.h"
#include "verify/crypto/key.h"
#include "verify/sigstore/trusted_root.h"
#include "verify/x509/sct.h"

using pullgate::fuzz::must_hold;
using namespace pullgate::verify;

namespace {

template <class T, void (*kFree)(T*)>
struct Free {
  void operator()(T* object) const { kFree(object); }
};
using OpensslCertificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using OpensslExtension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION, X509_EXTENSION_free>>;
using OpensslOctets = std::unique_ptr<ASN1_OCTET_STRING, Free<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>>;
using OpensslList = std::unique_ptr<STACK_OF(SCT), Free<STACK_OF(SCT), SCT_LIST_free>>;

const unsigned char* bytes_in(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <class Write, class T>
std::string der_of(Write write, T* object) {
  unsigned char* bytes = nullptr;
  const int size = write(object, &bytes);
  must_hold(size > 0, "OpenSSL writes what it has read");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

OpensslOctets octets(std::string_view content) {
  OpensslOctets out(ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(out.get(), bytes_in(content), static_cast<int>(content.size()));
  return out;
}

/// A certificate of the authority, as it is with another list of timestamps and as it is with none.
struct Spliced {
  std::string der;
  std::string tbs_without;
};

Spliced certificate_with(std::string_view list) {
  static const std::string leaf = pullgate::fuzz::bytes_of(pullgate::fuzz::kFolder / "sigstore" / "leaf.der");
  const unsigned char* at = bytes_in(leaf);
  const OpensslCertificate certificate(d2i_X509(nullptr, &at, static_cast<long>(leaf.size())));
  const int place = X509_get_ext_by_NID(certificate.get(), NID_ct_precert_scts, -1);
  must_hold(place >= 0, "the certificate has timestamps");
  const OpensslExtension old(X509_delete_ext(certificate.get(), place));
  Spliced out;
  out.tbs_without = der_of(i2d_re_X509_tbs, certificate.get());

  const OpensslOctets value = octets(der_of(i2d_ASN1_OCTET_STRING, octets(list).get()));
  const OpensslExtension extension(X509_EXTENSION_create_by_NID(nullptr, NID_ct_precert_scts, 0, value.get()));
  X509_add_ext(certificate.get(), extension.get(), place);
  der_of(i2d_re_X509_tbs, certificate.get());
  out.der = der_of(i2d_X509, certificate.get());
  return out;
}

std::string_view text_of(unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// OpenSSL reads no list with an algorithm that it does not know, and only looks at the beginning of other versions.
void check_against_openssl(std::string_view list, const std::vector<x509::CertificateTimestamp>& timestamps) {
  if (!std::ranges::all_of(timestamps, [](const auto& each) { return each.scheme.has_value(); })) return;
  const unsigned char* at = bytes_in(list);
  const OpensslList other(o2i_SCT_LIST(nullptr, &at, list.size()));
  must_hold(other != nullptr, "OpenSSL reads what we read");
  must_hold(static_cast<std::size_t>(sk_SCT_num(other.get())) == timestamps.size(), "OpenSSL sees as many");
  for (std::size_t i = 0; i < timestamps.size(); ++i) {
    const SCT* const sct = sk_SCT_value(other.get(), static_cast<int>(i));
    unsigned char* bytes = nullptr;
    std::size_t size = SCT_get0_log_id(sct, &bytes);
    must_hold(timestamps[i].log_id == text_of(bytes, size), "OpenSSL sees the same log");
    size = SCT_get0_extensions(sct, &bytes);
    must_hold(timestamps[i].extensions == text_of(bytes, size), "OpenSSL sees the same extensions");
    size = SCT_get0_signature(sct, &bytes);
    must_hold(timestamps[i].signature == text_of(bytes, size), "OpenSSL sees the same signature");
    must_hold(timestamps[i].milliseconds == SCT_get_timestamp(sct), "OpenSSL sees the same time");
  }
}

/// What of a list holds under the keys of the trust root's logs, as the logs have signed it.
std::vector<std::string> held(const Spliced& spliced, const std::vector<x509::CertificateTimestamp>& timestamps) {
  const sigstore::Authorities& authorities = pullgate::fuzz::sigstore_root().authorities();
  const pullgate::Digest& issuer = authorities.certificate_authorities.front().certificate.key().fingerprint();
  std::vector<std::string> statements;
  for (const x509::CertificateTimestamp& timestamp : timestamps) {
    const tlog::Log* const log = tlog::find_log(authorities.certificate_logs, timestamp.log_id);
    if (log == nullptr || timestamp.scheme != log->scheme) continue;
    const std::string data = x509::signed_data(timestamp, issuer.raw(), spliced.tbs_without);
    crypto::SignedMessage message(data);
    if (crypto::verify_signature(log->key, log->scheme, message, timestamp.signature) ==
        crypto::SignatureOutcome::kValid) {
      statements.push_back(data);
    }
  }
  return statements;
}

/// What the logs did sign.
std::vector<std::string> genuine_statements() {
  std::vector<std::string> all;
  for (const std::string& list : pullgate::fuzz::verified_inputs("sct_list")) {
    const Spliced spliced = certificate_with(list);
    const auto certificate = x509::Certificate::parse(spliced.der);
    const std::vector<std::string> some = held(spliced, x509::read_certificate_timestamps(certificate.value()).value());
    must_hold(!some.empty(), "what the log signed holds");
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> genuine = genuine_statements();
  const std::string_view list = pullgate::fuzz::text_of(data, size);
  const Spliced spliced = certificate_with(list);
  const auto certificate = x509::Certificate::parse(spliced.der);
  if (!certificate) return 0;  // too large
  must_hold(x509::precertificate_tbs(*certificate) == spliced.tbs_without, "the logs saw it without the list");
  const auto timestamps = x509::read_certificate_timestamps(*certificate);
  if (!timestamps) {
    must_hold(!timestamps.error().message.empty(), "a refusal says why");
    return 0;
  }
  check_against_openssl(list, *timestamps);
  for (const std::string& statement : held(spliced, *timestamps)) {
    must_hold(std::ranges::find(genuine, statement) != genuine.end(), "only what the log signed holds");
  }
  return 0;
}
