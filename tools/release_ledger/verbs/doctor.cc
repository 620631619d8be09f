// doctor: is everything set up?

#include "commands/doctor.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "ledger/event_json.h"
#include "projections/render/text.h"
#include "tools/release_ledger/exit_code.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

using commands::Finding;
using nlohmann::ordered_json;

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

Status doctor(Session& session) {
  commands::Environment environment;
  environment.git = &session.git();
  environment.clock = &session.clock();
  RL_ASSIGN(environment.ledger, session.settings());
  if (auto file = session.plan_file()) {
    environment.plan_file = std::move(*file);
  }
  const std::vector<Finding> findings = commands::examine(environment);
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
