#include "verify/result.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "verify/finding.h"
#include "verify/reason.h"

namespace pullgate {
namespace {

TEST(Result, ThrowsWhenAValueIsTakenThatIsNotThere) {
  const Result<int> failed(ErrorCode::kMalformed, "no");
  EXPECT_FALSE(failed);
  EXPECT_THROW(static_cast<void>(*failed), std::bad_expected_access<Error>);
  EXPECT_THROW(static_cast<void>(failed.value()), std::bad_expected_access<Error>);
}

TEST(ErrorCode, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    names.insert(to_string(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::kInternal) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(Reason, HasANameOfItsOwnThatCanBeReadBack) {
  std::set<std::string_view> names;
  for (Reason reason : kAllReasons) {
    EXPECT_EQ(parse_reason(to_string(reason)), reason);
    names.insert(to_string(reason));
  }
  EXPECT_EQ(names.size(), kAllReasons.size());
  EXPECT_EQ(parse_reason("no_evidence"), std::nullopt);
}

TEST(Check, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int check = 0; check <= static_cast<int>(verify::Check::kIdentity); ++check) {
    names.insert(to_string(static_cast<verify::Check>(check)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(verify::Check::kIdentity) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace pullgate
