// list, status, explain, replay, history: questions to the views.

#include <algorithm>
#include <thread>

#include "commands/nearest.h"
#include "commands/services/process.h"
#include "ledger/anchor.h"
#include "ledger/clock.h"
#include "ledger/event_json.h"
#include "projections/queries.h"
#include "projections/render/json.h"
#include "projections/render/text.h"
#include "schema/release/assess.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

namespace render = projections::render;
using ledger::ErrorCode;
using ledger::fail;
using ledger::json_line;
using ledger::Snapshot;

constexpr std::chrono::milliseconds kFollowPause{200};

Result<Snapshot> read(Session& session) {
  RL_ASSIGN(const ledger::Ledger book, session.book());
  auto snapshot = book.read();
  if (snapshot) {
    for (const std::string& warning : snapshot->warnings()) {
      session.terminal().line("warning: " + warning);
    }
  }
  return snapshot;
}

void print(Session& session, const projections::ReleaseView& view) {
  const Terminal& terminal = session.terminal();
  terminal.out(session.options().shared.json
                   ? json_line(render::status_json(view))
                   : render::status_text(view, terminal.style()));
}

Result<std::optional<std::int64_t>> optional_time(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto time = ledger::parse_time(text);
  if (!time) {
    return fail(ErrorCode::kUsage,
                "time-invalid",
                fmt::format("\"{}\" is no time", text),
                "for example 2025-10-02 or 2025-10-02T09:30:00Z");
  }
  return time;
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
  for (const ledger::RecordedEvent& event : events) {
    terminal.out(session.options().shared.json
                     ? ledger::event_text(event) + "\n"
                     : render::event_text(event, terminal.style()));
  }
}

// Looks at the signed head, and opens the ledger only when it has moved: no
// lock is held while nothing happens.
Status follow(Session& session, projections::HistoryQuery query) {
  RL_ASSIGN(const ledger::Ledger book, session.book());
  query.limit.reset();
  while (!commands::services::interrupt_requested()) {
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

Status list(Session& session) {
  const auto book = session.book();
  if (!book && book.error().code == ErrorCode::kNotFound) {
    return {};  // nothing was released yet: an empty list
  }
  RL_TRY(book);
  RL_ASSIGN(const Snapshot snapshot, book->read());
  RL_ASSIGN(const auto views, projections::all_releases(snapshot));
  const Terminal& terminal = session.terminal();
  if (session.options().shared.json) {
    for (const auto& view : views) {
      terminal.out(json_line(render::list_json(view)));
    }
  } else if (session.options().shared.csv) {
    terminal.out(render::list_csv(views));
  } else {
    terminal.out(render::list_text(views, terminal.style()));
  }
  return {};
}

Status status(Session& session) {
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const std::string name,
            session.release(snapshot, session.options().release.release));
  RL_ASSIGN(const auto view, projections::find_release(snapshot, name));
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

Status replay(Session& session) {
  RL_ASSIGN(const Snapshot snapshot, read(session));
  RL_ASSIGN(const std::string name,
            session.release(snapshot, session.options().release.release));
  std::optional<ledger::Position> at;
  if (!session.options().release.at.empty()) {
    RL_ASSIGN(
        at, projections::parse_moment(snapshot, session.options().release.at));
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
      ->check(CLI::Range(1, 1'000'000'000));
  events.add_flag("--follow", options.follow, "Go on with what is appended");
  events.footer(
      "\n--actor TEXT shows only the events of people whose name or e-mail "
      "contains it.\nOptions of every verb (--json, --ledger, ...): "
      "release-ledger --help\n");
}

}  // namespace

void add_questions(VerbTable& table) {
  ReleaseOptions& release = table.options().release;
  table.add("list", "All releases: state, commit, who, how long", list);
  table.add_question("status",
                     "One release: steps, validations, approvals, what is "
                     "waited for",
                     status);
  table
      .add_question("explain",
                    "For each refusal or wait: the rule, the evidence, who "
                    "settles it, what to type",
                    explain)
      .add_option("step", release.step, "One step only")
      ->type_name("STEP");
  add_history(table);
  table
      .add_question("replay",
                    "The state rebuilt from the events alone, as it stood",
                    replay)
      .add_option("--at", release.at, "A position, or a time")
      ->type_name("MOMENT");
}

}  // namespace tools::verbs
