#include "commands/steps/remote_job.h"

#include <algorithm>

#include <fmt/format.h>

namespace commands::steps {
namespace {

namespace skypilot = services::skypilot;
using schema::Outcome;
using skypilot::JobState;

// Looks at a list that lacks the job before that may count.
constexpr int kAbsencesLeast = 3;

constexpr std::string_view kHint =
    "see that SkyPilot is set up (`sky check`) and that the cluster has what "
    "it asks for (`sky gpus list`, `sky status`)";

// The last line that says something, bounded.
std::string last_words(std::string_view output) {
  constexpr std::size_t kBytesMax = 300;
  const std::string text = skypilot::without_escapes(output);
  const std::size_t end = text.find_last_not_of(" \r\n\t");
  if (end == std::string::npos) {
    return "it said nothing";
  }
  const std::size_t feed = text.find_last_of("\r\n", end);
  const std::size_t begin = feed == std::string::npos ? 0 : feed + 1;
  return text.substr(begin, std::min(end + 1 - begin, kBytesMax));
}

double seconds(std::int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

std::string words(std::int64_t ms) {
  return fmt::format("{} s", seconds(ms));
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a')
           : c == '_'           ? '-'
                                : c;
  });
  return text;
}

}  // namespace

RemoteJob::RemoteJob(Limits limits, Known known)
    : limits_(limits),
      run_(std::move(known.run)),
      id_(std::move(known.id)),
      started_ms_(known.started_ms),
      running_ms_(known.running_ms),
      is_doubted_(known.is_doubted),
      phase_(known.is_fresh                       ? Phase::kReady
             : known.was_launched || !id_.empty() ? Phase::kWatched
                                                  : Phase::kUnsure) {}

bool RemoteJob::wants_cancel(std::int64_t now_ms) const {
  return ending_ && phase_ == Phase::kWatched && !id_.empty() &&
         (!cancel_sent_ms_ ||
          now_ms - *cancel_sent_ms_ >= limits_.grace_ms / 4);
}

bool RemoteJob::has_log_to_fetch() const {
  return !id_.empty() && (phase_ == Phase::kFetching ||
                          (phase_ == Phase::kWatched && status_ == "RUNNING"));
}

void RemoteJob::launched(std::int64_t now_ms, const LaunchEnd& end) {
  const skypilot::LaunchAnswer answer = skypilot::read_launch(end.output);
  phase_ = Phase::kWatched;
  if (!answer.job_id.empty()) {
    id_ = answer.job_id;
    facts_.emplace_back(JobIdentified{id_});
    return;
  }
  was_sent_ = answer.was_sent;
  if (end.exit_code && *end.exit_code != 0 && !was_sent_) {
    launch_error_ = fmt::format("the launch failed with exit code {}: {}",
                                *end.exit_code,
                                last_words(end.output));
    facts_.emplace_back(JobRemark{fmt::format(
        "{}; for {} the list of jobs is looked at, whether it made one",
        launch_error_,
        words(limits_.grace_ms))});
  }
  absent_since_ms_ = now_ms;
  absences_ = 0;
}

void RemoteJob::not_launchable(const ledger::Error& why) {
  close(Outcome::errored, why.reason, why.message);
}

void RemoteJob::looked(std::int64_t now_ms,
                       const ledger::Result<skypilot::Listing>& listing) {
  if (!wants_look()) {
    return;
  }
  if (!listing) {
    if (is_doubted_) {
      phase_ = Phase::kOver;  // as before: a person has to look
      return;
    }
    if (!unreachable_since_ms_) {
      unreachable_since_ms_ = now_ms;
      facts_.emplace_back(JobRemark{
          "the cluster does not answer; that is no verdict, it will be asked "
          "again: " +
          listing.error().message});
    }
    check_limits(now_ms);
    return;
  }
  if (unreachable_since_ms_) {
    unreachable_since_ms_.reset();
    facts_.emplace_back(JobRemark{"the cluster answers again"});
  }
  const skypilot::Job* job = skypilot::find_job(*listing, id_, run_);
  if (job != nullptr) {
    seen(now_ms, *job);
  } else {
    absent(now_ms, listing->is_complete);
  }
  check_limits(now_ms);
}

