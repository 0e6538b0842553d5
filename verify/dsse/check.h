#pragma once
/// The checks on a DSSE envelope with an in-toto statement, free-standing or inside a bundle.

#include <optional>

#include "verify/checks/question.h"
#include "verify/checks/report_builder.h"
#include "verify/checks/signature.h"
#include "verify/dsse/envelope.h"
#include "verify/sigstore/attribution.h"

namespace pullgate::verify::dsse {

/// A layer that is an envelope: all checks of EvidenceKind::kDsseEnvelope.
std::optional<checks::Proven> check_layer(const checks::Question& question, checks::ReportBuilder& report);

/// Everything after the form, for an envelope and what came with it (whose `envelope` and `signatures` are the
/// envelope's).
std::optional<checks::Proven> check_envelope(const sigstore::Presented& presented, const checks::Question& question,
                                             checks::ReportBuilder& report);

}  // namespace pullgate::verify::dsse
