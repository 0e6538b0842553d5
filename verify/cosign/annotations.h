#pragma once
/// What cosign keeps in the annotations of a layer, cosign "Signature Specification": for keyless signatures the
/// certificate, and in `dev.sigstore.cosign/bundle` a Rekor entry with its promise.
///
/// Deviations: with managed keys the entry is not held against a log, and an annotation is not required. Its form is
/// still checked, so that evidence which contradicts itself does not count.

#include "verify/checks/report_builder.h"
#include "verify/evidence.h"

namespace pullgate::verify::cosign {

inline constexpr const char* kCertificateAnnotation = "dev.sigstore.cosign/certificate";

/// Makes the finding Check::kTransparency.
void check_log_annotation(const Evidence& evidence, checks::ReportBuilder& report);

}  // namespace pullgate::verify::cosign
