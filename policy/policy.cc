#include "policy/policy.h"

namespace pullgate::policy {

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::kEnforce: return "enforce";
    case Mode::kWarn: return "warn";
    case Mode::kAudit: return "audit";
  }
  return "enforce";
}

}  // namespace pullgate::policy
