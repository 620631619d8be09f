// bug-check: are there open blocking bugs? Where no tracker can be asked the
// answer is a person's, on the record, and never a pass by itself.

#include "commands/decide/decide.h"
#include "commands/steps/step.h"

namespace commands::steps {
namespace {

constexpr std::string_view kNoTracker = "no tracker is configured";
constexpr std::string_view kQuestion =
    "No bug tracker is configured. Have you looked, and is no blocking bug "
    "open?";

Status confirm(StepContext& context, const std::string& reason) {
  const decide::ConfirmBugs command{context.actor(), reason};
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::confirm_bugs(record, command);
  }));
  context.say(schema::Step::kBugCheck,
              context.is_rehearsal()
                  ? "would record your confirmation: " + reason
                  : "confirmed: " + reason);
  return {};
}

}  // namespace

Status bug_check(StepContext& context) {
  if (context.skip_if_done(schema::Step::kBugCheck)) {
    return {};
  }
  if (context.confirm_bugs) {
    return confirm(context, *context.confirm_bugs);
  }
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::doubt_bug_check(record, std::string(kNoTracker));
  }));
  if (!context.is_rehearsal()) {
    const auto answer = context.environment.reporter->confirm(kQuestion);
    if (answer.value_or(false)) {
      return confirm(context, "confirmed at the terminal");
    }
  }
  return fail(ErrorCode::kWaiting,
              "bug-check-unconfirmed",
              fmt::format("bug-check waits: {}, so a person has to say that "
                          "no blocking bug is open",
                          kNoTracker),
              "add --confirm-bugs \"REASON\"");
}

}  // namespace commands::steps
