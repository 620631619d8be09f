// list, metrics, names: questions over many releases.

#include <algorithm>

#include "commands/nearest.h"
#include "ledger/event_json.h"
#include "projections/entries.h"
#include "projections/metrics.h"
#include "projections/queries.h"
#include "projections/render/answers.h"
#include "projections/render/chart.h"
#include "tools/release_ledger/verbs.h"
#include "tools/release_ledger/verbs/reading.h"

namespace tools::verbs {
namespace {

namespace render = projections::render;
using ledger::ErrorCode;
using ledger::fail;
using ledger::json_line;
using ledger::Snapshot;

constexpr std::uint64_t kAtMost = 1'000'000'000;

Status require_word(const std::string& word,
                    const std::vector<std::string>& words,
                    const std::string& what) {
  if (word.empty() || std::ranges::find(words, word) != words.end()) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              "no-such-" + what,
              fmt::format("there is no {} \"{}\"{}",
                          what,
                          word,
                          commands::suggestion(word, words)),
              fmt::format("{}", fmt::join(words, ", ")));
}

// Nobody acts here, so --actor says the same as --by.
Status list(Session& session) {
  const AskOptions& options = session.options().ask;
  projections::ListQuery query;
  query.state = options.state;
  query.by = options.by.empty() ? session.options().shared.actor.value_or("")
                                : options.by;
  query.last = options.last;
  RL_ASSIGN(query.since_ms, optional_time(options.since));
  RL_ASSIGN(query.until_ms, optional_time(options.until));
  RL_TRY(require_word(options.state, projections::state_words(), "state"));
  const auto book = session.book();
  if (!book && book.error().code == ErrorCode::kNotFound) {
    return {};  // nothing was released yet: an empty list
  }
  RL_TRY(book);
  RL_ASSIGN(const Snapshot snapshot, book->read());
  RL_ASSIGN(const auto entries, projections::list_releases(snapshot, query));
  const Terminal& terminal = session.terminal();
  if (session.options().shared.json) {
    for (const auto& entry : entries) {
      terminal.out(json_line(render::list_json(entry)));
    }
  } else if (session.options().shared.csv) {
    terminal.out(render::list_csv(entries));
  } else {
    terminal.out(render::list_text(entries, terminal.style()));
  }
  return {};
}

// "V1..V2", either may be left out; a single V is that release alone.
Status parse_releases(Session& session,
                      const Snapshot& snapshot,
                      projections::MetricQuery& query) {
  const std::string& text = session.options().ask.releases;
  if (text.empty()) {
    return {};
  }
  const std::size_t dots = text.find("..");
  const std::string from = text.substr(0, dots);
  const std::string to = dots == text.npos ? from : text.substr(dots + 2);
  if (!from.empty()) {
    RL_ASSIGN(query.from_release, session.release(snapshot, from));
  }
  if (!to.empty()) {
    RL_ASSIGN(query.to_release, session.release(snapshot, to));
  }
  return {};
}

Result<projections::MetricQuery> metric_query(Session& session,
                                              const Snapshot& snapshot) {
  const AskOptions& options = session.options().ask;
  projections::MetricQuery query;
  query.key = options.key;
  query.validation = options.validation;
  query.state = options.state;
  RL_TRY(require_word(options.state, projections::state_words(), "state"));
  RL_ASSIGN(query.since_ms, optional_time(options.since));
  RL_ASSIGN(query.until_ms, optional_time(options.until));
  RL_TRY(parse_releases(session, snapshot, query));
  if (options.group_by.empty()) {
    query.last = options.last;  // else so many groups
  }
  return query;
}

Status metric_keys(Session& session, const Snapshot& snapshot) {
  RL_ASSIGN(const auto all, projections::all_metrics(snapshot));
  const Terminal& terminal = session.terminal();
  if (session.options().shared.json) {
    for (const auto& series : all) {
      terminal.out(json_line(render::metric_key_json(series)));
    }
  } else if (session.options().shared.csv) {
    terminal.out(render::metric_keys_csv(all));
  } else {
    terminal.out(render::metric_keys_text(all, terminal.style()));
  }
  return {};
}

render::Grouped grouped(const AskOptions& options,
                        const projections::MetricSeries& series) {
  render::Grouped result;
  result.by = projections::parse_grouping(options.group_by);
  result.aggregate = projections::parse_aggregate(options.agg)
                         .value_or(projections::Aggregate::kLast);
  result.groups = projections::grouped(series, result.by, result.aggregate);
  if (options.last && result.groups.size() > *options.last) {
    result.groups.erase(
        result.groups.begin(),
        result.groups.end() - static_cast<std::ptrdiff_t>(*options.last));
  }
  return result;
}

void print_groups(Session& session, const projections::MetricSeries& series) {
  const Terminal& terminal = session.terminal();
  const SharedOptions& shared = session.options().shared;
  const auto groups = grouped(session.options().ask, series);
  if (shared.json) {
    for (const auto& group : groups.groups) {
      terminal.out(json_line(render::group_json(series, groups, group)));
    }
    return;
  }
  terminal.out(shared.csv
                   ? render::groups_csv(series, groups)
                   : render::groups_text(series, groups, terminal.style()));
  if (session.options().ask.plot && !groups.groups.empty()) {
    render::Chart chart;
    for (const auto& group : groups.groups) {
      chart.points.push_back({group.value, false});
    }
    chart.from = render::harmless(groups.groups.front().name);
    chart.to = render::harmless(groups.groups.back().name);
    terminal.out("\n" + render::chart_text(chart));
  }
}

void print_points(Session& session, const projections::MetricSeries& series) {
  const Terminal& terminal = session.terminal();
  const SharedOptions& shared = session.options().shared;
  if (shared.json) {
    for (const auto& point : series.points) {
      terminal.out(json_line(render::metric_json(series, point)));
    }
    return;
  }
  terminal.out(shared.csv ? render::metric_csv(series)
                          : render::metric_text(series, terminal.style()));
  if (session.options().ask.plot && !series.points.empty()) {
    render::Chart chart;
    for (const auto& point : series.points) {
      chart.points.push_back(
          {point.measured.value, !point.measured.passed.value_or(true)});
    }
    chart.from = render::harmless(series.points.front().release);
    chart.to = render::harmless(series.points.back().release);
    terminal.out("\n" + render::chart_text(chart));
  }
}

// With the nearest metric there is.
ledger::Error with_nearest_metric(const Snapshot& snapshot,
                                  ledger::Error error,
                                  const std::string& typed) {
  if (error.reason == "no-such-metric") {
    if (const auto names = projections::metric_names(snapshot)) {
      error.message += commands::suggestion(typed, *names);
    }
  }
  return error;
}

// Without KEY each metric is shown with its newest value, whatever was asked.
Status require_no_filters(const AskOptions& options) {
  const std::pair<const char*, bool> given[] = {
      {"--plot", options.plot},
      {"--agg", !options.agg.empty()},
      {"--group-by", !options.group_by.empty()},
      {"--validation", !options.validation.empty()},
      {"--since", !options.since.empty()},
      {"--until", !options.until.empty()},
      {"--last", options.last.has_value()},
      {"--releases", !options.releases.empty()},
      {"--state", !options.state.empty()}};
  for (const auto& [option, is_given] : given) {
    if (is_given) {
      return fail(ErrorCode::kUsage,
                  "key-missing",
                  fmt::format("{} needs the KEY of a metric", option),
                  "release-ledger metrics KEY; release-ledger metrics shows "
                  "which there are");
    }
  }
  return {};
}

Status metrics(Session& session) {
  if (!session.options().blamed.empty()) {
    return blame(session);
  }
  const AskOptions& options = session.options().ask;
  const SharedOptions& shared = session.options().shared;
  if (options.plot && (shared.json || shared.csv)) {
    return fail(ErrorCode::kUsage,
                "plot-is-text",
                "--plot draws a picture; it does not go with --json or --csv",
                "leave one of them out");
  }
  if (options.key.empty()) {
    RL_TRY(require_no_filters(options));
  }
  RL_ASSIGN(const Snapshot snapshot, read(session));
  if (options.key.empty()) {
    return metric_keys(session, snapshot);
  }
  RL_ASSIGN(const auto query, metric_query(session, snapshot));
  const auto series = projections::metric_series(snapshot, query);
  if (!series) {
    return std::unexpected(
        with_nearest_metric(snapshot, series.error(), options.key));
  }
  if (series->key != options.key) {
    session.terminal().line(
        fmt::format("{} is called {} today", options.key, series->key));
  }
  if (series->points.empty()) {
    session.terminal().line(
        fmt::format("{} was measured, but no value fits", series->key));
  }
  if (options.agg.empty() && options.group_by.empty()) {
    print_points(session, *series);
  } else {
    print_groups(session, *series);
  }
  return {};
}

// Of the newest release that has a plan: it names the validations and the
// roles.
Result<std::vector<std::string>> planned_names(const Snapshot& snapshot,
                                               const std::string& what) {
  RL_ASSIGN(const auto entries, projections::list_releases(snapshot, {}));
  std::vector<std::string> names;
  const auto planned =
      std::ranges::find_if(entries.rbegin(), entries.rend(), [](const auto& e) {
        return !e.row.imported;
      });
  if (planned == entries.rend()) {
    return names;
  }
  RL_ASSIGN(const auto view,
            projections::find_release(snapshot, planned->row.name));
  const schema::Plan* plan = view.record->plan.get();
  if (plan != nullptr && what == "validations") {
    for (const schema::Validation& validation : plan->validations) {
      names.push_back(validation.name);
    }
  }
  if (plan != nullptr && plan->approval && what == "roles") {
    for (const schema::RoleMembers& role : plan->approval->roles) {
      names.push_back(role.role);
    }
  }
  return names;
}

Status names(Session& session) {
  const std::string& what = session.options().ask.key;
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const auto found,
            what == "releases"  ? projections::release_names(snapshot)
            : what == "metrics" ? projections::metric_names(snapshot)
                                : planned_names(snapshot, what));
  for (const std::string& name : found) {
    session.terminal().out(session.options().shared.json
                               ? json_line(name)
                               : render::harmless(name) + "\n");
  }
  return {};
}

