// The metrics every log is searched for: steps per second over all ranks, as
// printed, and the success rate of an evaluation.
//
// Not thread-safe.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "commands/metrics/number.h"

namespace commands::metrics {

// RE2 for what must stand on a line for it to be read.
extern const std::string kRateWordPattern;
extern const std::string kSuccessWordPattern;

struct Found {
  Number number;          // a rate as steps per second, a success as 0..1
  std::size_t begin = 0;  // of label and number together
  std::size_t end = 0;
};
using OnFound = std::function<void(const Found&)>;

// Every reading on the segment, in order. `before` is the end of the segment
// before it, where a long line may have been wrapped.
void find_rates(std::string_view segment,
                std::string_view before,
                const OnFound& on_found);
void find_success_rates(std::string_view segment, const OnFound& on_found);

// Whether the segment ends with a rate's label, its number on the next one.
bool ends_with_rate_label(std::string_view segment);
// The reading that such a next segment begins with.
void find_wrapped_rate(std::string_view segment, const OnFound& on_found);

}  // namespace commands::metrics
