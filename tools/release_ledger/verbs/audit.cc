// audit: who did and approved what, and whether the policy was met.

#include "projections/audit.h"

#include <fmt/ranges.h>

#include "ledger/event_json.h"
#include "projections/render/audit.h"
#include "tools/release_ledger/verbs.h"
#include "tools/release_ledger/verbs/reading.h"

namespace tools::verbs {
namespace {

namespace render = projections::render;

// Nobody acts here, so --actor says whose acts are wanted.
Result<projections::HistoryQuery> wanted_acts(const Session& session) {
  const HistoryOptions& options = session.options().history;
  projections::HistoryQuery filter;
  filter.actor = session.options().shared.actor.value_or("");
  RL_ASSIGN(filter.since_ms, optional_time(options.since));
  RL_ASSIGN(filter.until_ms, optional_time(options.until));
  return filter;
}

void print(const Session& session, const projections::Audit& audit) {
  const Terminal& terminal = session.terminal();
  terminal.out(session.options().shared.json
                   ? ledger::json_line(render::audit_json(audit))
                   : render::audit_text(audit, terminal.style()));
}

// An abandoned release that shipped nothing needed no sign-off, and what was
// imported had no policy here.
bool needed_none(const projections::Audit& audit) {
  const schema::ReleaseRecord& record = *audit.now.record;
  return (record.abandoned != nullptr && record.tag_pushed == nullptr) ||
         (record.imported != nullptr && record.started == nullptr);
}

Status answer(const std::vector<std::string>& unmet) {
  if (unmet.empty()) {
    return {};
  }
  return ledger::fail(
      ledger::ErrorCode::kRejected,
      "policy-unmet",
      fmt::format("the policy is not met for {}", fmt::join(unmet, ", ")),
      fmt::format("release-ledger explain {}", unmet.front()));
}

Status audit_one(Session& session, const projections::HistoryQuery& filter) {
  RL_ASSIGN(const ledger::Snapshot snapshot, read(session));
  RL_ASSIGN(const std::string name,
            session.release(snapshot, session.options().history.release));
  RL_ASSIGN(const auto audit, projections::audit(snapshot, name, filter));
  print(session, audit);
  return answer(audit.met() ? std::vector<std::string>()
                            : std::vector<std::string>{name});
}

Status audit_all(Session& session, const projections::HistoryQuery& filter) {
  RL_ASSIGN(const ledger::Snapshot snapshot, read(session));
  RL_ASSIGN(const auto views, projections::all_releases(snapshot));
  const bool narrowed =
      !filter.actor.empty() || filter.since_ms || filter.until_ms;
  std::vector<std::string> unmet;
  bool first = true;
  for (const projections::ReleaseView& view : views) {
    RL_ASSIGN(const auto audit,
              projections::audit(snapshot, view.record->name, filter));
    if (narrowed && audit.actions.empty()) {
      continue;
    }
    if (!first && !session.options().shared.json) {
      session.terminal().out("\n");
    }
    first = false;
    print(session, audit);
    if (!audit.met() && !needed_none(audit)) {
      unmet.push_back(view.record->name);
    }
  }
  return answer(unmet);
}

Status audit(Session& session) {
  RL_ASSIGN(const projections::HistoryQuery filter, wanted_acts(session));
  return session.options().history.release.empty() ? audit_all(session, filter)
                                                   : audit_one(session, filter);
}

}  // namespace

void add_audit(VerbTable& table) {
  HistoryOptions& options = table.options().history;
  CLI::App& verb = table.add(
      "audit",
      "Who did and approved what, on what evidence; exit 1 where the policy "
      "was not met",
      audit);
  verb.add_option("release", options.release, "One release; without it all")
      ->type_name("V");
  verb.add_option("--since", options.since, "Acts from this time on")
      ->type_name("TIME");
  verb.add_option("--until", options.until, "Acts up to this time")
      ->type_name("TIME");
  verb.footer(
      "\n--actor TEXT shows only the acts of people whose name or e-mail "
      "contains it.\nOptions of every verb (--json, --ledger, ...): "
      "release-ledger --help\n");
}

}  // namespace tools::verbs
