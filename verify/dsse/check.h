#pragma once
/// The checks on a DSSE envelope with an in-toto statement, free-standing or inside a bundle.

#include <optional>

#include "verify/checks/report_builder.h"
#include "verify/checks/signature.h"
#include "verify/dsse/envelope.h"
#include "verify/evidence.h"
#include "verify/trust_root.h"

namespace pullgate::verify::dsse {

/// A layer that is an envelope: all checks of EvidenceKind::kDsseEnvelope.
std::optional<checks::Proven> check_layer(const Evidence& evidence, const Content& image, const TrustRoot& trust,
                                          checks::ReportBuilder& report);

/// Payload type, signature, payload, subject and predicate of an envelope whose form is good.
std::optional<checks::Proven> check_envelope(const Envelope& envelope, const Content& image, const TrustRoot& trust,
                                             checks::ReportBuilder& report);

}  // namespace pullgate::verify::dsse
