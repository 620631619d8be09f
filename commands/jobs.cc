#include "commands/jobs.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "commands/decide/decide.h"
#include "commands/run_lease.h"
#include "commands/steps/validation_round.h"
#include "schema/release/next.h"

namespace commands {
namespace {

// How often the run that is at work is looked at.
constexpr std::chrono::milliseconds kLookAgainAfter{200};

// The first attempt that was cancelled and has not ended; null if none.
const schema::ValidationRecord* find_cancelling(
    const schema::ReleaseRecord& record) {
  for (const schema::CandidateRecord& candidate : record.candidates) {
    for (const schema::ValidationRecord& validation : candidate.validations) {
      if (schema::is_open(validation) && validation.cancelling) {
        return &validation;
      }
    }
  }
  return nullptr;
}

// No run is at work, so that it is done here.
Status end_here(const Environment& environment,
                const CancelRequest& request,
                ReleaseStream& release,
                RunLease& lease) {
  environment.git->inherit({lease.descriptor()});
  RL_TRY(release.refresh());
  RL_TRY(release.execute(decide::close_interrupted));
  // The recorded plan may be replaced while it is in use.
  const schema::RunSettings settings =
      request.plan ? *request.plan->run : *release.record().plan->run;
  steps::StepContext context{environment,
                             release,
                             &lease,
                             0,
                             std::nullopt,
                             std::nullopt,
                             release.head().size,
                             request.history,
                             &settings};
  return steps::ValidationRound(context, {}).run();
}

}  // namespace

Status cancel(const Environment& environment, const CancelRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const decide::CancelValidation command{
      request.validation,
      schema::display_name(environment.actor),
      request.reason};
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) {
    return decide::cancel_validation(record, command);
  }));
  bool told = false;
  while (find_cancelling(release.record()) != nullptr) {
    auto lease = RunLease::acquire(environment.ledger.folder,
                                   release.name(),
                                   environment.clock->now_ms(),
                                   *environment.reporter);
    if (lease) {
      RL_TRY(end_here(environment, request, release, *lease));
      break;
    }
    if (lease.error().reason != "run-in-progress") {
      return std::unexpected(lease.error());
    }
    if (!told) {
      environment.reporter->progress(
          "recorded; waiting for the run that is at work: " +
          lease.error().message);
      told = true;
    }
    if (services::interrupt_requested()) {
      return fail(ErrorCode::kInterrupted,
                  "interrupted",
                  "stopped waiting; the run that is at work goes on to end it",
                  fmt::format("release-ledger status {}", release.name()));
    }
    std::this_thread::sleep_for(kLookAgainAfter);
    RL_TRY(release.refresh());
  }
  if (const auto* open = find_cancelling(release.record())) {
    return fail(
        ErrorCode::kWaiting,
        "job-unknown",
        fmt::format("{}: {}",
                    open->name,
                    open->doubt ? open->doubt->detail : "it has not ended"),
        "look for it on the cluster, and say what you found: " +
            schema::settle_job_command(release.name(), open->name));
  }
  environment.reporter->progress("cancelled");
  return {};
}

Status settle(const Environment& environment, const SettleRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const decide::SettleJob command{request.validation,
                                  request.job_id,
                                  schema::display_name(environment.actor),
                                  request.reason};
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) {
    return decide::settle_validation(record, command);
  }));
  environment.reporter->progress(fmt::format(
      "recorded: {}; release-ledger --step workflow-tests --version {} goes on",
      request.job_id.empty()
          ? fmt::format("{} has no job", request.validation)
          : fmt::format("{} is job {}", request.validation, request.job_id),
      release.name()));
  return {};
}

Status settle_post(const Environment& environment,
                   const SettlePostRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const decide::SettlePost command{request.channel,
                                   request.posted,
                                   schema::display_name(environment.actor),
                                   request.reason};
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) {
    return decide::settle_post(record, command);
  }));
  environment.reporter->progress(
      schema::is_ended(release.record())
          ? fmt::format("recorded: posted in {}; the release is complete",
                        request.channel)
          : fmt::format("recorded: {} in {}; release-ledger --step announce "
                        "--version {} goes on",
                        request.posted ? "posted" : "not posted",
                        request.channel,
                        release.name()));
  return {};
}

}  // namespace commands
