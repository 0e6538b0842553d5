#pragma once
/// Bases: whom an image says it was built on, and what has to be looked at before a policy can tell whether that is so.
/// What is found there is told to evaluate() in `Gathered`.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verify/digest.h"
#include "verify/finding.h"
#include "verify/image_config.h"
#include "verify/manifest.h"
#include "verify/reference.h"

namespace pullgate::policy {

class Decision;
class PolicySet;
struct Gathered;

/// One manifest and the config that it names, both hashed by us.
struct ImageLayers {
  Digest manifest;
  std::vector<Digest> layers;                      ///< as they travel
  std::map<std::string, std::string> annotations;  ///< those that name a base or the source
  ImageConfig config;                              ///< of its labels only those that say version and source
};

/// One runnable part of the image that is judged: the image itself, or a child of the index.
struct Leaf {
  std::string shown;                  ///< "linux/amd64 sha256:0123456789ab"
  std::optional<ImageLayers> layers;  ///< none when they could not be looked at
  std::string missing;                ///< and why
};

/// An image that something names as a base, as it was found in its repository.
struct Base {
  Repository repository;
  Digest digest;                    ///< as it is named: of an index or of a manifest
  std::vector<ImageLayers> images;  ///< the manifest, or those children of the index whose platforms are asked for
  std::string missing;              ///< why there are none; empty otherwise
  /// By the same policy, asked for by this digest; null where no rule wants to know.
  std::shared_ptr<const Decision> decision = nullptr;
};

/// What there is to look at for the sake of a base.
struct BaseToSee {
  Repository repository;
  Digest digest;

  friend auto operator<=>(const BaseToSee&, const BaseToSee&) = default;
  friend bool operator==(const BaseToSee&, const BaseToSee&) = default;
};

struct BasesWanted {
  bool layers = false;     ///< the configs of the image and of its bases have to be read, for layers or labels
  bool decisions = false;  ///< bases have to be judged
};
/// What the rule and baseline entries for this repository want to know.
BasesWanted bases_wanted(const PolicySet& policy, const Repository& repository);

/// Does some rule allow bases from here, so that it is worth remembering what the images here are made of?
bool is_possible_base(const PolicySet& policy, const Repository& repository);

/// The bases that annotations and verified provenance name, with a repository and a digest that some `baseImage` of the
/// image's own entries allows: nothing else is ever asked for because somebody wrote it into an image.
std::vector<BaseToSee> bases_to_see(const PolicySet& policy, const Repository& repository,
                                    const ManifestDocument& image, const Gathered& gathered);

// OCI image-spec "Pre-Defined Annotation Keys".
inline constexpr const char* kSourceLabel = "org.opencontainers.image.source";
inline constexpr const char* kRevisionLabel = "org.opencontainers.image.revision";

/// What is kept of an image's annotations and labels, which may be megabytes: those that name a base or the source, and
/// the version.
std::map<std::string, std::string> kept_annotations(const std::map<std::string, std::string>& annotations);
void keep_what_describes(ImageConfig& config);

/// May an image of this repository and digest be a base of images here, by what some `baseImage` says?
bool is_allowed_base(const PolicySet& policy, const Repository& repository, const BaseToSee& base);

}  // namespace pullgate::policy