void add_metrics(VerbTable& table) {
  AskOptions& options = table.options().ask;
  CLI::App& verb =
      table.add("metrics",
                "A metric over past releases; without KEY all there are",
                metrics);
  verb.add_option("key", options.key, "The metric")->type_name("KEY");
  verb.add_option("--validation", options.validation, "Of one validation")
      ->type_name("NAME");
  add_period(verb, options);
  verb.add_option("--last", options.last, "The newest N lines only")
      ->type_name("N")
      ->check(whole_number_between(1, kAtMost));
  verb.add_option("--releases", options.releases, "From V1 to V2, as begun")
      ->type_name("V1..V2");
  verb.add_option("--state", options.state, "Of releases in this state")
      ->type_name("STATE");
  verb.add_option("--agg", options.agg, "max, min, mean, p50, p95, last")
      ->type_name("WORD")
      ->check(CLI::IsMember({"max", "min", "mean", "p50", "p95", "last"}));
  verb.add_option(
          "--group-by", options.group_by, "validation, release or month")
      ->type_name("WORD")
      ->check(CLI::IsMember({"validation", "release", "month"}));
  verb.add_flag("--plot", options.plot, "Draw a chart below the table");
  add_blame(table, verb);
}

}  // namespace

void add_period(CLI::App& question, AskOptions& options) {
  question.add_option("--since", options.since, "From this time on")
      ->type_name("TIME");
  question.add_option("--until", options.until, "Up to this time")
      ->type_name("TIME");
}

void add_last(CLI::App& question, AskOptions& options) {
  question.add_option("--last", options.last, "The newest N releases only")
      ->type_name("N")
      ->check(whole_number_between(1, kAtMost));
}

void add_asking(VerbTable& table) {
  AskOptions& options = table.options().ask;
  CLI::App& all =
      table.add("list", "All releases: state, commit, who, how long", list);
  all.add_option("--state", options.state, "In this state")->type_name("STATE");
  add_period(all, options);
  add_last(all, options);
  all.add_option("--by", options.by, "Started by whom, a part of the name")
      ->type_name("TEXT");
  add_metrics(table);
  table.add("names", "What the ledger can be asked about, a name a line", names)
      .add_option("kind", options.key, "releases, validations, metrics, roles")
      ->type_name("KIND")
      ->required()
      ->check(CLI::IsMember({"releases", "validations", "metrics", "roles"}));
}

}  // namespace tools::verbs
