// Beginning a release, its plan, its mode, and its ends.

#include <algorithm>

#include "commands/decide/decide.h"
#include "commands/metrics/judge.h"
#include "commands/plan/plan.h"

namespace commands::decide {
namespace {

using schema::Outcome;

schema::PlanRecorded plan_recorded(const ReleaseRecord& record,
                                   const schema::Plan& plan,
                                   std::vector<std::string> changed) {
  schema::PlanRecorded event;
  event.digest = plan.digest;
  event.attempt = record.plans + 1;
  event.plan = std::make_unique<schema::Plan>(plan);
  event.changed = std::move(changed);
  return event;
}

// The recorded values of the runs before the newest, where several count.
std::vector<schema::Check> checks_of_earlier_runs(
    const schema::ValidationCompleted& result) {
  std::vector<schema::Check> checks = result.checks;
  for (schema::Check& check : checks) {
    if (!check.measured.empty()) {
      check.measured.pop_back();
    }
  }
  return checks;
}

// The recorded result of a validation under the acceptance of another plan,
// if what was run and measured is the same.
std::optional<schema::ValidationRejudged> rejudge(
    const schema::ValidationRecord& validation,
    const schema::Validation& planned,
    const std::vector<schema::MetricRule>& rules,
    const metrics::History& history) {
  if (validation.result == nullptr || schema::is_open(validation)) {
    return std::nullopt;
  }
  const schema::ValidationCompleted& result = *validation.result;
  const bool by_checks = schema::decided_by_checks(result);
  if ((!by_checks && result.outcome != Outcome::failed) ||
      result.digest == planned.digest ||
      result.run_digest != planned.run_digest) {
    return std::nullopt;
  }
  const auto earlier = checks_of_earlier_runs(result);
  schema::ValidationRejudged event;
  event.name = result.name;
  event.attempt = result.attempt;
  event.candidate = result.candidate;
  event.commit = result.commit;
  event.checks = metrics::judge({planned, rules, history, earlier, result.log},
                                metrics::recorded_extraction(result));
  const metrics::Verdict verdict = metrics::conclude(event.checks);
  event.outcome = by_checks ? verdict.outcome : result.outcome;
  event.reason = by_checks ? verdict.reason : result.reason;
  event.previous_digest = result.digest;
  event.digest = planned.digest;
  event.judgement = validation.judgements + 1;
  return event;
}

bool same_forge(const schema::Plan& a, const schema::Plan& b) {
  return a.forge && b.forge ? *a.forge == *b.forge : a.forge == b.forge;
}

// What no digest covers, since it is no evidence, but what the steps act on.
bool acts_elsewhere(const schema::Plan& before, const schema::Plan& after) {
  return before.channels != after.channels || !same_forge(before, after);
}

// Where it is told is nothing that was decided on; so a channel that does not
// work can still be mended.
void adopt_channels(const ReleaseRecord& record,
                    const schema::Plan& plan,
                    std::vector<schema::Event>& events) {
  if (record.plan->channels == plan.channels) {
    return;
  }
  schema::Plan mended = *record.plan;
  mended.channels = plan.channels;
  events.emplace_back(
      plan_recorded(record, mended, plan::differences(*record.plan, mended)));
}

}  // namespace

Status require_unfinished(const ReleaseRecord& record) {
  if (schema::is_imported(record)) {
    return fail(ErrorCode::kRejected,
                "imported",
                fmt::format("{} was imported from the predecessor's state; "
                            "nothing can be done to it",
                            record.name),
                "start another one with --new, under another --version");
  }
  if (!schema::is_started(record)) {
    return fail(ErrorCode::kNotFound,
                "no-such-release",
                "there is no such release",
                "`release-ledger list` shows all");
  }
  if (schema::is_ended(record)) {
    return fail(ErrorCode::kRejected,
                "release-ended",
                fmt::format("{} is {}",
                            record.name,
                            record.yanked      ? "yanked"
                            : record.abandoned ? "abandoned"
                                               : "released"),
                "start another one with --new, under another --version");
  }
  return {};
}

Decision start_release(const ReleaseRecord& record,
                       const StartRelease& command) {
  if (schema::is_started(record)) {
    return fail(
        ErrorCode::kConflict,
        "name-used",
        fmt::format(
            "{} was started already, by {}", record.name, record.started->by),
        "a name is used once for ever; choose another --version");
  }
  if (schema::is_imported(record)) {
    return fail(ErrorCode::kConflict,
                "name-used",
                fmt::format("{} was imported from the predecessor's state",
                            record.name),
                "a name is used once for ever; choose another --version");
  }
  schema::ReleaseStarted started;
  started.version = command.version;
  started.mode = command.mode;
  started.previous_release = command.previous_release;
  return std::vector<schema::Event>{started,
                                    plan_recorded(record, command.plan, {})};
}

Decision adopt_plan(const ReleaseRecord& record,
                    const schema::Plan& plan,
                    const metrics::History& history) {
  std::vector<schema::Event> events;
  if (schema::is_ended(record)) {
    return events;
  }
  if (schema::is_being_published(record)) {
    adopt_channels(record, plan, events);
    return events;
  }
  if (record.plan->digest != plan.digest ||
      acts_elsewhere(*record.plan, plan)) {
    events.emplace_back(
        plan_recorded(record, plan, plan::differences(*record.plan, plan)));
  }
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  if (candidate == nullptr) {
    return events;
  }
  for (const schema::Validation& planned : plan.validations) {
    const auto* validation = schema::find_validation(*candidate, planned.name);
    if (validation == nullptr) {
      continue;
    }
    if (auto event = rejudge(*validation, planned, plan.metrics, history)) {
      events.emplace_back(std::move(*event));
    }
  }
  return events;
}

Decision raise_mode(const ReleaseRecord& record, schema::Mode mode) {
  std::vector<schema::Event> events;
  if (mode > record.mode && !schema::is_being_published(record) &&
      !schema::is_ended(record)) {
    schema::ModeRaised raised;
    raised.mode = mode;
    events.emplace_back(raised);
  }
  return events;
}

namespace {

ledger::Error published_already(const ReleaseRecord& record) {
  return {
      ErrorCode::kRejected,
      "already-published",
      fmt::format(
          "the tag {} of {} is published", record.tag_pushed->tag, record.name),
      fmt::format("mark it as not to be used: release-ledger yank {} "
                  "--reason \"...\"",
                  record.name)};
}

}  // namespace

Decision abandon(const ReleaseRecord& record, const std::string& reason) {
  if (schema::is_started(record) && record.abandoned) {
    return std::vector<schema::Event>{};
  }
  if (record.tag_pushed && !record.yanked && !record.set_back) {
    return std::unexpected(published_already(record));
  }
  RL_TRY(require_unfinished(record));
  if (schema::is_being_published(record)) {
    return fail(ErrorCode::kRejected,
                "already-published",
                record.publication
                    ? fmt::format("{} may be published: its push of {} has no "
                                  "recorded end",
                                  record.name,
                                  record.publication->tag)
                    : fmt::format("{} is, or may be, merged into {}",
                                  record.name,
                                  record.plan->project->stable_branch),
                "find out: release-ledger --step release");
  }
  schema::ReleaseAbandoned event;
  event.reason = reason;
  return std::vector<schema::Event>{event};
}

Decision yank(const ReleaseRecord& record, const std::string& reason) {
  if (!schema::is_started(record)) {
    return std::unexpected(require_unfinished(record).error());
  }
  if (record.yanked) {
    return std::vector<schema::Event>{};
  }
  if (!record.tag_pushed) {
    return fail(
        ErrorCode::kRejected,
        "not-released",
        fmt::format("{} is not released, so it cannot be yanked", record.name),
        fmt::format("release-ledger abandon {} --reason \"...\"", record.name));
  }
  schema::ReleaseYanked event;
  event.reason = reason;
  return std::vector<schema::Event>{event};
}

Decision reconcile(const ReleaseRecord& record, const Reconcile& command) {
  if (!record.set_back) {
    if (record.reconciliations > 0) {
      return std::vector<schema::Event>{};
    }
    return fail(ErrorCode::kRejected,
                "nothing-to-reconcile",
                fmt::format("{} was not put back by a restore", record.name),
                "`release-ledger status` shows where it stands");
  }
  schema::ReleaseReconciled event;
  event.by = command.by;
  event.reason = command.reason;
  event.attempt = record.reconciliations + 1;
  return std::vector<schema::Event>{event};
}

}  // namespace commands::decide
