#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/files/read_file.h"
#include "config/policy/identities.h"
#include "config/yaml/reader.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::config {
namespace {

class KeyReader {
 public:
  KeyReader(const std::filesystem::path& folder, yaml::Problems& problems) : folder_(folder), problems_(problems) {}

  std::vector<verify::TrustedKey> read(const yaml::Node& node) {
    if (node.kind == yaml::Node::Kind::kScalar) {
      const bool is_pem = node.text.contains("-----BEGIN");
      problems_.add(node.mark, fmt::format("'key' is a mapping; write 'key: {{ {}: {} }}'", is_pem ? "pem" : "file",
                                           is_pem ? "..." : printable(node.text, 200)));
      return {};
    }
    yaml::Mapping entry(node, "'key'", problems_);
    const yaml::Node* file = entry.find("file");
    const yaml::Node* files = entry.find("files");
    const yaml::Node* pem = entry.find("pem");
    const yaml::Node* algorithm = entry.find("algorithm");
    entry.finish();
    const int sources = (file != nullptr ? 1 : 0) + (files != nullptr ? 1 : 0) + (pem != nullptr ? 1 : 0);
    if (sources != 1 && entry.is_mapping()) {
      problems_.add(node.mark, "'key' needs exactly one of 'file', 'files' and 'pem'");
    }
    std::vector<std::pair<verify::PublicKey, yaml::Mark>> keys;
    if (file != nullptr) read_key_file(*file, "'file'", keys);
    if (files != nullptr) {
      for (const yaml::Node& item : yaml::read_list(*files, "'files'", problems_)) {
        read_key_file(item, "an entry of 'files'", keys);
      }
    }
    if (pem != nullptr) {
      if (const auto text = yaml::read_text(*pem, "'pem'", problems_)) read_pem(*text, "'pem'", pem->mark, keys);
    }
    return with_schemes(keys, algorithm);
  }

 private:
  void read_key_file(const yaml::Node& node, std::string_view what,
                     std::vector<std::pair<verify::PublicKey, yaml::Mark>>& keys) {
    const auto text = yaml::read_text(node, what, problems_);
    if (!text) return;
    const std::filesystem::path path = (folder_ / *text).lexically_normal();
    const auto bytes = read_file(path, limits::kKeyFileBytes);
    if (!bytes) {
      problems_.add(node.mark, fmt::format("key file {} {}", path.string(), bytes.error().message));
      return;
    }
    read_pem(*bytes, fmt::format("key file {}", path.string()), node.mark, keys);
  }

  void read_pem(const std::string& text, std::string_view what, yaml::Mark mark,
                std::vector<std::pair<verify::PublicKey, yaml::Mark>>& keys) {
    auto key = verify::PublicKey::parse_pem(text);
    if (!key) {
      problems_.add(mark, fmt::format("{} holds no usable public key: {}", what, key.error().message));
      return;
    }
    keys.emplace_back(*std::move(key), mark);
  }

  std::vector<verify::TrustedKey> with_schemes(std::vector<std::pair<verify::PublicKey, yaml::Mark>>& keys,
                                               const yaml::Node* algorithm) {
    std::optional<verify::SignatureScheme> only;
    if (algorithm != nullptr) {
      const auto text = yaml::read_text(*algorithm, "'algorithm'", problems_);
      if (!text) return {};
      const auto scheme = verify::parse_signature_scheme(*text);
      if (!scheme) {
        problems_.add(algorithm->mark, fmt::format("'algorithm': {}", scheme.error().message));
        return {};
      }
      only = *scheme;
    }
    std::vector<verify::TrustedKey> trusted;
    for (auto& [key, mark] : keys) {
      const verify::KeyType type = key.type();
      if (only && !verify::is_usable(type, *only)) {
        problems_.add(mark, fmt::format("a key of type {} cannot make signatures of 'algorithm' {}",
                                        verify::to_string(type), verify::to_string(*only)));
        continue;
      }
      trusted.push_back({std::move(key), only ? std::vector{*only} : verify::default_schemes(type)});
    }
    return trusted;
  }

  const std::filesystem::path& folder_;
  yaml::Problems& problems_;
};

}  // namespace

std::vector<verify::TrustedKey> read_keys(const yaml::Node& node, const std::filesystem::path& folder,
                                          yaml::Problems& problems) {
  return KeyReader(folder, problems).read(node);
}

}  // namespace pullgate::config
