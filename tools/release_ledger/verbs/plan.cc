// init, plan show; plan check is in a file of its own.

#include "commands/plan/plan.h"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "ledger/file.h"
#include "projections/render/text.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kNotesFolder = "release-notes";
constexpr std::string_view kSeedFolder = "devops/stable";

Status init(Session& session) {
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(const fs::path file, session.plan_file());
  std::error_code error;
  if (fs::exists(file, error)) {
    session.terminal().line(
        fmt::format("{} is there already and was left alone", file.string()));
  } else {
    const bool seed = fs::is_directory(file.parent_path() / kSeedFolder, error);
    const std::string folder =
        seed ? fmt::format("{}/{}", kSeedFolder, kNotesFolder)
             : std::string(kNotesFolder);
    RL_TRY(
        ledger::write_file(file, commands::plan::default_plan(folder), 0644));
    session.terminal().line(fmt::format("wrote {}", file.string()));
  }
  RL_ASSIGN(
      const ledger::Ledger book,
      ledger::Ledger::open_or_create(environment.ledger, environment.actor));
  session.terminal().line(fmt::format(
      "ledger {} at {}", book.origin(), book.settings().folder.string()));
  session.terminal().line(
      "next: look the plan over, then: release-ledger --all --check");
  return {};
}

Status plan_show(Session& session) {
  RL_ASSIGN(const schema::Plan plan, session.plan(true));
  const Terminal& terminal = session.terminal();
  terminal.out(session.options().shared.json
                   ? schema::to_json(plan).dump() + "\n"
                   : projections::render::plan_text(plan, terminal.style()));
  return {};
}

}  // namespace

void add_plan(VerbTable& table) {
  table.add("init", "Write a commented plan and create the ledger", init);
  CLI::App& plan = table.add_group("plan", "The plan, as understood");
  table.add_to(plan, "show", "Print the plan with its defaults", plan_show);
  table
      .add_to(plan,
              "check",
              "Errors with file, line and column; warnings",
              plan_check)
      .add_option("--log",
                  table.options().sample_log,
                  "Show what the patterns take from this log")
      ->type_name("FILE");
}

}  // namespace tools::verbs
