// announce: the text, once the tag is out, and a person's word that it was
// posted where no channel can be asked.

#include "commands/decide/decide.h"
#include "commands/plan/plan.h"
#include "commands/steps/step.h"

namespace commands::steps {
namespace {

std::string announcement(const StepContext& context) {
  const std::string& name = context.record().name;
  return fmt::format(
      "Released stable version v{} 🎉\nRelease notes: {}\n",
      name,
      plan::expand_pattern(context.plan().project->release_notes, name, 0));
}

}  // namespace

Status announce(StepContext& context) {
  if (context.skip_if_done(schema::Step::kAnnounce)) {
    return {};
  }
  const std::string text = announcement(context);
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_announcement(record, text);
  }));
  if (context.is_rehearsal()) {
    context.say(schema::Step::kAnnounce,
                "would print the announcement:\n" + text);
  } else {
    context.environment.reporter->result(text);
  }
  std::optional<std::string> reason = context.confirm_announced;
  if (!reason && !context.is_rehearsal() &&
      context.environment.reporter
          ->confirm("Has this announcement been posted?")
          .value_or(false)) {
    reason = "confirmed at the terminal";
  }
  if (!reason) {
    return fail(ErrorCode::kWaiting,
                "announcement-unconfirmed",
                fmt::format("{} waits for somebody to post the announcement",
                            context.record().name),
                "then: release-ledger --step announce --confirm-announced "
                "\"REASON\"");
  }
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::confirm_announcement(record, *reason);
  }));
  context.say(schema::Step::kAnnounce,
              context.is_rehearsal() ? "would complete the release"
                                     : "the release is complete");
  return {};
}

}  // namespace commands::steps
