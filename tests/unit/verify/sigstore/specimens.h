#pragma once
/// Good evidence of every kind, to be spoiled.

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "verify/verifier.h"

namespace pullgate::verify {

/// What the bytes of the layer are called among the texts.
inline constexpr const char* kPayload = "payload";

/// Evidence as the texts that it is made of: the bytes of the layer, and its annotations by their names.
struct Specimen {
  std::string name;
  EvidenceKind kind;
  std::map<std::string, std::string> texts;
  Content image;
  std::shared_ptr<const TrustRoot> trust;

  [[nodiscard]] Report report() const;
  [[nodiscard]] Specimen with(const std::string& which, std::string text) const;
};

/// A kind of evidence: made anew each time, by the same signer, about this artifact.
struct Kind {
  std::string name;
  std::function<Specimen(const std::string& artifact)> make;

  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

/// All that a virtual Sigstore attests: bundles and layers, by certificates and by keys, in every form of log entry.
std::vector<Kind> kinds_of_specimens();

/// A folder below tests/cases.
Specimen specimen_from_case(const std::string& path);

}  // namespace pullgate::verify
