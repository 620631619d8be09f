// Values as a picture of characters. Pure.

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace projections::render {

// A bar each, from the lowest to the highest: "▁▄█". Of many, the newest.
constexpr std::size_t kSparklineMax = 40;
std::string sparkline(const std::vector<double>& values);

struct ChartPoint {
  double value = 0;
  bool failed = false;  // drawn as x
};
// Rows of points over an axis, with the scale at the left; where there are
// more points than columns, a column is the median of several.
struct Chart {
  std::vector<ChartPoint> points;  // oldest first
  std::string from;                // what the axis begins and ends with
  std::string to;
};
std::string chart_text(const Chart& chart);

}  // namespace projections::render
