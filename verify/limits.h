#pragma once
/// Every limit, named, with its reason. What exceeds one is refused with LIMIT_EXCEEDED; a limit never truncates.

#include <chrono>
#include <cstddef>

namespace pullgate::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

/// Manifests and indexes: what containerd, docker and containers/image accept; larger ones nobody could pull anyway.
inline constexpr std::size_t kManifestBytes = 4 * kMiB;
/// Children of one index. Real multi-platform indexes have about 20 entries, twice that with attestations.
inline constexpr std::size_t kIndexEntries = 512;
inline constexpr std::size_t kManifestLayers = 1000;
/// One piece of evidence (a layer of a signature or attestation manifest). SBOM attestations reach tens of MiB.
inline constexpr std::size_t kEvidenceBytes = 32 * kMiB;
/// All evidence of one image, so that many pieces at their own limit cannot fill memory.
inline constexpr std::size_t kEvidenceTotalBytes = 64 * kMiB;
/// Pieces of evidence looked at for one image: a push right must not buy unbounded verification work.
inline constexpr std::size_t kEvidencePieces = 256;
/// Referrers listed for one image, over all pages, and pages followed.
inline constexpr std::size_t kReferrers = 1000;
inline constexpr std::size_t kReferrersPages = 50;
/// Bytes of all these pages: 8 KiB of annotations each, where 1 KiB is much.
inline constexpr std::size_t kReferrersBytes = 8 * kMiB;
/// JSON nesting: manifests use 5 levels, attestations under 20.
inline constexpr std::size_t kJsonDepth = 64;
/// JSON values in one document: bounds memory where many tiny values expand 40-fold when parsed.
inline constexpr std::size_t kJsonValues = 2'000'000;
/// in-toto statements: sigstore's own limits since CVE-2024-45395.
inline constexpr std::size_t kStatementSubjects = 1024;
inline constexpr std::size_t kSubjectDigests = 32;
/// Levels and properties in one verification summary: there is one for each track, and tracks are few.
inline constexpr std::size_t kVerifiedLevels = 256;
/// Transparency log entries and timestamps in a bundle, likewise.
inline constexpr std::size_t kBundleLogEntries = 32;
inline constexpr std::size_t kBundleTimestamps = 32;
/// Certificates: Fulcio's have 2 KiB and about 25 extensions; with a signature list of several logs still under 4 KiB.
inline constexpr std::size_t kCertificateBytes = 64 * kKiB;
inline constexpr std::size_t kCertificateExtensions = 64;
/// Certificates beside the leaf, in a bundle's chain or a timestamp: a chain of the Web PKI has 2 or 3.
inline constexpr std::size_t kCertificateChain = 10;
/// Timestamps by a certificate transparency log in one certificate; browsers ask for 2 or 3.
inline constexpr std::size_t kCertificateTimestamps = 32;
/// A checkpoint's bytes and signature lines; C2SP signed-note asks for at least 16 lines, and a line of the largest
/// signature known (ML-DSA-44) has 3.3 KiB.
inline constexpr std::size_t kCheckpointBytes = 128 * kKiB;
inline constexpr std::size_t kCheckpointSignatures = 32;
/// An RFC 3161 response: with a chain of large RSA certificates under 10 KiB.
inline constexpr std::size_t kTimestampBytes = 64 * kKiB;
/// Trusted roots: the public one has 7 KiB, and each list in it fewer than ten entries.
inline constexpr std::size_t kTrustedRootBytes = 4 * kMiB;
inline constexpr std::size_t kTrustedRootEntries = 256;
/// Signatures in one DSSE envelope: each is tried under every trusted key (compare CVE-2020-6173).
inline constexpr std::size_t kEnvelopeSignatures = 16;
/// Registry host and repository path: what clients accept together is 255 characters.
inline constexpr std::size_t kRegistryHostLength = 253;
inline constexpr std::size_t kRepositoryPathLength = 255;

/// A pattern in a policy, what is matched against one (identities and URIs are far shorter), and the memory of one
/// compiled regular expression.
inline constexpr std::size_t kPatternLength = 1024;
inline constexpr std::size_t kMatchedTextLength = 8 * kKiB;
inline constexpr std::size_t kPatternMemory = kMiB;
/// An operator's YAML file (10,000 rules take about 2 MiB), its nesting, and a key file.
inline constexpr std::size_t kConfigurationBytes = 16 * kMiB;
inline constexpr std::size_t kConfigurationDepth = 32;
inline constexpr std::size_t kKeyFileBytes = 64 * kKiB;

