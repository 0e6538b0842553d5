#pragma once
/// What a trusted_root.json says, decoded and checked: see sigstore_root.h.

#include <string>
#include <string_view>
#include <vector>

#include "verify/result.h"
#include "verify/tlog/log.h"
#include "verify/tsa/authority.h"
#include "verify/x509/authority.h"

namespace pullgate::verify::sigstore {

struct Authorities {
  std::vector<x509::IssuingAuthority> certificate_authorities;
  std::size_t certificate_authority_entries = 0;
  std::vector<tlog::Log> logs;
  std::vector<tlog::Log> certificate_logs;
  std::vector<tsa::Authority> timestamp_authorities;
  std::vector<std::string> left_out;
};

Result<Authorities> parse_trusted_root(std::string_view json);

}  // namespace pullgate::verify::sigstore
