#pragma once
/// Is the evidence enough? Pure, total, deterministic: the same arguments give the same decision, evidence in any
/// order. Only reports with a `verified` part can satisfy anything; the others explain denials.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/base_image.h"
#include "policy/decision.h"
#include "policy/policy.h"
#include "verify/finding.h"
#include "verify/manifest.h"

namespace pullgate::policy {

/// A place where evidence may be, and that could not be searched or read.
struct Gap {
  std::string place;
  Reason reason;  ///< UPSTREAM_*, LIMIT_EXCEEDED, EVIDENCE_UNREADABLE
  std::string cause;
  std::optional<std::chrono::seconds> retry_after;
  std::string remedy = {};  ///< empty: to try again
};

struct Gathered;

/// One runnable part of an index, and what was gathered about it alone.
struct Part {
  std::string shown;  ///< "linux/amd64 sha256:0123456789ab"
  Digest digest;
  std::shared_ptr<const ManifestDocument> document;  ///< null, like `gathered`, when it could not be looked at
  std::shared_ptr<const Gathered> gathered;
  std::string missing;  ///< and why; empty where the search ended before it, because it could not help any more
};

/// A statement that lies in the index beside the platform that it is about, and that nobody signed by itself.
struct EnclosedStatement {
  Digest about;       ///< the platform, which is among its subjects
  std::string place;  ///< "attestation manifest sha256:0123456789ab, layer 0"
  std::optional<verify::Statement> statement;
  std::string problem;  ///< why there is none
};
struct Enclosed {
  std::vector<EnclosedStatement> statements = {};
  /// The attestation manifests that carry them: evidence through and through, so nobody can run them.
  std::vector<Digest> carriers = {};
};

/// All that was gathered about one image.
struct Gathered {
  std::vector<verify::Report> reports;
  std::vector<std::string> places;  ///< where was looked: "referrers API", "tag sha256-...sig", ...
  std::vector<Gap> gaps;
  std::vector<Leaf> leaves = {};  ///< the runnable parts of the image, where bases_wanted() asks for layers
  std::vector<Base> bases = {};   ///< what bases_to_see() asked for
  /// What could not be had for their sake; `gaps` are of evidence about the image itself.
  std::vector<Gap> base_gaps = {};
  Enclosed enclosed = {};        ///< of an index, where wants_enclosed()
  std::vector<Part> parts = {};  ///< of an index, where and when parts_wanted() says so; each of them once
};

/// Has each part of an index to be looked at by itself? Never instead of an index of which a rule wants all
/// attestations or the newest: what is said about the index would not count.
enum class PartsWanted {
  kNever,
  kWhenNotAllowed,  ///< when the index as a whole does not satisfy the policy
  kAlways,
};
PartsWanted parts_wanted(const PolicySet& policy, const Repository& repository);

/// Can further evidence end what allows an image of this repository, because all attestations of a type or the newest
/// one have to be good? Then what was gathered allows for a while only.
bool can_be_ended_by_evidence(const PolicySet& policy, const Repository& repository);

/// May provenance that lies in an index count, under one of these signatures over the index? What nobody signed is not
/// worth a request.
bool wants_enclosed(const PolicySet& policy, const Repository& repository, const std::vector<verify::Report>& reports);

/// Can the image be decided without any evidence, because nothing that applies to this repository asks for some? Then
/// none is gathered.
bool needs_evidence(const PolicySet& policy, const Repository& repository);

/// Is the image refused because of its digest, whatever the evidence? Asked of an image that an index covers: the
/// evidence about the index stands for its children, but no index can take a rejection back.
bool is_rejected(const PolicySet& policy, const Repository& repository, const Digest& digest, Time at);

/// The rule of the most specific scope has to be met, and every baseline entry that matches: what denies leads,
/// baseline entries first. `image` is the manifest or index that `about.digest` names. A denial with gaps becomes
/// cannot-judge, because what is missing might have satisfied the rule; an allowance does not need what is missing.
Decision evaluate(const PolicySet& policy, const Decision::About& about, const ManifestDocument& image,
                  const Gathered& gathered);

}  // namespace pullgate::policy
