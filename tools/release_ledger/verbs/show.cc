// status, explain, replay, history: questions to the views.

#include <algorithm>
#include <thread>

#include "commands/nearest.h"
#include "commands/services/process.h"
#include "ledger/anchor.h"
#include "ledger/event_json.h"
#include "projections/changes.h"
#include "projections/queries.h"
#include "projections/render/changes.h"
#include "projections/render/csv.h"
#include "projections/render/json.h"
#include "projections/render/text.h"
#include "schema/release/assess.h"
#include "tools/release_ledger/verbs.h"
#include "tools/release_ledger/verbs/reading.h"

namespace tools::verbs {
namespace {

namespace render = projections::render;
using ledger::ErrorCode;
using ledger::fail;
using ledger::json_line;
using ledger::Snapshot;

constexpr std::chrono::milliseconds kFollowPause{200};

const std::vector<std::string> kHistoryColumns = {"position",
                                                  "stream",
                                                  "revision",
                                                  "type",
                                                  "time",
                                                  "actor.name",
                                                  "actor.email",
                                                  "data"};

void print(Session& session, const projections::ReleaseView& view) {
  const Terminal& terminal = session.terminal();
  terminal.out(session.options().shared.json
                   ? json_line(render::status_json(view))
                   : render::status_text(view, terminal.style()));
}

// A type of a newer program may be asked for; one that nobody knows is a slip.
Status require_known_type(const std::string& type) {
  const std::vector<std::string> known = schema::type_names();
  if (type.empty() || std::ranges::find(known, type) != known.end()) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              "no-such-type",
              fmt::format("there is no event of type {}{}",
                          type,
                          commands::suggestion(type, known)),
              "docs/events.md lists all");
}

void print(Session& session, const std::vector<ledger::RecordedEvent>& events) {
  const Terminal& terminal = session.terminal();
  const SharedOptions& shared = session.options().shared;
  for (const ledger::RecordedEvent& event : events) {
    terminal.out(shared.json  ? ledger::event_text(event) + "\n"
                 : shared.csv ? render::csv_lines(kHistoryColumns,
                                                  {ledger::event_json(event)})
                              : render::event_text(event, terminal.style()));
  }
}

// Looks at the signed head, and opens the ledger only when it has moved: no
// lock is held while nothing happens.
Status follow(Session& session, projections::HistoryQuery query) {
  RL_ASSIGN(const ledger::Ledger book, session.book());
  query.limit.reset();
  while (!commands::services::interrupt_requested()) {
    if (Terminal::reader_is_gone()) {
      return {};
    }
    std::this_thread::sleep_for(kFollowPause);
    const auto anchor = ledger::read_anchor(book.settings().folder);
    if (!anchor || anchor->checkpoint.size <= query.from) {
      continue;
    }
    RL_ASSIGN(const auto news,
              [&]() -> Result<std::vector<ledger::RecordedEvent>> {
                RL_ASSIGN(const Snapshot snapshot, book.read());
                auto events = projections::history(snapshot, query);
                query.from = snapshot.size();
                return events;
              }());
    print(session, news);
  }
  return fail(ErrorCode::kInterrupted, "interrupted", "stopped following");
}

Result<projections::ReleaseView> view_of(Session& session) {
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const std::string name,
            session.release(snapshot, session.options().release.release));
  return projections::find_release(snapshot, name);
}

// The world is asked when the ledger is let go of: that may take its time.
Status status(Session& session) {
  RL_ASSIGN(const auto view, view_of(session));
  if (session.options().release.reconcile) {
    return show_world(session, *view.record);
  }
  print(session, view);
  return {};
}

Status explain(Session& session) {
  const std::string& word = session.options().release.step;
  const auto step = schema::parse_step(word);
  if (!word.empty() && !step) {
    return fail(ErrorCode::kUsage,
                "no-such-step",
                fmt::format("there is no step \"{}\"", word),
                "the steps are prepare-branch, bug-check, workflow-tests, "
                "release and announce");
  }
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const std::string name,
            session.release(snapshot, session.options().release.release));
  RL_ASSIGN(const auto view, projections::find_release(snapshot, name));
  const auto explanations = projections::explain(view, step);
  const Terminal& terminal = session.terminal();
  terminal.out(
      session.options().shared.json
          ? json_line(render::explain_json(view, explanations))
          : render::explain_text(view, explanations, terminal.style()));
  return {};
}

