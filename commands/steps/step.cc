#include "commands/steps/step.h"

#include <algorithm>

#include "commands/services/http.h"
#include "ledger/anchor.h"
#include "ledger/clock.h"

namespace commands::steps {
namespace {

constexpr std::chrono::milliseconds kLook{500};

}  // namespace

void StepContext::say(schema::Step step, std::string_view line) const {
  environment.reporter->progress(
      fmt::format("{}: {}", schema::word(step), line));
}

bool StepContext::wait_a_little(const Error& error) const {
  if (!wait_until || is_rehearsal()) {
    return false;
  }
  const auto now = environment.pace->now();
  if (now >= *wait_until) {
    return false;
  }
  const std::chrono::milliseconds poll(
      static_cast<std::int64_t>(settings->poll_s * 1000));
  environment.reporter->change(error.message);
  // What others put on the ledger meanwhile, an approval, is seen at once.
  const auto until = now + std::min(poll, *wait_until - now);
  for (auto at = now; at < until; at = environment.pace->now()) {
    if (!environment.pace->pause(std::min(kLook, until - at))) {
      return false;
    }
    const auto anchor = ledger::read_anchor(environment.ledger.folder);
    if (anchor && anchor->checkpoint.size > release.head().size) {
      break;
    }
  }
  return true;
}

bool StepContext::skip_if_done(schema::Step step) const {
  const schema::Assessment assessment =
      schema::assess(record(), release.evidence_digest());
  const schema::StepAssessment& own =
      assessment.steps[static_cast<std::size_t>(step)];
  if (own.state != schema::StepState::kDone) {
    return false;
  }
  std::string line = "already done";
  if (own.mark != nullptr) {
    line += fmt::format(
        " at {} by {}", ledger::rfc3339(own.mark->at_ms), own.mark->by);
  }
  say(step, own.detail.empty() ? line : line + ": " + own.detail);
  return true;
}

Status run_step(StepContext& context, schema::Step step) {
  switch (step) {
    case schema::Step::kPrepareBranch:
      return prepare_branch(context);
    case schema::Step::kBugCheck:
      return bug_check(context);
    case schema::Step::kWorkflowTests:
      return workflow_tests(context);
    case schema::Step::kRelease:
      return release(context);
    case schema::Step::kAnnounce:
      return announce(context);
  }
  return {};
}

}  // namespace commands::steps
