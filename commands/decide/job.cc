// What becomes known of a remote job, and attempts ended on purpose.

#include <algorithm>

#include <fmt/format.h>

#include "commands/decide/decide.h"
#include "schema/release/next.h"

namespace commands::decide {
namespace {

using schema::CandidateRecord;
using schema::ValidationRecord;
using Events = std::vector<schema::Event>;

// The attempt while it has no result; else null.
const ValidationRecord* find_open(const ReleaseRecord& record,
                                  const AttemptName& attempt) {
  const auto candidate = std::ranges::find(
      record.candidates, attempt.candidate, &CandidateRecord::number);
  const auto* validation =
      candidate == record.candidates.end()
          ? nullptr
          : schema::find_validation(*candidate, attempt.name);
  return validation != nullptr && schema::is_open(*validation) &&
                 validation->started->attempt == attempt.attempt
             ? validation
             : nullptr;
}

// An event about an attempt, with its name filled in.
template <class T>
T about(const ValidationRecord& validation) {
  T event;
  event.name = validation.started->name;
  event.attempt = validation.started->attempt;
  event.candidate = validation.started->candidate;
  event.commit = validation.started->commit;
  return event;
}

std::string job_of(const ValidationRecord& validation) {
  return validation.submitted ? validation.submitted->job_id : std::string();
}

const ValidationRecord* find_doubted(const ReleaseRecord& record,
                                     const std::string& name) {
  for (const CandidateRecord& candidate : record.candidates) {
    for (const ValidationRecord& validation : candidate.validations) {
      if (validation.name == name && schema::is_open(validation) &&
          validation.doubt != nullptr) {
        return &validation;
      }
    }
  }
  return nullptr;
}

}  // namespace

Decision submit_validation(const ReleaseRecord& record,
                           const AttemptName& attempt,
                           const std::string& job_id) {
  const ValidationRecord* validation = find_open(record, attempt);
  if (validation == nullptr ||
      (validation->submitted &&
       (job_id.empty() || !job_of(*validation).empty()))) {
    return Events{};
  }
  auto submitted = about<schema::ValidationSubmitted>(*validation);
  submitted.job_name = validation->started->job_name;
  submitted.job_id = job_id;
  return Events{submitted};
}

Decision observe_running(const ReleaseRecord& record,
                         const AttemptName& attempt) {
  const ValidationRecord* validation = find_open(record, attempt);
  if (validation == nullptr || validation->running) {
    return Events{};
  }
  auto running = about<schema::ValidationJobRunning>(*validation);
  running.job_id = job_of(*validation);
  return Events{running};
}

Decision doubt_validation(const ReleaseRecord& record,
                          const AttemptName& attempt,
                          const std::string& reason,
                          const std::string& detail) {
  const ValidationRecord* validation = find_open(record, attempt);
  if (validation == nullptr || validation->doubt) {
    return Events{};
  }
  auto doubted = about<schema::ValidationDoubted>(*validation);
  doubted.doubt = validation->doubts + 1;
  doubted.reason = reason;
  doubted.detail = detail;
  return Events{doubted};
}

Decision settle_validation(const ReleaseRecord& record,
                           const SettleJob& command) {
  RL_TRY(require_unfinished(record));
  const ValidationRecord* validation = find_doubted(record, command.validation);
  if (validation == nullptr) {
    return fail(ErrorCode::kRejected,
                "nothing-to-settle",
                fmt::format("{} is not in doubt: nobody has to say what became "
                            "of its job",
                            command.validation),
                fmt::format("release-ledger status {}", record.name));
  }
  auto settled = about<schema::ValidationSettled>(*validation);
  settled.doubt = validation->doubts;
  settled.job_id = command.job_id;
  settled.by = command.by;
  settled.reason = command.reason;
  if (!command.job_id.empty()) {
    return Events{settled};
  }
  auto closed = about<schema::ValidationCompleted>(*validation);
  closed.outcome = schema::Outcome::errored;
  closed.reason = "not-launched";
  closed.detail = fmt::format(
      "{} has looked, and there is no job: {}", command.by, command.reason);
  closed.run_digest = validation->started->run_digest;
  closed.digest = validation->started->digest;
  return Events{settled, closed};
}

Decision cancel_validation(const ReleaseRecord& record,
                           const CancelValidation& command) {
  if (!schema::is_started(record)) {
    RL_TRY(require_unfinished(record));
  }
  Events events;
  bool any = false;
  for (const CandidateRecord& candidate : record.candidates) {
    for (const ValidationRecord& validation : candidate.validations) {
      if (!schema::is_open(validation) ||
          (!command.validation.empty() &&
           validation.name != command.validation)) {
        continue;
      }
      if (validation.doubt) {
        return fail(
            ErrorCode::kRejected,
            "job-unknown",
            fmt::format("it is not known whether {} has a job to cancel",
                        validation.name),
            "look, and say so: " +
                schema::settle_job_command(record.name, validation.name));
      }
      any = true;
      if (validation.cancelling) {
        continue;  // asked for already
      }
      auto request = about<schema::ValidationCancelRequested>(validation);
      request.by = command.by;
      request.reason = command.reason;
      events.emplace_back(request);
    }
  }
  if (!any) {
    return fail(ErrorCode::kRejected,
                "nothing-runs",
                command.validation.empty()
                    ? fmt::format("no validation of {} is running", record.name)
                    : fmt::format("{} is not running", command.validation),
                fmt::format("release-ledger status {}", record.name));
  }
  return events;
}

}  // namespace commands::decide
