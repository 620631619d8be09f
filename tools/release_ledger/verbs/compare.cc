// compare, regressions, stats: releases against each other.

#include "projections/compare.h"

#include "ledger/event_json.h"
#include "projections/queries.h"
#include "projections/regressions.h"
#include "projections/render/compared.h"
#include "projections/stats.h"
#include "tools/release_ledger/verbs.h"
#include "tools/release_ledger/verbs/reading.h"

namespace tools::verbs {
namespace {

namespace render = projections::render;
using ledger::json_line;
using ledger::Snapshot;

Status compare(Session& session) {
  const AskOptions& options = session.options().ask;
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const std::string older, session.release(snapshot, options.from));
  RL_ASSIGN(const std::string newer, session.release(snapshot, options.to));
  RL_ASSIGN(const auto from, projections::find_release(snapshot, older));
  RL_ASSIGN(const auto to, projections::find_release(snapshot, newer));
  const auto comparison = projections::compare(from, to);
  const render::Compared compared{from, to, comparison};
  const Terminal& terminal = session.terminal();
  const SharedOptions& shared = session.options().shared;
  terminal.out(shared.json  ? json_line(render::compare_json(compared))
               : shared.csv ? render::compare_csv(compared)
                            : render::compare_text(compared, terminal.style()));
  return {};
}

Status regressions(Session& session) {
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(
      const auto report,
      projections::find_regressions(snapshot,
                                    session.options().ask.last.value_or(
                                        projections::kRegressionReleases)));
  const Terminal& terminal = session.terminal();
  const SharedOptions& shared = session.options().shared;
  if (shared.json) {
    for (const projections::Regression& one : report.found) {
      terminal.out(json_line(render::regression_json(one)));
    }
    return {};
  }
  terminal.out(shared.csv ? render::regressions_csv(report)
                          : render::regressions_text(report, terminal.style()));
  return {};
}

Status stats(Session& session) {
  const AskOptions& options = session.options().ask;
  projections::ListQuery query;
  query.last = options.last;
  RL_ASSIGN(query.since_ms, optional_time(options.since));
  RL_ASSIGN(query.until_ms, optional_time(options.until));
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const auto entries, projections::list_releases(snapshot, query));
  const auto answer = projections::stats_of(entries);
  const Terminal& terminal = session.terminal();
  const SharedOptions& shared = session.options().shared;
  terminal.out(shared.json  ? json_line(render::stats_json(answer))
               : shared.csv ? render::stats_csv(answer)
                            : render::stats_text(answer, terminal.style()));
  return {};
}

}  // namespace

void add_comparing(VerbTable& table) {
  AskOptions& options = table.options().ask;
  CLI::App& two = table.add(
      "compare", "Two releases side by side, with what got worse", compare);
  two.add_option("from", options.from, "The older one")
      ->type_name("V1")
      ->required();
  two.add_option("to", options.to, "The newer one")
      ->type_name("V2")
      ->required();
  add_last(table.add("regressions",
                     "What got worse beyond noise, and where it began",
                     regressions),
           options);
  CLI::App& figures = table.add(
      "stats", "Lead and waiting times, failures, retries, waivers", stats);
  add_period(figures, options);
  add_last(figures, options);
}

}  // namespace tools::verbs
