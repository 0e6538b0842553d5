#include "proxy/pull/examination.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"
#include "verify/limits.h"

namespace pullgate::proxy {
namespace {

using tests::bench_policy;
using tests::signed_file;

/// Of an unsigned image: denied in closed/app, allowed in open/app.
class ExaminationTest : public testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<const policy::Decision> asked_for(const std::string& name) const {
    return examination_.decision_for(ImageReference::parse("registry.test/" + name).value(), now_);
  }
  /// The same decision, and not only an equal one.
  [[nodiscard]] bool remembers(const std::string& name) const { return asked_for(name) == asked_for(name); }
  void deny_as_many_as_are_remembered() const {
    for (std::size_t i = 0; i < limits::kDecisionsPerImage; ++i)
      static_cast<void>(asked_for("closed/app:" + std::to_string(i)));
  }

  Time now_{};
  Content content_ = Content::of(signed_file("app.json"));
  Examination examination_{
      {.manifest = std::make_shared<const ReadManifest>(
           content_, parse_manifest(content_, std::string(media_type::kOciManifest)), verify::ArtifactClass::kRunnable),
       .policy = bench_policy(verify::PublicKey::parse_pem(signed_file("key.pub")).value()),
       .trust_generation = Digest::of("trust"),
       .gathered = std::make_shared<const policy::Gathered>(),
       .evidence_bytes = 0,
       .finished_at = {}}};
};

TEST_F(ExaminationTest, RemembersDecisionsUpToALimit) {
  EXPECT_TRUE(remembers("closed/app:0"));
  deny_as_many_as_are_remembered();
  EXPECT_TRUE(remembers("closed/app:0"));
  EXPECT_FALSE(remembers("closed/app:one-more"));
}

// Whoever may push can push many tags of somebody's image, and each gets a denial.
TEST_F(ExaminationTest, AnAllowanceDisplacesADenial) {
  deny_as_many_as_are_remembered();
  EXPECT_EQ(examination_.allowance(now_), nullptr);
  EXPECT_TRUE(remembers("open/app:1.0"));
  ASSERT_NE(examination_.allowance(now_), nullptr);
  EXPECT_EQ(examination_.allowance(now_), asked_for("open/app:1.0"));
}

TEST_F(ExaminationTest, ADenialNeverDisplacesAnAllowance) {
  for (std::size_t i = 0; i < limits::kDecisionsPerImage; ++i)
    static_cast<void>(asked_for("open/app:" + std::to_string(i)));
  EXPECT_FALSE(remembers("open/app:one-more"));
  EXPECT_FALSE(remembers("closed/app:denied"));
  for (std::size_t i = 0; i < limits::kDecisionsPerImage; ++i)
    EXPECT_TRUE(remembers("open/app:" + std::to_string(i))) << i;
}

}  // namespace
}  // namespace pullgate::proxy