void RemoteJob::seen(std::int64_t now_ms, const skypilot::Job& job) {
  absent_since_ms_.reset();
  absences_ = 0;
  is_doubted_ = false;
  phase_ = Phase::kWatched;
  if (id_.empty()) {
    id_ = job.id;
    facts_.emplace_back(JobIdentified{id_});
  }
  if (status_ != job.status) {
    status_ = job.status;
    facts_.emplace_back(JobRemark{state()});
  }
  if (job.state == JobState::kUnknown && strange_word_ != job.status) {
    strange_word_ = job.status;
    facts_.emplace_back(JobRemark{fmt::format(
        "{} is a state this program does not know; the job is watched on",
        job.status)});
  }
  if (job.state == JobState::kRunning && !running_ms_) {
    running_ms_ = now_ms;
    facts_.emplace_back(JobRuns{});
  }
  if (skypilot::is_final(job.state)) {
    finish(job);
  }
}

void RemoteJob::absent(std::int64_t now_ms, bool is_complete) {
  if (is_doubted_) {
    phase_ = Phase::kOver;
    return;
  }
  if (!is_complete) {
    return;
  }
  ++absences_;
  if (!absent_since_ms_) {
    absent_since_ms_ = now_ms;
  }
  if (phase_ == Phase::kUnsure) {
    if (ending_) {
      close(ending_->outcome, ending_->reason, ending_->detail);
    } else {
      phase_ = Phase::kReady;  // its launcher was never started
    }
    return;
  }
  // One that is being ended has a limit of its own, and so has a request that
  // reached the server: it may wait there for a long time.
  if (now_ms - *absent_since_ms_ < limits_.grace_ms ||
      absences_ < kAbsencesLeast || ending_ || (id_.empty() && was_sent_)) {
    return;
  }
  if (!launch_error_.empty()) {
    close(Outcome::errored,
          "launch-failed",
          fmt::format("{}; {}", launch_error_, kHint));
  } else if (id_.empty()) {
    doubt("launch-unanswered",
          fmt::format("its launch was begun, has not said which job it made, "
                      "and for {} no job named {} was listed",
                      words(limits_.grace_ms),
                      run_));
  } else {
    close(Outcome::errored,
          "job-gone",
          fmt::format("job {} has not been listed for {}",
                      id_,
                      words(now_ms - *absent_since_ms_)));
  }
}

// Whether what is known of the job is fresh enough to end it by the clock.
bool RemoteJob::can_judge_limits(std::int64_t now_ms) const {
  if (id_.empty()) {
    return true;  // a person is asked then: no verdict
  }
  if (unreachable_since_ms_) {
    return !status_.empty() &&
           now_ms - *unreachable_since_ms_ >= limits_.grace_ms;
  }
  return !absent_since_ms_;  // absence has a limit of its own
}

void RemoteJob::check_limits(std::int64_t now_ms) {
  if (phase_ != Phase::kWatched) {
    return;
  }
  if (ending_) {
    if (now_ms - ending_since_ms_ > limits_.grace_ms) {
      close(ending_->outcome,
            ending_->reason,
            fmt::format("{}; that {} was cancelled could not be confirmed, it "
                        "may still run and cost",
                        ending_->detail,
                        named()));
    }
    return;
  }
  if (!can_judge_limits(now_ms)) {
    return;
  }
  if (running_ms_) {
    if (now_ms - *running_ms_ > limits_.run_ms) {
      end(now_ms,
          Outcome::timed_out,
          "timeout",
          fmt::format("job {} still ran after timeout_s = {}",
                      id_,
                      seconds(limits_.run_ms)));
    }
    return;
  }
  if (now_ms - started_ms_ <= limits_.launch_ms) {
    return;
  }
  if (id_.empty()) {
    doubt("launch-unanswered",
          fmt::format("its launch was begun, and after launch_timeout_s = {} "
                      "nobody has said which job it made",
                      seconds(limits_.launch_ms)));
  } else {
    end(now_ms,
        Outcome::timed_out,
        "launch-timeout",
        fmt::format("job {} was {} and did not run within launch_timeout_s = "
                    "{}; {}",
                    id_,
                    status_.empty() ? "not listed" : status_,
                    seconds(limits_.launch_ms),
                    kHint));
  }
}

