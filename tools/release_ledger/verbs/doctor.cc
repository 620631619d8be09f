// doctor: is everything set up?

#include "commands/doctor.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <nlohmann/json.hpp>

#include "commands/world.h"
#include "ledger/event_json.h"
#include "projections/queries.h"
#include "projections/render/text.h"
#include "tools/release_ledger/exit_code.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

using commands::Finding;
using nlohmann::ordered_json;

// A busy ledger is told, not waited for.
constexpr std::chrono::milliseconds kPatience{1'000};

std::string json_of(const std::vector<Finding>& findings, bool good) {
  ordered_json checks = ordered_json::array();
  for (const Finding& finding : findings) {
    checks.push_back(
        {{"name", finding.check},
         {"state", commands::word(finding.state)},
         {"detail", finding.detail},
         {"hint",
          finding.hint.empty() ? ordered_json() : ordered_json(finding.hint)}});
  }
  return ledger::json_line({{"ok", good}, {"checks", checks}});
}

std::string text_of(const std::vector<Finding>& findings,
                    const projections::render::Style& style) {
  projections::render::Table table({"check", "state", "what", "what to do"});
  for (const Finding& finding : findings) {
    table.add({finding.check,
               std::string(commands::word(finding.state)),
               finding.detail,
               finding.hint});
  }
  return table.text(style, "");
}

// Damage before what the machine could not, that before the rest.
const Finding* worst(const std::vector<Finding>& findings) {
  const Finding* result = nullptr;
  for (const Finding& finding : findings) {
    const auto weight = [](const Finding& f) {
      return f.code == ledger::ErrorCode::kCorruption ? 2
             : f.code == ledger::ErrorCode::kIo       ? 1
                                                      : 0;
    };
    if (finding.state == Finding::State::kBroken &&
        (result == nullptr || weight(finding) > weight(*result))) {
      result = &finding;
    }
  }
  return result;
}

// Releases that go on, beside what is really there. A ledger that cannot be
// read is another check's.
void compare_unfinished(const commands::Environment& environment,
                        std::vector<Finding>& findings) {
  const auto views = [&]() -> Result<std::vector<projections::ReleaseView>> {
    ledger::Settings settings = environment.ledger;
    settings.lock_timeout = kPatience;
    RL_ASSIGN(const ledger::Ledger book,
              ledger::Ledger::open(std::move(settings)));
    RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
    return projections::all_releases(snapshot);
  }();
  for (std::size_t i = 0; views && i < views->size(); ++i) {
    const schema::ReleaseRecord& record = *(*views)[i].record;
    if (!schema::is_unfinished(record)) {
      continue;
    }
    Finding finding{"world " + record.name,
                    Finding::State::kOk,
                    "agrees with the ledger",
                    "",
                    ledger::ErrorCode::kRejected};
    for (const auto& seen : commands::compare_with_world(environment, record)) {
      if (seen.state == commands::WorldFinding::State::kDiffers ||
          seen.state == commands::WorldFinding::State::kFailed) {
        finding.state = Finding::State::kWarning;
        finding.detail = seen.state == commands::WorldFinding::State::kFailed
                             ? fmt::format("{}: {}", seen.what, seen.world)
                             : fmt::format("{}: {} on the ledger, found {}",
                                           seen.what,
                                           seen.ledger,
                                           seen.world);
        finding.hint = seen.command;
        break;
      }
    }
    findings.push_back(std::move(finding));
  }
}

Status doctor(Session& session) {
  commands::Environment environment;
  environment.git = &session.git();
  environment.clock = &session.clock();
  RL_ASSIGN(environment.ledger, session.settings());
  if (auto file = session.plan_file()) {
    environment.plan_file = std::move(*file);
  }
  session.lend_services(environment, true);
  std::vector<Finding> findings = commands::examine(environment);
  compare_unfinished(environment, findings);
  const Finding* trouble = worst(findings);
  const Terminal& terminal = session.terminal();
  terminal.out(session.options().shared.json
                   ? json_of(findings, trouble == nullptr)
                   : text_of(findings, terminal.style()));
  if (trouble == nullptr) {
    return {};
  }
  return ledger::fail(trouble->code,
                      "doctor-found",
                      fmt::format("{}: {}", trouble->check, trouble->detail),
                      trouble->hint);
}

}  // namespace

void add_doctor(VerbTable& table) {
  table.add(
      "doctor", "Is everything set up: ledger, disk, clock, key, plan", doctor);
}

}  // namespace tools::verbs
