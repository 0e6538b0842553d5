#include "tests/unit/verify/data.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace pullgate::verify {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

PublicKey key_named(const std::string& name) {
  return PublicKey::parse_pem(bytes_of(kCases / "keys" / (name + ".pub"))).value();
}

TrustedKey trusted(const std::string& name) {
  const PublicKey key = key_named(name);
  return {key, default_schemes(key.type())};
}

std::shared_ptr<const TrustRoot> trust_in(const std::vector<std::string>& names) {
  std::vector<TrustedKey> keys;
  for (const std::string& name : names) keys.push_back(trusted(name));
  return std::make_shared<const TrustRoot>(std::move(keys));
}

std::filesystem::path shared_data() {
  const char* const variable = std::getenv("PULLGATE_SHARED");  // NOLINT(concurrency-mt-unsafe)
  const std::filesystem::path root = variable != nullptr
                                         ? std::filesystem::path(variable)
                                         : std::filesystem::path(PULLGATE_TEST_DATA) / ".." / ".." / "shared";
  const std::filesystem::path data = root / "data";
  return std::filesystem::is_directory(data) ? data : std::filesystem::path();
}

}  // namespace pullgate::verify
