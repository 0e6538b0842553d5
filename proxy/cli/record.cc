#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "policy/explain.h"
#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/image_options.h"
#include "proxy/cli/inquiry.h"
#include "proxy/cli/pack.h"
#include "proxy/ops/json_text.h"
#include "proxy/upstream/recorder.h"
#include "verify/bytes.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

constexpr const char* kRecordFooter =
    R"(Judges IMAGE and keeps everything that was asked for: the manifests, the configs, the signatures and attestations,
but no layers of images. What it writes to DIR is an evidence pack: an OCI image layout with a file pack.json that says
what was recorded, when, and how it was judged. `pullgate policy test` replays packs without a network, and so does
any upstream with `layout: DIR`.

A pack is only written when everything could be asked: where something was missing it would answer otherwise than the
registry. The verdict does not matter. Prints the case for `pullgate policy test` that expects the same again.

Example:
  pullgate record ghcr.io/acme/app:1.0 --config pullgate.yaml --output packs/app-1.0

Exit codes: 0 recorded, 2 something could not be asked for and nothing is written, 64 wrong usage,
73 DIR cannot be written or is not empty, 78 a file is wrong.)";

/// Depth and media types of what a pack holds beside that for which the judge asked.
constexpr std::string_view kInTotoType = "application/vnd.in-toto+json";

struct RecordArguments {
  ImageOptions options;
  std::string output;
};

/// Asks for what a reader of the pack wants to see, and what other policies may ask: the members of an index with
/// their configs, and the unsigned statements that builders put among them.
class Completion {
 public:
  Completion(Upstream& upstream, std::string repository) : upstream_(upstream), repository_(std::move(repository)) {}

  boost::asio::awaitable<void> complete(ManifestDocument document, std::size_t depth) {
    if (const auto* manifest = std::get_if<Manifest>(&document)) {
      co_await complete_manifest(*manifest);
      co_return;
    }
    if (depth >= limits::kIndexDepth) co_return;
    const std::vector<Descriptor> members = std::get<Index>(document).manifests;
    for (const Descriptor& member : members) {
      if (!is_manifest_media_type(member.media_type) || !seen_.insert(member.digest).second) continue;
      const Result<FetchedManifest> fetched = co_await upstream_.manifest(repository_, TagOrDigest(member.digest));
      if (!fetched) continue;  // absent, as members of a mirror's index may be; anything else is in the recording
      const Result<ManifestDocument> read = parse_manifest(fetched->content, fetched->content_type);
      if (read) co_await complete(*read, depth + 1);
    }
  }

 private:
  boost::asio::awaitable<void> complete_manifest(Manifest manifest) {
    if (manifest.config && manifest.config->size <= limits::kManifestBytes) {
      const auto ignored = co_await upstream_.small_blob(repository_, *manifest.config, limits::kManifestBytes);
    }
    for (const Descriptor& layer : manifest.layers) {
      if (layer.media_type != kInTotoType || layer.size > limits::kEvidenceBytes) continue;
      const auto ignored = co_await upstream_.small_blob(repository_, layer, limits::kEvidenceBytes);
    }
  }

  Upstream& upstream_;
  std::string repository_;
  std::set<Digest> seen_;
};

struct RecordedVerdict {
  std::string image;
  Digest digest;
  Time at;
  std::string verdict;
  std::string reason;  ///< empty: none
  std::string rule;
};

std::string pack_label(const RecordedVerdict& recorded) {
  JsonText json;
  json.begin_object().key("image").value(recorded.image).key("digest").value(recorded.digest.text());
  json.key("recordedAt").value(to_rfc3339(recorded.at)).key("pullgate").value(PULLGATE_VERSION);
  json.key("verdict").value(recorded.verdict).key("rule").value(recorded.rule);
  if (!recorded.reason.empty()) json.key("reason").value(recorded.reason);
  json.end_object();
  return json.text() + "\n";
}

const Judged* judged_in(const Judgement& judgement) {
  if (const auto* refusal = std::get_if<Refusal>(&judgement)) return &refusal->judged;
  if (const auto* admission = std::get_if<Admission>(&judgement)) return &admission->judged();
  return nullptr;
}

int print_not_recorded(std::string_view why) {
  fmt::print(stderr, "pullgate: nothing is recorded: {}\n", why);
  return kExitCannotJudge;
}

/// Empty when the pack will answer as the upstream did.
std::string what_is_missing(const Recording::Contents& recorded, const Judged& judged) {
  if (!recorded.failures.empty()) {
    return recorded.failures.front().question + ": " + recorded.failures.front().error.message;
  }
  if (!judged.gathered->gaps.empty()) {
    return judged.gathered->gaps.front().place + ": " + judged.gathered->gaps.front().cause;
  }
  return {};
}

