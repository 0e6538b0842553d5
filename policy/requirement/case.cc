#include "policy/requirement/case.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/requirement/provenance/comparison.h"
#include "verify/bytes.h"

namespace pullgate::policy {
namespace {

std::vector<const verify::Report*> in_canonical_order(const std::vector<verify::Report>& reports) {
  std::vector<const verify::Report*> ordered;
  for (const verify::Report& report : reports) ordered.push_back(&report);
  std::ranges::sort(ordered, [](const verify::Report* a, const verify::Report* b) {
    return std::tie(a->place, a->evidence) < std::tie(b->place, b->evidence);
  });
  return ordered;
}

/// Whom a certificate is of that no trusted authority issued; only what it claims itself.
std::string claimed_signer(const verify::Report& report, const verify::Finding& failed) {
  if (failed.check != verify::Check::kChain) return {};
  const auto certificate = std::ranges::find(report.findings, verify::Check::kCertificate, &verify::Finding::check);
  if (certificate == report.findings.end() || certificate->outcome != verify::Outcome::kPassed) return {};
  return fmt::format(", which says that it is of {}", printable(certificate->detail, 400));
}

/// Of whom the policy names, and whose evidence lacks something that it asks of them.
std::string remedy_of(Reason shortfall, std::string_view attestor) {
  // Whom the policy trusts no longer must not be told to sign again.
  if (shortfall == Reason::kKeyDistrusted || shortfall == Reason::kTimeOutsideValidity) {
    return "somebody whom the policy trusts at the time of signing has to sign";
  }
  const auto* how = "so that this is proven";
  if (shortfall == Reason::kTlogMissing) how = "with an entry in a transparency log";
  if (shortfall == Reason::kSctMissing) how = "with a certificate that is in a log of certificates";
  if (shortfall == Reason::kTimestampMissing) how = "with a timestamp or a log that proves when";
  return fmt::format("attestor '{}' has to sign {}", attestor, how);
}

/// What cannot be read is said by the reader alone ("not JSON at byte 227"), so which part it was is to be added.
std::string what_was_read(const verify::Finding& failed) {
  switch (failed.check) {
    case verify::Check::kForm:
    case verify::Check::kPayload:
    case verify::Check::kPredicate:
      return fmt::format("{}: ", verify::to_string(failed.check));
    default:
      return {};
  }
}

}  // namespace

std::vector<verify::Signer> Witness::signers_of(std::string_view attestor) const {
  std::vector<verify::Signer> signers;
  for (const Signature& signature : signatures) {
    if (std::ranges::find(signature.attestors, attestor) != signature.attestors.end()) {
      signers.push_back(signature.signer);
    }
  }
  return signers;
}

const verify::ImageSignature* Witness::signature() const {
  return std::get_if<verify::ImageSignature>(&verified->claim());
}

const verify::Statement* Witness::statement() const {
  return std::get_if<verify::Statement>(&verified->claim());
}

const verify::Provenance* Witness::provenance() const {
  const verify::Statement* made = statement();
  return made != nullptr && made->provenance ? &*made->provenance : nullptr;
}

const Witness::Shortfall* Witness::shortfall_of(std::string_view attestor) const {
  for (const Signature& signature : signatures) {
    const auto found = std::ranges::find(signature.shortfalls, attestor, &Shortfall::attestor);
    if (found != signature.shortfalls.end()) return &*found;
  }
  return nullptr;
}

std::string Witness::who() const {
  std::vector<std::string> names;
  for (const Signature& signature : signatures) {
    std::vector<std::string> attestors = signature.attestors;
    for (const Shortfall& shortfall : signature.shortfalls) attestors.push_back(shortfall.attestor);
    const std::string signer = verify::describe(signature.signer);
    names.push_back(attestors.empty() ? fmt::format("{}, who is no attestor of the policy", signer)
                                      : fmt::format("attestor '{}' ({})", fmt::join(attestors, "', '"), signer));
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

Testimony::Testimony(const PolicySet& policy, const Decision::About& about, const ManifestDocument& image,
                     const Gathered& gathered, std::optional<Digest> index)
    : policy_(policy), about_(about), image_(image), gathered_(gathered), index_(index) {
  for (const verify::Report* report : in_canonical_order(gathered.reports)) {
    // The verifier binds evidence to the image it was asked about. That this is the image being judged is our part:
    // reports of another image must not count, however they came here.
    if (report->verified && report->verified->subject() == about.digest) {
      const verify::Verified& verified = *report->verified;
      Witness witness{report, &verified, {}};
      for (const verify::Signer& signer : verified.signers()) {
        witness.signatures.push_back(signature_by(signer, verified));
      }
      witnesses_.push_back(std::move(witness));
    } else {
      unverified_.push_back(report);
    }
  }
}

const Exemption* Testimony::exemption_of(const std::string& requirement) const {
  const Repository& repository = about_.requested.repository;
  const Exemption* own = policy_.exemption_of(requirement, repository, about_.digest);
  const Exemption* of_index = index_ ? policy_.exemption_of(requirement, repository, *index_) : nullptr;
  if (own == nullptr || of_index == nullptr) return own == nullptr ? of_index : own;
  return own->expires < of_index->expires ? of_index : own;
}

Witness::Signature Testimony::signature_by(const verify::Signer& signer, const verify::Verified& verified) const {
  Witness::Signature signature{signer, {}, {}};
  for (const Attestor* attestor : policy_.attestors_of(signer, about_.requested)) {
    if (std::optional<verify::Finding> missing = attestor->shortfall(verified)) {
      signature.shortfalls.push_back({attestor->name, *std::move(missing)});
    } else {
      signature.attestors.push_back(attestor->name);
    }
  }
  return signature;
}

Case::Case(const Testimony& testimony, const Rule& rule) : testimony_(testimony) {
  note_names(rule.require);
}

void Case::note_names(const Requirement& requirement) {
  if (const auto* signature = std::get_if<SignatureLeaf>(&requirement.node)) {
    signing_attestors_.insert(signature->attestor);
  } else if (const auto* provenance = std::get_if<ProvenanceLeaf>(&requirement.node)) {
    provenance_leaves_.push_back(provenance);
  }
  for (const Requirement& child : children_of(requirement)) note_names(child);
}

bool Case::satisfies_provenance(const Witness& witness) const {
  return std::ranges::any_of(provenance_leaves_,
                             [&](const ProvenanceLeaf* leaf) { return provenance::satisfies(*this, *leaf, witness); });
}

std::vector<Objection> Case::failures(const std::set<verify::EvidenceKind>& kinds, const std::string& requirement,
                                      const std::string& remedy) const {
  std::vector<Objection> objections;
  for (const verify::Report* report : testimony_.unverified()) {
    if (!kinds.contains(report->kind)) continue;
    if (report->verified) {
      objections.push_back({Reason::kSubjectMismatch, requirement,
                            fmt::format("{} is about {}", printable(report->place), report->verified->subject().text()),
                            remedy});
    } else if (const verify::Finding* finding = report->most_telling()) {
      objections.push_back({finding->reason.value_or(Reason::kEvidenceUnreadable), requirement,
                            fmt::format("{}: {}{}{}", printable(report->place), what_was_read(*finding),
                                        printable(finding->detail, 400), claimed_signer(*report, *finding)),
                            finding->reason == Reason::kTrustRootExpired
                                ? "bring the trust root of the policy up to date, or " + remedy
                                : remedy});
    } else {
      objections.push_back({Reason::kEvidenceUnreadable, requirement,
                            fmt::format("{} was not verified", printable(report->place)), remedy});
    }
  }
  return objections;
}

Objection Case::not_by(std::string_view attestor, const Witness& witness, std::string_view what,
                       const std::string& requirement, const std::string& remedy) const {
  const std::string place = printable(witness.report->place);
  if (const Witness::Shortfall* shortfall = witness.shortfall_of(attestor)) {
    const Reason reason = shortfall->finding.reason.value_or(Reason::kEvidenceUnreadable);
    return {reason, requirement,
            fmt::format("{}; {} by {} at {}", shortfall->finding.detail, what, witness.who(), place),
            remedy_of(reason, attestor)};
  }
  std::string found = fmt::format("{} by {}", what, witness.who());
  const Attestor& wanted = policy().attestor(attestor);
  if (wanted.keyless() != nullptr) {
    const verify::Signer& signer = witness.signatures.front().signer;
    found += fmt::format(": {}", wanted.difference(signer, about().requested).value_or("another signer"));
  }
  found += fmt::format("; at {}", place);
  return {Reason::kSignerNotTrusted, requirement, std::move(found), remedy};
}

const Gap* Case::gap() const {
  const auto first = std::ranges::min_element(gathered().gaps, [](const Gap& a, const Gap& b) {
    return std::tie(a.place, a.reason, a.cause) < std::tie(b.place, b.reason, b.cause);
  });
  return first == gathered().gaps.end() ? nullptr : &*first;
}

std::string Case::places() const {
  if (gathered().places.empty()) return "nowhere: no place was searched";
  return printable(fmt::format("{}", fmt::join(gathered().places, ", ")), 1000);
}

std::optional<std::string> other_workflow(const Builder& builder, const Witness& witness,
                                          const verify::Provenance& provenance) {
  if (!provenance.builder_id.contains("/.github/workflows/")) return std::nullopt;
  for (const verify::Signer& signer : witness.signers_of(builder.attestor)) {
    const auto* certificate = std::get_if<verify::CertificateSigner>(&signer);
    if (certificate == nullptr) continue;
    const std::string& workflow = certificate->extensions.build_signer_uri.value_or(certificate->subject.value);
    if (workflow != provenance.builder_id) return workflow;
  }
  return std::nullopt;
}

bool is_builder(const Builder& builder, const Witness& witness, const verify::Provenance& provenance) {
  // An empty id, which BuildKit writes by default, is nobody's; a generous glob must not make it somebody's.
  return witness.is_by(builder.attestor) && !provenance.builder_id.empty() &&
         builder.id.matches(provenance.builder_id) && !other_workflow(builder, witness, provenance);
}

}  // namespace pullgate::policy
