#pragma once
/// What a command's exit tells a script. From 64 on as sysexits.h has them.

namespace pullgate::proxy {

enum ExitCode : int {
  kExitAllowed = 0,
  kExitDenied = 1,
  kExitCannotJudge = 2,
  kExitUsage = 64,
  kExitUnavailable = 69,  ///< an address cannot be listened on
  kExitInternal = 70,
  kExitCannotCreate = 73,   ///< a file cannot be written
  kExitConfiguration = 78,  ///< a file of the operator's is wrong
};

}  // namespace pullgate::proxy
