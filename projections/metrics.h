// A metric over releases, validations and attempts, read from the timeline.
//
// A metric that was renamed (aliases in the newest recorded plan) is one: its
// old values come with the new. Errors: as queries.h, kNotFound
// `no-such-metric`, kUsage `releases-invalid`. Questions about several metrics
// hand on the rows that they share.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/entries.h"
#include "projections/values.h"
#include "schema/release/timeline.h"

namespace projections {

struct MetricQuery {
  std::string key = {};                       // as it is called, or was once
  std::string validation = {};                // empty: any
  std::string state = {};                     // of the release, empty: any
  std::optional<std::int64_t> since_ms = {};  // measured from then on
  std::optional<std::int64_t> until_ms = {};
  std::string from_release = {};         // begun with it or later; empty: any
  std::string to_release = {};           // begun with it or earlier; empty: any
  std::optional<std::size_t> last = {};  // the newest so many values
  bool with_deltas = true;
};

// Another value, and how much more than that the one at hand is.
struct Delta {
  std::string of;  // a release, or the plan's word for a baseline
  double value = 0;
  double more = 0;
  std::optional<double> percent;
};

struct MetricPoint {
  std::string release;
  std::string state;  // of the release; only if the query asks for one
  std::string key;    // as it was called then
  schema::MeasuredValue measured;
  // Against the newest release that was published before it was measured, is
  // not yanked and has a passing value of the same validation.
  std::optional<Delta> stable;
  // Against what its check compared it with.
  std::optional<Delta> baseline;
};

struct MetricSeries {
  std::string key;                  // as it is called today
  std::vector<MetricPoint> points;  // oldest first
};

ledger::Result<MetricSeries> metric_series(const ledger::Snapshot& snapshot,
                                           const MetricQuery& query);
ledger::Result<MetricSeries> metric_series(TimelineRows& rows,
                                           const MetricQuery& query);

// Values that belong together.
enum class Grouping { kValidation, kRelease, kMonth };
std::optional<Grouping> parse_grouping(std::string_view word);
std::string_view word(Grouping grouping);
struct MetricGroup {
  std::string name;  // empty: all of them
  double value = 0;
  std::vector<const MetricPoint*> points;
};
// In the order of their newest value. `series` outlives them.
std::vector<MetricGroup> grouped(const MetricSeries& series,
                                 std::optional<Grouping> grouping,
                                 Aggregate aggregate);

// Each metric there is, with its newest values.
constexpr std::size_t kRecentValues = 20;
ledger::Result<std::vector<MetricSeries>> all_metrics(
    const ledger::Snapshot& snapshot);
// Their names.
ledger::Result<std::vector<std::string>> metric_names(
    const ledger::Snapshot& snapshot);
ledger::Result<std::vector<std::string>> metric_names(TimelineRows& rows);

}  // namespace projections