/// One pack answers for every registry that was asked: a base elsewhere has to be found there again.
std::string where_it_is(const std::string& output, const std::set<std::string>& registries) {
  if (registries.size() <= 1) return "pack: " + json_quoted(output);
  std::string packs;
  for (const std::string& registry : registries) {
    packs += fmt::format("{}{}: {}", packs.empty() ? "" : ", ", json_quoted(registry), json_quoted(output));
  }
  return fmt::format("packs: {{ {} }}", packs);
}

void print_recorded(const std::string& output, const RecordedVerdict& recorded, const Recording::Contents& contents) {
  fmt::print("recorded {} in {}: {} manifests, {} blobs; {}{}{}\n\n", recorded.image, printable(output),
             contents.manifests.size(), contents.blobs.size(), recorded.verdict, recorded.reason.empty() ? "" : " ",
             recorded.reason);
  fmt::print("  # a case for `pullgate policy test`\n  - name: {}\n    image: {}\n    {}\n    at: {}\n    expect: {}\n",
             json_quoted(recorded.image + " as recorded"), recorded.image, where_it_is(output, contents.registries),
             to_rfc3339(recorded.at), recorded.verdict);
  if (!recorded.reason.empty()) fmt::print("    code: {}\n", recorded.reason);
  if (!recorded.rule.empty()) fmt::print("    rule: {}\n", recorded.rule);
}

/// The manifest that was judged; every answer of the judge's but an absence has one.
std::optional<ManifestDocument> judged_document(const Recording::Contents& recorded, const Digest& digest) {
  const auto found = recorded.manifests.find(digest);
  if (found == recorded.manifests.end()) return std::nullopt;
  const auto document = parse_manifest(found->second.content, found->second.content_type);
  return document ? std::optional(*document) : std::nullopt;
}

int record_image(const ImageReference& image, const config::Configuration& configuration, const std::string& output) {
  const Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto recording = std::make_shared<Recording>();
  Inquiry inquiry(configuration.settings, configuration.policy,
                  {.around =
                       [recording](const std::string& registry, std::unique_ptr<Upstream> upstream) {
                         return make_recorder(registry, std::move(upstream), recording);
                       },
                   .at = now});
  const Judgement judgement = inquiry.judge(image);
  if (const auto* unavailable = std::get_if<Unavailable>(&judgement)) {
    return print_not_recorded(unavailable->error.message);
  }
  const Judged* judged = judged_in(judgement);
  if (judged == nullptr || judged->decision == nullptr) {
    return print_not_recorded("it is a signature or an attestation itself, and passes unjudged");
  }
  if (const auto document = judged_document(recording->contents(), judged->digest)) {
    Completion completion(*inquiry.upstreams().find(image.repository.registry()), image.repository.path());
    inquiry.run([&] { return completion.complete(*document, 0); });
  }
  const Recording::Contents contents = recording->contents();
  if (const std::string missing = what_is_missing(contents, *judged); !missing.empty()) {
    return print_not_recorded(missing);
  }
  const policy::Decision& decision = *judged->decision;
  const RecordedVerdict recorded{
      .image = image.text(),
      .digest = judged->digest,
      .at = now,
      .verdict = std::string(to_string(decision.verdict())),
      .reason = decision.objections().empty() ? std::string() : std::string(to_string(decision.objections()[0].reason)),
      .rule = decision.rule()};
  if (const Status written = write_pack(output, contents, pack_label(recorded)); !written) {
    fmt::print(stderr, "pullgate: {}\n", written.error().message);
    return kExitCannotCreate;
  }
  print_recorded(output, recorded, contents);
  return kExitAllowed;
}

int record(const RecordArguments& arguments) {
  const auto image = read_image(arguments.options);
  if (!image) return kExitUsage;
  const auto configuration = load_configuration(arguments.options, *image);
  if (!configuration) return kExitConfiguration;
  return record_image(*image, *configuration, arguments.output);
}

}  // namespace

void add_record_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("record", "Write an evidence pack of one image");
  command->footer(kRecordFooter);
  const auto arguments = std::make_shared<RecordArguments>();
  add_image_options(*command, arguments->options);
  command->add_option("-o,--output", arguments->output, "The folder to write, absent or empty")
      ->required()
      ->type_name("DIR");
  command->callback([arguments, &exit_code] { exit_code = record(*arguments); });
}

}  // namespace pullgate::proxy
