#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/policy/identities.h"
#include "config/yaml/reader.h"

namespace pullgate::config {
namespace {

using policy::NamePattern;

/// One of the ways in which a name may be written.
enum class Form { kExact, kGlob, kRegularExpression };

struct Written {
  std::string key;
  Form form;
  const yaml::Node* node;
};

/// Where the hosts in an expression begin: behind every "://", with or without backslashes; in a name without one
/// behind the "@" of a mail address, or at once.
std::vector<std::size_t> host_begins(std::string_view expression, bool is_name) {
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    for (const std::string_view scheme_end : {"://", R"(:\/\/)"}) {
      if (expression.substr(i).starts_with(scheme_end)) begins.push_back(i + scheme_end.size());
    }
  }
  if (!begins.empty() || !is_name) return begins;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '@') begins.push_back(i + 1);
  }
  if (begins.empty()) begins.push_back(0);
  return begins;
}

/// An unescaped dot in a host matches every character, and "token.actions" may be registered as "token-actions".
bool has_open_dot_in_host(std::string_view expression, bool is_name) {
  return std::ranges::any_of(host_begins(expression, is_name), [&](std::size_t begin) {
    for (std::size_t i = begin; i < expression.size() && expression[i] != '/'; ++i) {
      if (expression[i] == '\\') {
        ++i;
        if (i < expression.size() && expression[i] == '/') return false;
      } else if (expression[i] == '[') {
        i = std::min(expression.find(']', i), expression.size());
      } else if (expression[i] == '.') {
        const char next = i + 1 < expression.size() ? expression[i + 1] : '\0';
        if (next != '*' && next != '+' && next != '?' && next != '{') return true;
      }
    }
    return false;
  });
}

class KeylessReader {
 public:
  KeylessReader(KeyPlaces& places, yaml::Problems& problems) : places_(places), problems_(problems) {}

  ReadKeyless read(const yaml::Node& node) {
    yaml::Mapping entry(node, "'keyless'", problems_);
    const yaml::Node* trust_root = entry.require("trustRoot");
    std::vector<Written> issuers;
    std::vector<Written> subjects;
    find(entry, "issuer", Form::kExact, issuers);
    find(entry, "issuerRegExp", Form::kRegularExpression, issuers);
    find(entry, "subject", Form::kExact, subjects);
    find(entry, "subjectPattern", Form::kGlob, subjects);
    find(entry, "subjectRegExp", Form::kRegularExpression, subjects);
    const yaml::Node* kind = entry.find("subjectKind");
    const yaml::Node* extensions = entry.find("extensions");
    entry.finish();

    ReadKeyless keyless;
    if (trust_root != nullptr) {
      places_.emplace("trustRoot", trust_root->mark);
      keyless.trust_root = yaml::read_text(*trust_root, "'trustRoot'", problems_).value_or("");
    }
    // A name without an issuer is anybody's, and an issuer without a name is everybody: both have to be written.
    auto issuer = read_one("issuer", "'issuer' and 'issuerRegExp'", issuers, entry);
    auto subject = read_one("subject", "'subject', 'subjectPattern' and 'subjectRegExp'", subjects, entry);
    auto subject_kind = kind != nullptr ? read_kind(*kind) : std::nullopt;
    if (extensions != nullptr) places_.emplace("extensions", extensions->mark);
    auto required =
        extensions != nullptr ? read_extensions(*extensions) : std::vector<policy::KeylessIdentity::Extension>();
    if (issuer && subject) {
      keyless.identity = policy::KeylessIdentity{.issuer = *std::move(issuer),
                                                 .subject = *std::move(subject),
                                                 .subject_kind = subject_kind,
                                                 .extensions = std::move(required)};
    }
    return keyless;
  }

 private:
  static void find(yaml::Mapping& entry, std::string key, Form form, std::vector<Written>& written) {
    if (const yaml::Node* node = entry.find(key)) written.push_back({std::move(key), form, node});
  }

  std::optional<NamePattern> read_one(const char* what, std::string_view keys, const std::vector<Written>& written,
                                      const yaml::Mapping& entry) {
    if (written.size() != 1) {
      if (entry.is_mapping()) problems_.add(entry.mark(), fmt::format("'keyless' needs exactly one of {}", keys));
      return std::nullopt;
    }
    places_.emplace(what, written.front().node->mark);
    return read_name(written.front());
  }

  std::optional<NamePattern> read_name(const Written& written) {
    const auto text = yaml::read_text(*written.node, fmt::format("'{}'", written.key), problems_);
    if (!text) return std::nullopt;
    const auto refuse = [&](std::string_view why) {
      problems_.add(written.node->mark, fmt::format("'{}': {}", written.key, why));
    };
    if (written.form == Form::kExact) {
      if (text->find_first_of("*{") == std::string::npos) return NamePattern::exactly(*text);
      // It would match nobody, which nobody means.
      refuse(written.key == "issuer"
                 ? "is matched exactly; a regular expression is written as 'issuerRegExp'"
                 : fmt::format("is matched exactly; a pattern is written as '{}Pattern'", written.key));
      return std::nullopt;
    }
    const bool is_name = written.key.starts_with("issuer") || written.key.starts_with("subject");
    if (written.form == Form::kRegularExpression && has_open_dot_in_host(*text, is_name)) {
      refuse("a '.' in a host matches any character; write '\\.'");
      return std::nullopt;
    }
    auto pattern = written.form == Form::kGlob ? NamePattern::glob(*text) : NamePattern::regular_expression(*text);
    if (pattern) return *std::move(pattern);
    refuse(pattern.error().message);
    return std::nullopt;
  }

  std::optional<verify::SubjectAlternativeName::Kind> read_kind(const yaml::Node& node) {
    using Kind = verify::SubjectAlternativeName::Kind;
    static constexpr std::array kKinds = {Kind::kUri, Kind::kEmail, Kind::kUserName, Kind::kDnsName};
    std::vector<std::string> names;
    for (const Kind kind : kKinds) names.emplace_back(verify::to_string(kind));
    const auto choice = yaml::read_choice(node, names, "'subjectKind'", problems_);
    return choice ? std::optional(kKinds.at(*choice)) : std::nullopt;
  }

  std::vector<policy::KeylessIdentity::Extension> read_extensions(const yaml::Node& node) {
    yaml::Mapping entry(node, "'extensions'", problems_);
    if (entry.is_mapping() && node.members.empty()) problems_.add(node.mark, "'extensions' must not be empty");
    std::vector<policy::KeylessIdentity::Extension> extensions;
    for (const verify::FulcioExtensionName& name : verify::kFulcioExtensionNames) {
      std::vector<Written> written;
      find(entry, std::string(name.name), Form::kExact, written);
      find(entry, std::string(name.name) + "Pattern", Form::kGlob, written);
      if (written.size() > 1) {
        problems_.add(written[1].node->mark,
                      fmt::format("'{}' and '{}' are one too many", written[0].key, written[1].key));
      }
      for (const Written& one : written) {
        if (auto value = read_name(one)) extensions.push_back({name, *std::move(value)});
      }
    }
    entry.finish();
    return extensions;
  }

  KeyPlaces& places_;
  yaml::Problems& problems_;
};

}  // namespace

ReadKeyless read_keyless(const yaml::Node& node, KeyPlaces& places, yaml::Problems& problems) {
  return KeylessReader(places, problems).read(node);
}

}  // namespace pullgate::config
