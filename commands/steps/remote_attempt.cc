#include "commands/steps/remote_attempt.h"

#include "commands/metrics/capture.h"
#include "commands/plan/plan.h"
#include "commands/steps/verdict.h"
#include "ledger/file.h"

namespace commands::steps {
namespace {
namespace fs = std::filesystem;
using schema::Outcome;
using std::chrono::steady_clock;

// A log is fetched again after this many times what the last fetch took, so
// that a long one does not keep the cluster busy.
constexpr int kFetchRest = 10;
// And the log of a job that has ended, until it has come.
constexpr std::chrono::seconds kFetchPause{1};

std::int64_t ms(double seconds) {
  return static_cast<std::int64_t>(seconds * 1000);
}

std::optional<std::int64_t> time_of(const schema::Mark* mark) {
  return mark == nullptr ? std::nullopt : std::optional(mark->at_ms);
}

}  // namespace

Result<std::unique_ptr<RemoteAttempt>> RemoteAttempt::open(
    AttemptBasis basis,
    const schema::ValidationRecord& record,
    std::optional<Checkout> checkout) {
  RL_TRY(ledger::make_private_folder(basis.log().parent_path()));
  RL_ASSIGN(JobLog log, JobLog::open(basis.log()));
  RemoteJob::Known known;
  known.run = basis.started.job_name;
  known.id = record.submitted ? record.submitted->job_id : "";
  known.started_ms =
      record.started_mark ? record.started_mark->at_ms : basis.now_ms();
  known.running_ms = time_of(record.running.get());
  known.is_fresh = checkout.has_value();
  known.was_launched = record.submitted != nullptr;
  known.is_doubted = record.doubt != nullptr;
  const RemoteJob::Limits limits{ms(basis.started.launch_timeout_s),
                                 ms(basis.started.timeout_s),
                                 ms(basis.context->settings->grace_s)};
  // Not make_unique: the constructor is private.
  std::unique_ptr<RemoteAttempt> attempt(new RemoteAttempt(
      std::move(basis), RemoteJob(limits, std::move(known)), std::move(log)));
  attempt->checkout_ = std::move(checkout);
  attempt->recall_launch();
  return attempt;
}

RemoteAttempt::RemoteAttempt(AttemptBasis basis, RemoteJob job, JobLog log)
    : Attempt(std::move(basis)), job_(std::move(job)), log_(std::move(log)) {}

fs::path RemoteAttempt::file_beside_log(std::string_view what) const {
  fs::path file = basis_.log();
  file.replace_extension(what);
  return file;
}

// A launcher of a run that was killed has gone on, and has said what it made.
void RemoteAttempt::recall_launch() {
  if (!job_.id().empty() || job_.wants_launch()) {
    return;
  }
  const auto said = ledger::read_file(file_beside_log("launch.log"));
  if (said && *said) {
    job_.launched(basis_.now_ms(), {std::nullopt, **said});
  }
}

Status RemoteAttempt::launch() {
  job_.launching();
  const fs::path& log = basis_.log();
  if (!checkout_) {
    RL_ASSIGN(checkout_, Checkout::open(*basis_.context, log.stem().string()));
  }
  services::ProcessRequest request;
  request.argv = basis_.started.command;
  request.directory = checkout_->directory();
  request.timeout =
      std::chrono::milliseconds(ms(basis_.started.launch_timeout_s));
  request.log = file_beside_log("launch.log");
  // An interrupt leaves it: a half of a launch could not be told from none.
  request.interruptible = false;
  auto child = basis_.children->start(ChildKind::kLaunch, std::move(request));
  if (!child) {
    job_.not_launchable(child.error());
    return {};
  }
  launcher_ = std::move(*child);
  basis_.say(fmt::format("launching {}", basis_.started.job_name));
  return basis_.context->release.execute(
      [&](const schema::ReleaseRecord& record) {
        return decide::submit_validation(record, basis_.name(), "");
      });
}

Status RemoteAttempt::advance_launch() {
  if (!launcher_ || !launcher_.advance()) {
    return {};
  }
  RL_ASSIGN(const auto process, launcher_.take_result());
  RL_ASSIGN(const auto said, ledger::read_file(file_beside_log("launch.log")));
  job_.launched(
      basis_.now_ms(),
      {process.end == services::ProcessEnd::kExited ? process.exit_code
                                                    : std::nullopt,
       said.value_or("")});
  const Status same = checkout_->close();
  checkout_.reset();
  if (!same) {
    job_.end(
        basis_.now_ms(),
        Outcome::errored,
        "work-tree-changed",
        "the work tree changed while it was launched: " + same.error().message);
  }
  return {};
}

Status RemoteAttempt::advance_cancel() {
  if (canceller_) {
    if (canceller_.advance()) {
      RL_ASSIGN(const auto process, canceller_.take_result());
      if (process.exit_code != 0) {
        basis_.say(
            fmt::format("job {} could not be cancelled yet; it is tried "
                        "again",
                        job_.id()));
      }
    }
    return {};
  }
  if (!job_.wants_cancel(basis_.now_ms())) {
    return {};
  }
  job_.cancel_sent(basis_.now_ms());
  services::ProcessRequest request;
  request.argv =
      plan::expand_job_command(basis_.context->settings->remote_cancel,
                               job_.id(),
                               basis_.started.job_name);
  request.directory = basis_.context->environment.work_tree;
  request.timeout = kCallPatience;
  auto child = basis_.children->start(ChildKind::kQuestion, std::move(request));
  if (child) {
    canceller_ = std::move(*child);
    basis_.say(fmt::format("cancelling job {}", job_.id()));
  }
  return {};
}

Status RemoteAttempt::advance_log() {
  if (fetcher_) {
    return fetcher_.advance() ? end_fetch() : Status();
  }
  const bool due = steady_clock::now() >= next_fetch_;
  return job_.has_log_to_fetch() && due ? begin_fetch() : Status();
}

Status RemoteAttempt::begin_fetch() {
  const fs::path fetched = file_beside_log("fetched");
  std::error_code error;
  fs::remove(fetched, error);
  services::ProcessRequest request;
  request.argv = plan::expand_job_command(basis_.context->settings->remote_logs,
                                          job_.id(),
                                          basis_.started.job_name);
  request.directory = basis_.context->environment.work_tree;
  request.timeout = kCallPatience;
  request.log = fetched;
  request.log_bytes_max = basis_.context->settings->log_bytes_max;
  fetch_is_final_ = job_.is_log_final();
  fetch_begun_ = steady_clock::now();
  auto child = basis_.children->start(ChildKind::kQuestion, std::move(request));
  if (child) {
    fetcher_ = std::move(*child);
  } else {
    job_.log_fetched(basis_.now_ms(), false);
    next_fetch_ = fetch_begun_ + kFetchPause;
  }
  return {};
}

Status RemoteAttempt::end_fetch() {
  RL_ASSIGN(const auto process, fetcher_.take_result());
  const fs::path fetched = file_beside_log("fetched");
  log_is_too_large_ = process.end == services::ProcessEnd::kLogTooLarge;
  // A call that was ended may have answered a half, and well.
  const bool well = (process.end == services::ProcessEnd::kExited &&
                     process.exit_code == 0) ||
                    log_is_too_large_;
  if (well) {
    RL_TRY(log_.take(fetched));
  }
  std::error_code error;
  fs::remove(fetched, error);
  const auto now = steady_clock::now();
  if (fetch_is_final_) {
    job_.log_fetched(basis_.now_ms(), well);
    next_fetch_ = now + kFetchPause;
  } else if (job_.is_log_final()) {
    next_fetch_ = now;  // that one need not have been all of it
  } else {
    next_fetch_ =
        now +
        std::max<steady_clock::duration>(
            std::chrono::milliseconds(ms(basis_.context->settings->poll_s)),
            (now - fetch_begun_) * kFetchRest);
  }
  return {};
}

Status RemoteAttempt::looked(const ListingOrError& listing) {
  job_.looked(basis_.now_ms(), listing);
  if (job_.is_log_final()) {
    next_fetch_ = {};
  }
  return record_facts();
}

Status RemoteAttempt::advance() {
  if (over_ || is_read_) {
    return over_ ? Status() : complete_job();
  }
  if (job_.wants_launch() && !services::interrupt_requested()) {
    RL_TRY(launch());
  }
  RL_TRY(advance_launch());
  RL_TRY(advance_cancel());
  RL_TRY(advance_log());
  return record_facts();
}

void RemoteAttempt::cancel(const std::string& by) {
  if (is_read_) {
    reader_.reset();
    result_.outcome = Outcome::cancelled;
    result_.reason = "cancelled";
    result_.detail = "cancelled by " + by;
  } else if (!job_.is_ending()) {
    job_.end(
        basis_.now_ms(), Outcome::cancelled, "cancelled", "cancelled by " + by);
  }
}

Status RemoteAttempt::record_facts() {
  for (const JobFact& fact : job_.take_facts()) {
    RL_TRY(record(fact));
  }
  over_ = over_ || (job_.is_over() && !is_read_);
  return {};
}

Status RemoteAttempt::record(const JobFact& fact) {
  ReleaseStream& release = basis_.context->release;
  if (const auto* remark = std::get_if<JobRemark>(&fact)) {
    basis_.say(remark->text);
    return {};
  }
  if (const auto* identified = std::get_if<JobIdentified>(&fact)) {
    basis_.say(fmt::format("submitted as job {}", identified->id));
    return release.execute([&](const schema::ReleaseRecord& record) {
      return decide::submit_validation(record, basis_.name(), identified->id);
    });
  }
  if (std::holds_alternative<JobRuns>(fact)) {
    return release.execute([&](const schema::ReleaseRecord& record) {
      return decide::observe_running(record, basis_.name());
    });
  }
  if (const auto* doubted = std::get_if<JobDoubted>(&fact)) {
    basis_.say("unknown: " + doubted->detail);
    return release.execute([&](const schema::ReleaseRecord& record) {
      return decide::doubt_validation(
          record, basis_.name(), doubted->reason, doubted->detail);
    });
  }
  return end_job(std::get<JobEnded>(fact));
}

Status RemoteAttempt::end_job(const JobEnded& ended) {
  result_ = basis_.empty_result();
  result_.outcome = ended.outcome;
  result_.reason = ended.reason;
  result_.detail = ended.detail;
  if (job_.running_ms()) {
    result_.duration_s =
        static_cast<double>(basis_.now_ms() - *job_.running_ms()) / 1000;
  }
  if (ended.outcome == Outcome::passed) {
    result_.exit_code = 0;  // the scheduler's word, unless the log has one
  }
  RL_TRY(judge_job(ended));
  is_read_ = true;
  reader_ = WandbReader::begin(basis_, result_.outcome);
  return complete_job();
}

// Where all that it left has been read.
Status RemoteAttempt::complete_job() {
  if (reader_ && !reader_->advance()) {
    return {};
  }
  metrics::Extraction further;
  if (reader_) {
    RL_ASSIGN(further, reader_->take());
  }
  RL_TRY(judge_leavings(basis_, further, result_));
  is_read_ = false;
  over_ = true;
  return basis_.complete(result_);
}

// What the job's own summary says of its end.
Status RemoteAttempt::judge_job(const JobEnded& ended) {
  const std::string& pattern = basis_.context->settings->remote_exit_code;
  if (!pattern.empty()) {
    RL_ASSIGN(const auto said, metrics::last_capture(log_.path(), pattern));
    const bool number =
        said && said->size() <= 4 &&
        said->find_first_not_of("0123456789") == std::string::npos;
    if (number) {
      result_.exit_code = std::stoi(*said);
    }
    if (ended.outcome == Outcome::passed && !number) {
      result_.exit_code = flatbuffers::nullopt;
      result_.outcome = Outcome::inconclusive;
      result_.reason = "no-summary";
      result_.detail = fmt::format(
          "job {} SUCCEEDED, but no line of its log matches remote_exit_code, "
          "so it is not known how its program ended; its log: {}",
          job_.id(),
          log_.path().string());
    } else if (ended.outcome == Outcome::passed && *result_.exit_code != 0) {
      result_.outcome = Outcome::failed;
      result_.reason = "exit-code";
      result_.detail = fmt::format("job {} says it exited with {}; its log: {}",
                                   job_.id(),
                                   *result_.exit_code,
                                   log_.path().string());
    }
  }
  if (log_is_too_large_) {
    result_.outcome = Outcome::errored;
    result_.reason = "log-too-large";
    result_.detail = fmt::format("its log {} grew beyond log_bytes_max",
                                 log_.path().string());
  }
  return {};
}

RunningValidation RemoteAttempt::seen() const {
  RunningValidation seen;
  seen.planned = &basis_.planned;
  seen.state = is_read_ ? "reading metrics" : job_.state();
  seen.attempt = basis_.started.attempt;
  if (job_.running_ms()) {
    seen.elapsed_s =
        static_cast<double>(basis_.now_ms() - *job_.running_ms()) / 1000;
    seen.remaining_s = basis_.started.timeout_s - seen.elapsed_s;
  }
  seen.log = basis_.log();
  return seen;
}

std::string RemoteAttempt::left_behind() const {
  if (over_) {
    return {};
  }
  return job_.id().empty() ? fmt::format("{} ({})", name(), job_.state())
                           : fmt::format("{} (job {})", name(), job_.id());
}

}  // namespace commands::steps
