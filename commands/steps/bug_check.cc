// bug-check: are there open blocking bugs? The tracker of the plan says; where
// it cannot tell, or none is set up, the answer is a person's, on the record,
// and never a pass by itself. A person's answer passes over no bug that was
// found.

#include <cctype>

#include "commands/decide/decide.h"
#include "commands/plan/plan.h"
#include "commands/services/tracker.h"
#include "commands/steps/service_access.h"
#include "commands/steps/step.h"

namespace commands::steps {
namespace {

constexpr schema::Step kStep = schema::Step::kBugCheck;
constexpr std::string_view kNoTracker = "no tracker is configured";

Status confirm(StepContext& context, const std::string& reason) {
  const decide::ConfirmBugs command{context.actor(), reason};
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::confirm_bugs(record, command);
  }));
  context.say(kStep,
              context.is_rehearsal()
                  ? "would record your confirmation: " + reason
              : reason.starts_with("confirmed") ? reason
                                                : "confirmed: " + reason);
  return {};
}

Error bugs_are_open(const StepContext& context) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  return {ErrorCode::kRejected,
          "bugs-open",
          fmt::format("bug-check says no: {} blocking {} open in {}",
                      candidate.bugs.size(),
                      candidate.bugs.size() == 1 ? "bug is" : "bugs are",
                      candidate.bug_detail),
          fmt::format("close {} and run the step again, or: release-ledger "
                      "waive {} bug-check --reason \"...\"",
                      candidate.bugs.size() == 1 ? "it" : "them",
                      context.record().name)};
}

Status report_bugs(StepContext& context,
                   const decide::BugQuestion& question,
                   const std::vector<schema::Bug>& bugs) {
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::find_bugs(record, question, bugs);
  }));
  for (const schema::Bug& bug : bugs) {
    context.say(kStep,
                fmt::format("blocking: {} {} {}", bug.key, bug.title, bug.url));
  }
  return std::unexpected(bugs_are_open(context));
}

// Nobody has told: a person has to.
Status ask_a_person(StepContext& context,
                    const std::string& reason,
                    const decide::BugQuestion& question) {
  // That no tracker is there needs no record of its own beside the answer.
  if (!context.confirm_bugs || !question.source.empty()) {
    RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
      return decide::doubt_bug_check(record, reason, question);
    }));
  }
  if (schema::current_candidate(context.record())->bug_check ==
      schema::Outcome::failed) {
    context.say(kStep, reason);
    return std::unexpected(bugs_are_open(context));
  }
  if (context.confirm_bugs) {
    return confirm(context, *context.confirm_bugs);
  }
  if (!context.is_rehearsal()) {
    const auto answer = context.environment.reporter->confirm(
        fmt::format("{}{}. Have you looked, and is no blocking bug open?",
                    static_cast<char>(std::toupper(reason[0])),
                    reason.substr(1)));
    if (answer.value_or(false)) {
      return confirm(context, "confirmed at the terminal");
    }
  }
  return fail(ErrorCode::kWaiting,
              "bug-check-unconfirmed",
              fmt::format("bug-check waits: {}, so a person has to say that "
                          "no blocking bug is open",
                          reason),
              "add --confirm-bugs \"REASON\"");
}

Status ask_the_tracker(StepContext& context, const schema::Tracker& tracker) {
  const services::ServiceAccess access =
      service_access(context, kStep, tracker.timeout_s);
  const services::TrackerQuestion asked =
      services::question_for(access, tracker);
  const decide::BugQuestion question{asked.source, asked.query};
  context.say(kStep,
              fmt::format("asking {}: {}", question.source, question.query));
  const auto answer = services::ask_tracker(access, tracker);
  if (!answer) {
    if (answer.error().code == ErrorCode::kInterrupted) {
      return std::unexpected(answer.error());
    }
    if (!answer.error().hint.empty()) {
      context.say(kStep, "to do: " + answer.error().hint);
    }
    return ask_a_person(context, answer.error().message, question);
  }
  if (!answer->bugs.empty()) {
    return report_bugs(context, question, answer->bugs);
  }
  const std::string detail = fmt::format(
      "no blocking bug is open in {}: {}", question.source, question.query);
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::clear_bugs(record, question, detail);
  }));
  context.say(kStep,
              fmt::format("{} ({} looked at)", detail, answer->looked_at));
  return {};
}

}  // namespace

Status bug_check(StepContext& context) {
  if (context.skip_if_done(kStep)) {
    return {};
  }
  // Nothing is asked for a release that could not record the answer.
  RL_TRY(decide::doubt_bug_check(context.record(), {}, {}));
  if (const auto tracker =
          plan::tracker_in_use(context.plan(), context.environment.variable)) {
    return ask_the_tracker(context, *tracker);
  }
  return ask_a_person(context, std::string(kNoTracker), {});
}

}  // namespace commands::steps
