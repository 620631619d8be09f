#include "commands/nearest.h"

#include <gtest/gtest.h>

namespace commands {
namespace {

TEST(Nearest, CountsEditsWithSwapsAndWithoutCase) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("ABC", "abc"), 0U);
  EXPECT_EQ(edit_distance("acb", "abc"), 1U);
  EXPECT_EQ(edit_distance("timeout", "timeout_s"), 2U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, SuggestsOnlyWhatMayBeASlip) {
  EXPECT_EQ(nearest("timout_s", {"name", "timeout_s"}), "timeout_s");
  EXPECT_EQ(nearest("colour", {"name", "timeout_s"}), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
  EXPECT_EQ(suggestion("nmae", {"name"}), "; did you mean name?");
  EXPECT_EQ(suggestion("zzzz", {"name"}), "");
}

TEST(Nearest, ListsTheNearestFirst) {
  EXPECT_EQ(nearest_first("sps", {"loss", "spss", "sps"}, 2),
            (std::vector<std::string>{"sps", "spss"}));
  EXPECT_EQ(nearest("statsu", {"stats", "status"}), "status");
}

}  // namespace
}  // namespace commands
