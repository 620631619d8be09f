// A rate behind its label or before its unit: "41.2k", "87.75 ksps", "41234
// steps/s". Pure and thread-safe.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "commands/metrics/number.h"

namespace commands::metrics {

// Bytes looked at for a label, its separator or a unit.
constexpr std::size_t kTokenMax = 80;

struct RateUnit {
  double scale = 1;
  bool doubtful = false;
  std::size_t size = 0;
};

// " ksps", "steps/s", "M steps/sec" right after a number.
std::optional<RateUnit> rate_unit_at(std::string_view text);

// A rate at the front, with its unit if one is there, times `label_scale`.
// A negative rate is none.
std::optional<Number> rate_at(std::string_view text, double label_scale);

// The value times `by`; none if that is too large for a number.
void scale(Number& number, double by);

}  // namespace commands::metrics
