#include "commands/steps/validation_round.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/metrics/measure.h"
#include "commands/plan/plan.h"
#include "commands/steps/dependencies.h"
#include "commands/steps/remote_attempt.h"
#include "commands/steps/verdict.h"
#include "ledger/anchor.h"
#include "ledger/digest.h"
#include "ledger/file.h"

namespace commands::steps {
namespace {
namespace fs = std::filesystem;
using schema::Location;

// How long news may have to wait.
constexpr std::chrono::milliseconds kPause{50};
constexpr std::size_t kUniqueBytes = 4;

// What SkyPilot allows in a name. The part that no other attempt on any ledger
// has comes first: a table may cut the rest.
std::string unique_name(const std::string& attempt) {
  const ledger::Uuid random = ledger::random_uuid();
  std::string name =
      fmt::format("rl-{}-{}",
                  ledger::to_hex(ledger::view(random).substr(0, kUniqueBytes)),
                  attempt);
  std::ranges::replace(name, '+', '-');
  return name;
}

// Its recorded metrics were judged by a changed bound when this run began: the
// verdict is fresh, and running it again would measure the same commit.
bool rejudged_now(const StepContext& context,
                  const schema::ValidationAssessment& validation) {
  const schema::ValidationRecord* record = validation.record;
  return record != nullptr && !record->judged_from.empty() &&
         record->result_mark->position >= context.first_position;
}

bool may_retry(const schema::Validation& planned,
               const schema::ValidationCompleted& result) {
  return result.reason != "interrupted" &&
         std::ranges::find(planned.retry_on, schema::word(result.outcome)) !=
             planned.retry_on.end();
}

// For an attempt at what is no longer planned so: nothing is asked of it.
schema::Validation unplanned(const schema::ValidationStarted& started) {
  schema::Validation planned;
  planned.name = started.name;
  planned.location = started.location;
  planned.run_digest = started.run_digest;
  planned.digest = started.digest;
  return planned;
}

std::string who_cancelled(const schema::ValidationCancelRequested& asked) {
  return asked.reason.empty() ? asked.by : asked.by + ": " + asked.reason;
}

bool is_remote(const Attempt& attempt) {
  return attempt.basis().started.location == Location::remote;
}

}  // namespace

ValidationRound::ValidationRound(StepContext& context,
                                 std::vector<std::string> names)
    : context_(context),
      children_(*context.environment.processes, *context.lease),
      watch_(context, children_) {
  for (std::string& name : names) {
    tasks_.emplace_back().name = std::move(name);
  }
}

ValidationRound::~ValidationRound() = default;

Status ValidationRound::run() {
  RL_TRY(reattach());
  Status startable;  // else what runs is seen to its end first
  while (true) {
    if (startable && !services::interrupt_requested()) {
      startable = begin_startable();
    }
    if (attempts_.empty()) {
      break;
    }
    show();
    children_.await_news(kPause);
    RL_TRY(advance());
    retire_ended();
    // An interrupt ends what runs here, and leaves what runs on the cluster.
    if (services::interrupt_requested() &&
        std::ranges::all_of(attempts_, [](const auto& attempt) {
          return is_remote(*attempt);
        })) {
      break;
    }
  }
  return services::interrupt_requested() ? interrupted() : startable;
}

Status ValidationRound::reattach() {
  // A copy: what is found out is folded into the record.
  const std::vector<schema::CandidateRecord> candidates =
      context_.record().candidates;
  for (const schema::CandidateRecord& candidate : candidates) {
    for (const schema::ValidationRecord& record : candidate.validations) {
      if (schema::is_open(record) && (!tasks_.empty() || record.cancelling)) {
        RL_TRY(reattach(candidate, record));
      }
    }
  }
  return {};
}

Status ValidationRound::reattach(const schema::CandidateRecord& candidate,
                                 const schema::ValidationRecord& record) {
  const schema::ValidationStarted& started = *record.started;
  const schema::Validation* planned =
      find_planned(context_.plan(), started.name);
  std::string outdated;
  if (candidate.number !=
      schema::current_candidate(context_.record())->number) {
    outdated = "its candidate was replaced";
  } else if (planned == nullptr || planned->run_digest != started.run_digest) {
    outdated = "the plan for it has changed";
  }
  RL_ASSIGN(
      std::unique_ptr<Attempt> attempt,
      RemoteAttempt::open({&context_,
                           &children_,
                           outdated.empty() ? *planned : unplanned(started),
                           started},
                          record,
                          std::nullopt));
  attempt->basis().say(fmt::format(
      "going on with attempt {}: {}", started.attempt, attempt->seen().state));
  if (record.cancelling) {
    attempt->cancel(who_cancelled(*record.cancelling));
  } else if (!outdated.empty()) {
    attempt->cancel(fmt::format("{}: {}", context_.actor(), outdated));
  }
  const auto task = std::ranges::find(tasks_, started.name, &Task::name);
  if (task != tasks_.end() && outdated.empty()) {
    task->state = State::kActive;
    task->is_begun = true;
  }
  attempts_.push_back(std::move(attempt));
  return {};
}

Status ValidationRound::begin_startable() {
  for (Task& task : tasks_) {
    if (task.state == State::kToDo) {
      RL_TRY(consider(task));
    }
  }
  return {};
}

// There is nothing to run: it has passed, or was judged a moment ago.
bool ValidationRound::is_settled(const Task& task) const {
  const schema::ValidationAssessment now = assess_now(context_, task.name);
  if (!now.is_open_gate()) {
    const bool noted = !now.note.empty() && !now.waived;
    context_.say(schema::Step::kWorkflowTests,
                 fmt::format("{}: {} already{}",
                             task.name,
                             now.waived ? "waived" : "passed",
                             noted ? ", " + now.note : ""));
    return true;
  }
  if (rejudged_now(context_, now)) {
    context_.say(schema::Step::kWorkflowTests,
                 fmt::format("{}: {} when its recorded metrics were judged by "
                             "the changed bound; not run again",
                             task.name,
                             schema::word(now.outcome)));
    return true;
  }
  return false;
}

Status ValidationRound::consider(Task& task) {
  if (!task.is_begun && is_settled(task)) {
    task.state = State::kDone;
    return {};
  }
  if (is_open_before(task)) {
    return {};
  }
  const schema::Validation planned = *find_planned(context_.plan(), task.name);
  const bool waits = std::ranges::any_of(tasks_, [&](const Task& other) {
    return other.state != State::kDone &&
           std::ranges::find(planned.depends_on, other.name) !=
               planned.depends_on.end();
  });
  if (waits) {
    return {};
  }
  if (const std::string why = obstacle(context_, planned); !why.empty()) {
    task.state = State::kDone;
    context_.say(schema::Step::kWorkflowTests,
                 fmt::format("{}: skipped; it {}", task.name, why));
    return context_.release.execute([&](const schema::ReleaseRecord& record) {
      return decide::skip_validation(record, task.name, why);
    });
  }
  if (!has_room(planned.location)) {
    return {};
  }
  task.state = State::kActive;
  task.is_begun = true;
  return begin(planned);
}

// An attempt of an earlier run is open: being ended it is waited for, in doubt
// it waits for a person. Beside it none may be begun.
bool ValidationRound::is_open_before(Task& task) const {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context_.record());
  const auto* record = schema::find_validation(candidate, task.name);
  if (record == nullptr || !schema::is_open(*record)) {
    return false;
  }
  const bool goes_on = std::ranges::any_of(attempts_, [&](const auto& attempt) {
    return attempt->name() == task.name &&
           attempt->basis().started.candidate == candidate.number;
  });
  task.state = goes_on ? State::kToDo : State::kDone;
  return true;
}

