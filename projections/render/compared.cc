#include "projections/render/compared.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/clock.h"
#include "projections/render/answers.h"
#include "projections/render/csv.h"
#include "projections/render/json_parts.h"
#include "projections/values.h"

namespace projections::render {
namespace {

using json = nlohmann::ordered_json;

json side_json(const ReleaseView& view) {
  const schema::ReleaseRecord& record = *view.record;
  const auto* candidate = schema::current_candidate(record);
  return {{"version", record.name},
          {"state", view.assessment.state},
          {"mode", schema::word(record.mode)},
          {"candidate", candidate ? json(candidate->number) : json()},
          {"commit", text_or_null(commit_of(record))},
          {"plan_digest", text_or_null(record.plan ? record.plan->digest : "")},
          {"started_at", time_or_null(record.started.get())},
          {"duration_s", duration_s(record)}};
}

json more_json(const std::optional<double>& from,
               const std::optional<double>& to) {
  return from && to ? json(*to - *from) : json();
}

json more_percent_json(const std::optional<double>& from,
                       const std::optional<double>& to) {
  return from && to ? number_or_null(percent_more(*from, *to)) : json();
}

json compared_metric_json(const ComparedMetric& metric) {
  return {{"validation", metric.validation},
          {"key", metric.key},
          {"unit", text_or_null(metric.unit)},
          {"from", number_or_null(metric.from.value)},
          {"to", number_or_null(metric.to.value)},
          {"delta", more_json(metric.from.value, metric.to.value)},
          {"percent", more_percent_json(metric.from.value, metric.to.value)},
          {"better", text_or_null(word(metric.better))},
          {"change", word(metric.change)},
          {"bound_from", text_or_null(metric.from.bound)},
          {"bound_to", text_or_null(metric.to.bound)},
          {"bound_moved", metric.bound_moved},
          {"passed_from", number_or_null(metric.from.passed)},
          {"passed_to", number_or_null(metric.to.passed)}};
}

json compared_run_json(const ComparedRun& run) {
  return {{"validation", run.validation},
          {"outcome_from", text_or_null(run.outcome_from)},
          {"outcome_to", text_or_null(run.outcome_to)},
          {"from_s", number_or_null(run.from_s)},
          {"to_s", number_or_null(run.to_s)},
          {"delta_s", more_json(run.from_s, run.to_s)},
          {"percent", more_percent_json(run.from_s, run.to_s)}};
}

std::string name_of(const ComparedMetric& metric) {
  return metric.validation + "/" + metric.key;
}

std::vector<std::string> regressed(const Comparison& comparison) {
  std::vector<std::string> names;
  for (const ComparedMetric& metric : comparison.metrics) {
    if (metric.change == MetricChange::kWorse) {
      names.push_back(name_of(metric));
    }
  }
  return names;
}

std::string value_text(const ComparedValue& side) {
  return side.value ? number_text(*side.value) +
                          (side.passed && !*side.passed ? " FAILED" : "")
                    : "";
}

std::string change_text(const std::optional<double>& from,
                        const std::optional<double>& to) {
  return from && to
             ? delta_text({"", *from, *to - *from, percent_more(*from, *to)})
             : "";
}

std::string sides_text(const Compared& compared, const Style& style) {
  Table table({"", compared.from.record->name, compared.to.record->name});
  const json from = side_json(compared.from);
  const json to = side_json(compared.to);
  const auto cell = [](const json& value) {
    return value.is_null()     ? std::string()
           : value.is_string() ? value.get<std::string>()
                               : value.dump();
  };
  for (const char* field :
       {"state", "mode", "candidate", "commit", "plan_digest", "started_at"}) {
    table.add({field, cell(from[field]), cell(to[field])});
  }
  table.add({"took",
             duration_text(from["duration_s"].get<double>()),
             duration_text(to["duration_s"].get<double>())});
  return table.text(style, "");
}

std::string metrics_text(const Comparison& comparison, const Style& style) {
  Table table(
      {"metric", "from", "to", "more", "change", "bound from", "bound to"});
  for (const ComparedMetric& metric : comparison.metrics) {
    table.add({name_of(metric),
               value_text(metric.from),
               value_text(metric.to),
               change_text(metric.from.value, metric.to.value),
               std::string(metric.change == MetricChange::kNone
                               ? ""
                               : word(metric.change)),
               metric.from.bound,
               metric.to.bound + (metric.bound_moved ? ", moved" : "")});
  }
  return table.empty() ? "" : "\n" + table.text(style, "");
}

std::string runs_text(const Comparison& comparison, const Style& style) {
  Table table({"validation", "from", "to", "took from", "took to", "more"});
  for (const ComparedRun& run : comparison.runs) {
    table.add({run.validation,
               run.outcome_from,
               run.outcome_to,
               run.from_s ? duration_text(*run.from_s) : "",
               run.to_s ? duration_text(*run.to_s) : "",
               change_text(run.from_s, run.to_s)});
  }
  return table.empty() ? "" : "\n" + table.text(style, "");
}

json observed_json(const Observed& observed) {
  return {{"version", observed.release},
          {"commit", text_or_null(observed.commit)},
          {"at", ledger::rfc3339(observed.at_ms)},
          {"value", observed.value}};
}

json spread_json(const Spread& spread) {
  return {{"count", spread.count},
          {"p50", number_or_null(spread.p50)},
          {"p95", number_or_null(spread.p95)},
          {"max", number_or_null(spread.max)}};
}

json validation_stats_json(const ValidationStats& stats) {
  return {{"validation", stats.name},
          {"results", stats.results},
          {"passed", stats.passed},
          {"failed", stats.failed},
          {"errored", stats.errored},
          {"cancelled", stats.cancelled},
          {"retries", stats.retries},
          {"recovered", stats.recovered},
          {"waived", stats.waived},
          {"failure_rate", number_or_null(stats.failure_rate)},
          {"error_rate", number_or_null(stats.error_rate)},
          {"retry_rate", number_or_null(stats.retry_rate)},
          {"false_alarm_rate", number_or_null(stats.false_alarm_rate)},
          {"duration_s", spread_json(stats.seconds)}};
}

std::string rate_text(const std::optional<double>& rate) {
  return rate ? fmt::format("{:.1f}%", *rate * 100) : "";
}

std::string spread_text(const Spread& spread) {
  return spread.count == 0 ? "of none"
                           : fmt::format("median {}, 95% {}, longest {}, of {}",
                                         duration_text(*spread.p50),
                                         duration_text(*spread.p95),
                                         duration_text(*spread.max),
                                         spread.count);
}

void add_figures(const std::string& scope,
                 const std::string& name,
                 const json& figures,
                 const std::string& prefix,
                 std::vector<json>& lines) {
  for (const auto& [figure, value] : figures.items()) {
    if (value.is_object()) {
      add_figures(scope, name, value, prefix + figure + "_", lines);
    } else if (!value.is_array() && figure != "validation") {
      lines.push_back({{"scope", scope},
                       {"name", name},
                       {"figure", prefix + figure},
                       {"value", value}});
    }
  }
}

}  // namespace

json compare_json(const Compared& compared) {
  json metrics = json::array();
  for (const ComparedMetric& metric : compared.comparison.metrics) {
    metrics.push_back(compared_metric_json(metric));
  }
  json runs = json::array();
  for (const ComparedRun& run : compared.comparison.runs) {
    runs.push_back(compared_run_json(run));
  }
  return {{"from", side_json(compared.from)},
          {"to", side_json(compared.to)},
          {"metrics", metrics},
          {"validations", runs},
          {"regressed", regressed(compared.comparison)}};
}

std::string compare_text(const Compared& compared, const Style& style) {
  const auto worse = regressed(compared.comparison);
  return sides_text(compared, style) +
         metrics_text(compared.comparison, style) +
         runs_text(compared.comparison, style) +
         fmt::format("\nworse: {}\n",
                     worse.empty()
                         ? "nothing"
                         : harmless(fmt::format("{}", fmt::join(worse, ", "))));
}

std::string compare_csv(const Compared& compared) {
  std::vector<json> lines;
  for (const ComparedMetric& metric : compared.comparison.metrics) {
    lines.push_back(compared_metric_json(metric));
  }
  for (const ComparedRun& run : compared.comparison.runs) {
    const json one = compared_run_json(run);
    lines.push_back({{"validation", one["validation"]},
                     {"key", "duration_s"},
                     {"from", one["from_s"]},
                     {"to", one["to_s"]},
                     {"delta", one["delta_s"]},
                     {"percent", one["percent"]}});
  }
  return csv({"validation",
              "key",
              "from",
              "to",
              "delta",
              "percent",
              "change",
              "bound_from",
              "bound_to",
              "passed_from",
              "passed_to"},
             lines);
}

json regression_json(const Regression& regression) {
  return {
      {"key", regression.key},
      {"validation", regression.validation},
      {"unit", text_or_null(regression.unit)},
      {"better", word(regression.better)},
      {"usual", regression.usual},
      {"noise", regression.noise},
      {"began", observed_json(regression.began)},
      {"newest", observed_json(regression.newest)},
      {"percent",
       number_or_null(percent_more(regression.usual, regression.newest.value))},
      {"releases", regression.releases},
      {"ongoing", regression.ongoing}};
}

std::string regressions_text(const RegressionReport& report,
                             const Style& style) {
  std::string text;
  Table table({"metric",
               "usual",
               "noise",
               "began with",
               "commit",
               "value",
               "newest",
               "more",
               "releases",
               "now"});
  for (const Regression& one : report.found) {
    table.add({one.validation + "/" + one.key,
               number_text(one.usual),
               fmt::format("{:.6g}", one.noise),
               one.began.release,
               one.began.commit.substr(0, 12),
               number_text(one.began.value),
               number_text(one.newest.value),
               change_text(one.usual, one.newest.value),
               fmt::format("{}", one.releases),
               one.ongoing ? "still" : "over"});
  }
  text += table.empty()
              ? fmt::format("nothing got worse beyond noise: {} metrics\n",
                            report.judged)
              : table.text(style, "");
  if (!report.unjudged.empty()) {
    text += fmt::format(
        "not judged, no check says which way is worse: {}\n",
        harmless(fmt::format("{}", fmt::join(report.unjudged, ", "))));
  }
  return text;
}

std::string regressions_csv(const RegressionReport& report) {
  std::vector<json> lines;
  for (const Regression& one : report.found) {
    lines.push_back(regression_json(one));
  }
  return csv({"validation",
              "key",
              "usual",
              "noise",
              "began.version",
              "began.commit",
              "began.value",
              "newest.version",
              "newest.value",
              "percent",
              "releases",
              "ongoing"},
             lines);
}

json stats_json(const Stats& stats) {
  json validations = json::array();
  for (const ValidationStats& one : stats.validations) {
    validations.push_back(validation_stats_json(one));
  }
  return {{"releases", stats.releases},
          {"published", stats.published},
          {"abandoned", stats.abandoned},
          {"yanked", stats.yanked},
          {"unfinished", stats.unfinished},
          {"imported", stats.imported},
          {"lead_s", spread_json(stats.lead_s)},
          {"waiting_s", spread_json(stats.waiting_s)},
          {"validations", validations}};
}

std::string stats_text(const Stats& stats, const Style& style) {
  std::string text = fmt::format(
      "{} release{}: {} published, {} abandoned, {} yanked, {} unfinished{}\n"
      "lead time: {}\nwaiting for people: {}\n",
      stats.releases,
      stats.releases == 1 ? "" : "s",
      stats.published,
      stats.abandoned,
      stats.yanked,
      stats.unfinished,
      stats.imported > 0 ? fmt::format(", {} imported", stats.imported) : "",
      spread_text(stats.lead_s),
      spread_text(stats.waiting_s));
  Table table({"validation",
               "results",
               "failed",
               "no verdict",
               "retried",
               "recovered",
               "waived",
               "false alarms",
               "median"});
  for (const ValidationStats& one : stats.validations) {
    table.add({one.name,
               fmt::format("{}", one.results),
               rate_text(one.failure_rate),
               rate_text(one.error_rate),
               rate_text(one.retry_rate),
               fmt::format("{}", one.recovered),
               fmt::format("{}", one.waived),
               rate_text(one.false_alarm_rate),
               one.seconds.p50 ? duration_text(*one.seconds.p50) : ""});
  }
  return table.empty() ? text : text + "\n" + table.text(style, "");
}

std::string stats_csv(const Stats& stats) {
  std::vector<json> lines;
  add_figures("releases", "", stats_json(stats), "", lines);
  for (const ValidationStats& one : stats.validations) {
    add_figures("validation", one.name, validation_stats_json(one), "", lines);
  }
  return csv({"scope", "name", "figure", "value"}, lines);
}

}  // namespace projections::render
