#include "projections/stats.h"

#include <algorithm>
#include <map>

#include "projections/values.h"

namespace projections {
namespace {

Spread spread_of(const std::vector<double>& values) {
  if (values.empty()) {
    return {};
  }
  return {values.size(),
          aggregated(Aggregate::kP50, values),
          aggregated(Aggregate::kP95, values),
          aggregated(Aggregate::kMax, values)};
}

std::optional<double> part(std::uint32_t some, std::uint32_t all) {
  return all == 0 ? std::nullopt
                  : std::optional(static_cast<double>(some) /
                                  static_cast<double>(all));
}

double seconds_between(const schema::Mark& from, const schema::Mark& to) {
  return std::max(0.0, static_cast<double>(to.at_ms - from.at_ms) / 1000);
}

// A validation over all releases, while it is added up.
struct Sum {
  ValidationStats stats;
  std::vector<double> seconds;
};

void add_runs(const schema::RunCounts& runs, Sum& sum) {
  ValidationStats& stats = sum.stats;
  stats.name = runs.name;
  stats.passed += runs.passed;
  stats.failed += runs.failed + runs.inconclusive;
  stats.errored += runs.errored + runs.timed_out;
  stats.cancelled += runs.cancelled;
  stats.retries += runs.retries;
  stats.recovered += runs.recovered;
  stats.waived += runs.waived;
  std::ranges::copy(runs.seconds, std::back_inserter(sum.seconds));
}

ValidationStats finished(Sum sum) {
  ValidationStats& stats = sum.stats;
  stats.results = stats.passed + stats.failed + stats.errored;
  stats.seconds = spread_of(sum.seconds);
  stats.failure_rate = part(stats.failed, stats.results);
  stats.error_rate = part(stats.errored, stats.results);
  stats.retry_rate = part(stats.retries, stats.results);
  stats.false_alarm_rate = part(stats.waived, stats.results - stats.passed);
  return std::move(stats);
}

}  // namespace

Stats stats_of(const std::vector<ReleaseEntry>& entries) {
  Stats stats;
  stats.releases = entries.size();
  std::vector<double> lead;
  std::vector<double> waiting;
  std::map<std::string, Sum> sums;
  for (const ReleaseEntry& entry : entries) {
    const schema::TimelineRelease& row = entry.row;
    stats.published += row.published ? 1U : 0U;
    stats.abandoned += row.abandoned ? 1U : 0U;
    stats.yanked += row.yanked ? 1U : 0U;
    stats.imported += row.imported ? 1U : 0U;
    const bool ended =
        row.completed || row.abandoned || row.yanked || row.imported;
    stats.unfinished += ended ? 0U : 1U;
    if (row.published && row.started) {
      lead.push_back(seconds_between(*row.started, *row.published));
    }
    if (row.published && row.publishing && row.evidence) {
      waiting.push_back(seconds_between(*row.evidence, *row.publishing));
    }
    for (const schema::RunCounts& runs : row.runs) {
      add_runs(runs, sums[runs.name]);
    }
  }
  stats.lead_s = spread_of(lead);
  stats.waiting_s = spread_of(waiting);
  for (auto& [name, sum] : sums) {
    stats.validations.push_back(finished(std::move(sum)));
  }
  return stats;
}

}  // namespace projections
