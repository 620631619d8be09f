#include "projections/metrics.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "ledger/clock.h"
#include "ledger/keys.h"
#include "projections/queries.h"
#include "projections/timeline.h"

namespace projections {
namespace {

using ledger::Position;
using ledger::Result;
using ledger::Snapshot;
using schema::MeasuredValue;
using schema::Outcome;
using schema::TimelineMetric;
using schema::TimelineRelease;

// So many releases published before the oldest value are looked at for one
// to compare it with.
constexpr std::size_t kPublishedBefore = 20;

constexpr std::array<std::string_view, 3> kGroupings = {
    "validation", "release", "month"};

struct PublishedMetric {
  Position tag = 0;
  Position first = 0;
  std::string key;
};

// A point and the release it is of.
struct PlacedPoint {
  Position first = 0;
  MetricPoint point;
};

std::optional<Delta> against_baseline(const MeasuredValue& measured) {
  if (!measured.baseline_value) {
    return std::nullopt;
  }
  return Delta{measured.baseline,
               *measured.baseline_value,
               measured.value - *measured.baseline_value,
               percent_more(*measured.baseline_value, measured.value)};
}

// Reads the rows of one metric by all of its names. Each row is vouched for by
// that of its release.
class SeriesReader {
 public:
  SeriesReader(TimelineRows& rows, const MetricQuery& query)
      : rows_(rows), snapshot_(rows.snapshot()), query_(query) {}

  Result<MetricSeries> read();

 private:
  ledger::Status name_it();
  ledger::Status bound_it();
  Result<const TimelineMetric*> vouched(const std::string& key,
                                        Position first,
                                        const ledger::Row& row);
  // Of a release that must have it.
  Result<const TimelineMetric*> values(const std::string& key, Position first);
  ledger::Status collect(const std::string& key);
  Result<bool> state_fits(const TimelineRelease& release, std::string& state);
  bool fits(const MeasuredValue& value) const;
  ledger::Status require_known() const;
  ledger::Status find_published();
  Result<std::optional<Delta>> against_stable(const PlacedPoint& placed);

