#pragma once
/// One line for every manifest that was asked for: who, what, the answer and why.

#include <chrono>

#include "proxy/ops/log.h"
#include "proxy/pull/admission.h"
#include "verify/reference.h"

namespace pullgate::proxy {

struct AskedManifest {
  std::string request_id;
  std::string client;
  std::string method;
  Repository repository;
  TagOrDigest reference;
};

void log_judgement(const Log& log, const AskedManifest& asked, const Judgement& judgement,
                   std::chrono::milliseconds duration);

}  // namespace pullgate::proxy
