#include "config/files/read_file.h"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/folder.h"

namespace pullgate::config {
namespace {

using ::testing::HasSubstr;

TEST(ReadFile, ReadsUpToItsLimit) {
  const Folder folder;
  const auto file = folder.write("file", "12345");
  EXPECT_EQ(*read_file(file, 5), "12345");
  EXPECT_EQ(read_file(file, 4).error().code, ErrorCode::kLimitExceeded);
}

TEST(ReadFile, SaysWhatIsWrong) {
  const Folder folder;
  EXPECT_EQ(read_file(folder.path() / "none", 5).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(read_file(folder.path(), 5).error().message, HasSubstr("is a directory"));
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(read_file(pipe, 5).error().message, HasSubstr("not a regular file"));
}

TEST(ReadFile, FollowsLinks) {
  const Folder folder;
  folder.write("file", "1");
  std::filesystem::create_symlink("file", folder.path() / "link");
  EXPECT_EQ(*read_file(folder.path() / "link", 5), "1");
  std::filesystem::create_symlink("gone", folder.path() / "dangling");
  EXPECT_FALSE(read_file(folder.path() / "dangling", 5));
}

}  // namespace
}  // namespace pullgate::config
