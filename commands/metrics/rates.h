// Steps per second over all ranks, as printed. Pure and thread-safe.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/metrics/found.h"

namespace commands::metrics {

// RE2 for what must stand on a line for it to be read.
extern const std::string kRateWordPattern;
// One of these stands wherever it matches, in small letters or capitals.
extern const std::vector<std::string> kRateWords;

// Every reading on the segment, in order, in steps per second. `before` is
// the end of the segment before it: a long line may have been wrapped.
void find_rates(std::string_view segment,
                std::string_view before,
                const OnFound& on_found);

// Whether the segment ends with a rate's label, its number on the next one.
bool ends_with_rate_label(std::string_view segment);
// The reading that such a next segment begins with.
void find_wrapped_rate(std::string_view segment, const OnFound& on_found);

}  // namespace commands::metrics
