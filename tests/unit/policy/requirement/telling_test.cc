#include "policy/requirement/telling.h"

#include <gtest/gtest.h>

namespace pullgate::policy {
namespace {

TEST(Telling, EveryReasonHasARank) {
  for (const Reason reason : kAllReasons) EXPECT_LT(telling_rank(reason), 90) << to_string(reason);
}

TEST(Telling, OrdersAndKeepsTheOrderOfEquals) {
  std::vector<Objection> objections = {{Reason::kNoEvidence, "1", {}, {}},       {Reason::kBaseNotProven, "2", {}, {}},
                                       {Reason::kNoEvidence, "3", {}, {}},       {Reason::kRejectedByRule, "4", {}, {}},
                                       {Reason::kSourceNotAllowed, "5", {}, {}}, {Reason::kNoEvidence, "6", {}, {}}};
  put_most_telling_first(objections);
  std::string order;
  for (const Objection& objection : objections) order += objection.requirement;
  EXPECT_EQ(order, "451362");
}

}  // namespace
}  // namespace pullgate::policy