/// A client's request: what nginx and Go allow or more. Names have at most 255 characters and digests 135, so a longer
/// line is an attack; forwarded tokens of credential helpers fit into the head.
inline constexpr std::size_t kRequestLineBytes = 8 * kKiB;
inline constexpr std::size_t kRequestHeadBytes = 32 * kKiB;
inline constexpr std::size_t kRequestHeaders = 100;
/// Clients connected at once, so that a flood of connections cannot take every descriptor from the upstreams.
inline constexpr std::size_t kClientConnections = 10'000;
/// Images under judgement at once: beyond it the answer is "try again", because a queue would only outlast deadlines.
inline constexpr std::size_t kJudgementsAtOnce = 256;
/// Requests to one upstream at once for the evidence of one image: quick for a few signatures, polite for hundreds.
inline constexpr std::size_t kEvidenceFetchesAtOnce = 8;
/// What is remembered of images that were judged: entries, and bytes of manifests and evidence behind them.
inline constexpr std::size_t kJudgedImages = 8 * kKiB;
inline constexpr std::size_t kJudgedBytes = 128 * kMiB;
/// Tags under which one judged image's decision is remembered, allowances before denials; more are decided anew each
/// time.
inline constexpr std::size_t kDecisionsPerImage = 32;
/// Admitted manifests, and the blobs and children that they name: about 100 bytes each.
inline constexpr std::size_t kAdmittedManifests = 64 * kKiB;
inline constexpr std::size_t kAdmittedEdges = 2 * kMiB;
/// Digests known to be manifests, which are never served as blobs.
inline constexpr std::size_t kKnownManifests = 256 * kKiB;
/// Indexes within indexes: real ones nest twice at most.
inline constexpr std::size_t kIndexDepth = 4;
/// The config of an image: of each layer's history a line; the largest public ones have some 100 KiB.
inline constexpr std::size_t kImageConfigBytes = 4 * kMiB;
/// Children of one index that are looked at one by one, where its platforms are judged each by itself or compared with
/// those of a base. The largest public ones have some twenty platforms, and an attestation for each.
inline constexpr std::size_t kChildrenLookedAt = 128;
/// Platforms of one index that are judged at once, each with as many requests as kEvidenceFetchesAtOnce.
inline constexpr std::size_t kPlatformsAtOnce = 4;
/// Images that one image may name as its bases, and bases of bases that are judged: provenance names the stages of a
/// build, and sites stack two or three of their own. All that are judged for one image's sake: otherwise each level
/// would multiply them.
inline constexpr std::size_t kBasesPerImage = 16;
inline constexpr std::size_t kBaseDepth = 4;
inline constexpr std::size_t kBasesJudged = 64;
/// Images and indexes that let one blob or child through and are looked at again before it is served.
inline constexpr std::size_t kRootsJudgedAgain = 4;
/// Images remembered by their layers, to be recognised as somebody's base: about 300 bytes each.
inline constexpr std::size_t kSeenBases = 64 * kKiB;
/// Children of admitted indexes that are read to find out whether one of them names a blob.
inline constexpr std::size_t kChildrenReadForBlob = 64;
/// Children of admitted indexes that were not there, remembered for a few seconds: those of 256 such searches.
inline constexpr std::size_t kAbsentChildren = 16 * kKiB;
/// Tags or referrers listed in one answer: as much as fits into what clients read (4 MiB).
inline constexpr std::size_t kTagsPerPage = 10'000;
/// Answers of an upstream. Its header: redirect targets and registry headers fit in a tenth of this.
inline constexpr std::size_t kHeaderBytes = 64 * kKiB;
inline constexpr std::size_t kHeaderFields = 200;
/// Its URLs: presigned ones of object stores reach 2 KiB.
inline constexpr std::size_t kUrlLength = 8 * kKiB;
/// Its redirects: registries redirect once (to object storage); mirrors of mirrors need two or three.
inline constexpr int kRedirects = 5;
/// The body of an error: an OCI error list is a few hundred bytes.
inline constexpr std::size_t kErrorBodyBytes = 64 * kKiB;
/// A token and what comes with it: the largest in use, with their lists of permissions, have a few KiB.
inline constexpr std::size_t kTokenBytes = 16 * kKiB;
/// For so many repositories of an upstream it is remembered what to say: many pulls a second, each of another one, for
/// as long as a usual token lasts.
inline constexpr std::size_t kTokens = 1'000;
/// Tags of one repository, over all pages, and pages followed. The largest public repositories have some 20,000.
inline constexpr std::size_t kTags = 100'000;
inline constexpr std::size_t kTagPages = 1000;
/// Manifests read to learn what refers to what in one OCI layout.
inline constexpr std::size_t kLayoutManifests = 10'000;

}  // namespace pullgate::limits
