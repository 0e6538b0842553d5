#pragma once
/// What may be verified although it was changed, because it means the same, and why it does.

#include <array>
#include <cstddef>
#include <string_view>

namespace pullgate::verify {

enum class Effect {
  kSame,   ///< as much is proven as before
  kAlone,  ///< likewise, and that is a signature by a key, of which no log and no authority has said anything
  kLess,   ///< the same claim, for which fewer logs or authorities vouch: how many are needed is the policy's question
};

struct Excuse {
  std::string_view changes;
  std::string_view pointer;  ///< the end of it
  Effect effect;
  std::string_view reason;
  std::size_t first_byte = 0;  ///< inside base64
  std::size_t last_byte = std::string_view::npos;
};

inline constexpr std::string_view kHint = "not signed: says only which trusted key to try first";
inline constexpr std::string_view kUnread = "cosign leaves it empty beside attestations, and nobody reads it";
inline constexpr std::string_view kStranger =
    "names a log or an authority that no root knows, whose word counts for nothing";
inline constexpr std::string_view kAbsent = "a witness that is not there vouches for nothing; what is left suffices";
inline constexpr std::string_view kRepeated =
    "in no signed part; the signer says it again (RFC 5652 sections 5.1 and 5.3)";
inline constexpr std::string_view kOther = "another good signature by the same key for the same";

inline constexpr std::array kExcuses = {
    Excuse{"flip flip-decoded without exchange", "/signatures/0/keyid", Effect::kSame, kHint},
    Excuse{"flip flip-decoded without exchange empty", "/publicKey/hint", Effect::kSame, kHint},
    Excuse{"exchange empty", "/verificationMaterial/publicKey", Effect::kSame, kHint},
    Excuse{"exchange", "payload", Effect::kAlone, kOther},
    Excuse{"exchange", "payload/signatures", Effect::kAlone, kOther},
    Excuse{"exchange", "payload/signatures/0", Effect::kAlone, kOther},
    Excuse{"exchange", "payload/signatures/0/sig", Effect::kAlone, kOther},
    Excuse{"exchange", "payload/dsseEnvelope", Effect::kAlone, kOther},
    Excuse{"twice", "payload/signatures/0", Effect::kSame, "one signer, however often"},
    Excuse{"without exchange", "dev.cosignproject.cosign/signature", Effect::kSame, kUnread},
    Excuse{"without empty", "/messageSignature/messageDigest", Effect::kSame,
           "not signed; the signature is over the image"},
    Excuse{"twice", "/x509CertificateChain/certificates/0", Effect::kSame, "what comes with the leaf is not used"},

    Excuse{"without empty", "/verificationMaterial/tlogEntries", Effect::kLess, kAbsent},
    Excuse{"without", "/tlogEntries/0", Effect::kLess, kAbsent},
    Excuse{"without empty", "/tlogEntries/0/inclusionPromise", Effect::kLess, kAbsent},
    Excuse{"without empty", "/inclusionPromise/signedEntryTimestamp", Effect::kLess, kAbsent},
    Excuse{"without empty", "/tlogEntries/0/inclusionProof", Effect::kLess, kAbsent},
    Excuse{"without", "dev.sigstore.cosign/bundle", Effect::kLess, kAbsent},
    Excuse{"without empty", "/timestampVerificationData", Effect::kLess, kAbsent},
    Excuse{"without empty", "/rfc3161Timestamps", Effect::kLess, kAbsent},
    Excuse{"without", "/rfc3161Timestamps/0", Effect::kLess, kAbsent},
    Excuse{"without", "dev.sigstore.cosign/rfc3161timestamp", Effect::kLess, kAbsent},

    Excuse{"flip flip-decoded exchange", "/tlogEntries/0/logId/keyId", Effect::kLess, kStranger},
    Excuse{"exchange", "/tlogEntries/0/logId", Effect::kLess, kStranger},
    Excuse{"flip flip-decoded exchange", "dev.sigstore.cosign/bundle/Payload/logID", Effect::kLess, kStranger},
    Excuse{"flip flip-decoded", "/rfc3161Timestamps/0/signedTimestamp", Effect::kLess, kStranger},
    Excuse{"flip flip-decoded", "/SignedRFC3161Timestamp", Effect::kLess, kStranger},

    // Versions, and the hash algorithms of all signers, in a timestamp of the form that our authority writes.
    Excuse{"flip flip-decoded", "/rfc3161Timestamps/0/signedTimestamp", Effect::kSame, kRepeated, 34, 34},
    Excuse{"flip flip-decoded", "/rfc3161Timestamps/0/signedTimestamp", Effect::kSame, kRepeated, 37, 51},
    Excuse{"flip flip-decoded", "/rfc3161Timestamps/0/signedTimestamp", Effect::kSame, kRepeated, 177, 177},
    Excuse{"flip flip-decoded", "/SignedRFC3161Timestamp", Effect::kSame, kRepeated, 34, 34},
    Excuse{"flip flip-decoded", "/SignedRFC3161Timestamp", Effect::kSame, kRepeated, 37, 51},
    Excuse{"flip flip-decoded", "/SignedRFC3161Timestamp", Effect::kSame, kRepeated, 177, 177},
};

}  // namespace pullgate::verify