bool ValidationRound::has_room(Location location) const {
  const auto running =
      std::ranges::count_if(attempts_, [&](const auto& attempt) {
        return attempt->takes_room() &&
               attempt->basis().started.location == location;
      });
  const std::uint32_t most = location == Location::remote
                                 ? context_.settings->max_remote
                                 : context_.settings->max_local;
  return running < static_cast<std::int64_t>(most);
}

Status ValidationRound::begin(const schema::Validation& planned) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context_.record());
  const auto* before = schema::find_validation(candidate, planned.name);
  const std::string run = fmt::format("{}-rc{}-{}-{}",
                                      context_.record().name,
                                      candidate.number,
                                      planned.name,
                                      before ? before->attempts + 1 : 1);
  schema::ValidationStarted intent;
  intent.name = planned.name;
  intent.candidate = candidate.number;
  intent.commit = candidate.commit;
  intent.log = fmt::format("logs/{}/{}.log", context_.record().name, run);
  intent.job_name = unique_name(run);
  intent.command = plan::expand_command(context_.plan(),
                                        planned,
                                        {context_.record().name,
                                         candidate.number,
                                         intent.job_name,
                                         candidate.commit,
                                         outputs_for(context_, planned)});
  // Before the intent: what cannot start leaves nothing on the record.
  RL_TRY(ledger::make_private_folder(
      (context_.environment.ledger.folder / intent.log).parent_path()));
  RL_ASSIGN(Checkout checkout, Checkout::open(context_, run));
  if (const fs::path file =
          metrics_file_of(context_.record().name, planned, intent);
      !file.empty()) {
    RL_TRY(metrics::remove_metrics_file(checkout.directory() / file));
  }
  RL_TRY(context_.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::start_validation(record, intent);
  }));
  const schema::ValidationRecord& record = *schema::find_validation(
      *schema::current_candidate(context_.record()), planned.name);
  RL_CHECK(record.started->job_name == intent.job_name,
           "what another attempt has begun is not begun again");
  AttemptBasis basis{&context_, &children_, planned, *record.started};
  if (planned.location == Location::remote) {
    RL_ASSIGN(
        auto attempt,
        RemoteAttempt::open(std::move(basis), record, std::move(checkout)));
    attempts_.push_back(std::move(attempt));
  } else {
    RL_ASSIGN(auto attempt, begin_local(std::move(basis), std::move(checkout)));
    attempts_.push_back(std::move(attempt));
  }
  return {};
}

