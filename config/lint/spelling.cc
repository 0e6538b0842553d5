#include "config/lint/spelling.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/lint/glob_dialect.h"
#include "verify/bytes.h"

namespace pullgate::config {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::array<std::string_view, 2> kForges = {"github.com/", "gitlab.com/"};

/// Of all of these the issuer is known to have no slash at its end; others, such as Auth0's, do have one.
constexpr std::array<std::string_view, 5> kIssuersWithoutSlash = {
    "https://token.actions.githubusercontent.com", "https://gitlab.com", "https://accounts.google.com",
    "https://github.com/login/oauth", "https://oauth2.sigstore.dev/auth"};

/// docs of Fulcio, "oid-info.md": what is called a URI there begins with "https://" in every certificate.
constexpr std::array<std::string_view, 5> kUriExtensions = {"sourceRepository", "sourceRepositoryOwner",
                                                            "buildSignerURI", "buildConfigURI", "runInvocationURI"};
constexpr std::array<std::string_view, 3> kRunners = {"github-hosted", "self-hosted", "gitlab-hosted"};

bool is_one_of(std::string_view text, auto& texts) {
  return std::ranges::find(texts, text) != texts.end();
}

const yaml::Node* scalar_at(const yaml::Node& node, std::string_view key) {
  const auto member = std::ranges::find(node.members, key, &yaml::Member::key);
  if (member == node.members.end() || member->value.kind != yaml::Node::Kind::kScalar) return nullptr;
  return &member->value;
}

/// A pattern that begins like this may begin with "https://".
bool has_open_beginning(std::string_view text) {
  return text.starts_with('*') || text.starts_with('{');
}

class SpellingLinter {
 public:
  explicit SpellingLinter(Remarks& remarks) : remarks_(remarks) {}

  void run(const yaml::Node& root) {
    for (const yaml::Member& member : root.members) {
      if (member.key == "builders") check_builders(member.value);
      walk(member.value);
    }
  }

 private:
  void warn(const yaml::Node& node, std::string_view message) {
    remarks_.warn(kHardlyMatches, node.mark, std::string(message));
  }
  static std::string shown(const yaml::Node& node) { return printable(node.text, 200); }

  void walk(const yaml::Node& node) {
    for (const yaml::Member& member : node.members) {
      if (member.key == "keyless") check_keyless(member.value);
      if (member.key == "provenance") check_provenance(member.value);
      walk(member.value);
    }
    for (const yaml::Node& item : node.items) walk(item);
  }

  void check_builders(const yaml::Node& builders) {
    for (const yaml::Member& builder : builders.members) {
      if (const yaml::Node* id = scalar_at(builder.value, "id")) check_glob(*id, "idRegExp");
    }
  }

  /// `expression_key` is that of a regular expression in its place; empty where there is none.
  void check_glob(const yaml::Node& node, std::string_view expression_key) {
    const auto found = find_expression(node.text);
    if (!found) return;
    std::string remedy;
    if (!found->glob.empty()) remedy = fmt::format("; as a glob it is '{}'", printable(found->glob, 200));
    if (!expression_key.empty()) remedy += fmt::format("; a regular expression is written as '{}'", expression_key);
    warn(node, fmt::format("this is a glob, in which '{}' stands for itself{}", printable(found->sign), remedy));
  }

  void check_keyless(const yaml::Node& keyless) {
    const yaml::Node* issuer = scalar_at(keyless, "issuer");
    if (issuer != nullptr) check_issuer(*issuer);
    if (const yaml::Node* subject = scalar_at(keyless, "subject")) check_workflow(*subject, "subject");
    if (const yaml::Node* subject = scalar_at(keyless, "subjectPattern")) {
      check_glob(*subject, "subjectRegExp");
      check_workflow(*subject, "subject");
    }
    if (const yaml::Node* subject = scalar_at(keyless, "subjectRegExp")) {
      if (subject->text.ends_with("/*")) {
        warn(*subject, fmt::format("'/*' is any number of slashes in a regular expression; for all below it write '{}'",
                                   printable(subject->text.substr(0, subject->text.size() - 1) + ".*", 200)));
      }
    }
    const auto extensions = std::ranges::find(keyless.members, "extensions", &yaml::Member::key);
    if (extensions == keyless.members.end()) return;
    const bool is_gitlab = issuer != nullptr && issuer->text.contains("gitlab");
    for (const yaml::Member& extension : extensions->value.members) check_extension(extension, kForges.at(is_gitlab));
  }

