#pragma once
/// What every call of OpenSSL here needs; no header of ours that others include may include this one.

#include <string_view>

#include <openssl/err.h>
#include <openssl/evp.h>

namespace pullgate::verify::crypto {

/// The error queue belongs to the thread, not to the call: what an earlier call left there must not be taken for ours,
/// nor ours for a later one's.
struct ErrorQueueGuard {
  ErrorQueueGuard() { ERR_clear_error(); }
  ~ErrorQueueGuard() { ERR_clear_error(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard(ErrorQueueGuard&&) = delete;
  ErrorQueueGuard& operator=(ErrorQueueGuard&&) = delete;
};

struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

inline const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace pullgate::verify::crypto
