#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "policy/decision.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/evidence_tree.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/image_options.h"
#include "proxy/cli/inquiry.h"
#include "proxy/cli/presentation.h"
#include "proxy/upstream/recorder.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kTreeFooter =
    R"(Shows what hangs on an image: its platforms, each signature and attestation with the place where it was found, who
signed it, what it says, which logs and authorities prove when, and which requirement of the rule it satisfies, or why it
counts for nothing; the bases that were asked for and what the policy says about them; the exceptions that it needs. Only evidence that was verified is shown with what it says. Plain ASCII, to paste into tickets.

Example:
  pullgate tree ghcr.io/acme/app:1.0 --config pullgate.yaml

Exit codes: 0 shown, whatever the decision, 2 the image cannot be had now, 64 wrong usage, 78 a file is wrong.)";

struct TreeArguments {
  ImageOptions options;
  Presentation presentation;
};

std::vector<TreePlatform> platforms_of(const Recording::Contents& recorded, const Digest& digest) {
  std::vector<TreePlatform> platforms;
  const auto found = recorded.manifests.find(digest);
  if (found == recorded.manifests.end()) return platforms;
  const auto document = parse_manifest(found->second.content, found->second.content_type);
  const auto* index = document ? std::get_if<Index>(&*document) : nullptr;
  if (index == nullptr) return platforms;
  for (const Descriptor& member : index->manifests) {
    std::string name = "no platform";
    if (member.platform) {
      name = member.platform->os + "/" + member.platform->architecture;
      if (!member.platform->variant.empty()) name += "/" + member.platform->variant;
    }
    platforms.push_back({std::move(name), member.digest});
  }
  return platforms;
}

int print_tree(const TreeArguments& arguments, const ImageReference& image) {
  const auto configuration = load_configuration(arguments.options, image);
  if (!configuration) return kExitConfiguration;
  const auto recording = std::make_shared<Recording>();
  Inquiry inquiry(configuration->settings, configuration->policy,
                  {.around = [recording](const std::string& registry, std::unique_ptr<Upstream> upstream) {
                    return make_recorder(registry, std::move(upstream), recording);
                  }});
  const Judgement judgement = inquiry.judge(image);
  if (const auto* unavailable = std::get_if<Unavailable>(&judgement)) {
    fmt::print(stderr, "pullgate: {}\n", unavailable->error.message);
    return kExitCannotJudge;
  }
  const auto* refusal = std::get_if<Refusal>(&judgement);
  const Judged& judged = refusal != nullptr ? refusal->judged : std::get<Admission>(judgement).judged();
  if (!judged.decision) {
    fmt::print(stderr, "pullgate: {}: signatures or attestations through and through, no image\n", image.text());
    return kExitCannotJudge;
  }
  const EvidenceTree tree{.platforms = platforms_of(recording->contents(), judged.digest),
                          .decision = *judged.decision,
                          .gathered = *judged.gathered,
                          .policy = *configuration->policy.rules};
  fmt::print("{}", arguments.presentation.format == "json" ? json_of(tree)
                                                           : text_of(tree, arguments.presentation.accent_on(stdout)));
  return kExitAllowed;
}

int show_tree(const TreeArguments& arguments) {
  const auto image = read_image(arguments.options);
  if (!image) return kExitUsage;
  return print_tree(arguments, *image);
}

}  // namespace

void add_tree_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("tree", "Show the evidence of one image as a tree");
  command->footer(kTreeFooter);
  const auto arguments = std::make_shared<TreeArguments>();
  add_image_options(*command, arguments->options);
  add_presentation_options(*command, arguments->presentation, {"text", "json"});
  command->callback([arguments, &exit_code] { exit_code = show_tree(*arguments); });
}

}  // namespace pullgate::proxy
