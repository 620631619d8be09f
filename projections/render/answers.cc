#include "projections/render/answers.h"

#include <fmt/format.h>

#include "ledger/clock.h"
#include "projections/render/chart.h"
#include "projections/render/csv.h"
#include "projections/render/json_parts.h"

namespace projections::render {
namespace {

using json = nlohmann::ordered_json;
using schema::MeasuredValue;

constexpr std::size_t kShortId = 12;

const schema::Mark* end_mark(const schema::TimelineRelease& row) {
  return row.yanked      ? row.yanked.get()
         : row.abandoned ? row.abandoned.get()
                         : row.completed.get();
}

json started_json(const ReleaseEntry& entry) {
  if (entry.row.started) {
    return ledger::rfc3339(entry.row.started->at_ms);
  }
  return entry.created_at_ms ? json(ledger::rfc3339(*entry.created_at_ms))
                             : json();
}

// From the start to the end, or to the newest event: no clock is asked.
double seconds_of(const schema::TimelineRelease& row) {
  const schema::Mark* end =
      row.completed ? row.completed.get() : row.newest.get();
  return static_cast<double>(end->at_ms - row.started->at_ms) / 1000;
}

json delta_json(const std::optional<Delta>& delta, std::string_view of) {
  if (!delta) {
    return nullptr;
  }
  return {{std::string(of), delta->of},
          {"value", delta->value},
          {"delta", delta->more},
          {"percent", number_or_null(delta->percent)}};
}

std::string_view verdict_of(const MeasuredValue& measured) {
  return measured.imported  ? "imported"
         : !measured.passed ? ""
         : *measured.passed ? "ok"
                            : "FAILED";
}

std::string optional_delta(const std::optional<Delta>& delta) {
  return delta ? fmt::format("{} to {}", delta_text(*delta), delta->of) : "";
}

std::vector<double> values_in(const MetricSeries& series) {
  std::vector<double> values;
  for (const MetricPoint& point : series.points) {
    values.push_back(point.measured.value);
  }
  return values;
}

std::string with_unit(double value, const std::string& unit) {
  return number_text(value) + (unit.empty() ? "" : " " + unit);
}

template <class Rows, class ToJson>
std::vector<json> rows_of(const Rows& rows, const ToJson& to_json) {
  std::vector<json> result;
  for (const auto& row : rows) {
    result.push_back(to_json(row));
  }
  return result;
}

}  // namespace

std::string number_text(double value) {
  return fmt::format("{:.10g}", value);
}

std::string delta_text(const Delta& delta) {
  const std::string text = fmt::format("{:+.6g}", delta.more);
  return delta.percent ? fmt::format("{} ({:+.1f}%)", text, *delta.percent)
                       : text;
}

json list_json(const ReleaseEntry& entry) {
  const schema::TimelineRelease& row = entry.row;
  return {{"version", row.name},
          {"state", entry.state},
          {"commit", text_or_null(row.commit)},
          {"started_at", started_json(entry)},
          {"started_by", by_or_null(row.started.get())},
          {"ended_at", time_or_null(end_mark(row))},
          {"mode", schema::word(row.mode)},
          {"candidate", row.candidate == 0 ? json() : json(row.candidate)}};
}

std::string list_text(const std::vector<ReleaseEntry>& entries,
                      const Style& style) {
  Table table({"version", "state", "commit", "started", "by", "took"});
  for (const ReleaseEntry& entry : entries) {
    const schema::TimelineRelease& row = entry.row;
    const json started = started_json(entry);
    table.add({row.name,
               entry.state,
               row.commit.substr(0, kShortId),
               started.is_null() ? "" : started.get<std::string>(),
               row.started ? row.started->by : "",
               row.started ? duration_text(seconds_of(row)) : ""});
  }
  return table.empty() ? "" : table.text(style, "");
}

std::string list_csv(const std::vector<ReleaseEntry>& entries) {
  return csv(
      {"version", "state", "commit", "started_at", "started_by", "ended_at"},
      rows_of(entries, list_json));
}

json metric_json(const MetricSeries& series, const MetricPoint& point) {
  const MeasuredValue& measured = point.measured;
  return {{"version", point.release},
          {"validation", measured.validation},
          {"attempt", measured.attempt},
          {"key", series.key},
          {"value", measured.value},
          {"passed", number_or_null(measured.passed)},
          {"at", ledger::rfc3339(measured.at_ms)},
          {"commit", measured.commit},
          {"candidate", measured.candidate},
          {"outcome", schema::word(measured.outcome)},
          {"statistic", text_or_null(measured.statistic)},
          {"unit", text_or_null(measured.unit)},
          {"bound", text_or_null(measured.bound)},
          {"rejudged", measured.rejudged},
          {"recorded", measured.recorded},
          {"imported", measured.imported},
          {"called", point.key},
          {"position", measured.position},
          {"stable", delta_json(point.stable, "version")},
          {"baseline", delta_json(point.baseline, "of")}};
}

std::string metric_text(const MetricSeries& series, const Style& style) {
  if (series.points.empty()) {
    return "";
  }
  Table table({"version",
               "validation",
               "attempt",
               "value",
               "bound",
               "verdict",
               "against stable",
               "against baseline",
               "measured",
               "commit"});
  for (const MetricPoint& point : series.points) {
    const MeasuredValue& measured = point.measured;
    table.add({point.release,
               measured.validation,
               fmt::format("{}", measured.attempt),
               with_unit(measured.value, measured.unit),
               measured.bound + (measured.rejudged ? ", moved" : ""),
               std::string(verdict_of(measured)),
               optional_delta(point.stable),
               optional_delta(point.baseline),
               ledger::rfc3339(measured.at_ms),
               measured.commit.substr(0, kShortId)});
  }
  const std::vector<double> values = values_in(series);
  const MeasuredValue& newest = series.points.back().measured;
  return table.text(style, "") +
         fmt::format("\n{}  {}  {} to {}, newest {}\n",
                     harmless(series.key),
                     sparkline(values),
                     number_text(aggregated(Aggregate::kMin, values)),
                     number_text(aggregated(Aggregate::kMax, values)),
                     harmless(with_unit(newest.value, newest.unit)));
}

std::string metric_csv(const MetricSeries& series) {
  return csv({"version",
              "validation",
              "attempt",
              "key",
              "value",
              "passed",
              "at",
              "commit",
              "bound",
              "stable.version",
              "stable.value",
              "stable.percent",
              "baseline.of",
              "baseline.value",
              "baseline.percent"},
             rows_of(series.points, [&](const MetricPoint& point) {
               return metric_json(series, point);
             }));
}

json group_json(const MetricSeries& series,
                const Grouped& grouped,
                const MetricGroup& group) {
  const MeasuredValue& oldest = group.points.front()->measured;
  const MeasuredValue& newest = group.points.back()->measured;
  return {{"key", series.key},
          {"group_by", grouped.by ? json(word(*grouped.by)) : json()},
          {"group", text_or_null(group.name)},
          {"aggregate", word(grouped.aggregate)},
          {"value", group.value},
          {"values", group.points.size()},
          {"unit", text_or_null(newest.unit)},
          {"first_at", ledger::rfc3339(oldest.at_ms)},
          {"last_at", ledger::rfc3339(newest.at_ms)}};
}

std::string groups_text(const MetricSeries& series,
                        const Grouped& grouped,
                        const Style& style) {
  if (grouped.groups.empty()) {
    return "";
  }
  Table table({grouped.by ? std::string(word(*grouped.by)) : "metric",
               std::string(word(grouped.aggregate)),
               "values",
               "first",
               "last"});
  std::vector<double> values;
  for (const MetricGroup& group : grouped.groups) {
    const MeasuredValue& newest = group.points.back()->measured;
    table.add({grouped.by ? group.name : series.key,
               with_unit(group.value, newest.unit),
               fmt::format("{}", group.points.size()),
               ledger::rfc3339(group.points.front()->measured.at_ms),
               ledger::rfc3339(newest.at_ms)});
    values.push_back(group.value);
  }
  return table.text(style, "") +
         (values.size() < 2
              ? ""
              : fmt::format(
                    "\n{}  {}\n", harmless(series.key), sparkline(values)));
}

std::string groups_csv(const MetricSeries& series, const Grouped& grouped) {
  return csv({"key",
              "group_by",
              "group",
              "aggregate",
              "value",
              "values",
              "first_at",
              "last_at"},
             rows_of(grouped.groups, [&](const MetricGroup& group) {
               return group_json(series, grouped, group);
             }));
}

json metric_key_json(const MetricSeries& series) {
  const MetricPoint& newest = series.points.back();
  json result = metric_json(series, newest);
  return {{"key", series.key},
          {"value", result["value"]},
          {"unit", result["unit"]},
          {"statistic", result["statistic"]},
          {"version", result["version"]},
          {"validation", result["validation"]},
          {"passed", result["passed"]},
          {"at", result["at"]},
          {"stable", result["stable"]},
          {"recent", values_in(series)}};
}

std::string metric_keys_text(const std::vector<MetricSeries>& all,
                             const Style& style) {
  Table table(
      {"metric", "newest", "against stable", "version", "measured", "recent"});
  for (const MetricSeries& series : all) {
    const MetricPoint& newest = series.points.back();
    table.add({series.key,
               with_unit(newest.measured.value, newest.measured.unit),
               optional_delta(newest.stable),
               newest.release,
               ledger::rfc3339(newest.measured.at_ms),
               sparkline(values_in(series))});
  }
  return table.empty() ? "" : table.text(style, "");
}

std::string metric_keys_csv(const std::vector<MetricSeries>& all) {
  return csv({"key",
              "value",
              "unit",
              "statistic",
              "version",
              "validation",
              "passed",
              "at"},
             rows_of(all, metric_key_json));
}

}  // namespace projections::render
