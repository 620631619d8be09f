#include "projections/render/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "projections/values.h"

namespace projections::render {
namespace {

constexpr std::array<std::string_view, 8> kBars = {
    "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::size_t kChartRows = 10;
constexpr std::size_t kChartColumns = 60;

struct Scale {
  double low = 0;
  double high = 0;
  // Of `count` steps, from 0; the middle one where all values are the same.
  std::size_t step(double value, std::size_t count) const {
    if (!(high > low)) {
      return count / 2;
    }
    const double part = (value - low) / (high - low);
    return std::min(count - 1,
                    static_cast<std::size_t>(
                        std::lround(part * static_cast<double>(count - 1))));
  }
};

Scale scale_of(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  return {low, high};
}

// Neighbours share a column, so that all fit.
std::vector<ChartPoint> columns_of(const std::vector<ChartPoint>& points) {
  const std::size_t columns = std::min(points.size(), kChartColumns);
  std::vector<ChartPoint> result;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t from = i * points.size() / columns;
    const std::size_t to = (i + 1) * points.size() / columns;
    std::vector<double> values;
    bool failed = false;
    for (std::size_t j = from; j < to; ++j) {
      values.push_back(points[j].value);
      failed = failed || points[j].failed;
    }
    result.push_back({median_of(std::move(values)), failed});
  }
  return result;
}

std::string scale_text(double value) {
  return fmt::format("{:>12.6g}", value);
}

}  // namespace

std::string sparkline(const std::vector<double>& values) {
  if (values.empty()) {
    return "";
  }
  const std::size_t shown = std::min(values.size(), kSparklineMax);
  const std::vector<double> newest(
      values.end() - static_cast<std::ptrdiff_t>(shown), values.end());
  const Scale scale = scale_of(newest);
  std::string text;
  for (const double value : newest) {
    text += kBars[scale.step(value, kBars.size())];
  }
  return text;
}

std::string chart_text(const Chart& chart) {
  if (chart.points.empty()) {
    return "";
  }
  const std::vector<ChartPoint> columns = columns_of(chart.points);
  std::vector<double> values;
  for (const ChartPoint& point : columns) {
    values.push_back(point.value);
  }
  const Scale scale = scale_of(values);
  std::string text;
  for (std::size_t row = kChartRows; row-- > 0;) {
    const double at = scale.low + (scale.high - scale.low) *
                                      static_cast<double>(row) /
                                      static_cast<double>(kChartRows - 1);
    const bool labelled =
        scale.high > scale.low
            ? row == 0 || row == kChartRows - 1 || row == kChartRows / 2
            : row == kChartRows / 2;
    std::string line = labelled ? scale_text(at) : std::string(12, ' ');
    line += labelled ? " ┤" : " │";
    for (const ChartPoint& point : columns) {
      const bool here = scale.step(point.value, kChartRows) == row;
      line += !here ? " " : point.failed ? "x" : "•";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text += std::string(13, ' ') + "└";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += "─";
  }
  const std::size_t ends = chart.from.size() + chart.to.size();
  text += fmt::format(
      "\n{}{}{}{}\n",
      std::string(14, ' '),
      chart.from,
      std::string(columns.size() > ends ? columns.size() - ends : 1, ' '),
      chart.from == chart.to ? "" : chart.to);
  return text;
}

}  // namespace projections::render
