// Which way a metric gets worse: what the operator of its check says. Pure.

#pragma once

#include <optional>
#include <string_view>

namespace projections {

enum class Direction { kUnknown, kHigherIsBetter, kLowerIsBetter };

// Of ">=", ">", "<=" and "<"; no other operator has one.
Direction direction_of(std::string_view op);
// "higher", "lower", or empty.
std::string_view word(Direction better);
// How much worse `to` is than `from`: negative is better, nothing unknown.
std::optional<double> worse_by(Direction better, double from, double to);

}  // namespace projections
