#include "projections/regressions.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "projections/entries.h"
#include "projections/metrics.h"

namespace projections {
namespace {

using ledger::Result;
using ledger::Snapshot;
using schema::Outcome;

// Makes the median distance comparable with a standard deviation.
constexpr double kNormalScale = 1.4826;

struct Usual {
  double median = 0;
  double noise = 0;
};

// Of the values before `end`, at least one.
Usual usual_before(const std::vector<Observed>& series, std::size_t end) {
  std::vector<double> values;
  for (std::size_t i = end - std::min(end, kUsualAtMost); i < end; ++i) {
    values.push_back(series[i].value);
  }
  Usual usual;
  usual.median = median_of(values);
  usual.noise = std::max(
      kNoiseFactor * kNormalScale * median_deviation(values, usual.median),
      std::abs(usual.median) * kNoisePercentMin / 100);
  return usual;
}

// An attempt that ended by itself with something to judge.
bool has_verdict(Outcome outcome) {
  return outcome == Outcome::passed || outcome == Outcome::failed ||
         outcome == Outcome::inconclusive || outcome == Outcome::unknown;
}

struct ValidationSeries {
  std::vector<Observed> observed;  // one a release
  Direction better = Direction::kUnknown;
  std::string unit;
};

std::map<std::string, ValidationSeries> by_validation(
    const MetricSeries& series, const std::set<std::string>& looked_at) {
  std::map<std::string, ValidationSeries> result;
  for (const MetricPoint& point : series.points) {
    const schema::MeasuredValue& measured = point.measured;
    if (!has_verdict(measured.outcome)) {
      continue;
    }
    ValidationSeries& one = result[measured.validation];
    if (!measured.op.empty()) {
      one.better = direction_of(measured.op);
    }
    if (!measured.unit.empty()) {
      one.unit = measured.unit;
    }
    const Observed observed{point.release,
                            measured.commit,
                            measured.at_ms,
                            measured.value,
                            looked_at.contains(point.release)};
    if (!one.observed.empty() && one.observed.back().release == point.release) {
      one.observed.back() = observed;  // a later attempt
    } else {
      one.observed.push_back(observed);
    }
  }
  return result;
}

}  // namespace

std::vector<Regression> regressions_in(const std::vector<Observed>& series,
                                       Direction better) {
  std::vector<Regression> result;
  for (std::size_t i = kUsualAtLeast; i < series.size(); ++i) {
    const Usual usual = usual_before(series, i);
    const auto beyond = [&](const Observed& observed) {
      const auto worse = worse_by(better, usual.median, observed.value);
      return worse && *worse > usual.noise;
    };
    std::size_t end = i;
    while (end < series.size() && beyond(series[end])) {
      ++end;
    }
    if (end == i) {
      continue;
    }
    if (series[i].looked_at) {
      Regression& one = result.emplace_back();
      one.better = better;
      one.began = series[i];
      one.newest = series[end - 1];
      one.usual = usual.median;
      one.noise = usual.noise;
      one.releases = end - i;
      one.ongoing = end == series.size();
    }
    i = end - 1;
  }
  return result;
}

Result<RegressionReport> find_regressions(const Snapshot& snapshot,
                                          std::size_t releases) {
  ListQuery list;
  list.last = releases + kUsualAtMost;
  RL_ASSIGN(const auto entries, list_releases(snapshot, list));
  RegressionReport report;
  if (entries.empty()) {
    return report;
  }
  std::set<std::string> looked_at;
  for (std::size_t i = entries.size() - std::min(entries.size(), releases);
       i < entries.size();
       ++i) {
    looked_at.insert(entries[i].row.name);
  }
  TimelineRows rows(snapshot);
  RL_ASSIGN(const auto names, metric_names(rows));
  for (const std::string& name : names) {
    MetricQuery query;
    query.key = name;
    query.from_release = entries.front().row.name;
    query.with_deltas = false;
    RL_ASSIGN(const MetricSeries series, metric_series(rows, query));
    for (const auto& [validation, one] : by_validation(series, looked_at)) {
      if (one.better == Direction::kUnknown) {
        report.unjudged.push_back(validation + "/" + name);
        continue;
      }
      ++report.judged;
      for (Regression& found : regressions_in(one.observed, one.better)) {
        found.key = name;
        found.validation = validation;
        found.unit = one.unit;
        report.found.push_back(std::move(found));
      }
    }
  }
  std::ranges::stable_sort(report.found, {}, [](const Regression& one) {
    return std::pair(!one.ongoing, -one.began.at_ms);
  });
  return report;
}

}  // namespace projections
