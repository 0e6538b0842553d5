#pragma once
/// cosign's simple signing: the payload says which image, the signature over the payload's very bytes is in an
/// annotation of the layer. cosign "Signature Specification"; containers-signature(5) for the payload.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "verify/checks/question.h"
#include "verify/checks/signature.h"
#include "verify/result.h"

namespace pullgate::verify::cosign {

struct SimpleSigningPayload {
  Digest image;
  std::string docker_reference;
  std::map<std::string, std::string> annotations;  ///< the texts among `optional`
};

/// `critical` and its members must be exactly the known ones: a critical member that we do not know may not be ignored
/// (containers-signature(5) "critical").
Result<SimpleSigningPayload> parse_payload(std::string_view json);

std::optional<checks::Proven> check_layer(const checks::Question& question, checks::ReportBuilder& report);

}  // namespace pullgate::verify::cosign
