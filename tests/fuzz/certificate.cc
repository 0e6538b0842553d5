// Certificates and the timestamps in them: stricter than OpenSSL and never different from it.

#include "verify/x509/certificate.h"

#include <algorithm>
#include <memory>
#include <string>

#include <openssl/x509.h>

#include "tests/fuzz/property.h"
#include "verify/x509/fulcio.h"
#include "verify/x509/sct.h"

using pullgate::fuzz::must_hold;
using namespace pullgate::verify;

namespace {

/// Names are compared byte by byte and never read, so what is inside of them may be anything.
bool is_name(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)> name(
      d2i_X509_NAME(nullptr, &bytes, static_cast<long>(der.size())), &X509_NAME_free);
  return name != nullptr;
}

std::string der_of(const X509_NAME* name) {
  unsigned char* bytes = nullptr;
  const int length = i2d_X509_NAME(name, &bytes);
  const std::string der(reinterpret_cast<const char*>(bytes), length > 0 ? static_cast<std::size_t>(length) : 0);
  OPENSSL_free(bytes);
  return der;
}

void check_against_openssl(std::string_view der, const x509::Fields& fields) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = bytes + der.size();
  const std::unique_ptr<X509, decltype(&X509_free)> other(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())),
                                                          &X509_free);
  must_hold(other != nullptr && bytes == end, "OpenSSL reads what we read, to the end");
  must_hold(der_of(X509_get_issuer_name(other.get())) == fields.issuer, "OpenSSL sees the same issuer");
  must_hold(der_of(X509_get_subject_name(other.get())) == fields.subject, "OpenSSL sees the same subject");
  must_hold(X509_get_ext_count(other.get()) == static_cast<int>(fields.extension_list.size()),
            "OpenSSL sees the same extensions");
  const std::time_t not_before = std::chrono::system_clock::to_time_t(fields.not_before);
  must_hold(ASN1_TIME_cmp_time_t(X509_get0_notBefore(other.get()), not_before) == 0, "OpenSSL sees the same begin");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto der = pullgate::fuzz::text_of(data, size);
  const auto certificate = x509::Certificate::parse(der);
  if (!certificate) return 0;
  must_hold(certificate->der() == der, "a certificate is all of its bytes");
  const x509::Fields& fields = certificate->fields();
  for (const x509::Extension& extension : fields.extension_list) {
    must_hold(1 == std::ranges::count(fields.extension_list, extension.oid, &x509::Extension::oid),
              "no extension is there twice");
  }
  if (is_name(fields.issuer) && is_name(fields.subject)) check_against_openssl(der, fields);

  const auto timestamps = x509::read_certificate_timestamps(*certificate);
  if (timestamps && !timestamps->empty()) {
    const std::string tbs = x509::precertificate_tbs(*certificate);
    must_hold(tbs.size() < fields.tbs.size(), "what the logs signed is the certificate without the timestamps");
    for (const x509::CertificateTimestamp& timestamp : *timestamps) {
      must_hold(timestamp.log_id.size() == 32 || (timestamp.log_id.empty() && !timestamp.scheme),
                "a log id has 32 bytes");
      must_hold(x509::signed_data(timestamp, std::string(32, 'k'), tbs).contains(tbs), "the timestamp covers it");
    }
  }
  return 0;
}
