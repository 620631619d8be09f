#include "commands/sure.h"

#include "commands/services/process.h"

namespace commands {

Status require_sure(Reporter& reporter, const SureQuestion& question) {
  if (question.answered) {
    return {};
  }
  const auto answer = reporter.confirm(question.text);
  if (answer.value_or(false)) {
    return {};
  }
  if (!answer && services::interrupt_requested()) {
    return fail(
        ErrorCode::kInterrupted, "interrupted", "interrupted; " + question.no);
  }
  return fail(ErrorCode::kWaiting,
              "not-confirmed",
              answer ? question.no
                     : fmt::format("nobody can be asked here whether to {}",
                                   question.act),
              answer ? "" : "add --yes");
}

Status unless_interrupted(Status status) {
  if (status || status.error().code != ErrorCode::kWaiting ||
      !services::interrupt_requested()) {
    return status;
  }
  return fail(ErrorCode::kInterrupted,
              "interrupted",
              "interrupted; " + status.error().message,
              "type the command again to go on");
}

}  // namespace commands
