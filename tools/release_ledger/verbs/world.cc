// status --reconcile: one release beside what is really there.

#include "commands/world.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "ledger/event_json.h"
#include "projections/render/json_parts.h"
#include "projections/render/text.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

namespace render = projections::render;
using commands::WorldFinding;
using ledger::ErrorCode;
using ledger::fail;
using nlohmann::ordered_json;
using World = std::vector<WorldFinding>;

std::string world_json(const std::string& release,
                       const World& findings,
                       bool agrees) {
  ordered_json list = ordered_json::array();
  for (const WorldFinding& finding : findings) {
    list.push_back({{"what", finding.what},
                    {"state", commands::word(finding.state)},
                    {"ledger", render::text_or_null(finding.ledger)},
                    {"world", render::text_or_null(finding.world)},
                    {"command", render::text_or_null(finding.command)}});
  }
  return ledger::json_line(
      {{"version", release}, {"agrees", agrees}, {"findings", list}});
}

std::string world_text(const World& findings, const render::Style& style) {
  render::Table table(
      {"what", "state", "on the ledger", "found", "what settles it"});
  for (const WorldFinding& finding : findings) {
    table.add({finding.what,
               std::string(commands::word(finding.state)),
               finding.ledger,
               finding.world,
               finding.command});
  }
  return table.text(style, "");
}

const WorldFinding* first_that(const World& findings,
                               WorldFinding::State state) {
  const auto it = std::ranges::find(findings, state, &WorldFinding::state);
  return it == findings.end() ? nullptr : &*it;
}

}  // namespace

Status show_world(Session& session, const schema::ReleaseRecord& record) {
  RL_ASSIGN(const auto environment, session.environment(true));
  const World findings = commands::compare_with_world(environment, record);
  const auto* differs = first_that(findings, WorldFinding::State::kDiffers);
  const auto* failed = first_that(findings, WorldFinding::State::kFailed);
  const bool agrees = differs == nullptr && failed == nullptr;
  const Terminal& terminal = session.terminal();
  terminal.out(session.options().shared.json
                   ? world_json(record.name, findings, agrees)
                   : world_text(findings, terminal.style()));
  if (differs != nullptr) {
    return fail(ErrorCode::kRejected,
                "world-differs",
                fmt::format("{}: {} is {} on the ledger, and found {}",
                            record.name,
                            differs->what,
                            differs->ledger,
                            differs->world),
                differs->command);
  }
  if (failed != nullptr) {
    return fail(ErrorCode::kUpstream,
                "world-unreachable",
                fmt::format("{}: {}", failed->what, failed->world),
                failed->command);
  }
  return {};
}

}  // namespace tools::verbs
