// workflow-tests: every validation of the mode's set that has not passed for
// this candidate, side by side as far as limits and dependencies allow.

#include <fmt/ranges.h>

#include "commands/plan/plan.h"
#include "commands/steps/checkout.h"
#include "commands/steps/dependencies.h"
#include "commands/steps/metrics_out.h"
#include "commands/steps/validation_round.h"
#include "commands/steps/wandb_metrics.h"
#include "schema/release/next.h"

namespace commands::steps {
namespace {

// Nobody can know how it ends; where it does not pass, nothing follows.
void assume_passed(StepContext& context,
                   const schema::ValidationAssessment& now) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  schema::ValidationStarted started;
  started.name = now.planned->name;
  started.attempt = now.record == nullptr ? 1 : now.record->attempts + 1;
  started.candidate = candidate.number;
  started.commit = candidate.commit;
  started.digest = now.planned->digest;
  schema::ValidationCompleted completed;
  completed.name = started.name;
  completed.attempt = started.attempt;
  completed.candidate = started.candidate;
  completed.commit = started.commit;
  completed.outcome = schema::Outcome::passed;
  completed.digest = started.digest;
  context.release.assume({started, completed});
}

// Whether anything would be started.
bool rehearse_one(StepContext& context, const std::string& name) {
  const schema::Validation& validation = *find_planned(context.plan(), name);
  const auto now = assess_now(context, name);
  if (!now.is_open_gate()) {
    context.say(schema::Step::kWorkflowTests,
                fmt::format("{}: {} already",
                            name,
                            now.outcome == schema::Outcome::passed ? "passed"
                                                                   : "waived"));
    return false;
  }
  if (now.record != nullptr && schema::is_open(*now.record) &&
      now.record->started->location == schema::Location::remote) {
    context.say(
        schema::Step::kWorkflowTests,
        fmt::format(
            "{}: would go on with attempt {}", name, now.record->attempts));
    return false;
  }
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const auto command = plan::expand_command(context.plan(),
                                            validation,
                                            {context.record().name,
                                             candidate.number,
                                             "RUN",
                                             candidate.commit,
                                             outputs_for(context, validation)});
  const bool remote = validation.location == schema::Location::remote;
  context.say(schema::Step::kWorkflowTests,
              fmt::format("would {} {} (at most {} s): {}",
                          remote ? "launch" : "run",
                          name,
                          validation.timeout_s,
                          fmt::join(command, " ")));
  rehearse_wandb(context, validation);
  return true;
}

Status rehearse(StepContext& context) {
  bool starts = false;
  for (const std::string& name : names_in_order(context)) {
    starts = rehearse_one(context, name) || starts;
  }
  RL_TRY(send_metrics(context));
  if (starts && context.settings->checkout != schema::Checkout::isolated) {
    RL_TRY(require_candidate_checkout(context));
  }
  if (!context.assumes) {
    return {};
  }
  bool assumed = false;
  for (const std::string& name : names_in_order(context)) {
    if (const auto now = assess_now(context, name); now.is_open_gate()) {
      assume_passed(context, now);
      assumed = true;
    }
  }
  if (assumed) {
    context.say(schema::Step::kWorkflowTests,
                "if they pass, what follows would be:");
  }
  return {};
}

// A person has to look where it cannot be told what became of a job.
Status require_no_doubt(const StepContext& context) {
  for (const auto& v : schema::assess_validations(context.record())) {
    if (v.record != nullptr && v.record->doubt != nullptr) {
      return fail(ErrorCode::kWaiting,
                  "job-unknown",
                  fmt::format("workflow-tests: {}: {}",
                              v.planned->name,
                              v.record->doubt->detail),
                  "look for it on the cluster, and say what you found: " +
                      schema::settle_job_command(context.record().name,
                                                 v.planned->name));
    }
  }
  return {};
}

}  // namespace

Status workflow_tests(StepContext& context) {
  if (schema::current_candidate(context.record()) == nullptr) {
    return fail(ErrorCode::kRejected,
                "no-candidate",
                fmt::format("{} has no candidate yet", context.record().name),
                "release-ledger --step prepare-branch");
  }
  if (context.skip_if_done(schema::Step::kWorkflowTests)) {
    return send_metrics(context);  // what an earlier run could not send
  }
  if (names_in_order(context).empty()) {
    return fail(ErrorCode::kRejected,
                "no-validations",
                fmt::format("the plan has no validation in the {} set; none "
                            "is no pass",
                            schema::word(context.record().mode)),
                "add a [[validation]] with it in `sets`");
  }
  if (context.is_rehearsal()) {
    return rehearse(context);
  }
  RL_TRY(ValidationRound(context, names_in_order(context)).run());
  context.environment.reporter->validations_finished(context.record().name);
  RL_TRY(send_metrics(context));
  RL_TRY(require_no_doubt(context));
  std::vector<std::string> open;
  for (const auto& v : schema::assess_validations(context.record())) {
    if (v.is_open_gate()) {
      open.push_back(
          fmt::format("{} {}", v.planned->name, schema::word(v.outcome)));
    }
  }
  if (!open.empty()) {
    return fail(ErrorCode::kRejected,
                "validations-not-passed",
                fmt::format("workflow-tests: {}", fmt::join(open, ", ")),
                fmt::format("release-ledger explain {} workflow-tests",
                            context.record().name));
  }
  return {};
}

}  // namespace commands::steps
