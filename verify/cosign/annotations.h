#pragma once
/// What cosign keeps in the annotations of a layer, cosign "Signature Specification": for keyless signatures the
/// certificate, in `dev.sigstore.cosign/bundle` a Rekor entry with its promise, in
/// `dev.sigstore.cosign/rfc3161timestamp` a timestamp. The annotation `dev.sigstore.cosign/chain` is not looked at:
/// chains come from the trust root.

#include <optional>
#include <string>
#include <vector>

#include "verify/evidence.h"
#include "verify/result.h"
#include "verify/sigstore/log_material.h"

namespace pullgate::verify::cosign {

struct Annotations {
  std::vector<std::string> certificates;  ///< the signer's, as DER; none: a managed key signed
  sigstore::LogMaterial log;
};

/// kMalformed when there is a certificate that is not exactly one PEM block.
Result<Annotations> read_annotations(const Evidence& evidence);

/// Does the layer bring a certificate?
bool has_certificate(const Evidence& evidence);

}  // namespace pullgate::verify::cosign
