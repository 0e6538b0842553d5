#include "verify/x509/algorithm.h"

#include <algorithm>
#include <array>

#include "verify/codec/oid.h"

namespace pullgate::verify::x509 {
namespace {

enum class Parameters { kAbsent, kNull };

struct KnownSignature {
  std::string_view oid;
  SignatureScheme scheme;
  Parameters parameters;
};
constexpr std::array kSignatures = {
    KnownSignature{oid::kEcdsaSha256, SignatureScheme::kEcdsaSha256, Parameters::kAbsent},
    KnownSignature{oid::kEcdsaSha384, SignatureScheme::kEcdsaSha384, Parameters::kAbsent},
    KnownSignature{oid::kEcdsaSha512, SignatureScheme::kEcdsaSha512, Parameters::kAbsent},
    KnownSignature{oid::kEd25519, SignatureScheme::kEd25519, Parameters::kAbsent},
    KnownSignature{oid::kRsaSha256, SignatureScheme::kRsaPkcs1Sha256, Parameters::kNull},
    KnownSignature{oid::kRsaSha384, SignatureScheme::kRsaPkcs1Sha384, Parameters::kNull},
    KnownSignature{oid::kRsaSha512, SignatureScheme::kRsaPkcs1Sha512, Parameters::kNull},
};

struct KnownHash {
  std::string_view oid;
  crypto::Hash hash;
};
constexpr std::array kHashes = {
    KnownHash{oid::kSha256, crypto::Hash::kSha256},
    KnownHash{oid::kSha384, crypto::Hash::kSha384},
    KnownHash{oid::kSha512, crypto::Hash::kSha512},
};

}  // namespace

SignatureAlgorithm read_signature_algorithm(der::Reader& reader) {
  const der::Element sequence = reader.element(der::kSequence);
  der::Problems problems;
  der::Reader inside(sequence.content, problems);
  const std::string_view algorithm = inside.object_identifier();
  const auto known = std::ranges::find(kSignatures, algorithm, &KnownSignature::oid);
  if (problems.any() || known == kSignatures.end()) {
    reader.refuse("a signature algorithm that we do not accept", ErrorCode::kUnsupported);
    return {};
  }
  if (known->parameters == Parameters::kNull && !inside.content(der::kNull).empty())
    inside.refuse("a NULL with content");
  inside.end();
  if (problems.any()) reader.refuse("a signature algorithm with the wrong parameters");
  return {.scheme = known->scheme, .encoding = sequence.encoding};
}

crypto::Hash read_hash_algorithm(der::Reader& reader) {
  der::Reader inside = reader.inside(der::kSequence);
  const std::string_view algorithm = inside.object_identifier();
  const auto known = std::ranges::find(kHashes, algorithm, &KnownHash::oid);
  if (known == kHashes.end()) {
    reader.refuse("a hash that we do not accept", ErrorCode::kUnsupported);
    return crypto::Hash::kSha256;
  }
  if (const auto parameters = inside.optional(der::kNull); parameters && !parameters->content.empty()) {
    inside.refuse("a NULL with content");
  }
  inside.end();
  return known->hash;
}

crypto::Hash hash_of_scheme(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kRsaPkcs1Sha384:
      return crypto::Hash::kSha384;
    case SignatureScheme::kEcdsaSha512:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kEd25519:
    case SignatureScheme::kEd25519ph:
      return crypto::Hash::kSha512;
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPssSha256:
      return crypto::Hash::kSha256;
  }
  return crypto::Hash::kSha256;
}

}  // namespace pullgate::verify::x509
