#include "schema/release_name.h"

#include <gtest/gtest.h>

namespace schema_tests {
namespace {

TEST(ReleaseName, AcceptsVersionsAndDates) {
  for (const char* name :
       {"1.4.0", "2025.10.02-1430", "1.0.0-rc.1+build_7", "a", "7", "Vela"}) {
    EXPECT_EQ(schema::release_name_problem(name), std::nullopt) << name;
  }
  EXPECT_EQ(schema::release_name_problem(std::string(64, 'x')), std::nullopt);
}

TEST(ReleaseName, RefusesWhatIsNoPlainName) {
  const std::string with_nul("1\0", 2);
  for (const std::string& name : {std::string(),
                                  std::string("../x"),
                                  std::string("a..b"),
                                  std::string("a b"),
                                  std::string("a/b"),
                                  std::string(".a"),
                                  std::string("-a"),
                                  std::string("_a"),
                                  std::string("a."),
                                  std::string("a.lock"),
                                  std::string("a\n"),
                                  std::string("a\x1b[31m"),
                                  std::string("1.4.0\xc3\xa9"),
                                  with_nul,
                                  std::string(65, 'x'),
                                  std::string(300, 'x')}) {
    EXPECT_NE(schema::release_name_problem(name), std::nullopt) << name;
  }
}

TEST(ReleaseName, LosesOneLeadingPrefix) {
  EXPECT_EQ(schema::without_prefix("v1.4.0"), "1.4.0");
  EXPECT_EQ(schema::without_prefix("release_1.4.0"), "1.4.0");
  EXPECT_EQ(schema::without_prefix("vv1"), "v1");
  EXPECT_EQ(schema::without_prefix("v"), "v");
  EXPECT_EQ(schema::without_prefix("release_"), "release_");
  EXPECT_EQ(schema::without_prefix("1.4.0"), "1.4.0");
}

}  // namespace
}  // namespace schema_tests
