#include "verify/slsa/uri.h"

#include "tests/fuzz/property.h"
#include "verify/reference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pullgate;
  const std::string uri(fuzz::text_of(data, size));
  if (const auto source = verify::slsa::parse_git_uri(uri)) {
    fuzz::must_hold(source->repository.find_first_of("@#?%\\") == std::string::npos, "a repository is plain");
    const auto again = verify::slsa::parse_git_uri(source->repository);
    fuzz::must_hold(again && again->repository == source->repository && again->ref.empty(),
                    "a repository has one form");
  }
  const auto image = verify::slsa::image_of({.uri = uri, .name = {}, .digest = {}});
  if (!image || !*image) return 0;
  if (const auto reference = ImageReference::parse((*image)->name)) {
    const bool normal = reference->repository.text() == (*image)->name;
    fuzz::must_hold(normal || (*image)->name != reference->text(), "an image's name is normal or no name");
  }
  return 0;
}
