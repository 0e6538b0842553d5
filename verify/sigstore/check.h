#pragma once
/// The checks on a Sigstore bundle.

#include <optional>

#include "verify/checks/report_builder.h"
#include "verify/checks/signature.h"
#include "verify/evidence.h"
#include "verify/trust_root.h"

namespace pullgate::verify::sigstore {

std::optional<checks::Proven> check_layer(const Evidence& evidence, const Content& image, const TrustRoot& trust,
                                          checks::ReportBuilder& report);

}  // namespace pullgate::verify::sigstore
