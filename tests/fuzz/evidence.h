#pragma once
/// What holds for every piece of evidence: it is refused for a reason, or it means what evidence meant that the
/// authorities did make.
///
/// `sigstore/` has the artifact, the trust root and the key that generate_verified_corpus.py signed with and forgot;
/// what it signed are the files `corpus/<target>/verified-*`.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fuzz/property.h"
#include "tests/support/same_meaning.h"
#include "verify/verifier.h"

namespace pullgate::fuzz {

inline const std::filesystem::path kFolder = PULLGATE_FUZZ_FOLDER;

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  must_hold(file.good(), path.c_str());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What the authorities made for this target; there is something for each target that asks.
inline std::vector<std::string> verified_inputs(std::string_view target) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "corpus" / target)) {
    if (entry.path().filename().string().starts_with("verified-")) inputs.push_back(bytes_of(entry.path()));
  }
  must_hold(!inputs.empty(), "there is something good");
  return inputs;
}

inline const verify::SigstoreRoot& sigstore_root() {
  static const verify::SigstoreRoot root =
      verify::SigstoreRoot::parse("fuzzed", bytes_of(kFolder / "sigstore" / "trusted_root.json")).value();
  return root;
}

/// Some texts in one input, with NUL between them; those that are not there are empty.
template <std::size_t N>
std::array<std::string_view, N> split(std::string_view input) {
  std::array<std::string_view, N> parts;
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t end = i + 1 < N ? input.find('\0') : std::string_view::npos;
    parts[i] = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  return parts;
}

/// The annotations of cosign's older form; those that are empty are not there.
inline std::map<std::string, std::string> annotations_of(std::string_view signature, std::string_view certificate,
                                                         std::string_view log, std::string_view timestamp) {
  std::map<std::string, std::string> annotations = {{"dev.cosignproject.cosign/signature", std::string(signature)}};
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) annotations[name] = std::string(value);
  };
  add("dev.sigstore.cosign/certificate", certificate);
  add("dev.sigstore.cosign/bundle", log);
  add("dev.sigstore.cosign/rfc3161timestamp", timestamp);
  return annotations;
}

/// A verifier that trusts who made the target's good evidence.
class Court {
 public:
  /// How the target reads evidence out of its input.
  using Read = verify::Evidence (*)(std::string_view input);

  Court(std::string_view target, Read read) : read_(read) {
    for (const std::string& input : verified_inputs(target)) {
      const verify::Report report = verifier_.verify(read_(input), image_);
      must_hold(report.verified.has_value(), "what the authorities made is verified");
      if (report.verified) good_.push_back(*report.verified);
    }
  }

  void hear(std::string_view input) const { hear(read_(input)); }

  void hear(const verify::Evidence& evidence) const {
    const verify::Report report = verifier_.verify(evidence, image_);
    must_hold(!report.findings.empty(), "a report has findings");
    for (const verify::Finding& finding : report.findings) {
      must_hold(finding.reason.has_value() == (finding.outcome == verify::Outcome::kFailed), "failures have reasons");
      must_hold(!finding.detail.starts_with("could not be checked"), "nothing is refused by accident");
      for (char c : finding.detail) must_hold(c >= ' ' && c <= '~', "details are printable");
    }
    must_hold((report.most_telling() == nullptr) == report.verified.has_value(), "a refusal has a reason");
    if (!report.verified) return;
    const auto is_meant_by = [&](const verify::Verified& good) { return means_no_more(*report.verified, good); };
    must_hold(std::ranges::any_of(good_, is_meant_by), "what is verified means what the authorities attested");
  }

 private:
  static std::shared_ptr<const verify::TrustRoot> trust() {
    const verify::PublicKey key = verify::PublicKey::parse_pem(bytes_of(kFolder / "sigstore" / "key.pub")).value();
    return std::make_shared<const verify::TrustRoot>(std::vector{verify::TrustedKey{key, default_schemes(key.type())}},
                                                     std::vector{sigstore_root()});
  }

  Read read_;
  verify::Verifier verifier_{trust()};
  Content image_ = Content::of(bytes_of(kFolder / "sigstore" / "artifact"));
  std::vector<verify::Verified> good_;
};

}  // namespace pullgate::fuzz
