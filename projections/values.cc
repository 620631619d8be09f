#include "projections/values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

namespace projections {
namespace {

constexpr std::array<std::string_view, 6> kAggregates = {
    "max", "min", "mean", "p50", "p95", "last"};

double nearest_rank(std::vector<double> values, double part) {
  std::ranges::sort(values);
  const double rank = std::ceil(part * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace

std::optional<Aggregate> parse_aggregate(std::string_view word) {
  const auto it = std::ranges::find(kAggregates, word);
  return it == kAggregates.end()
             ? std::nullopt
             : std::optional(static_cast<Aggregate>(it - kAggregates.begin()));
}

std::string_view word(Aggregate aggregate) {
  return kAggregates[static_cast<std::size_t>(aggregate)];
}

double aggregated(Aggregate aggregate, const std::vector<double>& values) {
  switch (aggregate) {
    case Aggregate::kMax:
      return std::ranges::max(values);
    case Aggregate::kMin:
      return std::ranges::min(values);
    case Aggregate::kMean:
      return std::accumulate(values.begin(), values.end(), 0.0) /
             static_cast<double>(values.size());
    case Aggregate::kP50:
      return nearest_rank(values, 0.5);
    case Aggregate::kP95:
      return nearest_rank(values, 0.95);
    case Aggregate::kLast:
      break;
  }
  return values.back();
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1
             ? values[middle]
             : values[middle - 1] + (values[middle] - values[middle - 1]) / 2;
}

double median_deviation(const std::vector<double>& values, double median) {
  std::vector<double> distances;
  for (const double value : values) {
    distances.push_back(std::abs(value - median));
  }
  return median_of(std::move(distances));
}

std::optional<double> percent_more(double from, double to) {
  return from == 0 ? std::nullopt
                   : std::optional((to - from) / std::abs(from) * 100);
}

}  // namespace projections
