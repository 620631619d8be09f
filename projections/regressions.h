// What got worse beyond noise, and where it began.
//
// Of each metric and validation one value a release is looked at: of its
// newest attempt that came to a verdict. A value is beyond noise if it is
// worse than the median of the values before it by more than three times
// their scatter (1.4826 x the median distance from the median, which is the
// standard deviation where values scatter normally) and by more than 1 % of
// the median. Median and scatter are those of up to 20 values, at least 5. A
// regression is a run of releases that are all beyond what was usual before
// the first of them. Which way is worse, the operator of the newest check on
// the metric says; without one nothing can be said.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/snapshot.h"
#include "projections/direction.h"

namespace projections {

constexpr std::size_t kUsualAtMost = 20;
constexpr std::size_t kUsualAtLeast = 5;
constexpr double kNoiseFactor = 3;
constexpr double kNoisePercentMin = 1;
constexpr std::size_t kRegressionReleases = 50;  // looked at, if not said

struct Observed {
  std::string release;
  std::string commit;
  std::int64_t at_ms = 0;
  double value = 0;
  bool looked_at = true;  // a regression may begin here
};

struct Regression {
  std::string key;
  std::string validation;
  std::string unit;
  Direction better = Direction::kUnknown;
  Observed began;
  Observed newest;           // of the run
  double usual = 0;          // the median before it began
  double noise = 0;          // how much worse is still nothing
  std::size_t releases = 0;  // in the run
  bool ongoing = false;      // it goes on to the newest release with a value
};

// In one series, oldest first; key, validation and unit are left empty.
std::vector<Regression> regressions_in(const std::vector<Observed>& series,
                                       Direction better);

struct RegressionReport {
  std::vector<Regression> found;      // ongoing ones first
  std::vector<std::string> unjudged;  // VALIDATION/KEY without a direction
  std::size_t judged = 0;
};
ledger::Result<RegressionReport> find_regressions(
    const ledger::Snapshot& snapshot, std::size_t releases);

}  // namespace projections
