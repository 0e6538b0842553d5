// Every call to the upstream fails in turn, in every way: an image that is to be denied is never admitted, and an image
// that is to be admitted is admitted or refused, never something else.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/proxy/bench.h"

namespace pullgate::proxy {
namespace {

using tests::Bench;
using tests::decision_of;
using tests::is_admitted;

constexpr ErrorCode kFaults[] = {ErrorCode::kMalformed,   ErrorCode::kUnsupported,  ErrorCode::kLimitExceeded,
                                 ErrorCode::kNotFound,    ErrorCode::kUnauthorized, ErrorCode::kRateLimited,
                                 ErrorCode::kUnreachable, ErrorCode::kTimedOut,     ErrorCode::kUpstreamInvalid,
                                 ErrorCode::kCancelled,   ErrorCode::kInternal};

enum class Image { kSigned, kUnsigned, kSignedByReferrer, kIndexWithUnsignedTag };

void fill(Bench& bench, Image image) {
  switch (image) {
    case Image::kSigned: {
      bench.sign_by_tag("acme/app", bench.put_image("acme/app", "app.json", "1.0"), "app");
      break;
    }
    case Image::kSignedByReferrer: {
      const Digest app = bench.put_image("acme/app", "app.json", "1.0");
      bench.sign_by_referrer("acme/app", app, app, "app");
      break;
    }
    case Image::kUnsigned: {
      const Digest other = bench.put_image("acme/app", "other.json", "1.0");
      bench.sign_by_tag("acme/app", other, "app");
      bench.sign_by_referrer("acme/app", other, other, "index");
      break;
    }
    case Image::kIndexWithUnsignedTag: {
      bench.put_index("acme/app", "1.0");
      break;
    }
  }
}

bool is_to_be_admitted(Image image) {
  return image == Image::kSigned || image == Image::kSignedByReferrer;
}

class JudgeFault : public testing::TestWithParam<Image> {};

TEST_P(JudgeFault, NeverTurnsIntoAnAdmission) {
  std::size_t calls = 0;
  {
    Bench bench;
    fill(bench, GetParam());
    EXPECT_EQ(is_admitted(bench.judge("acme/app", "1.0")), is_to_be_admitted(GetParam()));
    calls = bench.upstream().calls().size();
  }
  ASSERT_GE(calls, 5U);
  for (const ErrorCode fault : kFaults) {
    for (std::size_t failing = 0; failing < calls; ++failing) {
      Bench bench;
      fill(bench, GetParam());
      std::size_t number = 0;
      bench.upstream().fail_with([&](const std::string&) -> std::optional<Error> {
        if (number++ == failing) return Error{fault, "injected"};
        return std::nullopt;
      });
      const Judgement judgement = bench.judge("acme/app", "1.0");
      if (!is_to_be_admitted(GetParam())) {
        EXPECT_FALSE(is_admitted(judgement)) << to_string(fault) << " at call " << failing;
      }
      // What failed for a moment is not held against the image later.
      bench.upstream().fail_with({});
      bench.advance(std::chrono::seconds(10));
      EXPECT_EQ(is_admitted(bench.judge("acme/app", "1.0")), is_to_be_admitted(GetParam()))
          << to_string(fault) << " at call " << failing;
    }
  }
}

TEST_P(JudgeFault, EndsEvenWhenTheUpstreamThrowsCve202644310) {
  Bench bench;
  fill(bench, GetParam());
  bench.upstream().fail_with([](const std::string& call) -> std::optional<Error> {
    if (call.starts_with("referrers")) throw std::runtime_error("a bug");
    return std::nullopt;
  });
  const Judgement judgement = bench.judge("acme/app", "1.0");
  ASSERT_TRUE(std::holds_alternative<Unavailable>(judgement));
  EXPECT_EQ(std::get<Unavailable>(judgement).error.code, ErrorCode::kInternal);
}

INSTANTIATE_TEST_SUITE_P(Images, JudgeFault,
                         testing::Values(Image::kSigned, Image::kUnsigned, Image::kSignedByReferrer,
                                         Image::kIndexWithUnsignedTag),
                         [](const auto& info) {
                           switch (info.param) {
                             case Image::kSigned:
                               return "Signed";
                             case Image::kUnsigned:
                               return "Unsigned";
                             case Image::kSignedByReferrer:
                               return "SignedByReferrer";
                             case Image::kIndexWithUnsignedTag:
                               return "UnsignedIndex";
                           }
                           return "Unknown";
                         });

}  // namespace
}  // namespace pullgate::proxy
