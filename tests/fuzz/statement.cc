#include "verify/dsse/statement.h"

#include "tests/fuzz/property.h"
#include "verify/slsa/provenance.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pullgate;
  const std::string_view text = fuzz::text_of(data, size);
  const auto statement = verify::dsse::parse_statement(text);
  if (!statement) return 0;
  fuzz::must_hold(!statement->subjects.empty() && !statement->predicate_type.empty(), "a statement says of what");
  fuzz::must_hold(statement->predicate != nullptr, "a predicate is never null");

  const verify::Artifact image(Content::of(std::string(text)));
  if (const auto* subject = verify::dsse::find_subject(*statement, image)) {
    const auto sha256 = subject->digest.find("sha256");
    fuzz::must_hold(sha256 == subject->digest.end() || sha256->second == image.digest().hex(),
                    "a subject that is found has no other image's digest");
  }
  for (std::string_view type : {verify::kSlsaProvenanceV01, verify::kSlsaProvenanceV02, verify::kSlsaProvenanceV1}) {
    const auto provenance = verify::slsa::read_provenance(type, statement->predicate);
    if (!provenance) continue;
    fuzz::must_hold(provenance->images.size() <= provenance->materials.size(), "images are among the materials");
    if (provenance->source) fuzz::must_hold(!provenance->source->repository.empty(), "a source has a repository");
  }
  return 0;
}
