#include "verify/parameters.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "verify/json_document.h"

namespace pullgate::verify {
namespace {

Parameters parameters(std::string_view text) {
  return Parameters(std::make_shared<const nlohmann::json>(parse_json(text).value()));
}

JsonPointer at(std::string_view text) {
  return JsonPointer::parse(text).value();
}

std::vector<std::string> outside_of(const Parameters& all, std::initializer_list<std::string_view> known,
                                    std::size_t most = 10) {
  std::vector<JsonPointer> places;
  for (std::string_view place : known) places.push_back(at(place));
  std::vector<std::string> texts;
  for (const JsonPointer& place : all.outside_of(places, most)) texts.push_back(place.text());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Parameters, AreTextsIntegersAndTruthValues) {
  const Parameters all = parameters(R"({"a":{"b":["x",7,true]},"c/d":"y","e":1.5,"f":null,"g":{},"h":""})");
  EXPECT_EQ(all.at(at("/a/b/0")), "x");
  EXPECT_EQ(all.at(at("/a/b/1")), "7");
  EXPECT_EQ(all.at(at("/a/b/2")), "true");
  EXPECT_EQ(all.at(at("/c~1d")), "y");
  EXPECT_EQ(all.at(at("/h")), "");
  for (const char* const none : {"/a", "/a/b", "/a/b/3", "/a/b/-", "/e", "/f", "/g", "/x", "/c/d", "/a/b/0/x"}) {
    EXPECT_EQ(all.at(at(none)), std::nullopt) << none;
  }
}

TEST(Parameters, ThatWereNotStatedAreNowhere) {
  EXPECT_FALSE(Parameters().are_stated());
  EXPECT_FALSE(parameters("null").are_stated());
  EXPECT_EQ(Parameters().at(at("/a")), std::nullopt);
  EXPECT_EQ(outside_of(Parameters(), {}), Texts());
}

TEST(Parameters, OutsideOfWhatIsKnownAreFoundWhereverTheyAre) {
  const Parameters all = parameters(R"({"a":{"b":["x",7]},"a2":"n","c/d":{"~":1.5},"e":{},"f":[],"g":null})");
  EXPECT_EQ(outside_of(all, {}), (Texts{"/a/b/0", "/a/b/1", "/a2", "/c~1d/~0"}));
  EXPECT_EQ(outside_of(all, {"/a"}), (Texts{"/a2", "/c~1d/~0"}));
  EXPECT_EQ(outside_of(all, {"/a/b/1", "/a2"}), (Texts{"/a/b/0", "/c~1d/~0"}));
  EXPECT_EQ(outside_of(all, {"/a/b", "/a2", "/c~1d"}), Texts());
  // A place beside it, above which nothing is known, knows nothing.
  EXPECT_EQ(outside_of(all, {"/a/c", "/a/b/0/x", "/b"}), (Texts{"/a/b/0", "/a/b/1", "/a2", "/c~1d/~0"}));
  EXPECT_EQ(outside_of(all, {}, 2), (Texts{"/a/b/0", "/a/b/1"}));
}

TEST(Parameters, ThatAreNoObjectHaveNoPlacesButOne) {
  EXPECT_EQ(outside_of(parameters(R"("text")"), {"/a"}), Texts{""});
}

}  // namespace
}  // namespace pullgate::verify
