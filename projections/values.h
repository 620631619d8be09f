// What is made of many values: percentiles by nearest rank, and how far values
// scatter, in a way that a few bad ones do not move. Pure.

#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace projections {

enum class Aggregate { kMax, kMin, kMean, kP50, kP95, kLast };
std::optional<Aggregate> parse_aggregate(std::string_view word);
std::string_view word(Aggregate aggregate);

// Of at least one value, in their order.
double aggregated(Aggregate aggregate, const std::vector<double>& values);

// The middle one, or the mean of the two in the middle; of at least one.
double median_of(std::vector<double> values);
// The median of the distances from `median`.
double median_deviation(const std::vector<double>& values, double median);

// How much more `to` is than `from`, in percent of `from`; nothing of zero.
std::optional<double> percent_more(double from, double to);

}  // namespace projections
