#pragma once
/// Ed25519ph, RFC 8032 section 5.1: Ed25519 over the SHA-512 of the message. cosign signs so with every Ed25519 key,
/// and OpenSSL 3.0 knows only the pure form. Verification only: everything here is public, so nothing has to take the
/// same time for different values.

#include <string_view>

namespace pullgate::verify::crypto {

enum class SignatureOutcome;

/// `public_key` has 32 bytes, `message_hash` 64 (SHA-512); the context is empty. Cofactorless, as Go's and OpenSSL's
/// Ed25519 are: the encoding of [S]B - [k]A must be R itself, so that R has one form.
SignatureOutcome verify_ed25519ph(std::string_view public_key, std::string_view message_hash,
                                  std::string_view signature);

}  // namespace pullgate::verify::crypto
