// What is taken from a line, told as it is taken: for a person who tries
// patterns on a log.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace commands::metrics {

enum class Taken {
  kValue,
  kNone,      // said to be no number: nan, inf, out of bounds
  kDoubtful,  // cannot be read for sure; the metric is missing
  kRestart,   // a new attempt begins: nothing before it counts
};

struct Sample {
  std::string key;  // empty: of a restart
  Taken taken = Taken::kValue;
  double value = 0;
  std::uint64_t line = 0;  // from 1
  std::string text;        // an excerpt, harmless
};

using OnSample = std::function<void(const Sample&)>;

}  // namespace commands::metrics
