// workflow-tests: every validation of the mode's set that has not passed for
// this candidate, in an order in which dependencies come first.

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/plan/plan.h"
#include "commands/steps/step.h"
#include "commands/steps/validation_run.h"

namespace commands::steps {
namespace {

using schema::Outcome;
using schema::ValidationAssessment;

constexpr auto kStep = schema::Step::kWorkflowTests;

const schema::Validation& planned(const StepContext& context,
                                  const std::string& name) {
  return *std::ranges::find(
      context.plan().validations, name, &schema::Validation::name);
}

ValidationAssessment assess_now(const StepContext& context,
                                const std::string& name) {
  return schema::assess_validation(schema::current_candidate(context.record()),
                                   planned(context, name));
}

// Names of the set, each after what it depends on. The plan has no cycles.
void add_in_order(const StepContext& context,
                  const schema::Validation& validation,
                  std::vector<std::string>& order) {
  if (std::ranges::find(order, validation.name) != order.end()) {
    return;
  }
  for (const std::string& name : validation.depends_on) {
    if (schema::is_in_set(planned(context, name), context.record().mode)) {
      add_in_order(context, planned(context, name), order);
    }
  }
  order.push_back(validation.name);
}

std::vector<std::string> names_in_order(const StepContext& context) {
  std::vector<std::string> order;
  for (const schema::Validation& validation : context.plan().validations) {
    if (schema::is_in_set(validation, context.record().mode)) {
      add_in_order(context, validation, order);
    }
  }
  return order;
}

// Why a dependent cannot run: what it depends on has not passed.
std::string obstacle(const StepContext& context,
                     const schema::Validation& validation) {
  for (const std::string& name : validation.depends_on) {
    const ValidationAssessment other = assess_now(context, name);
    if (other.is_open_gate()) {
      return fmt::format(
          "depends on {}, which is {}", name, schema::word(other.outcome));
    }
  }
  return {};
}

// A remote validation cannot be run by this version; it is on the record as
// inconclusive, which is no pass.
Status record_remote(StepContext& context,
                     const schema::Validation& validation) {
  schema::ValidationStarted intent;
  intent.name = validation.name;
  intent.commit = schema::current_candidate(context.record())->commit;
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::start_validation(record, intent);
  }));
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  schema::ValidationCompleted result;
  result.name = validation.name;
  result.attempt =
      schema::find_validation(*candidate, validation.name)->attempts;
  result.candidate = candidate->number;
  result.outcome = Outcome::inconclusive;
  result.reason = "remote-unavailable";
  result.detail = "this version runs local validations only";
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::complete_validation(record, result);
  }));
  context.say(kStep,
              fmt::format("{}: inconclusive; it is remote, and {}",
                          validation.name,
                          result.detail));
  return {};
}

// Its recorded metrics were judged by a changed bound when this run began: the
// verdict is fresh, and running it again would measure the same commit.
bool rejudged_now(const StepContext& context,
                  const ValidationAssessment& validation) {
  const schema::ValidationRecord* record = validation.record;
  return record != nullptr && !record->judged_from.empty() &&
         record->result_mark->position >= context.first_position;
}

Status run_one(StepContext& context, const std::string& name) {
  const ValidationAssessment before = assess_now(context, name);
  if (!before.is_open_gate()) {
    context.say(
        kStep,
        fmt::format(
            "{}: {} already{}",
            name,
            before.waived ? "waived" : "passed",
            before.note.empty() || before.waived ? "" : ", " + before.note));
    return {};
  }
  if (rejudged_now(context, before)) {
    context.say(kStep,
                fmt::format("{}: {} when its recorded metrics were judged by "
                            "the changed bound; not run again",
                            name,
                            schema::word(before.outcome)));
    return {};
  }
  const schema::Validation validation = planned(context, name);
  if (const std::string why = obstacle(context, validation); !why.empty()) {
    context.say(kStep, fmt::format("{}: skipped; it {}", name, why));
    return context.release.execute([&](const schema::ReleaseRecord& record) {
      return decide::skip_validation(record, name, why);
    });
  }
  if (validation.location == schema::Location::remote) {
    // The same answer again would be no news.
    return before.outcome == Outcome::inconclusive
               ? Status()
               : record_remote(context, validation);
  }
  for (std::uint32_t retry = 0;;) {
    RL_TRY(run_validation(context, validation));
    const ValidationAssessment now = assess_now(context, name);
    if (now.record->result->reason == schema::kCheckUnconfirmed) {
      context.say(kStep, fmt::format("{}: running it again to confirm", name));
    } else if (now.outcome == Outcome::errored && retry < validation.retries) {
      context.say(kStep,
                  fmt::format("{}: trying again ({} of {})",
                              name,
                              ++retry,
                              validation.retries));
    } else {
      return {};
    }
  }
}

Status rehearse(StepContext& context) {
  bool local = false;
  std::string remote;
  for (const std::string& name : names_in_order(context)) {
    const schema::Validation& validation = planned(context, name);
    if (!assess_now(context, name).is_open_gate()) {
      context.say(kStep, fmt::format("{}: passed already", name));
      continue;
    }
    if (validation.location == schema::Location::remote) {
      remote = name;
      continue;
    }
    local = true;
    const auto command = plan::expand_command(
        context.plan(),
        validation,
        {context.record().name,
         schema::current_candidate(context.record())->number,
         "RUN"});
    context.say(kStep,
                fmt::format("would run {} (at most {} s): {}",
                            name,
                            validation.timeout_s,
                            fmt::join(command, " ")));
  }
  if (!remote.empty()) {
    return fail(ErrorCode::kRejected,
                "validations-not-passed",
                fmt::format("workflow-tests: {} would be inconclusive: it is "
                            "remote, and this version runs local validations "
                            "only",
                            remote),
                "make it local, take it out of the set, or waive its result");
  }
  if (local && context.plan().run->checkout != schema::Checkout::isolated) {
    return require_candidate_checkout(context);
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
  if (context.skip_if_done(kStep)) {
    return {};
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
  for (const std::string& name : names_in_order(context)) {
    RL_TRY(run_one(context, name));
  }
  context.environment.reporter->validations_finished(context.record().name);
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
