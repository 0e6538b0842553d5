#pragma once
/// A virtual Sigstore, what it made, and what the verifier says of it.

#include <map>
#include <string>

#include "tests/support/virtual_sigstore.h"
#include "verify/requirements.h"
#include "verify/verifier.h"

namespace pullgate::verify {

inline constexpr const char* kSceneRoot = "test";

/// One for all tests, because keys take time to make; whoever changes it makes a copy.
const sandbox::VirtualSigstore& one_sigstore();

std::shared_ptr<const TrustRoot> trust_of(const nlohmann::json& trusted_root, std::vector<TrustedKey> keys = {});
TrustedKey trusted_key(const sandbox::SigningKey& key);

/// Asks about the artifact of sandbox::Signing.
Report verify_bundle(const nlohmann::json& bundle, const std::shared_ptr<const TrustRoot>& trust,
                     const std::string& artifact = sandbox::Signing().artifact);
Report verify_bundle(const nlohmann::json& bundle);
Report verify_layer(EvidenceKind kind, const sandbox::VirtualSigstore::Layer& layer,
                    const std::shared_ptr<const TrustRoot>& trust);

/// "chain SIGNER_NOT_TRUSTED: ...", for messages; "verified" when it is.
std::string told(const Report& report);

/// The entry of a bundle with one, and the timestamps.
nlohmann::json& log_entry(nlohmann::json& bundle);
nlohmann::json& timestamps(nlohmann::json& bundle);

}  // namespace pullgate::verify
