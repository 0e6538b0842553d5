#pragma once
/// One image before one rule: what every leaf looks at.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/evaluate.h"
#include "policy/policy.h"
#include "verify/finding.h"

namespace pullgate::policy {

/// Verified evidence about this very image.
struct Witness {
  const verify::Report* report = nullptr;
  const verify::Verified* verified = nullptr;
  /// An attestor who signed, and whose signature does not count because something else is not proven.
  struct Shortfall {
    std::string attestor;
    verify::Finding finding;
  };
  /// Who signed it, and the attestors of the policy who sign like that and of whom enough is proven.
  struct Signature {
    verify::Signer signer;
    std::vector<std::string> attestors;
    std::vector<Shortfall> shortfalls;
  };
  std::vector<Signature> signatures;

  [[nodiscard]] bool is_by(std::string_view attestor) const { return !signers_of(attestor).empty(); }
  [[nodiscard]] std::vector<verify::Signer> signers_of(std::string_view attestor) const;
  /// Set when the attestor signed and something else is missing.
  [[nodiscard]] const Shortfall* shortfall_of(std::string_view attestor) const;
  [[nodiscard]] const verify::ImageSignature* signature() const;
  [[nodiscard]] const verify::Statement* statement() const;
  [[nodiscard]] const verify::Provenance* provenance() const;
  /// "attestor 'acme-release' (key sha256:0123456789ab)", "https://... identified by https://..."
  [[nodiscard]] std::string who() const;
};

/// One image and the evidence about it, prepared once for all entries that apply. Refers to its arguments; they must
/// outlive it. Evidence is put in an order of its own, so that the order in which it was gathered cannot show in a
/// decision.
class Testimony {
 public:
  /// `index` is the one of which the image is a part, where it is judged as such.
  Testimony(const PolicySet& policy, const Decision::About& about, const ManifestDocument& image,
            const Gathered& gathered, std::optional<Digest> index = std::nullopt);

  [[nodiscard]] const PolicySet& policy() const { return policy_; }
  [[nodiscard]] const Decision::About& about() const { return about_; }
  [[nodiscard]] const ManifestDocument& image() const { return image_; }
  [[nodiscard]] const Gathered& gathered() const { return gathered_; }
  [[nodiscard]] const std::vector<Witness>& witnesses() const { return witnesses_; }
  /// By which this requirement counts as met; one for an index is for its parts too. Null when there is none.
  [[nodiscard]] const Exemption* exemption_of(const std::string& requirement) const;
  /// What did not verify, or is about another image.
  [[nodiscard]] const std::vector<const verify::Report*>& unverified() const { return unverified_; }

 private:
  [[nodiscard]] Witness::Signature signature_by(const verify::Signer& signer, const verify::Verified& verified) const;

  const PolicySet& policy_;
  const Decision::About& about_;
  const ManifestDocument& image_;
  const Gathered& gathered_;
  std::optional<Digest> index_;
  std::vector<Witness> witnesses_;
  std::vector<const verify::Report*> unverified_;
};

/// Refers to its arguments; they must outlive it.
class Case {
 public:
  Case(const Testimony& testimony, const Rule& rule);

  [[nodiscard]] const PolicySet& policy() const { return testimony_.policy(); }
  [[nodiscard]] const Decision::About& about() const { return testimony_.about(); }
  [[nodiscard]] const ManifestDocument& image() const { return testimony_.image(); }
  [[nodiscard]] const Gathered& gathered() const { return testimony_.gathered(); }
  [[nodiscard]] const std::vector<Witness>& witnesses() const { return testimony_.witnesses(); }
  [[nodiscard]] const Exemption* exemption_of(const std::string& requirement) const {
    return testimony_.exemption_of(requirement);
  }
  /// A place where evidence may be that nobody could see, the same one in whatever order they were gathered; null when
  /// there is none.
  [[nodiscard]] const Gap* gap() const;

  /// Attestors of the rule's signature leaves, and its provenance leaves.
  [[nodiscard]] const std::set<std::string>& signing_attestors() const { return signing_attestors_; }
  [[nodiscard]] const std::vector<const ProvenanceLeaf*>& provenance_leaves() const { return provenance_leaves_; }
  /// Is this provenance that the rule would take, for one of its provenance leaves? A builder may be anybody's to call,
  /// so who made a statement says too little.
  [[nodiscard]] bool satisfies_provenance(const Witness& witness) const;

  /// What is wrong with the pieces of the given kinds that did not verify.
  [[nodiscard]] std::vector<Objection> failures(const std::set<verify::EvidenceKind>& kinds,
                                                const std::string& requirement, const std::string& remedy) const;
  /// Why evidence does not count as the attestor's, which is none of those who signed: who did, and where the
  /// difference lies. Or, when the attestor did sign, what is not proven beside it.
  [[nodiscard]] Objection not_by(std::string_view attestor, const Witness& witness, std::string_view what,
                                 const std::string& requirement, const std::string& remedy) const;
  /// "referrers API, tag sha256-0123...sig"
  [[nodiscard]] std::string places() const;

 private:
  void note_names(const Requirement& requirement);

  const Testimony& testimony_;
  std::set<std::string> signing_attestors_;
  std::vector<const ProvenanceLeaf*> provenance_leaves_;
};

/// The workflow that the certificate names where builder.id names another one: a workflow signs with a certificate of
/// its own, and one that claims to be the trusted builder is whoever wrote the statement (slsa-verifier compares
/// likewise).
std::optional<std::string> other_workflow(const Builder& builder, const Witness& witness,
                                          const verify::Provenance& provenance);

/// Is (signer, builder.id) this builder? The id without the signer is only text that anybody can write.
bool is_builder(const Builder& builder, const Witness& witness, const verify::Provenance& provenance);

}  // namespace pullgate::policy
