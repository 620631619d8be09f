// The chain, with types of the test: no payload of this program has a second
// version yet.

#include "schema/upcast.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/event.h"

namespace schema_tests {
namespace {

using schema::Upcaster;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <char kMark>
std::optional<std::string> mark(std::string_view payload) {
  return payload.empty() ? std::nullopt
                         : std::optional(std::string(payload) + kMark);
}

const std::vector<std::string> kTypes = {"Rain", "Wind"};
// In no order: "Rain" is at version 3, "Wind" at 2.
constexpr std::array kChain = {Upcaster{"Rain", 2, mark<'c'>},
                               Upcaster{"Wind", 1, mark<'w'>},
                               Upcaster{"Rain", 1, mark<'b'>}};

TEST(Upcast, GoesUpOneVersionAfterTheOther) {
  EXPECT_EQ(schema::lift(kChain, "Rain", 1, "a"), "abc");
  EXPECT_EQ(schema::lift(kChain, "Rain", 2, "a"), "ac");
  EXPECT_EQ(schema::lift(kChain, "Rain", 3, "a"), "a");
  EXPECT_EQ(schema::lift(kChain, "Wind", 1, "a"), "aw");
  EXPECT_EQ(schema::lift(kChain, "Snow", 1, "a"), "a");
}

TEST(Upcast, KnowsNoVersionThatIsNewerOrWasNeverWritten) {
  EXPECT_FALSE(schema::lift(kChain, "Rain", 4, "a"));
  EXPECT_FALSE(schema::lift(kChain, "Rain", 0, "a"));
  EXPECT_FALSE(schema::lift(kChain, "Snow", 2, "a"));
}

TEST(Upcast, GivesNothingWhereOneStepDoes) {
  EXPECT_FALSE(schema::lift(kChain, "Rain", 1, ""));
}

TEST(Upcast, WritesTheNewestVersion) {
  EXPECT_EQ(schema::newest_version(kChain, "Rain"), 3);
  EXPECT_EQ(schema::newest_version(kChain, "Wind"), 2);
  EXPECT_EQ(schema::newest_version(kChain, "Snow"), 1);
}

TEST(Upcast, FindsGapsDoublesAndStrangers) {
  EXPECT_THAT(schema::chain_problems(kChain, kTypes), IsEmpty());
  constexpr std::array kGap = {Upcaster{"Rain", 1, mark<'b'>},
                               Upcaster{"Rain", 3, mark<'d'>}};
  EXPECT_THAT(schema::chain_problems(kGap, kTypes),
              ElementsAre("Rain has no way up from version 2"));
  EXPECT_FALSE(schema::lift(kGap, "Rain", 1, "a"));
  constexpr std::array kDouble = {Upcaster{"Rain", 1, mark<'b'>},
                                  Upcaster{"Rain", 1, mark<'c'>}};
  EXPECT_THAT(schema::chain_problems(kDouble, kTypes),
              ElementsAre("Rain has two ways up from version 1"));
  constexpr std::array kStrange = {Upcaster{"Snow", 1, mark<'b'>},
                                   Upcaster{"Rain", 0, mark<'b'>},
                                   Upcaster{"Wind", 1, nullptr}};
  EXPECT_THAT(schema::chain_problems(kStrange, kTypes),
              ElementsAre("Snow from version 1 lifts nothing",
                          "Rain from version 0 lifts nothing",
                          "Wind from version 1 lifts nothing"));
}

TEST(Upcast, ChainOfThisBuildIsWhole) {
  EXPECT_THAT(schema::chain_problems(schema::upcasters(), schema::type_names()),
              IsEmpty());
}

}  // namespace
}  // namespace schema_tests
