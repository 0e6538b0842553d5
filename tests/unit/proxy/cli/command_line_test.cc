#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "proxy/cli/commands.h"
#include "proxy/cli/exit_code.h"

namespace pullgate::proxy {
namespace {

struct Ended {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Ended run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "pullgate");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ended ended;
  ended.exit_code = run_command_line(static_cast<int>(arguments.size()), arguments.data());
  std::fflush(stdout);
  std::fflush(stderr);
  ended.out = testing::internal::GetCapturedStdout();
  ended.err = testing::internal::GetCapturedStderr();
  return ended;
}

TEST(CommandLine, PrintsItsVersion) {
  const Ended ended = run({"version"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.out, std::string("pullgate ") + PULLGATE_VERSION + "\n");
}

TEST(CommandLine, HelpsWithEveryCommandAndItsExitCodes) {
  EXPECT_NE(run({"--help"}).out.find("pullgate serve --config"), std::string::npos);
  for (const char* command : {"serve", "verify", "record", "tree", "policy", "version"}) {
    const Ended ended = run({command, "--help"});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_NE(ended.out.find("Example"), std::string::npos) << command;
    EXPECT_NE(ended.out.find("xit"), std::string::npos) << command;
  }
}

TEST(CommandLine, TellsWrongUsageFromWrongFiles) {
  EXPECT_EQ(run({}).exit_code, kExitUsage);
  EXPECT_EQ(run({"fly"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"serve"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"serve", "--config", "none.yaml", "--log-format", "xml"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"verify", "Not An Image", "--config", "none.yaml"}).exit_code, kExitUsage);
  EXPECT_EQ(run({"verify", "registry.test/app:1", "--config", "none.yaml", "--at", "now"}).exit_code, kExitUsage);
  const Ended ended = run({"serve", "--config", "does-not-exist.yaml"});
  EXPECT_EQ(ended.exit_code, kExitConfiguration);
  EXPECT_NE(ended.err.find("does-not-exist.yaml"), std::string::npos);
  EXPECT_EQ(run({"verify", "registry.test/app:1", "--config", "does-not-exist.yaml"}).exit_code, kExitConfiguration);
}

TEST(CommandLine, NeedsAPolicyOrSettingsWhereAnImageIsJudged) {
  for (const std::vector<const char*>& command : {std::vector{"verify"}, std::vector{"tree"},
                                                  std::vector{"policy", "explain"}, std::vector{"record", "-o", "x"}}) {
    std::vector<const char*> arguments = command;
    arguments.push_back("registry.test/app:1");
    const Ended neither = run(arguments);
    EXPECT_EQ(neither.exit_code, kExitUsage);
    EXPECT_NE(neither.err.find("--config or --policy is required"), std::string::npos) << neither.err;
    arguments.insert(arguments.end(), {"--policy", "does-not-exist.yaml"});
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.exit_code, kExitConfiguration);
    EXPECT_NE(ended.err.find("does-not-exist.yaml"), std::string::npos) << ended.err;
  }
}

TEST(CommandLine, SaysWhereAWordIsACommand) {
  const auto refused = [](const char* word) {
    const Ended ended = run({word, "policy.yaml"});
    EXPECT_EQ(ended.exit_code, kExitUsage);
    return ended.err.substr(0, ended.err.find('\n'));
  };
  EXPECT_EQ(refused("lint"), "pullgate: there is no command 'lint'; did you mean 'policy lint'?");
  EXPECT_EQ(refused("explain"), "pullgate: there is no command 'explain'; did you mean 'policy explain'?");
  EXPECT_EQ(refused("verfy"), "pullgate: there is no command 'verfy'; did you mean 'verify'?");
  EXPECT_EQ(refused("frobnicate"),
            "pullgate: there is no command 'frobnicate'; there are serve, verify, verify-bundle, record, tree, policy, "
            "version");
}

}  // namespace
}  // namespace pullgate::proxy
