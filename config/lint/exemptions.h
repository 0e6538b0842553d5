#pragma once
/// Exceptions that let more through than is meant, or nothing.

#include "config/lint/remarks.h"
#include "config/policy/draft.h"

namespace pullgate::config {

/// About every waiver that names one requirement.
void remark_on_waivers(const PolicyDraft& draft, Remarks& remarks);

}  // namespace pullgate::config
