#include "projections/blame.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/decoded.h"
#include "projections/entries.h"
#include "schema/release/bound.h"

namespace projections {
namespace {

using ledger::Result;
using Names = std::set<std::string>;
// What a plan says of a metric, by what it is.
using Sayings = std::map<std::string, std::string>;

struct RecordedPlan {
  std::string release;
  ledger::Position position = 0;
  std::int64_t at_ms = 0;
  std::string by;
  std::unique_ptr<schema::Plan> plan;
};

Result<std::vector<RecordedPlan>> recorded_plans(
    const ledger::Snapshot& snapshot) {
  RL_ASSIGN(const auto names, release_names(snapshot));
  std::vector<RecordedPlan> plans;
  for (const std::string& name : names) {
    RL_ASSIGN(const auto events,
              snapshot.stream_events(ledger::release_stream(name), 0));
    for (const ledger::RecordedEvent& event : events) {
      if (event.envelope.type != schema::type_name_of<schema::PlanRecorded>()) {
        continue;
      }
      const auto decoded = ledger::decoded(event);
      const auto* recorded =
          decoded ? std::get_if<schema::PlanRecorded>(&*decoded) : nullptr;
      if (recorded != nullptr && recorded->plan != nullptr) {
        plans.push_back({name,
                         event.position,
                         event.envelope.recorded_at_ms,
                         schema::display_name(*event.envelope.actor),
                         std::make_unique<schema::Plan>(*recorded->plan)});
      }
    }
  }
  std::ranges::sort(plans, {}, &RecordedPlan::position);
  return plans;
}

// The key, and whatever any plan says it is called besides.
Names names_of(const std::string& key, const std::vector<RecordedPlan>& plans) {
  Names names = {key};
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const RecordedPlan& each : plans) {
      for (const schema::MetricRule& rule : each.plan->metrics) {
        const bool is_it =
            names.contains(rule.key) ||
            std::ranges::any_of(rule.aliases, [&](const std::string& alias) {
              return names.contains(alias);
            });
        if (is_it) {
          names.insert(rule.key);
          names.insert(rule.aliases.begin(), rule.aliases.end());
        }
      }
    }
  }
  return names;
}

void add_rule(const schema::MetricRule& rule, Sayings& sayings) {
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) {
      sayings[what] = value;
    }
  };
  add("name", rule.key);
  add("pattern", rule.pattern);
  add("key in the metrics file", rule.json);
  add("key in the experiment log", rule.wandb);
  add("statistic", rule.statistic);
  add("unit", rule.unit);
  add("former names", fmt::format("{}", fmt::join(rule.aliases, ", ")));
}

Sayings sayings_of(const schema::Plan& plan, const Names& names) {
  Sayings sayings;
  for (const schema::MetricRule& rule : plan.metrics) {
    if (names.contains(rule.key)) {
      add_rule(rule, sayings);
    }
  }
  for (const schema::Validation& validation : plan.validations) {
    std::size_t nth = 0;
    for (const schema::Acceptance& check : validation.acceptance) {
      if (names.contains(check.key)) {
        ++nth;
        const std::string what =
            nth == 1 ? fmt::format("bound in {}", validation.name)
                     : fmt::format("bound {} in {}", nth, validation.name);
        sayings[what] =
            schema::bound_text(check) + schema::conditions_text(check);
      }
    }
  }
  return sayings;
}

void add_changes(const RecordedPlan& at,
                 const Sayings& before,
                 const Sayings& after,
                 std::vector<BlameLine>& lines) {
  const auto add = [&](const std::string& what,
                       std::optional<std::string> was,
                       std::optional<std::string> is) {
    lines.push_back({at.release,
                     at.position,
                     at.at_ms,
                     at.by,
                     what,
                     std::move(was),
                     std::move(is)});
  };
  for (const auto& [what, value] : after) {
    const auto old = before.find(what);
    if (old == before.end()) {
      add(what, std::nullopt, value);
    } else if (old->second != value) {
      add(what, old->second, value);
    }
  }
  for (const auto& [what, value] : before) {
    if (!after.contains(what)) {
      add(what, value, std::nullopt);
    }
  }
}

}  // namespace

Result<std::vector<BlameLine>> blame(const ledger::Snapshot& snapshot,
                                     const std::string& key) {
  RL_ASSIGN(const std::vector<RecordedPlan> plans, recorded_plans(snapshot));
  const Names names = names_of(key, plans);
  std::map<std::string, Sayings> of_release;
  Sayings newest;
  std::vector<BlameLine> lines;
  for (const RecordedPlan& each : plans) {
    Sayings now = sayings_of(*each.plan, names);
    const auto own = of_release.find(each.release);
    add_changes(
        each, own == of_release.end() ? newest : own->second, now, lines);
    of_release[each.release] = now;
    newest = std::move(now);
  }
  if (lines.empty()) {
    return ledger::fail(
        ledger::ErrorCode::kNotFound,
        "no-such-metric",
        fmt::format("no recorded plan says anything of a metric {}", key),
        "`release-ledger plan show` lists those of the plan");
  }
  return lines;
}

}  // namespace projections
