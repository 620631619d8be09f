// metrics blame: who changed what is asked of a metric, and when.

#include "projections/blame.h"

#include "ledger/event_json.h"
#include "projections/render/blame.h"
#include "tools/release_ledger/verbs.h"
#include "tools/release_ledger/verbs/reading.h"

namespace tools::verbs {

Status blame(Session& session) {
  const std::string& key = session.options().blamed;
  RL_ASSIGN(const ledger::Snapshot snapshot, read(session));
  RL_ASSIGN(const auto lines, projections::blame(snapshot, key));
  const Terminal& terminal = session.terminal();
  if (!session.options().shared.json) {
    terminal.out(projections::render::blame_text(lines, terminal.style()));
    return {};
  }
  for (const projections::BlameLine& line : lines) {
    terminal.out(ledger::json_line(projections::render::blame_json(key, line)));
  }
  return {};
}

void add_blame(VerbTable& table, CLI::App& metrics) {
  table
      .add_to(metrics,
              "blame",
              "When a bound, pattern, statistic or name changed, and by whom",
              blame)
      .add_option("key", table.options().blamed, "The metric")
      ->type_name("KEY")
      ->required();
}

}  // namespace tools::verbs