  void check_issuer(const yaml::Node& issuer) {
    const std::string& text = issuer.text;
    if (!text.starts_with(kHttps)) {
      const std::size_t scheme = text.find("://");
      const std::string host = scheme == std::string::npos ? text : text.substr(scheme + 3);
      return warn(issuer,
                  fmt::format("issuers are URLs that begin with https://; write 'https://{}'", printable(host, 200)));
    }
    if (!text.ends_with('/')) return;
    const std::string without = text.substr(0, text.find_last_not_of('/') + 1);
    if (is_one_of(without, kIssuersWithoutSlash) || without.starts_with(kIssuersWithoutSlash[0])) {
      warn(issuer, fmt::format("this issuer has no '/' at its end; write '{}'", printable(without, 200)));
    }
  }

  /// GitHub and GitLab: "https://host/path/of/the/workflow@ref".
  void check_workflow(const yaml::Node& node, std::string_view what) {
    const std::string& text = node.text;
    const auto forge = std::ranges::find_if(kForges, [&](std::string_view host) { return text.starts_with(host); });
    if (forge != kForges.end()) {
      return warn(node,
                  fmt::format("the {} of a workflow begins with https://; write 'https://{}'", what, shown(node)));
    }
    const bool is_at_forge = std::ranges::any_of(
        kForges, [&](std::string_view host) { return text.starts_with(std::string(kHttps) + std::string(host)); });
    const bool is_workflow = is_at_forge || text.contains("/.github/workflows/");
    if (!is_workflow || text.contains('@') || text.contains("**") || find_expression(text)) return;
    warn(node, fmt::format("the {} of a workflow ends with the ref that it ran on, such as '{}@refs/heads/main'", what,
                           shown(node)));
  }

  void check_extension(const yaml::Member& extension, std::string_view forge) {
    const yaml::Node& value = extension.value;
    if (value.kind != yaml::Node::Kind::kScalar) return;
    constexpr std::string_view kPattern = "Pattern";
    const bool is_pattern = extension.key.ends_with(kPattern);
    const std::string name = extension.key.substr(0, extension.key.size() - (is_pattern ? kPattern.size() : 0));
    if (is_pattern) check_glob(value, "");
    if (is_one_of(name, kUriExtensions)) return check_uri(value, name, forge);
    if (name == "runnerEnvironment" && !is_pattern && !is_one_of(value.text, kRunners)) {
      warn(value, fmt::format("certificates say {} here, not '{}'", fmt::join(kRunners, ", "), shown(value)));
    }
  }

  void check_uri(const yaml::Node& value, const std::string& name, std::string_view forge) {
    const std::string& text = value.text;
    if (name == "buildSignerURI" || name == "buildConfigURI") check_workflow(value, name);
    if (text.contains("://") || has_open_beginning(text) || find_expression(text)) return;
    const bool has_host = text.substr(0, text.find('/')).contains('.');
    if (has_host && (name == "buildSignerURI" || name == "buildConfigURI") &&
        std::ranges::any_of(kForges, [&](std::string_view host) { return text.starts_with(host); })) {
      return;  // which is said
    }
    warn(value, fmt::format("certificates say a URI here; write 'https://{}{}'", has_host ? "" : forge, shown(value)));
  }

  void check_provenance(const yaml::Node& provenance) {
    const auto source = std::ranges::find(provenance.members, "source", &yaml::Member::key);
    if (source == provenance.members.end()) return;
    for (const std::string_view key : {"repository", "ref", "branch", "tag"}) {
      if (const yaml::Node* value = scalar_at(source->value, key)) check_glob(*value, "");
    }
    if (const yaml::Node* repository = scalar_at(source->value, "repository")) check_source(*repository);
  }

  /// Provenance is compared without what people and builders write around the URL, see Source::repository.
  void check_source(const yaml::Node& node) {
    std::string meant = node.text;
    if (meant.starts_with("git+")) meant.erase(0, 4);
    if (meant.ends_with(".git")) meant.erase(meant.size() - 4);
    while (meant.ends_with('/')) meant.pop_back();
    const std::string_view host = std::string_view(meant).substr(0, meant.find('/'));
    if (!meant.contains(':') && !has_open_beginning(meant) && host.contains('.')) meant.insert(0, kHttps);
    if (meant != node.text && !find_expression(node.text)) {
      warn(node, fmt::format("repositories are compared as 'https://host/path', without git+ and .git; write '{}'",
                             printable(meant, 200)));
    }
  }

  Remarks& remarks_;
};

}  // namespace

void remark_on_spelling(const yaml::Node& root, Remarks& remarks) {
  SpellingLinter(remarks).run(root);
}

}  // namespace pullgate::config
