#include "proxy/upstream/layout.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/coroutine_run.h"
#include "tests/support/error_code.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using tests::run_to_end;

const std::string kImage =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]})";

void write(const fs::path& file, std::string_view content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

void add_blob(const fs::path& layout, std::string_view content) {
  write(layout / "blobs/sha256" / Digest::of(content).hex(), content);
}

void write_index(const fs::path& layout, const std::vector<std::pair<std::string, std::string>>& tags_and_manifests) {
  std::string entries;
  for (const auto& [tag, manifest] : tags_and_manifests) {
    entries += fmt::format(
        R"({}{{"mediaType":"{}","digest":"{}","size":{},"annotations":{{"org.opencontainers.image.ref.name":"{}"}}}})",
        entries.empty() ? "" : ",", media_type::kOciManifest, Digest::of(manifest).text(), manifest.size(), tag);
    add_blob(layout, manifest);
  }
  write(layout / "index.json.new", fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", entries));
  fs::rename(layout / "index.json.new", layout / "index.json");
}

void write_layout(const fs::path& layout, const std::vector<std::pair<std::string, std::string>>& tags_and_manifests) {
  write(layout / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  write_index(layout, tags_and_manifests);
}

class LayoutTest : public testing::Test {
 protected:
  LayoutTest() {
    std::string pattern = (fs::temp_directory_path() / "pullgate-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    root_ = directory_ / "root";
    fs::create_directory(root_);
    upstream_ = make_layout_upstream(files_, {.path = root_});
  }
  ~LayoutTest() override {
    files_.join();
    fs::remove_all(directory_);
  }

  Result<FetchedManifest> manifest(std::string_view which, std::string repository = "acme/app") {
    return run_to_end(upstream_->manifest(std::move(repository), *parse_tag_or_digest(which)));
  }
  ErrorCode manifest_error(std::string_view which, std::string repository = "acme/app") {
    const auto result = manifest(which, std::move(repository));
    return result ? ErrorCode::kInternal : result.error().code;
  }
  Result<std::string> blob(std::string_view content, std::optional<ByteRange> range = std::nullopt) {
    return run_to_end(
        [](Upstream& from, Digest digest, std::optional<ByteRange> part) -> asio::awaitable<Result<std::string>> {
          auto source = co_await from.blob("acme/app", digest, part);
          if (!source) co_return source.error();
          std::string bytes;
          while (true) {
            const auto more = co_await (*source)->read();
            if (!more) co_return more.error();
            if (more->empty()) co_return bytes;
            EXPECT_LE(more->size(), 256U * 1024U);
            bytes += *more;
          }
        }(*upstream_, Digest::of(content), range));
  }
  Result<Content> small_blob(std::string_view content, std::uint64_t size, std::size_t limit = 1000) {
    return run_to_end(upstream_->small_blob(
        "acme/app", {.media_type = "application/x", .digest = Digest::of(content), .size = size}, limit));
  }

  asio::thread_pool files_{2};
  fs::path directory_;
  fs::path root_;
  std::unique_ptr<Upstream> upstream_;
};

TEST_F(LayoutTest, OneLayoutAnswersForEveryRepository) {
  write_layout(root_, {{"1.0", kImage}});
  for (const auto* repository : {"acme/app", "other", "a/b/c"}) {
    const auto fetched = manifest("1.0", repository);
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(fetched->content.bytes(), kImage);
    EXPECT_EQ(fetched->content_type, media_type::kOciManifest);
    EXPECT_TRUE(manifest(Digest::of(kImage).text(), repository));
  }
  EXPECT_EQ(manifest_error("2.0"), ErrorCode::kNotFound);
  EXPECT_EQ(manifest_error(Digest::of("absent").text()), ErrorCode::kNotFound);
  EXPECT_EQ(*run_to_end(upstream_->tags("acme/app")), (std::vector<std::string>{"1.0"}));
}

TEST_F(LayoutTest, ATreeHasALayoutPerRepository) {
  write_layout(root_ / "acme/app", {{"1.0", kImage}});
  write_layout(root_ / "acme/app/tool", {{"2.0", kImage}});
  EXPECT_TRUE(manifest("1.0", "acme/app"));
  EXPECT_TRUE(manifest("2.0", "acme/app/tool"));
  EXPECT_EQ(manifest_error("2.0", "acme/app"), ErrorCode::kNotFound);
  for (const auto* repository : {"acme", "acme/other", "acme/app/blobs", "acme/app/blobs/sha256"})
    EXPECT_EQ(manifest_error("1.0", repository), ErrorCode::kNotFound) << repository;
}

TEST_F(LayoutTest, NoPathLeavesTheRoot) {
  write_layout(directory_ / "outside", {{"1.0", kImage}});
  for (const auto* repository : {"../outside", "acme/../../outside", "./acme", "/etc", "acme//app", ""})
    EXPECT_FALSE(manifest("1.0", repository)) << repository;
}

TEST_F(LayoutTest, OneLayoutAnswersForRepositoryNamesOnly) {
  write_layout(root_, {{"1.0", kImage}});
  for (const auto* repository : {"../outside", "/etc", "acme//app", "Acme", "a b", ""})
    EXPECT_FALSE(manifest("1.0", repository)) << repository;
}

TEST_F(LayoutTest, LinksAreNotFollowed) {
  write_layout(directory_ / "outside", {{"1.0", kImage}});
  fs::create_directory_symlink(directory_ / "outside", root_ / "linked");
  EXPECT_FALSE(manifest("1.0", "linked"));

  write_layout(root_ / "acme/app", {{"1.0", kImage}});
  write(directory_ / "secret", "secret");
  fs::create_symlink(directory_ / "secret", root_ / "acme/app/blobs/sha256" / Digest::of("secret").hex());
  EXPECT_EQ(tests::error_code(blob("secret")), ErrorCode::kUnreachable);
  EXPECT_FALSE(small_blob("secret", 6));
  fs::remove(root_ / "acme/app/index.json");
  fs::create_symlink(directory_ / "outside/index.json", root_ / "acme/app/index.json");
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kUnreachable);
}

TEST_F(LayoutTest, APipeIsNotWaitedFor) {
  write_layout(root_, {{"1.0", kImage}});
  ASSERT_EQ(::mkfifo((root_ / "blobs/sha256" / Digest::of("pipe").hex()).c_str(), 0600), 0);
  EXPECT_EQ(tests::error_code(blob("pipe")), ErrorCode::kUnreachable);
}

TEST_F(LayoutTest, RefusesAManifestWhoseBytesDifferFromItsName) {
  write_layout(root_, {{"1.0", kImage}});
  write(root_ / "blobs/sha256" / Digest::of(kImage).hex(), kImage + " ");
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(manifest_error(Digest::of(kImage).text()), ErrorCode::kUpstreamInvalid);
}

TEST_F(LayoutTest, AManifestIsBounded) {
  write_layout(root_, {{"1.0", std::string(limits::kManifestBytes + 1, ' ')}});
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kLimitExceeded);
}

TEST_F(LayoutTest, AChangedIndexIsReadAgain) {
  write_layout(root_, {{"1.0", kImage}});
  ASSERT_TRUE(manifest("1.0"));
  write_index(root_, {{"2.0", kImage + "\n"}});
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kNotFound);
  EXPECT_EQ(manifest("2.0")->content.bytes(), kImage + "\n");
}

TEST_F(LayoutTest, ALayoutThatCannotBeReadIsUnreachableNotEmpty) {
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kNotFound);  // an empty tree has no such repository
  write_layout(root_, {{"1.0", kImage}});
  fs::remove(root_ / "index.json");
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kUnreachable);
  write(root_ / "index.json", "{}");
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kUpstreamInvalid);
  write(root_ / "oci-layout", R"({"imageLayoutVersion":"2.0.0"})");
  EXPECT_EQ(manifest_error("1.0"), ErrorCode::kUpstreamInvalid);
  fs::remove_all(root_);
  const auto gone = manifest("1.0");
  EXPECT_EQ(tests::error_code(gone), ErrorCode::kUnreachable);
  EXPECT_EQ(gone.error().message.find(root_.string()), std::string::npos) << gone.error().message;
}

