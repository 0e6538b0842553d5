#pragma once
/// Files of the test data, and keys among them.

#include <filesystem>
#include <string>
#include <vector>

#include "verify/public_key.h"
#include "verify/trust_root.h"

namespace pullgate::verify {

inline const std::filesystem::path kCases = std::filesystem::path(PULLGATE_TEST_DATA) / "cases";

/// Fails the test when there is no such file.
std::string bytes_of(const std::filesystem::path& path);
/// A key of tests/cases/keys.
PublicKey key_named(const std::string& name);
/// These keys, with the schemes of their types.
TrustedKey trusted(const std::string& name);
std::shared_ptr<const TrustRoot> trust_in(const std::vector<std::string>& names);

/// Public data of others, in the sibling folder `shared/data` or under PULLGATE_SHARED; empty when it is not there.
std::filesystem::path shared_data();

}  // namespace pullgate::verify
