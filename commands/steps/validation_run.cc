#include "commands/steps/validation_run.h"

#include <algorithm>
#include <chrono>

#include <sys/stat.h>

#include "commands/decide/decide.h"
#include "commands/metrics/measure.h"
#include "commands/plan/plan.h"
#include "ledger/clock.h"
#include "ledger/digest.h"
#include "ledger/file.h"

namespace commands::steps {
namespace {
namespace fs = std::filesystem;
using schema::Outcome;
using services::ProcessEnd;

constexpr auto kStep = schema::Step::kWorkflowTests;

// Where a validation runs: the work tree, or one made for it.
class Checkout {
 public:
  static Result<Checkout> open(StepContext& context, const std::string& run) {
    Checkout checkout(context);
    if (context.plan().run->checkout != schema::Checkout::isolated) {
      RL_TRY(require_candidate_checkout(context));
      checkout.directory_ = context.environment.work_tree;
      return checkout;
    }
    checkout.directory_ = context.environment.ledger.folder / "worktrees" / run;
    RL_TRY(ledger::make_private_folder(checkout.directory_.parent_path()));
    // Left by a run that was killed.
    (void)context.git().worktree_remove(checkout.directory_);
    RL_TRY(context.git().worktree_add(
        checkout.directory_,
        schema::current_candidate(context.record())->commit));
    checkout.isolated_ = true;
    return checkout;
  }

  const fs::path& directory() const { return directory_; }

  // Whether what ran was the candidate to the end.
  Status close() {
    if (!isolated_) {
      return require_candidate_checkout(*context_);
    }
    return context_->git().worktree_remove(directory_);
  }

 private:
  explicit Checkout(StepContext& context) : context_(&context) {}

  StepContext* context_;
  fs::path directory_;
  bool isolated_ = false;
};

std::string last_growth(const fs::path& log) {
  struct stat info {};
  if (::stat(log.c_str(), &info) != 0) {
    return "never";
  }
  return ledger::rfc3339(std::int64_t{info.st_mtim.tv_sec} * 1000 +
                         info.st_mtim.tv_nsec / 1'000'000);
}

// What the end of the process alone says; passed: it is for the checks to say.
void judge_end(const services::ProcessResult& process,
               const schema::Validation& planned,
               const fs::path& log,
               schema::ValidationCompleted& result) {
  result.exit_code = process.exit_code
                         ? flatbuffers::Optional<int>(*process.exit_code)
                         : flatbuffers::nullopt;
  result.signal = process.signal ? flatbuffers::Optional<int>(*process.signal)
                                 : flatbuffers::nullopt;
  result.duration_s = std::chrono::duration<double>(process.duration).count();
  switch (process.end) {
    case ProcessEnd::kExited:
      result.outcome =
          process.exit_code == 0 ? Outcome::passed : Outcome::failed;
      if (process.exit_code != 0) {
        result.reason = "exit-code";
        result.detail = fmt::format("it exited with {}; its log: {}",
                                    process.exit_code.value_or(-1),
                                    log.string());
      }
      break;
    case ProcessEnd::kSignalled:
      result.outcome = Outcome::errored;
      result.reason = "signal";
      result.detail = fmt::format("signal {} ended it; its log: {}",
                                  process.signal.value_or(0),
                                  log.string());
      break;
    case ProcessEnd::kTimedOut:
      result.outcome = Outcome::timed_out;
      result.reason = "timeout";
      result.detail = fmt::format(
          "still running after timeout_s = {}; its log {} last grew at {}",
          planned.timeout_s,
          log.string(),
          last_growth(log));
      break;
    case ProcessEnd::kLogTooLarge:
      result.outcome = Outcome::errored;
      result.reason = "log-too-large";
      result.detail =
          fmt::format("its log {} grew beyond log_bytes_max", log.string());
      break;
    case ProcessEnd::kInterrupted:
      result.outcome = Outcome::cancelled;
      result.reason = "interrupted";
      result.detail = "Ctrl-C";
      break;
  }
}

// What a flood wrote beyond the bound is cut off: it would fill the disk.
Status bound_log(const schema::Plan& plan, const fs::path& log) {
  std::error_code error;
  const std::uint64_t bytes_max = plan.run->log_bytes_max;
  if (bytes_max > 0 && fs::file_size(log, error) > bytes_max) {
    fs::resize_file(log, bytes_max, error);
  }
  return error ? Status(ledger::io_error(log, error.value())) : Status();
}

// What it left is kept and judged.
Status judge_leavings(StepContext& context,
                      const schema::Validation& planned,
                      const fs::path& directory,
                      schema::ValidationCompleted& result) {
  const fs::path& folder = context.environment.ledger.folder;
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const fs::path log(result.log);
  const std::string written = plan::expand_metrics_file(
      planned, {context.record().name, candidate.number, log.stem().string()});
  if (!written.empty()) {
    const std::string kept =
        (log.parent_path() / log.stem()).string() + ".metrics";
    RL_ASSIGN(const bool is_kept,
              metrics::keep_metrics_file(directory / written, folder / kept));
    result.metrics_file = is_kept ? kept : "";
  }
  const auto earlier = metrics::unconfirmed_checks(
      schema::find_validation(candidate, planned.name), planned);
  return metrics::measure(
      {planned, context.plan().metrics, context.history, earlier, result.log},
      folder,
      result);
}

// Runs the command of an attempt that is on record as started.
Result<schema::ValidationCompleted> attempt(
    StepContext& context,
    const schema::Validation& planned,
    const schema::ValidationStarted& started,
    Checkout& checkout) {
  const fs::path log = context.environment.ledger.folder / started.log;
  services::ProcessRequest request;
  request.argv = started.command;
  request.directory = checkout.directory();
  request.inherited = {context.lease->descriptor()};
  request.timeout = std::chrono::milliseconds(
      static_cast<std::int64_t>(planned.timeout_s * 1000));
  request.log = log;
  request.log_bytes_max = context.plan().run->log_bytes_max;
  // Before it runs, so that whoever finds it without us knows what it is; its
  // group as soon as there is one.
  (void)context.lease->note_child(ChildKind::kValidation, 0);
  request.started = [&](int group) {
    (void)context.lease->note_child(ChildKind::kValidation, group);
  };
  auto process = context.environment.processes->run(request);
  (void)context.lease->note_child(ChildKind::kNone, 0);

  schema::ValidationCompleted result;
  result.name = planned.name;
  result.attempt = started.attempt;
  result.candidate = started.candidate;
  result.log = started.log;
  if (!process) {
    result.outcome = Outcome::errored;
    result.reason = process.error().reason;
    result.detail = process.error().message;
    return result;
  }
  judge_end(*process, planned, log, result);
  if (process->end == ProcessEnd::kLogTooLarge) {
    RL_TRY(bound_log(context.plan(), log));
  }
  RL_TRY(judge_leavings(context, planned, checkout.directory(), result));
  if (services::interrupt_requested()) {
    return result;  // git would not answer; the next run cleans up
  }
  if (const Status same = checkout.close(); !same) {
    result.outcome = Outcome::errored;
    result.reason = "work-tree-changed";
    result.detail =
        "the work tree changed while it ran: " + same.error().message;
  }
  return result;
}

void tell(const StepContext& context,
          const schema::ValidationCompleted& result) {
  std::string line =
      fmt::format("{}: {}", result.name, schema::word(result.outcome));
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
  context.say(kStep, line);
}

}  // namespace

Status require_candidate_checkout(StepContext& context) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  RL_ASSIGN(const std::string head, context.git().head_commit());
  if (head != candidate->commit) {
    return fail(ErrorCode::kUsage,
                "not-the-candidate",
                fmt::format("HEAD is {}, candidate {} is {}",
                            head.substr(0, 12),
                            candidate->number,
                            candidate->commit.substr(0, 12)),
                fmt::format("check out {}, or set [run] checkout = "
                            "\"isolated\" in the plan, or make HEAD the next "
                            "candidate: --step prepare-branch --rc {}",
                            candidate->commit.substr(0, 12),
                            candidate->number + 1));
  }
  RL_ASSIGN(auto changed, context.git().changed_tracked_files());
  // The plan is recorded by itself; a bound may be moved in mid-release.
  std::erase(changed,
             context.environment.plan_file
                 .lexically_relative(context.environment.work_tree)
                 .string());
  if (!changed.empty()) {
    return fail(
        ErrorCode::kUsage,
        "work-tree-dirty",
        fmt::format("{} differs from the candidate{}",
                    changed.front(),
                    changed.size() == 1 ? std::string()
                                        : fmt::format(" (and {} more files)",
                                                      changed.size() - 1)),
        "commit or stash it, or set [run] checkout = \"isolated\" in "
        "the plan");
  }
  return {};
}

