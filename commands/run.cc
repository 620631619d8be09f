#include "commands/run.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/lineage.h"
#include "commands/release_stream.h"
#include "commands/run_lease.h"
#include "commands/services/http.h"
#include "commands/steps/post.h"
#include "commands/steps/step.h"
#include "commands/sure.h"
#include "schema/release/policy.h"
#include "schema/release_name.h"

namespace commands {
namespace {

struct Choice {
  std::string name;
  bool may_start = false;
};

bool starts_releases(const RunRequest& request) {
  return !request.step || *request.step == schema::Step::kPrepareBranch;
}

std::string name_of_now(const ledger::Clock& clock) {
  return fmt::format("{:%Y.%m.%d-%H%M}", fmt::gmtime(clock.now_ms() / 1000));
}

Result<Choice> choose(const Environment& environment,
                      const RunRequest& request) {
  const bool may_start = starts_releases(request);
  if (request.version) {
    RL_ASSIGN(std::string name,
              release_name(*request.version, *environment.reporter));
    return Choice{std::move(name), may_start};
  }
  if (request.start_new) {
    return Choice{name_of_now(*environment.clock), true};
  }
  if (request.unfinished.size() > 1) {
    return fail(ErrorCode::kUsage,
                "several-in-progress",
                fmt::format("several releases are in progress: {}",
                            fmt::join(request.unfinished, ", ")),
                "name one with --version, or start another with --new");
  }
  if (request.unfinished.size() == 1) {
    return Choice{request.unfinished.front(), false};
  }
  if (!may_start) {
    return fail(ErrorCode::kNotFound,
                "no-such-release",
                "no release is in progress",
                "start one: release-ledger --all");
  }
  return Choice{name_of_now(*environment.clock), true};
}

schema::Mode mode_of(const RunRequest& request) {
  return request.comprehensive ? schema::Mode::comprehensive
                               : schema::Mode::quick;
}

// An imported release is none that steps could be run for.
Status require_usable_name(const ReleaseStream& release, bool start_new) {
  if (schema::is_imported(release.record())) {
    return fail(ErrorCode::kUsage,
                "name-used",
                fmt::format("{} was imported from the predecessor's state",
                            release.name()),
                "a name is used once for ever; choose another --version");
  }
  if (!start_new || !schema::is_started(release.record())) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              "name-used",
              fmt::format("{} was started already, by {}",
                          release.name(),
                          release.record().started->by),
              "a name is used once for ever; go on with it without --new, or "
              "choose another --version");
}

Status start(const Environment& environment,
             const RunRequest& request,
             ReleaseStream& release) {
  const decide::StartRelease command{
      release.name(), mode_of(request), request.plan, request.previous_release};
  const Decider decider = [&](const schema::ReleaseRecord& record) {
    return decide::start_release(record, command);
  };
  environment.reporter->progress(
      fmt::format("{} {} in {} mode",
                  request.rehearsal ? "would start" : "starting",
                  release.name(),
                  schema::word(command.mode)));
  // With a name of its own a release cannot be started twice; without one the
  // choice of the name rests on what was in progress.
  return request.version || request.rehearsal || request.ledger_size == 0
             ? release.execute(decider)
             : release.execute_at(request.ledger_size, decider);
}

std::size_t approvals_that_count(const schema::ReleaseRecord& record) {
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  const std::string evidence = evidence_digest(record);
  std::size_t count = 0;
  for (std::size_t i = 0; candidate && i < candidate->approvals.size(); ++i) {
    count +=
        schema::staleness(record, *candidate, candidate->approvals[i], evidence)
                .empty()
            ? 1U
            : 0U;
  }
  return count;
}

std::vector<std::string> changes_of_plan(
    const std::vector<schema::Event>& events) {
  for (const schema::Event& event : events) {
    if (const auto* plan = std::get_if<schema::PlanRecorded>(&event)) {
      return plan->changed;
    }
  }
  return {};
}

// What it says now, and what that has cost.
Status adopt_plan(const Environment& environment,
                  const RunRequest& request,
                  ReleaseStream& release) {
  const std::uint32_t plans = release.record().plans;
  std::size_t approvals = 0;
  std::vector<std::string> changes;
  // Anew after a lost race, on what the other wrote.
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) {
    Decision events = decide::adopt_plan(record, request.plan, request.history);
    const bool adopts = events && !events->empty();
    approvals = adopts ? approvals_that_count(record) : 0;
    changes = adopts ? changes_of_plan(*events) : std::vector<std::string>();
    return events;
  }));
  if (release.record().plans == plans) {
    return {};
  }
  Reporter& reporter = *environment.reporter;
  reporter.progress(
      fmt::format("the plan has changed since the last run; it {} recorded",
                  request.rehearsal ? "would be" : "was"));
  for (const std::string& line : changes) {
    reporter.progress("  " + line);
  }
  if (const std::size_t now = approvals_that_count(release.record());
      now < approvals) {
    const std::size_t lost = approvals - now;
    reporter.progress(fmt::format(
        "  {} approval{} no longer count{}: what {} given for has changed",
        lost,
        lost == 1 ? "" : "s",
        lost == 1 ? "s" : "",
        lost == 1 ? "it was" : "they were"));
  }
  return {};
}

