// Two releases side by side: what they measured, the bounds they had, how long
// they took, and what got worse. Pure; of the validations of each one's newest
// candidate.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/direction.h"
#include "projections/queries.h"

namespace projections {

enum class MetricChange { kNone, kBetter, kWorse, kDifferent, kNew, kGone };
std::string_view word(MetricChange change);

// One of the two sides; nothing, where that release has none.
struct ComparedValue {
  std::optional<double> value;
  std::string bound;           // empty: no check was on it
  std::optional<bool> passed;  // all checks on it
};

struct ComparedMetric {
  std::string validation;
  std::string key;  // as the second release calls it
  std::string unit;
  ComparedValue from;
  ComparedValue to;
  Direction better = Direction::kUnknown;
  // kWorse also: it passed, and does not now.
  MetricChange change = MetricChange::kNone;
  bool bound_moved = false;
};

struct ComparedRun {
  std::string validation;
  std::string outcome_from;  // empty: it has none
  std::string outcome_to;
  std::optional<double> from_s;
  std::optional<double> to_s;
};

struct Comparison {
  std::vector<ComparedMetric> metrics;  // in the order of the second's plan
  std::vector<ComparedRun> runs;
};

Comparison compare(const ReleaseView& from, const ReleaseView& to);
// From its start to its tag, or to its newest event.
double duration_s(const schema::ReleaseRecord& record);

}  // namespace projections
