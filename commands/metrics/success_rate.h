// The success rate of an evaluation. Pure and thread-safe.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/metrics/found.h"

namespace commands::metrics {

// RE2 for what must stand on a line for it to be read.
extern const std::string kSuccessWordPattern;
// One of these stands wherever it matches, in small letters or capitals.
extern const std::vector<std::string> kSuccessWords;

// Every reading on the segment, in order, as a share from 0 to 1.
void find_success_rates(std::string_view segment, const OnFound& on_found);

}  // namespace commands::metrics