Status resume(const Environment& environment,
              const RunRequest& request,
              ReleaseStream& release) {
  RL_TRY(release.execute(decide::close_interrupted));
  if (schema::is_ended(release.record())) {
    return {};
  }
  RL_TRY(adopt_plan(environment, request, release));
  const schema::Mode mode = release.record().mode;
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) {
    return decide::raise_mode(record, mode_of(request));
  }));
  if (release.record().mode != mode) {
    environment.reporter->progress(
        fmt::format("the mode {} comprehensive",
                    request.rehearsal ? "would become" : "is now"));
  }
  return {};
}

Status require_startable(const ReleaseStream& release, const Choice& choice) {
  if (schema::is_started(release.record()) || choice.may_start) {
    return {};
  }
  return fail(ErrorCode::kNotFound,
              "no-such-release",
              fmt::format("there is no release {}", release.name()),
              fmt::format("start it: release-ledger --step prepare-branch "
                          "--version {}",
                          release.name()));
}

// --rc N beside another step than the one that makes candidates says which
// one is meant; one that is not there is not passed over.
Status require_candidate(const steps::StepContext& context,
                         const RunRequest& request) {
  const auto* newest = schema::current_candidate(context.record());
  const std::uint32_t last = newest == nullptr ? 0 : newest->number;
  if (!request.step || *request.step == schema::Step::kPrepareBranch ||
      request.candidate == 0 || request.candidate == last) {
    return {};
  }
  return fail(
      ErrorCode::kUsage,
      "candidate-not-newest",
      last == 0 ? fmt::format("{} has no candidate yet", context.record().name)
                : fmt::format("the newest candidate of {} is {}, not "
                              "{}",
                              context.record().name,
                              last,
                              request.candidate),
      request.candidate == last + 1
          ? fmt::format("make it: release-ledger --step "
                        "prepare-branch --version {} --rc {}",
                        context.record().name,
                        request.candidate)
          : "leave --rc out: steps go on with the newest");
}

Status run_steps(steps::StepContext& context, const RunRequest& request) {
  if (request.step) {
    return steps::run_step(context, *request.step);
  }
  context.assumes = request.rehearsal;
  // A rehearsal goes on after a step that would wait, to show them all; what
  // the run would answer is what the first such step answers.
  Status first;
  for (const schema::Step step : schema::kSteps) {
    const Status status = steps::run_step(context, step);
    if (status) {
      continue;
    }
    if (!request.rehearsal) {
      return status;
    }
    context.say(step,
                fmt::format("would stop here: {}", status.error().message));
    if (first) {
      first = status;
    }
  }
  return first;
}

}  // namespace

Status run(const Environment& environment, const RunRequest& request) {
  RL_ASSIGN(const Choice choice, choose(environment, request));
  const Rehearsal rehearsal =
      request.rehearsal ? Rehearsal::kYes : Rehearsal::kNo;
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load(environment, choice.name, rehearsal));
  RL_TRY(release.require_reconciled());
  RL_TRY(require_usable_name(release, request.start_new));
  RL_TRY(require_startable(release, choice));
  RL_TRY(require_remote(environment, *request.plan.project));
  RL_TRY(require_lineage(
      environment, request.plan, request.new_ledger, request.rehearsal));

  if (!schema::is_started(release.record())) {
    RL_TRY(steps::require_first_candidate(
        environment, request.plan, release.name(), request.candidate));
  }

  std::optional<RunLease> lease;
  if (!request.rehearsal) {
    // The lease lives in the ledger's folder, so that has to be there.
    RL_TRY(
        ledger::Ledger::open_or_create(environment.ledger, environment.actor));
    RL_ASSIGN(lease,
              RunLease::acquire(environment.ledger.folder,
                                release.name(),
                                environment.clock->now_ms(),
                                *environment.reporter));
    environment.git->inherit({lease->descriptor()});
    RL_TRY(release.refresh());
  }
  const std::uint64_t first_position = release.head().size;
  RL_TRY(schema::is_started(release.record())
             ? resume(environment, request, release)
             : start(environment, request, release));
  if (release.record().abandoned || release.record().yanked) {
    return decide::require_unfinished(release.record());
  }
  steps::StepContext context{environment,
                             release,
                             lease ? &*lease : nullptr,
                             request.candidate,
                             request.confirm_bugs,
                             request.confirm_announced,
                             first_position,
                             request.history,
                             request.plan.run.get(),
                             &request.plan};
  if (request.wait) {
    context.wait_until = environment.pace->now() + *request.wait;
  }
  RL_TRY(require_candidate(context, request));
  const Status status = unless_interrupted(run_steps(context, request));
  if (!status) {
    steps::tell_channels(context, status.error());
  }
  return status;
}

Result<std::string> release_name(const std::string& typed, Reporter& reporter) {
  const std::string name(schema::without_prefix(typed));
  if (const auto problem = schema::release_name_problem(name)) {
    std::string shown = typed.substr(0, 80);
    std::ranges::replace_if(
        shown, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return fail(
        ErrorCode::kUsage,
        "version-invalid",
        fmt::format("\"{}\" cannot be a release's name: {}", shown, *problem),
        "for example 2025.10.02 or 1.4.0-rc.1");
  }
  if (name != typed) {
    reporter.progress(fmt::format("{}: the release's name is {}", typed, name));
  }
  return name;
}

}  // namespace commands