Status run_validation(StepContext& context, const schema::Validation& planned) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const auto* before = schema::find_validation(candidate, planned.name);
  const std::uint32_t number = before ? before->attempts + 1 : 1;
  const std::string run = fmt::format("{}-rc{}-{}-{}",
                                      context.record().name,
                                      candidate.number,
                                      planned.name,
                                      number);
  schema::ValidationStarted intent;
  intent.name = planned.name;
  intent.commit = candidate.commit;
  intent.log = fmt::format("logs/{}/{}.log", context.record().name, run);
  intent.command = plan::expand_command(
      context.plan(), planned, {context.record().name, candidate.number, run});
  // Before the intent: what cannot start leaves nothing on the record.
  RL_TRY(ledger::make_private_folder(
      (context.environment.ledger.folder / intent.log).parent_path()));
  RL_ASSIGN(Checkout checkout, Checkout::open(context, run));
  if (const std::string file = plan::expand_metrics_file(
          planned, {context.record().name, candidate.number, run});
      !file.empty()) {
    RL_TRY(metrics::remove_metrics_file(checkout.directory() / file));
  }
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::start_validation(record, intent);
  }));
  context.say(
      kStep,
      fmt::format("{}: running, its log: {}",
                  planned.name,
                  (context.environment.ledger.folder / intent.log).string()));
  const schema::ValidationStarted started =
      *schema::find_validation(*schema::current_candidate(context.record()),
                               planned.name)
           ->started;
  RL_ASSIGN(const schema::ValidationCompleted result,
            attempt(context, planned, started, checkout));
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::complete_validation(record, result);
  }));
  tell(context, result);
  if (services::interrupt_requested()) {
    return fail(ErrorCode::kInterrupted,
                "interrupted",
                fmt::format("interrupted while {} ran", planned.name),
                "type the command again to go on");
  }
  return {};
}

}  // namespace commands::steps
