// Timestamp tokens: what OpenSSL reads too has the same imprint. It refuses names that we compare without reading them.
// And what the authority is said to have attested, it did attest, of the same bytes at the same time.

#include <algorithm>
#include <memory>
#include <string>

#include <openssl/ts.h>

#include "tests/fuzz/evidence.h"
#include "verify/sigstore/trusted_root.h"
#include "verify/tsa/authority.h"
#include "verify/tsa/token.h"

using pullgate::fuzz::must_hold;
using namespace pullgate::verify;

namespace {

bool is_attested(const tsa::Token& token) {
  const auto verdict = tsa::verify_token(token, pullgate::fuzz::sigstore_root().authorities().timestamp_authorities);
  return verdict && std::holds_alternative<tsa::Attested>(*verdict);
}

/// What the authority did make.
std::vector<tsa::Token> genuine_tokens() {
  std::vector<tsa::Token> tokens;
  for (const std::string& input : pullgate::fuzz::verified_inputs("timestamp")) {
    tokens.push_back(tsa::parse_response(input).value());
    must_hold(is_attested(tokens.back()), "what the authority made is attested");
  }
  return tokens;
}

void check_attestation(const tsa::Token& token) {
  static const std::vector<tsa::Token> genuine = genuine_tokens();
  if (!is_attested(token)) return;
  const bool is_genuine = std::ranges::any_of(genuine, [&](const tsa::Token& other) {
    return token.time == other.time && token.imprint_algorithm == other.imprint_algorithm &&
           token.imprint == other.imprint;
  });
  must_hold(is_genuine, "the authority attested that");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto der = pullgate::fuzz::text_of(data, size);
  if (const auto bare = tsa::parse_token(der)) check_attestation(*bare);
  const auto token = tsa::parse_response(der);
  if (!token) return 0;
  check_attestation(*token);

  const unsigned char* bytes = data;
  const std::unique_ptr<TS_RESP, decltype(&TS_RESP_free)> response(
      d2i_TS_RESP(nullptr, &bytes, static_cast<long>(size)), &TS_RESP_free);
  if (!response) return 0;
  must_hold(bytes == data + size, "OpenSSL reads to the end");
  TS_TST_INFO* info = TS_RESP_get_tst_info(response.get());
  must_hold(info != nullptr, "OpenSSL sees a token");
  const ASN1_OCTET_STRING* imprint = TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(info));
  must_hold(token->imprint == std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(imprint)),
                                               static_cast<std::size_t>(ASN1_STRING_length(imprint))),
            "OpenSSL sees the same imprint");
  return 0;
}
