#include "verify/crypto/hash.h"

#include <array>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/evp.h>

namespace pullgate::verify::crypto {
namespace {

/// Fetched once: an implicit fetch for every context costs more than hashing a small manifest does.
const EVP_MD* algorithm(Hash hash) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  static const EVP_MD* const sha384 = EVP_MD_fetch(nullptr, "SHA2-384", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA2-512", nullptr);
  switch (hash) {
    case Hash::kSha256:
      return sha256;
    case Hash::kSha384:
      return sha384;
    case Hash::kSha512:
      return sha512;
  }
  return nullptr;
}

[[noreturn]] void fail() {
  ERR_clear_error();
  throw std::runtime_error("hashing failed");
}

}  // namespace

void HashContext::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

HashContext::HashContext(Hash hash) : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), algorithm(hash), nullptr) != 1) fail();
}

void HashContext::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) fail();
}

std::string HashContext::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned int length = 0;
  if (EVP_DigestFinal_ex(context_.get(), value.data(), &length) != 1) fail();
  return {value.begin(), value.begin() + length};
}

std::string hash_of(Hash hash, std::string_view bytes) {
  HashContext context(hash);
  context.update(bytes);
  return context.finish();
}

}  // namespace pullgate::verify::crypto
