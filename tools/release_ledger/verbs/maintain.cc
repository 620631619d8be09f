// verify, rebuild: the ledger as a whole.

#include "commands/lineage.h"
#include "commands/plan/plan.h"
#include "projections/logs.h"
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
  RL_ASSIGN(auto environment, session.environment(true));
  auto plan = session.plan();
  if (!plan && plan.error().reason != "plan-not-found") {
    return {};
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

Status check_logs(const ledger::Ledger& book,
                  const Terminal& terminal,
                  ledger::Verification& result) {
  RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
  RL_ASSIGN(const projections::LogCheck logs,
            projections::check_logs(snapshot, book.settings().folder));
  for (const std::string& missing : logs.missing) {
    terminal.line(fmt::format("warning: the log {} is gone", missing));
  }
  std::ranges::copy(logs.problems, std::back_inserter(result.problems));
  return {};
}

Status verify(Session& session) {
  const Terminal& terminal = session.terminal();
  auto result = [&]() -> Result<ledger::Verification> {
    RL_ASSIGN(const ledger::Ledger book, session.book());
    RL_ASSIGN(ledger::Verification verification,
              book.verify(telling(terminal, "verifying")));
    if (verification.problems.empty()) {
      RL_TRY(check_logs(book, terminal, verification));
      RL_TRY(check_lineage(session, verification));
    }
    return verification;
  }();
  if (!result) {
    if (session.options().shared.json) {
      ledger::Verification failed;
      failed.problems.push_back(
          {result.error().reason, "ledger", result.error().message});
      terminal.out(projections::render::verify_json(failed).dump() + "\n");
    }
    return std::unexpected(result.error());
  }
  terminal.out(
      session.options().shared.json
          ? projections::render::verify_json(*result).dump() + "\n"
          : projections::render::verify_text(*result, terminal.style()));
  if (!result->problems.empty()) {
    const ledger::Problem& first = result->problems.front();
    return ledger::fail(
        ledger::ErrorCode::kCorruption,
        "verification-failed",
        fmt::format("{} problems; the first: {}, {}: {}",
                    result->problems.size(),
                    first.kind,
                    first.where,
                    first.what),
        "keep the folder as it is and put back a backup beside it");
  }
  return {};
}

Status rebuild(Session& session) {
  const Terminal& terminal = session.terminal();
  RL_ASSIGN(const ledger::Ledger book, session.book());
  RL_ASSIGN(const std::uint64_t events,
            book.rebuild(telling(terminal, "rebuilding")));
  terminal.line(
      fmt::format("all views were folded anew from {} events", events));
  return {};
}

}  // namespace

void add_maintenance(VerbTable& table) {
  table.add("verify",
            "Integrity of the whole ledger, recomputed from the events",
            verify);
  table.add("rebuild", "Drop all views and fold them anew", rebuild);
}

}  // namespace tools::verbs
