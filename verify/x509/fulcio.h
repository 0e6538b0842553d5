#pragma once
/// The identity in a code signing certificate: Fulcio "certificate-specification.md" and "oid-info.md".

#include "verify/identity.h"
#include "verify/result.h"
#include "verify/x509/certificate.h"

namespace pullgate::verify::x509 {

/// The certificate as a signer of `trust_root`, which is taken as given.
///
/// Refused: any number of names but one, a name of a kind that nobody is identified by, an extension that is not
/// exactly one UTF8String (or, .1 to .6, not UTF-8), the older and the newer form of the same fact when they disagree.
Result<CertificateSigner> read_identity(const Certificate& certificate, std::string trust_root);

/// What a certificate must be to sign code with: not an authority, keyUsage with digitalSignature, extendedKeyUsage
/// with codeSigning and without anyExtendedKeyUsage, no precertificate.
Status check_code_signing(const Certificate& certificate);

}  // namespace pullgate::verify::x509
