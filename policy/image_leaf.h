#pragma once
/// `image: { digests: [...], tags: [...], annotations: {...} }`: what the client asked for and what the manifest says
/// of itself. Nobody proved any of it, so it only narrows what the rest of a rule allows. Needs no evidence.

#include <map>
#include <string>
#include <vector>

#include "policy/pattern.h"
#include "verify/digest.h"

namespace pullgate::policy {

/// All that is given has to hold; something is.
struct ImageLeaf {
  std::vector<Digest> digests = {};                     ///< one of them, where there are any
  std::vector<TextPattern> tags = {};                   ///< likewise; an image asked for by digest alone has no tag
  std::map<std::string, TextPattern> annotations = {};  ///< each of them, in the manifest or index itself
};

}  // namespace pullgate::policy
