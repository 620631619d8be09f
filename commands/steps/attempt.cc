#include "commands/steps/attempt.h"

namespace commands::steps {
namespace {

std::string told(const schema::ValidationCompleted& result) {
  std::string line =
      fmt::format("{}: {}", result.name, schema::word(result.outcome));
  if (result.outcome == schema::Outcome::passed && result.attempt > 1) {
    line += fmt::format(" on attempt {}", result.attempt);
  }
  if (result.duration_s) {
    line += fmt::format(" after {:.1f} s", *result.duration_s);
  }
  for (const schema::Check& check : result.checks) {
    if (!check.passed) {
      line += fmt::format(
          "; {}",
          check.note.empty() ? check.key + " out of bounds" : check.note);
    }
  }
  if (!result.detail.empty()) {
    line += "; " + result.detail;
  }
  return line;
}

}  // namespace

void AttemptBasis::say(std::string_view line) const {
  context->environment.reporter->change(
      fmt::format("{}: {}: {}",
                  schema::word(schema::Step::kWorkflowTests),
                  started.name,
                  line));
}

schema::ValidationCompleted AttemptBasis::empty_result() const {
  schema::ValidationCompleted result;
  result.name = started.name;
  result.attempt = started.attempt;
  result.candidate = started.candidate;
  result.log = started.log;
  return result;
}

Status AttemptBasis::complete(const schema::ValidationCompleted& result) const {
  RL_TRY(context->release.execute([&](const schema::ReleaseRecord& record) {
    return decide::complete_validation(record, result);
  }));
  Reporter& reporter = *context->environment.reporter;
  reporter.change(fmt::format(
      "{}: {}", schema::word(schema::Step::kWorkflowTests), told(result)));
  if (result.outcome != schema::Outcome::passed) {
    reporter.validation_failed(result.name, log());
  }
  return {};
}

}  // namespace commands::steps