TEST_F(LayoutTest, BlobsStreamInPiecesAndInParts) {
  write_layout(root_, {});
  std::string content(700'001, 'x');
  for (std::size_t i = 0; i < content.size(); i += 7) content[i] = static_cast<char>('a' + i % 23);
  add_blob(root_, content);
  EXPECT_EQ(*blob(content), content);
  EXPECT_EQ(*blob(content, ByteRange{5, 9}), content.substr(5, 5));
  EXPECT_EQ(*blob(content, ByteRange{300'000, std::nullopt}), content.substr(300'000));
  EXPECT_EQ(*blob(content, ByteRange{700'000, 999'999'999}), content.substr(700'000));
  EXPECT_EQ(tests::error_code(blob(content, ByteRange{700'001, std::nullopt})), ErrorCode::kMalformed);
  EXPECT_EQ(tests::error_code(blob(content, ByteRange{9, 5})), ErrorCode::kMalformed);
  EXPECT_EQ(run_to_end(upstream_->blob_size("acme/app", Digest::of(content)))->bytes, content.size());
  add_blob(root_, "");
  EXPECT_EQ(*blob(""), "");
  EXPECT_EQ(tests::error_code(blob("", ByteRange{0, std::nullopt})), ErrorCode::kMalformed);
  EXPECT_EQ(tests::error_code(blob("absent")), ErrorCode::kNotFound);
}

TEST_F(LayoutTest, ABlobThatChangesWhileItIsReadIsAnError) {
  write_layout(root_, {});
  const std::string content(600'000, 'x');
  const auto file = root_ / "blobs/sha256" / Digest::of(content).hex();
  const auto read_around = [&](auto change) {
    add_blob(root_, content);
    return run_to_end([](Upstream& from, Digest digest, auto act) -> asio::awaitable<ErrorCode> {
      auto source = co_await from.blob("acme/app", digest, std::nullopt);
      EXPECT_TRUE((co_await (*source)->read()).has_value());
      act();
      while (true) {
        const auto more = co_await (*source)->read();
        if (!more) co_return more.error().code;
        if (more->empty()) co_return ErrorCode::kInternal;
      }
    }(*upstream_, Digest::of(content), change));
  };
  EXPECT_EQ(read_around([&] { fs::resize_file(file, 300'000); }), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(read_around([&] { fs::resize_file(file, 700'000); }), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(read_around([] {}), ErrorCode::kInternal);
}

TEST_F(LayoutTest, SmallBlobsHaveTheSizeAndDigestOfTheirDescriptor) {
  write_layout(root_, {});
  add_blob(root_, "payload");
  EXPECT_EQ(small_blob("payload", 7)->bytes(), "payload");
  EXPECT_EQ(tests::error_code(small_blob("payload", 6)), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(small_blob("payload", 8)), ErrorCode::kUpstreamInvalid);
  EXPECT_EQ(tests::error_code(small_blob("payload", 7, 6)), ErrorCode::kLimitExceeded);
  write(root_ / "blobs/sha256" / Digest::of("payload").hex(), "payloaD");
  EXPECT_EQ(tests::error_code(small_blob("payload", 7)), ErrorCode::kUpstreamInvalid);
}

TEST_F(LayoutTest, ReferrersAreFoundBySubjectAndFollowTheIndex) {
  const auto referrer = [](std::string_view type) {
    return fmt::format(
        R"({{"schemaVersion":2,"mediaType":"{0}","artifactType":"{1}","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{2}","size":2}},"layers":[],"subject":{{"mediaType":"{0}","digest":"{3}","size":{4}}}}})",
        media_type::kOciManifest, type, Digest::of("{}").text(), Digest::of(kImage).text(), kImage.size());
  };
  write_layout(root_, {{"1.0", kImage}, {"x", referrer("application/one")}});
  const auto referrers = [&](std::string_view subject) {
    return *run_to_end(upstream_->referrers("acme/app", Digest::of(subject)));
  };
  ASSERT_EQ(referrers(kImage).size(), 1U);
  EXPECT_EQ(referrers(kImage)[0].digest, Digest::of(referrer("application/one")));
  EXPECT_EQ(referrers(kImage)[0].artifact_type, "application/one");
  EXPECT_TRUE(referrers("other").empty());
  write_index(root_, {{"1.0", kImage}, {"x", referrer("application/one")}, {"y", referrer("application/two")}});
  EXPECT_EQ(referrers(kImage).size(), 2U);
}

TEST_F(LayoutTest, ServesManyCallersAtOnce) {
  write_layout(root_, {{"1.0", kImage}});
  std::atomic<int> served = 0;
  asio::thread_pool callers(4);
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(
        callers,
        [&]() -> asio::awaitable<void> {
          const auto fetched = co_await upstream_->manifest("acme/app", *parse_tag_or_digest("1.0"));
          const auto referrers = co_await upstream_->referrers("acme/app", Digest::of(kImage));
          if (fetched && referrers) ++served;
        },
        [](const std::exception_ptr&) {});
  }
  callers.join();
  files_.join();
  EXPECT_EQ(served, 50);
}

/// Layouts that `cosign save` wrote, when they are there.
TEST(SavedLayouts, HoldAnImageAndItsAttestations) {
  const auto* variable = std::getenv("PULLGATE_SHARED");
  const fs::path shared = variable != nullptr ? fs::path(variable) : fs::path(PULLGATE_TEST_DATA) / "../../shared";
  const auto images = shared / "data/images";
  if (!fs::exists(images)) GTEST_SKIP() << "no " << images;
  asio::thread_pool files(1);
  int seen = 0;
  for (const auto& layout : fs::directory_iterator(images)) {
    const auto upstream = make_layout_upstream(files, {.path = layout.path()});
    const auto tags = run_to_end(upstream->tags("any"));
    ASSERT_TRUE(tags) << tags.error().message;
    ASSERT_EQ(tags->size(), 1U) << layout.path();
    const auto& tag = tags->front();
    ASSERT_TRUE(tag.starts_with("sha256-") && tag.ends_with(".att")) << tag;
    const auto image = run_to_end(upstream->manifest("any", *Digest::parse("sha256:" + tag.substr(7, 64))));
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_TRUE(parse_manifest(image->content, image->content_type)) << layout.path();
    const auto attestations = run_to_end(upstream->manifest("any", *Tag::parse(tag)));
    ASSERT_TRUE(attestations) << attestations.error().message;
    const auto document = parse_manifest(attestations->content, attestations->content_type);
    ASSERT_TRUE(document) << document.error().message;
    for (const auto& layer : std::get<Manifest>(*document).layers)
      EXPECT_TRUE(run_to_end(upstream->small_blob("any", layer, limits::kEvidenceBytes)));
    EXPECT_TRUE(run_to_end(upstream->referrers("any", image->content.digest())));
    ++seen;
  }
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace pullgate::proxy
