#pragma once
/// The checks on a Sigstore bundle.

#include <optional>

#include "verify/checks/question.h"
#include "verify/checks/report_builder.h"
#include "verify/checks/signature.h"

namespace pullgate::verify::sigstore {

std::optional<checks::Proven> check_layer(const checks::Question& question, checks::ReportBuilder& report);

}  // namespace pullgate::verify::sigstore
