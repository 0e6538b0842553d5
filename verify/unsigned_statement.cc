#include "verify/unsigned_statement.h"

#include <string_view>
#include <utility>

#include "verify/artifact.h"
#include "verify/dsse/envelope.h"
#include "verify/dsse/statement.h"
#include "verify/slsa/provenance.h"

namespace pullgate::verify {
namespace {

std::string_view annotation(const Descriptor& descriptor, const char* name) {
  const auto found = descriptor.annotations.find(name);
  return found == descriptor.annotations.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

std::optional<Digest> described_platform(const Descriptor& child) {
  if (annotation(child, "vnd.docker.reference.type") != "attestation-manifest") return std::nullopt;
  const Result<Digest> digest = Digest::parse(annotation(child, "vnd.docker.reference.digest"));
  return digest ? std::optional(*digest) : std::nullopt;
}

bool is_unsigned_provenance(const Descriptor& layer) {
  return layer.media_type == dsse::kInTotoPayloadType &&
         is_slsa_provenance(annotation(layer, "in-toto.io/predicate-type"));
}

Result<Statement> read_unsigned_statement(const Content& content, const Digest& about) {
  Result<Statement> statement = dsse::parse_statement(content.bytes());
  if (!statement) return statement;
  if (dsse::find_subject(*statement, Artifact::known_by(about)) == nullptr) {
    return {ErrorCode::kMalformed, "the statement is about something else than " + about.short_text()};
  }
  if (!is_slsa_provenance(statement->predicate_type)) return statement;
  Result<Provenance> provenance = slsa::read_provenance(statement->predicate_type, statement->predicate);
  if (!provenance) return std::move(provenance).error();
  statement->provenance = *std::move(provenance);
  return statement;
}

}  // namespace pullgate::verify
