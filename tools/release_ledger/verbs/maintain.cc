// verify, rebuild: the ledger as a whole.

#include <algorithm>
#include <iterator>

#include "commands/lineage.h"
#include "commands/plan/plan.h"
#include "ledger/event_json.h"
#include "ledger/proof.h"
#include "projections/logs.h"
#include "projections/proof.h"
#include "projections/render/json.h"
#include "projections/render/text.h"
#include "tools/release_ledger/progress.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

// Whether the stable branch was released with this very ledger; only where
// there is a repository to ask.
Status check_lineage(Session& session, ledger::Verification& result) {
  if (!session.git().top_level()) {
    return {};
  }
  commands::Environment environment;
  environment.git = &session.git();
  RL_ASSIGN(environment.ledger, session.settings());
  const auto plan = session.plan(false);
  if (!plan && plan.error().reason != "plan-not-found") {
    result.warnings.push_back(
        fmt::format("{}; the default remote and stable branch are looked at",
                    plan.error().message));
  }
  RL_ASSIGN(const auto defaults, commands::plan::parse_plan("", "defaults"));
  RL_ASSIGN(
      const auto problem,
      commands::lineage_problem(environment, plan ? *plan : defaults.plan));
  if (problem) {
    result.problems.push_back({"ledger-missing", "stable branch", *problem});
  }
  return {};
}

// Whether the ledger goes on from a head that was kept elsewhere: the only
// witness against somebody who has its folder and key.
Status check_kept_head(Session& session,
                       const ledger::Ledger& book,
                       ledger::Verification& result) {
  const std::string& file = session.options().proof.head;
  if (file.empty()) {
    return {};
  }
  RL_ASSIGN(const auto kept, ledger::read_kept_head(file));
  const auto snapshot = book.read();
  const Status continued = snapshot ? ledger::require_continued(*snapshot, kept)
                                    : Status(std::unexpected(snapshot.error()));
  if (continued || continued.error().code != ledger::ErrorCode::kCorruption) {
    return continued;
  }
  result.problems.push_back(
      {continued.error().reason, file, continued.error().message});
  return {};
}

// Fills `result` as far as it gets.
Status verify_all(Session& session, ledger::Verification& result) {
  const Terminal& terminal = session.terminal();
  RL_ASSIGN(const ledger::Ledger book, session.book());
  projections::Logs logs;
  projections::SignatureCheck signatures(book.origin());
  const auto look_at_log = logs.visitor();
  RL_ASSIGN(result,
            book.verify(telling(terminal, "verifying", "events"),
                        [&](const ledger::RecordedEvent& event,
                            const schema::Event& says) {
                          look_at_log(event, says);
                          signatures.look_at(event, says);
                        }));
  std::ranges::copy(signatures.problems(), std::back_inserter(result.problems));
  projections::LogCheck checked = logs.check(
      book.settings().folder, telling(terminal, "verifying", "logs"));
  for (const std::string& missing : checked.missing) {
    result.warnings.push_back(fmt::format("the log {} is gone", missing));
  }
  std::ranges::move(checked.problems, std::back_inserter(result.problems));
  RL_TRY(check_kept_head(session, book, result));
  // A ledger that cannot be read cannot be compared either.
  return result.problems.empty() ? check_lineage(session, result) : Status();
}

Status verify(Session& session) {
  const Terminal& terminal = session.terminal();
  ledger::Verification result;
  const Status done = verify_all(session, result);
  if (!done) {
    result.problems.push_back(
        {done.error().reason, "ledger", done.error().message});
  }
  for (const std::string& warning : result.warnings) {
    terminal.line("warning: " + warning);
  }
  if (session.options().shared.json) {
    terminal.out(ledger::json_line(projections::render::verify_json(result)));
  }
  if (!done) {
    ledger::Error error = done.error();
    if (error.hint.find("release-ledger verify`") != error.hint.npos) {
      error.hint = "keep the folder as it is and put back a backup beside it";
    }
    return std::unexpected(std::move(error));
  }
  if (!session.options().shared.json) {
    terminal.out(projections::render::verify_text(result, terminal.style()));
  }
  if (result.problems.empty()) {
    return {};
  }
  const ledger::Problem& first = result.problems.front();
  return ledger::fail(
      ledger::ErrorCode::kCorruption,
      "verification-failed",
      fmt::format("{} problem{}; the first: {}, {}: {}",
                  result.problems.size(),
                  result.problems.size() == 1 ? "" : "s",
                  first.kind,
                  first.where,
                  first.what),
      "keep the folder as it is and put back a backup beside it");
}

Status rebuild(Session& session) {
  const Terminal& terminal = session.terminal();
  RL_ASSIGN(const ledger::Ledger book, session.book());
  RL_ASSIGN(const std::uint64_t events,
            book.rebuild(telling(terminal, "rebuilding", "events")));
  terminal.line(
      fmt::format("all views were folded anew from {} events", events));
  return {};
}

}  // namespace

void add_maintenance(VerbTable& table) {
  table
      .add("verify",
           "Integrity of the whole ledger, recomputed from the events",
           verify)
      .add_option("--head",
                  table.options().proof.head,
                  "A copy of HEAD that was kept elsewhere: does the ledger go "
                  "on from it?")
      ->type_name("FILE");
  table.add(
      "rebuild", "Fold all views anew, beside the ones in force", rebuild);
}

}  // namespace tools::verbs
