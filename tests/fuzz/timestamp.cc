// Timestamp tokens: what OpenSSL reads too has the same imprint. It refuses names that we compare without reading them.

#include <memory>
#include <string>

#include <openssl/ts.h>

#include "tests/fuzz/property.h"
#include "verify/tsa/authority.h"
#include "verify/tsa/token.h"

using pullgate::fuzz::must_hold;
using namespace pullgate::verify;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto der = pullgate::fuzz::text_of(data, size);
  static_cast<void>(tsa::parse_token(der));
  const auto token = tsa::parse_response(der);
  if (!token) return 0;

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
  const auto verdict = tsa::verify_token(*token, {});
  must_hold(!verdict || std::holds_alternative<tsa::UnknownAuthority>(*verdict), "nobody trusted made it");
  return 0;
}
