#pragma once
/// Requirements that are met by more than whoever wrote them is likely to mean.

#include "config/lint/remarks.h"
#include "config/policy/draft.h"

namespace pullgate::config {

/// Would every image meet this, signed or not?
bool asks_for_nothing(const policy::Requirement& requirement);

/// About every rule and baseline entry whose requirements could all be read, and about the attestors that they name.
void remark_on_requirements(const ReadDraft& read, Remarks& remarks);

}  // namespace pullgate::config
