// Comparisons of releases as text, JSON and CSV. Pure.

#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "projections/compare.h"
#include "projections/regressions.h"
#include "projections/render/text.h"
#include "projections/stats.h"

namespace projections::render {

// The two sides and what lies between them.
struct Compared {
  const ReleaseView& from;
  const ReleaseView& to;
  const Comparison& comparison;
};
nlohmann::ordered_json compare_json(const Compared& compared);
std::string compare_text(const Compared& compared, const Style& style);
// A line each for metrics and for durations.
std::string compare_csv(const Compared& compared);

nlohmann::ordered_json regression_json(const Regression& regression);
std::string regressions_text(const RegressionReport& report,
                             const Style& style);
std::string regressions_csv(const RegressionReport& report);

nlohmann::ordered_json stats_json(const Stats& stats);
std::string stats_text(const Stats& stats, const Style& style);
// A line each for a figure: scope, name, figure, value.
std::string stats_csv(const Stats& stats);

}  // namespace projections::render
