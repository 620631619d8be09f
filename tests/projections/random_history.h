// A made-up history of several releases at once, in an order that could have
// happened: the same for the same seed.

#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/schema/life.h"

namespace projections_tests {

// One append: what happened to a release together, and who did it.
struct HistoryStep {
  std::string release;
  std::string by;
  std::vector<schema::Event> events;
};

// At least `count` steps of releases "1.0", "2.0" and "3.0".
std::vector<HistoryStep> random_history(std::uint32_t seed, std::size_t count);

}  // namespace projections_tests
