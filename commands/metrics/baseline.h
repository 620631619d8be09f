// What a metric was in releases that are out: the reference a check may be
// compared with.
//
// Only qualified values are history: of a result that passed by itself, in a
// release whose tag was pushed and that is not yanked. Whoever hands a History
// over sees to that. A value compares only with one of the same statistic and
// unit. Pure and thread-safe.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "schema/event.h"

namespace commands::metrics {

struct PastValue {
  std::string release;
  std::uint64_t published = 0;  // position of the pushed tag: the order
  std::string validation;
  std::string key;
  std::string statistic;
  std::string unit;
  double value = 0;
  std::uint64_t position = 0;  // of the result it stands in
};
using History = std::vector<PastValue>;

constexpr std::uint32_t kBaselineReleasesMax = 100;

// "last-stable" (1) and "last-N"; nothing for a release's name. kUsage
// `baseline-invalid` for a number out of bounds.
ledger::Result<std::optional<std::uint32_t>> baseline_releases(
    std::string_view baseline);

// The metric that is asked about.
struct Measured {
  std::string_view validation;
  const schema::MetricRule& rule;  // key, aliases, statistic, unit
};

struct Baseline {
  std::optional<double> value;  // the median, where it is of several releases
  std::vector<schema::BaselineUsed> used;  // newest first
  std::string why_not;                     // in words, if there is none
};

// Of the newest releases that have it; of fewer than `last-N` asks for, if
// there are not so many yet.
Baseline find_baseline(const History& history,
                       std::string_view baseline,
                       const Measured& measured);

}  // namespace commands::metrics
