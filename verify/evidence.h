#pragma once
/// Evidence: candidate proofs found next to an image. Not believed yet. This header also knows where evidence hides
/// in OCI terms (tag names, media types), so that the proxy can gather it without knowing any format.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "verify/content.h"
#include "verify/manifest.h"
#include "verify/result.h"

namespace pullgate::verify {

enum class EvidenceKind {
  kSimpleSigning,   ///< cosign payload, signature in the layer's annotations
  kDsseEnvelope,    ///< cosign `.att` layer: a DSSE envelope
  kSigstoreBundle,  ///< Sigstore bundle v0.1 to v0.3
};

std::string_view to_string(EvidenceKind kind);

struct Evidence {
  EvidenceKind kind;
  /// Where it was found, for people: "tag sha256-0123...sig, layer 1".
  std::string place;
  /// The layer's bytes, hashed by us and equal to the layer's digest.
  Content payload;
  /// The media type and annotations of the layer's descriptor: hints, some of which carry the signature itself.
  std::string media_type;
  std::map<std::string, std::string> annotations;
};

/// A layer that holds evidence, by its media type.
struct EvidenceLayer {
  EvidenceKind kind;
  Descriptor layer;
};

/// The layers of a manifest that hold evidence of a kind we can verify; empty for an image.
std::vector<EvidenceLayer> evidence_layers(const Manifest& manifest);

enum class ArtifactClass {
  kRunnable,  ///< an image or anything else that has to be judged
  kEvidence,  ///< signatures, attestations and SBOMs through and through: may pass without judgement
  /// Evidence if every layer is a document (see below), else runnable: the config is an image's, and podman and older
  /// dockers unpack the layers of such a manifest whatever their media types say.
  kEvidenceIfDocuments,
};

/// Decided by structure alone, never by tag, artifactType or who asks: every layer has an evidence media type, the
/// config is empty or not an image's (cosign's legacy manifests carry an image config over nothing but evidence
/// layers), and number and sizes stay within limits. Stops runnable images that dress up as signatures.
ArtifactClass classify(const Manifest& manifest);

/// Is this JSON, and not at the same time an archive? Then it is nothing that a client could unpack as a layer:
/// compressed archives do not begin like JSON, and a plain one begins with a header that sums up.
Status check_document(std::string_view bytes);

/// Tags under which evidence about `subject` may be found: distribution-spec "Referrers Tag Schema" and cosign's.
std::string referrers_tag(const Digest& subject);    // sha256-<hex>
std::string signature_tag(const Digest& subject);    // sha256-<hex>.sig
std::string attestation_tag(const Digest& subject);  // sha256-<hex>.att

}  // namespace pullgate::verify
