#include "verify/x509/sct.h"

#include <chrono>

#include "verify/codec/der.h"
#include "verify/codec/oid.h"
#include "verify/limits.h"

namespace pullgate::verify::x509 {
namespace {

/// TLS presentation language, RFC 5246 section 4. After a shortage everything is empty or zero.
class TlsReader {
 public:
  explicit TlsReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool is_short() const { return is_short_; }

  std::string_view bytes(std::size_t count) {
    if (rest_.size() < count) {
      is_short_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (char c : bytes(octets)) value = (value << 8U) | static_cast<std::uint8_t>(c);
    return value;
  }
  /// A vector with a length of two bytes.
  std::string_view vector() { return bytes(number(2)); }

 private:
  std::string_view rest_;
  bool is_short_ = false;
};

void append_number(std::string& out, std::uint64_t value, unsigned octets) {
  for (unsigned i = octets; i-- > 0;) out += static_cast<char>((value >> (8U * i)) & 0xFFU);
}

Error malformed(std::string_view why) {
  return {ErrorCode::kMalformed, "certificate timestamps: " + std::string(why)};
}

/// Milliseconds beyond the year 9999 are no time.
constexpr std::uint64_t kLastMillisecond = 253'402'300'799'999;

Result<CertificateTimestamp> read_timestamp(std::string_view bytes) {
  TlsReader reader(bytes);
  CertificateTimestamp timestamp{};
  const std::uint64_t version = reader.number(1);
  if (version != 0 && !reader.is_short()) return timestamp;
  timestamp.log_id = reader.bytes(32);
  timestamp.milliseconds = reader.number(8);
  timestamp.extensions = reader.vector();
  const std::uint64_t hash = reader.number(1);
  const std::uint64_t signature = reader.number(1);
  timestamp.signature = reader.vector();
  if (reader.is_short() || !reader.at_end()) return malformed("a length that does not fit");
  if (timestamp.milliseconds > kLastMillisecond) return malformed("a time that is none");
  // RFC 6962 section 2.1.4: SHA-256 with ECDSA (P-256) or RSA.
  if (hash == 4 && signature == 3) timestamp.scheme = SignatureScheme::kEcdsaSha256;
  if (hash == 4 && signature == 1) timestamp.scheme = SignatureScheme::kRsaPkcs1Sha256;
  timestamp.time = Time(std::chrono::milliseconds(timestamp.milliseconds));
  return timestamp;
}

}  // namespace

Result<std::vector<CertificateTimestamp>> read_certificate_timestamps(const Certificate& certificate) {
  std::vector<CertificateTimestamp> timestamps;
  const Extension* const extension = certificate.extension(oid::kSctList);
  if (extension == nullptr) return timestamps;
  der::Problems problems;
  der::Reader outer(extension->value, problems);
  TlsReader whole(outer.content(der::kOctetString));
  outer.end();
  TlsReader list(whole.vector());
  if (problems.any() || whole.is_short() || !whole.at_end()) return malformed("a length that does not fit");
  while (!list.at_end()) {
    const Result<CertificateTimestamp> timestamp = read_timestamp(list.vector());
    if (list.is_short()) return malformed("a length that does not fit");
    if (!timestamp) return timestamp.error();
    if (timestamps.size() >= limits::kCertificateTimestamps) {
      return {ErrorCode::kLimitExceeded, "certificate timestamps: more than a certificate may have"};
    }
    timestamps.push_back(*timestamp);
  }
  return timestamps;
}

std::string precertificate_tbs(const Certificate& certificate) {
  const std::string_view removed = certificate.extension(oid::kSctList)->encoding;
  const std::string_view tbs = certificate.fields().tbs;
  const std::string_view list = certificate.fields().extensions;
  const auto offset_in = [](std::string_view whole, std::string_view part) {
    return static_cast<std::size_t>(part.data() - whole.data());
  };
  // Every byte but the one extension stays as it is; only the three lengths around it change.
  std::string extensions(list.substr(0, offset_in(list, removed)));
  extensions += list.substr(offset_in(list, removed) + removed.size());
  std::string wrapped;
  if (!extensions.empty()) {
    const std::string sequence = der::header(der::kSequence, extensions.size()) + extensions;
    wrapped = der::header(der::constructed(3), sequence.size()) + sequence;
  }
  // The extensions are the last field, behind the headers of their own SEQUENCE and of the [3] around it.
  const std::size_t header_size = der::header(der::kSequence, list.size()).size();
  const std::size_t wrapper_size = der::header(der::constructed(3), header_size + list.size()).size();
  der::Problems problems;
  const std::string_view content = der::Reader(tbs, problems).content(der::kSequence);
  const std::string_view before = content.substr(0, content.size() - list.size() - header_size - wrapper_size);
  return der::header(der::kSequence, before.size() + wrapped.size()) + std::string(before) + wrapped;
}

std::string signed_data(const CertificateTimestamp& timestamp, std::string_view issuer_key_hash, std::string_view tbs) {
  std::string data;
  data.reserve(tbs.size() + timestamp.extensions.size() + 64);
  append_number(data, 0, 1);  // sct_version v1
  append_number(data, 0, 1);  // signature_type certificate_timestamp
  append_number(data, timestamp.milliseconds, 8);
  append_number(data, 1, 2);  // entry_type precert_entry
  data += issuer_key_hash;
  append_number(data, tbs.size(), 3);
  data += tbs;
  append_number(data, timestamp.extensions.size(), 2);
  data += timestamp.extensions;
  return data;
}

}  // namespace pullgate::verify::x509
