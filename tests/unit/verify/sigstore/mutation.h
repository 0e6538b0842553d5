#pragma once
/// One way in which evidence can be wrong, by name, and how the verifier has to put it.

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/verify/sigstore/scene.h"

namespace pullgate::verify {

struct Mutation {
  std::string name;  ///< as a sentence, in CamelCase, for the name of the test
  Check check;
  Reason reason;
  std::function<Report()> report;
};

inline void PrintTo(const Mutation& mutation, std::ostream* out) {
  *out << mutation.name;
}

/// Refused, and for this reason by this check.
inline void expect_refused(const Report& report, Check check, Reason reason) {
  EXPECT_FALSE(report.verified);
  ASSERT_NE(report.most_telling(), nullptr);
  EXPECT_EQ(to_string(report.most_telling()->check), to_string(check)) << told(report);
  EXPECT_EQ(to_string(report.most_telling()->reason.value()), to_string(reason)) << told(report);
}

inline void expect_refused(const Mutation& mutation) {
  expect_refused(mutation.report(), mutation.check, mutation.reason);
}

class Mutations : public ::testing::TestWithParam<Mutation> {};

inline std::string mutation_name(const ::testing::TestParamInfo<Mutation>& info) {
  return info.param.name;
}

}  // namespace pullgate::verify