Status ValidationRound::advance() {
  RL_TRY(heed_requests());
  bool is_wanted = false;
  for (const auto& attempt : attempts_) {
    RL_TRY(attempt->advance());
    is_wanted = is_wanted || attempt->wants_look();
  }
  if (const auto listing = watch_.advance(is_wanted)) {
    for (const auto& attempt : attempts_) {
      RL_TRY(attempt->looked(*listing));
    }
  }
  return {};
}

// What others have put on the ledger meanwhile: `cancel`, `abandon`. The signed
// head is looked at, and the ledger opened only where it has moved. Where it
// has not, an append of this run may have folded a request that came before it.
Status ValidationRound::heed_requests() {
  const auto anchor = ledger::read_anchor(context_.environment.ledger.folder);
  if (anchor && anchor->checkpoint.size != context_.release.head().size) {
    RL_TRY(context_.release.refresh());
  }
  for (const auto& attempt : attempts_) {
    const auto& started = attempt->basis().started;
    const auto candidate = std::ranges::find(context_.record().candidates,
                                             started.candidate,
                                             &schema::CandidateRecord::number);
    const auto* record = schema::find_validation(*candidate, started.name);
    if (record->cancelling && record->cancelling->attempt == started.attempt) {
      attempt->cancel(who_cancelled(*record->cancelling));
    } else if (context_.record().abandoned) {
      attempt->cancel(context_.record().abandoned->by +
                      ", who has abandoned the release");
    }
  }
  return {};
}

void ValidationRound::retire_ended() {
  const auto over = std::ranges::stable_partition(
      attempts_, [](const auto& attempt) { return !attempt->is_over(); });
  const std::vector<std::unique_ptr<Attempt>> ended(
      std::make_move_iterator(over.begin()),
      std::make_move_iterator(over.end()));
  attempts_.erase(over.begin(), over.end());
  for (const auto& attempt : ended) {
    end_task(*attempt);
  }
}

void ValidationRound::end_task(const Attempt& attempt) {
  const auto task = std::ranges::find(tasks_, attempt.name(), &Task::name);
  if (task == tasks_.end() || task->state != State::kActive) {
    return;
  }
  task->state = is_to_run_again(*task, attempt) ? State::kToDo : State::kDone;
}

bool ValidationRound::is_to_run_again(Task& task,
                                      const Attempt& attempt) const {
  const schema::Validation& planned = attempt.basis().planned;
  const auto* record = schema::find_validation(
      *schema::current_candidate(context_.record()), attempt.name());
  if (record == nullptr || record->result == nullptr ||
      schema::is_open(*record) || schema::is_ended(context_.record()) ||
      services::interrupt_requested()) {
    return false;
  }
  if (record->result->reason == schema::kCheckUnconfirmed) {
    attempt.basis().say("running it again to confirm");
    return true;
  }
  if (task.retries == planned.retries || !may_retry(planned, *record->result)) {
    return false;
  }
  ++task.retries;
  attempt.basis().say(
      fmt::format("trying again ({} of {})", task.retries, planned.retries));
  return true;
}

void ValidationRound::show() const {
  std::vector<RunningValidation> running;
  for (const auto& attempt : attempts_) {
    running.push_back(attempt->seen());
    running.back().rules = &context_.plan().metrics;
  }
  context_.environment.reporter->validations_running(running);
}

Status ValidationRound::interrupted() const {
  std::vector<std::string> left;
  for (const auto& attempt : attempts_) {
    if (std::string what = attempt->left_behind(); !what.empty()) {
      left.push_back(std::move(what));
    }
  }
  if (left.empty()) {
    return fail(ErrorCode::kInterrupted,
                "interrupted",
                "interrupted while validations ran",
                "type the command again to go on");
  }
  return fail(ErrorCode::kInterrupted,
              "interrupted",
              fmt::format("interrupted; on the cluster there goes on: {}",
                          fmt::join(left, ", ")),
              fmt::format("come back to it with release-ledger --step "
                          "workflow-tests --version {0}, or end it with "
                          "release-ledger cancel {0}",
                          context_.record().name));
}

}  // namespace commands::steps