Status print_difference(Session& session,
                        const Snapshot& snapshot,
                        const std::string& name,
                        std::optional<ledger::Position> at) {
  RL_ASSIGN(
      const ledger::Position from,
      projections::parse_moment(snapshot, session.options().release.diff));
  RL_ASSIGN(const auto difference,
            projections::difference(snapshot, name, from, at));
  const Terminal& terminal = session.terminal();
  terminal.out(session.options().shared.json
                   ? json_line(render::difference_json(difference))
                   : render::difference_text(difference, terminal.style()));
  return {};
}

Status replay(Session& session) {
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const std::string name,
            session.release(snapshot, session.options().release.release));
  std::optional<ledger::Position> at;
  if (!session.options().release.at.empty()) {
    RL_ASSIGN(
        at, projections::parse_moment(snapshot, session.options().release.at));
  }
  if (!session.options().release.diff.empty()) {
    return print_difference(session, snapshot, name, at);
  }
  RL_ASSIGN(const auto view, projections::replay(snapshot, name, at));
  print(session, view);
  return {};
}

// Nobody acts here, so --actor says whose events are wanted.
Status history(Session& session) {
  const HistoryOptions& options = session.options().history;
  projections::HistoryQuery query;
  query.type = options.type;
  query.actor = session.options().shared.actor.value_or("");
  query.limit = options.limit;
  RL_ASSIGN(query.since_ms, optional_time(options.since));
  RL_ASSIGN(query.until_ms, optional_time(options.until));
  {
    RL_ASSIGN(const Snapshot snapshot, read(session));
    if (!options.release.empty()) {
      RL_ASSIGN(query.release, session.release(snapshot, options.release));
    }
    RL_ASSIGN(const auto events, projections::history(snapshot, query));
    query.from = snapshot.size();
    if (events.empty()) {
      RL_TRY(require_known_type(options.type));
    }
    if (session.options().shared.csv) {
      session.terminal().out(render::csv(kHistoryColumns, {}));
    }
    print(session, events);
  }
  return options.follow ? follow(session, query) : Status();
}

void add_history(VerbTable& table) {
  HistoryOptions& options = table.options().history;
  CLI::App& events = table.add("history", "The events, oldest first", history);
  events.add_option("release", options.release, "Of one release only")
      ->type_name("V");
  events.add_option("--type", options.type, "Of one event type")
      ->type_name("TYPE");
  events.add_option("--since", options.since, "From this time on")
      ->type_name("TIME");
  events.add_option("--until", options.until, "Up to this time")
      ->type_name("TIME");
  events.add_option("--limit", options.limit, "The newest N only")
      ->type_name("N")
      ->check(whole_number_between(1, 1'000'000'000));
  events.add_flag("--follow", options.follow, "Go on with what is appended");
  events.footer(
      "\n--actor TEXT shows only the events of people whose name or e-mail "
      "contains it.\nOptions of every verb (--json, --ledger, ...): "
      "release-ledger --help\n");
}

}  // namespace

void add_questions(VerbTable& table) {
  ReleaseOptions& release = table.options().release;
  table
      .add_question("status",
                    "One release: steps, validations, approvals, what is "
                    "waited for",
                    status)
      .add_flag("--reconcile",
                release.reconcile,
                "Compare it with the world instead: branch, tag, pull "
                "request, page, announcement, jobs");
  table
      .add_question("explain",
                    "For each refusal or wait: the rule, the evidence, who "
                    "settles it, what to type",
                    explain)
      .add_option("step", release.step, "One step only")
      ->type_name("STEP");
  add_history(table);
  CLI::App& past = table.add_question(
      "replay", "The state rebuilt from the events alone, as it stood", replay);
  past.add_option("--at", release.at, "A position, or a time")
      ->type_name("MOMENT");
  past.add_option("--diff", release.diff, "What changed since this moment")
      ->type_name("MOMENT");
}

}  // namespace tools::verbs
