// Lines that say a new attempt begins in the same log: a restarted worker
// group, a resumed run, a job recovered after its machine went. What stands
// before is not this attempt's. Pure and thread-safe.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace commands::metrics {

// RE2, without capturing groups.
extern const std::string kRestartPattern;
// One of these stands wherever it matches, in small letters or capitals.
extern const std::vector<std::string> kRestartWords;

bool begins_new_attempt(std::string_view segment);

}  // namespace commands::metrics