  TimelineRows& rows_;
  const Snapshot& snapshot_;
  const MetricQuery& query_;
  std::string key_;
  std::vector<std::string> names_;  // today's first
  Position from_ = 0;
  Position to_ = 0;  // one behind the last
  std::map<std::pair<std::string, Position>, TimelineMetric> metrics_;
  std::vector<PlacedPoint> points_;
  std::vector<PublishedMetric> published_;  // oldest first
};

ledger::Status SeriesReader::name_it() {
  RL_ASSIGN(const auto* renamed, rows_.renamings());
  key_ = query_.key;
  names_ = {key_};
  for (const schema::Renaming& renaming : *renamed) {
    if (renaming.key == query_.key ||
        std::ranges::find(renaming.was, query_.key) != renaming.was.end()) {
      key_ = renaming.key;
      names_ = {key_};
      std::ranges::copy(renaming.was, std::back_inserter(names_));
      break;
    }
  }
  return {};
}

ledger::Status SeriesReader::bound_it() {
  const auto first_of = [&](const std::string& name) -> Result<Position> {
    RL_ASSIGN(const auto head,
              snapshot_.stream_head(ledger::release_stream(name)));
    if (!head) {
      return no_such_release(name);
    }
    return head->first_position;
  };
  to_ = snapshot_.size();
  if (!query_.from_release.empty()) {
    RL_ASSIGN(from_, first_of(query_.from_release));
  }
  if (!query_.to_release.empty()) {
    RL_ASSIGN(to_, first_of(query_.to_release));
    ++to_;
  }
  if (from_ >= to_ && snapshot_.size() > 0) {
    return ledger::fail(
        ledger::ErrorCode::kUsage,
        "releases-invalid",
        fmt::format(
            "{} was begun after {}", query_.from_release, query_.to_release),
        fmt::format(
            "--releases {}..{}", query_.to_release, query_.from_release));
  }
  return {};
}

Result<const TimelineMetric*> SeriesReader::vouched(const std::string& key,
                                                    Position first,
                                                    const ledger::Row& row) {
  RL_ASSIGN(const TimelineRelease* release, rows_.release(first));
  const auto known =
      std::ranges::find(release->metrics, key, &schema::MeasuredMetric::key);
  auto values = schema::unpack_timeline_metric(row.bytes);
  if (!values) {
    return ledger::damaged("view-damaged",
                           "a row of the timeline is unreadable");
  }
  if (known == release->metrics.end() || known->changed != row.position) {
    return ledger::damaged(
        "view-disagrees",
        fmt::format(
            "the values of {} in {} are not the newest", key, release->name));
  }
  return &(metrics_[{key, first}] = std::move(*values));
}

Result<const TimelineMetric*> SeriesReader::values(const std::string& key,
                                                   Position first) {
  if (const auto it = metrics_.find({key, first}); it != metrics_.end()) {
    return &it->second;
  }
  RL_ASSIGN(
      const auto row,
      snapshot_.find(Timeline(),
                     timeline::metric_key(timeline::kMetric, key, first)));
  if (!row) {
    return ledger::damaged(
        "view-disagrees",
        fmt::format("values of {} are missing from the timeline", key));
  }
  return vouched(key, first, *row);
}

bool SeriesReader::fits(const MeasuredValue& value) const {
  return (query_.validation.empty() || value.validation == query_.validation) &&
         (!query_.since_ms || value.at_ms >= *query_.since_ms) &&
         (!query_.until_ms || value.at_ms <= *query_.until_ms);
}

// Leaves the state in `state`, if it is asked for.
Result<bool> SeriesReader::state_fits(const TimelineRelease& release,
                                      std::string& state) {
  if (query_.state.empty()) {
    return true;
  }
  RL_ASSIGN(state, state_of(snapshot_, release));
  return state == query_.state;
}

ledger::Status SeriesReader::collect(const std::string& key) {
  std::size_t measured_here = 0;  // what was imported is in nobody's way
  const std::string prefix = timeline::metric_prefix(timeline::kMetric, key);
  const auto visit = [&](std::string_view row_key,
                         const ledger::Row& row) -> Result<bool> {
    const auto parsed = timeline::parse_metric_key(row_key);
    if (!parsed || parsed->metric != key) {
      return true;  // of a name that goes on behind a NUL
    }
    RL_ASSIGN(const TimelineMetric* metric, vouched(key, parsed->at, row));
    RL_ASSIGN(const TimelineRelease* release, rows_.release(parsed->at));
    std::string state;
    RL_ASSIGN(const bool wanted, state_fits(*release, state));
    for (std::size_t i = metric->values.size(); wanted && i-- > 0;) {
      if (fits(metric->values[i])) {
        points_.push_back(
            {parsed->at,
             {release->name, state, key, metric->values[i], {}, {}}});
        measured_here += metric->values[i].imported ? 0U : 1U;
      }
    }
    return !query_.last || measured_here < *query_.last;
  };
  return snapshot_.range(
      Timeline(),
      {timeline::metric_key(timeline::kMetric, key, from_),
       to_ >= snapshot_.size()
           ? ledger::keys::after(prefix)
           : timeline::metric_key(timeline::kMetric, key, to_),
       Snapshot::Order::kBackwards},
      visit);
}

ledger::Status SeriesReader::require_known() const {
  bool known = false;
  for (const std::string& name : names_) {
    const std::string prefix = timeline::metric_prefix(timeline::kMetric, name);
    RL_TRY(snapshot_.range(Timeline(),
                           {prefix, ledger::keys::after(prefix)},
                           [&](std::string_view, const ledger::Row&) {
                             known = true;
                             return false;
                           }));
  }
  if (known) {
    return {};
  }
  return ledger::fail(ledger::ErrorCode::kNotFound,
                      "no-such-metric",
                      fmt::format("no release has measured {}", query_.key),
                      "`release-ledger metrics` shows what there is");
}

ledger::Status SeriesReader::find_published() {
  if (points_.empty()) {
    return {};
  }
  Position oldest = points_.front().point.measured.position;
  Position newest = oldest;
  for (const PlacedPoint& placed : points_) {
    oldest = std::min(oldest, placed.point.measured.position);
    newest = std::max(newest, placed.point.measured.position);
  }
  for (const std::string& name : names_) {
    std::size_t before = 0;
    RL_TRY(snapshot_.range(
        Timeline(),
        {timeline::metric_key(timeline::kPublished, name, 0),
         timeline::metric_key(timeline::kPublished, name, newest),
         Snapshot::Order::kBackwards},
        [&](std::string_view key, const ledger::Row& row) {
          const auto parsed = timeline::parse_metric_key(key);
          const auto first = ledger::keys::parse_number(row.bytes);
          if (parsed && first && parsed->metric == name) {
            published_.push_back({parsed->at, *first, name});
            before += parsed->at < oldest ? 1U : 0U;
          }
          return before < kPublishedBefore;
        }));
  }
  std::ranges::stable_sort(published_, {}, &PublishedMetric::tag);
  return {};
}

Result<std::optional<Delta>> SeriesReader::against_stable(
    const PlacedPoint& placed) {
  const MeasuredValue& measured = placed.point.measured;
  auto it = std::ranges::lower_bound(
      published_, measured.position, {}, &PublishedMetric::tag);
  while (it != published_.begin()) {
    --it;
    RL_ASSIGN(const TimelineRelease* release, rows_.release(it->first));
    if (release->yanked || it->first == placed.first) {
      continue;
    }
    RL_ASSIGN(const TimelineMetric* metric, values(it->key, it->first));
    for (std::size_t i = metric->values.size(); i-- > 0;) {
      const MeasuredValue& past = metric->values[i];
      if (past.outcome == Outcome::passed &&
          past.validation == measured.validation &&
          past.statistic == measured.statistic) {
        return Delta{release->name,
                     past.value,
                     measured.value - past.value,
                     percent_more(past.value, measured.value)};
      }
    }
  }
  return std::nullopt;
}

Result<MetricSeries> SeriesReader::read() {
  RL_TRY(name_it());
  RL_TRY(bound_it());
  for (const std::string& name : names_) {
    RL_TRY(collect(name));
  }
  if (points_.empty()) {
    RL_TRY(require_known());
  }
  // The predecessor's values are older than all others, however late they were
  // imported.
  std::ranges::stable_sort(points_, {}, [](const PlacedPoint& placed) {
    const MeasuredValue& measured = placed.point.measured;
    return std::tuple(!measured.imported, placed.first, measured.position);
  });
  if (query_.last && points_.size() > *query_.last) {
    points_.erase(points_.begin(),
                  points_.end() - static_cast<std::ptrdiff_t>(*query_.last));
  }
  if (query_.with_deltas) {
    RL_TRY(find_published());
    for (PlacedPoint& placed : points_) {
      RL_ASSIGN(placed.point.stable, against_stable(placed));
      placed.point.baseline = against_baseline(placed.point.measured);
    }
  }
  MetricSeries series;
  series.key = key_;
  for (PlacedPoint& placed : points_) {
    series.points.push_back(std::move(placed.point));
  }
  return series;
}

std::string group_name(const MetricPoint& point,
                       std::optional<Grouping> grouping) {
  if (!grouping) {
    return "";
  }
  switch (*grouping) {
    case Grouping::kValidation:
      return point.measured.validation;
    case Grouping::kRelease:
      return point.release;
    case Grouping::kMonth:
      break;
  }
  constexpr std::size_t kYearAndMonth = 7;
  return ledger::rfc3339(point.measured.at_ms).substr(0, kYearAndMonth);
}

}  // namespace

Result<MetricSeries> metric_series(const Snapshot& snapshot,
                                   const MetricQuery& query) {
  TimelineRows rows(snapshot);
  return metric_series(rows, query);
}

Result<MetricSeries> metric_series(TimelineRows& rows,
                                   const MetricQuery& query) {
  return SeriesReader(rows, query).read();
}

std::optional<Grouping> parse_grouping(std::string_view word) {
  const auto it = std::ranges::find(kGroupings, word);
  return it == kGroupings.end()
             ? std::nullopt
             : std::optional(static_cast<Grouping>(it - kGroupings.begin()));
}

std::string_view word(Grouping grouping) {
  return kGroupings[static_cast<std::size_t>(grouping)];
}

std::vector<MetricGroup> grouped(const MetricSeries& series,
                                 std::optional<Grouping> grouping,
                                 Aggregate aggregate) {
  std::vector<MetricGroup> groups;
  // Newest first, so that a group stands where its newest value does.
  for (std::size_t i = series.points.size(); i-- > 0;) {
    const MetricPoint& point = series.points[i];
    const std::string name = group_name(point, grouping);
    auto it = std::ranges::find(groups, name, &MetricGroup::name);
    if (it == groups.end()) {
      groups.push_back({name, 0, {}});
      it = std::prev(groups.end());
    }
    it->points.push_back(&point);
  }
  std::ranges::reverse(groups);
  for (MetricGroup& group : groups) {
    std::ranges::reverse(group.points);
    std::vector<double> values;
    for (const MetricPoint* point : group.points) {
      values.push_back(point->measured.value);
    }
    group.value = aggregated(aggregate, values);
  }
  return groups;
}

Result<std::vector<std::string>> metric_names(const Snapshot& snapshot) {
  TimelineRows rows(snapshot);
  return metric_names(rows);
}

Result<std::vector<std::string>> metric_names(TimelineRows& rows) {
  RL_ASSIGN(const auto* renamed, rows.renamings());
  std::set<std::string> names;
  std::string next(1, timeline::kMetric);
  const std::string end = ledger::keys::after(next);
  while (!next.empty()) {
    const std::string from = std::exchange(next, "");
    RL_TRY(rows.snapshot().range(
        Timeline(), {from, end}, [&](std::string_view key, const ledger::Row&) {
          const auto parsed = timeline::parse_metric_key(key);
          std::string name(parsed ? parsed->metric : key.substr(1));
          next = ledger::keys::after(
              timeline::metric_prefix(timeline::kMetric, name));
          for (const schema::Renaming& renaming : *renamed) {
            if (std::ranges::find(renaming.was, name) != renaming.was.end()) {
              name = renaming.key;
              break;
            }
          }
          names.insert(std::move(name));
          return false;
        }));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<MetricSeries>> all_metrics(const Snapshot& snapshot) {
  TimelineRows rows(snapshot);
  RL_ASSIGN(const auto names, metric_names(rows));
  std::vector<MetricSeries> result;
  for (const std::string& name : names) {
    MetricQuery query;
    query.key = name;
    query.last = kRecentValues;
    RL_ASSIGN(MetricSeries series, metric_series(rows, query));
    result.push_back(std::move(series));
  }
  return result;
}

}  // namespace projections
