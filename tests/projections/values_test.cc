// Figures made of many values, and pictures of them.

#include "projections/values.h"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/render/chart.h"
#include "projections/render/csv.h"

namespace projections_tests {
namespace {

using projections::Aggregate;
using projections::aggregated;
using projections::render::chart_text;
using projections::render::sparkline;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Values, AreSummedUpByNearestRank) {
  const std::vector<double> values = {5, 1, 4, 2, 3};
  EXPECT_EQ(aggregated(Aggregate::kMax, values), 5);
  EXPECT_EQ(aggregated(Aggregate::kMin, values), 1);
  EXPECT_EQ(aggregated(Aggregate::kMean, values), 3);
  EXPECT_EQ(aggregated(Aggregate::kP50, values), 3);
  EXPECT_EQ(aggregated(Aggregate::kP95, values), 5);
  EXPECT_EQ(aggregated(Aggregate::kLast, values), 3);
  EXPECT_EQ(aggregated(Aggregate::kP50, {7}), 7);
}

TEST(Values, HaveAMiddleThatOutliersDoNotMove) {
  EXPECT_EQ(projections::median_of({1, 2, 3, 1000}), 2.5);
  EXPECT_EQ(projections::median_deviation({1, 2, 3, 1000}, 2.5), 1);
  EXPECT_EQ(projections::percent_more(-50, -25), 50);
  EXPECT_FALSE(projections::percent_more(0, 1));
}

TEST(Sparkline, GoesFromTheLowestToTheHighest) {
  EXPECT_EQ(sparkline({}), "");
  EXPECT_EQ(sparkline({0, 7}), "▁█");
  EXPECT_EQ(sparkline({3, 3, 3}), "▅▅▅");
  EXPECT_EQ(sparkline(std::vector<double>(100, 1)).size(),
            projections::render::kSparklineMax * std::string("▅").size());
}

TEST(Chart, DrawsPassedAndFailedPoints) {
  const std::string text =
      chart_text({{{10, false}, {30, false}, {20, true}}, "1.0", "1.2"});
  EXPECT_THAT(text,
              AllOf(HasSubstr("          30 ┤ •\n"),
                    HasSubstr("          10 ┤•\n"),
                    HasSubstr("  x\n"),
                    HasSubstr("└───\n"),
                    HasSubstr("1.0 1.2\n")));
  EXPECT_EQ(chart_text({}), "");
}

TEST(Chart, FitsManyPointsIntoItsColumns) {
  std::vector<projections::render::ChartPoint> points;
  for (int i = 0; i < 1000; ++i) {
    points.push_back({static_cast<double>(i), false});
  }
  const std::string text = chart_text({points, "a", "b"});
  ASSERT_NE(text, "");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto characters =
        std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; });
    EXPECT_LE(characters, 80);
  }
}

TEST(Csv, QuotesAndLooksIntoObjects) {
  const nlohmann::ordered_json row = {
      {"a", "x,\"y\""}, {"b", {{"c", 1.5}}}, {"d", nullptr}, {"e", true}};
  EXPECT_EQ(projections::render::csv({"a", "b.c", "b.x", "d", "e"}, {row}),
            "a,b.c,b.x,d,e\r\n\"x,\"\"y\"\"\",1.5,,,true\r\n");
  EXPECT_EQ(projections::render::csv({"a", "b"}, {}), "a,b\r\n");
}

}  // namespace
}  // namespace projections_tests