void RemoteJob::finish(const skypilot::Job& job) {
  JobEnded verdict;
  const std::string why =
      job.detail.empty() ? "" : ": " + job.detail.substr(0, 300);
  if (ending_) {
    verdict = *ending_;
    verdict.detail +=
        job.state == JobState::kCancelled
            ? fmt::format("; job {} was cancelled", id_)
            : fmt::format("; job {} ended as {}", id_, job.status);
  } else if (job.state == JobState::kSucceeded) {
    verdict.outcome = Outcome::passed;
  } else if (job.state == JobState::kCancelled) {
    verdict = {Outcome::cancelled,
               "cancelled-elsewhere",
               fmt::format("somebody has cancelled job {}{}", id_, why)};
  } else if (job.state == JobState::kFailed) {
    verdict = {Outcome::failed,
               "job-" + lower(job.status),
               fmt::format("job {} ended as {}{}", id_, job.status, why)};
  } else {
    verdict = {
        Outcome::errored,
        "job-" + lower(job.status),
        fmt::format("job {} ended as {}{}; {}", id_, job.status, why, kHint)};
  }
  verdict_ = std::move(verdict);
  phase_ = Phase::kFetching;
}

void RemoteJob::log_fetched(std::int64_t now_ms, bool well) {
  if (phase_ != Phase::kFetching) {
    return;
  }
  if (!fetching_since_ms_) {
    fetching_since_ms_ = now_ms;
  }
  JobEnded verdict = *verdict_;
  if (well) {
    close(verdict.outcome, verdict.reason, verdict.detail, true);
    return;
  }
  if (now_ms - *fetching_since_ms_ < limits_.grace_ms) {
    return;  // it is asked for again
  }
  if (verdict.outcome == Outcome::passed) {
    verdict.outcome = Outcome::inconclusive;
    verdict.reason = "log-unavailable";
    verdict.detail =
        fmt::format("job {} SUCCEEDED, but for {} its log could not be fetched",
                    id_,
                    words(now_ms - *fetching_since_ms_));
  }
  close(verdict.outcome, verdict.reason, verdict.detail);
}

void RemoteJob::end(std::int64_t now_ms,
                    Outcome outcome,
                    const std::string& reason,
                    const std::string& detail) {
  if (ending_ || phase_ == Phase::kFetching || phase_ == Phase::kOver) {
    return;
  }
  if (phase_ == Phase::kReady) {
    close(outcome, reason, detail);
    return;
  }
  ending_ = JobEnded{outcome, reason, detail};
  ending_since_ms_ = now_ms;
}

void RemoteJob::close(Outcome outcome,
                      const std::string& reason,
                      const std::string& detail,
                      bool has_log) {
  phase_ = Phase::kOver;
  facts_.emplace_back(JobEnded{outcome, reason, detail, has_log});
}

void RemoteJob::doubt(const std::string& reason, const std::string& detail) {
  phase_ = Phase::kOver;
  facts_.emplace_back(JobDoubted{reason, detail});
}

std::string RemoteJob::named() const {
  return id_.empty() ? fmt::format("a job named {}", run_) : "job " + id_;
}

std::string RemoteJob::state() const {
  if (phase_ == Phase::kReady || phase_ == Phase::kLaunching) {
    return "launching";
  }
  std::string text =
      id_.empty() ? "submitted, id pending" : fmt::format("job {}", id_);
  if (unreachable_since_ms_) {
    return text + ", cluster unreachable";
  }
  if (!status_.empty()) {
    text += " " + status_;
  }
  return ending_ ? text + ", cancelling" : text;
}

}  // namespace commands::steps
