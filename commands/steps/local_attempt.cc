// An attempt on this machine: a process, its log, its verdict.

#include "commands/services/process_group.h"
#include "commands/steps/attempt.h"
#include "commands/steps/verdict.h"
#include "commands/steps/wandb_metrics.h"

namespace commands::steps {
namespace {

using schema::Outcome;

class LocalAttempt final : public Attempt {
 public:
  LocalAttempt(AttemptBasis basis, Checkout checkout)
      : Attempt(std::move(basis)),
        checkout_(std::move(checkout)),
        begun_ms_(basis_.now_ms()) {}

  Status start() {
    services::ProcessRequest request;
    request.argv = basis_.started.command;
    request.directory = checkout_.directory();
    request.timeout = std::chrono::milliseconds(
        static_cast<std::int64_t>(basis_.started.timeout_s * 1000));
    request.log = basis_.log();
    request.log_bytes_max = basis_.context->settings->log_bytes_max;
    auto child =
        basis_.children->start(ChildKind::kValidation, std::move(request));
    if (child) {
      child_ = std::move(*child);
      basis_.say(fmt::format("running, its log: {}", basis_.log().string()));
      return {};
    }
    schema::ValidationCompleted result = basis_.empty_result();
    result.outcome = Outcome::errored;
    result.reason = child.error().reason;
    result.detail = child.error().message;
    (void)checkout_.close();
    over_ = true;
    return basis_.complete(result);
  }

  Status advance() override {
    if (over_) {
      return {};
    }
    if (!has_ended_) {
      if (!child_.advance()) {
        return {};
      }
      RL_TRY(end());
    }
    return !reader_ || reader_->advance() ? judge() : Status();
  }

  bool takes_room() const override { return !has_ended_; }

  void cancel(const std::string& by) override {
    if (over_ || !cancelled_by_.empty()) {
      return;
    }
    cancelled_by_ = "cancelled by " + by;
    if (!has_ended_) {
      child_.end(services::ProcessEnd::kEnded);
      return;
    }
    reader_.reset();
    result_.outcome = Outcome::cancelled;
    result_.reason = "cancelled";
    result_.detail = cancelled_by_;
  }

  RunningValidation seen() const override {
    RunningValidation seen;
    seen.planned = &basis_.planned;
    seen.state = has_ended_              ? "reading metrics"
                 : cancelled_by_.empty() ? "running"
                                         : "ending";
    seen.attempt = basis_.started.attempt;
    seen.elapsed_s = static_cast<double>(basis_.now_ms() - begun_ms_) / 1000;
    seen.remaining_s = basis_.started.timeout_s - seen.elapsed_s;
    seen.log = basis_.log();
    return seen;
  }

  std::string left_behind() const override { return {}; }

 private:
  // The process has: what it wrote is kept, and its place is free.
  Status end() {
    result_ = basis_.empty_result();
    RL_ASSIGN(const auto process, child_.take_result());
    // What has left the group must not write on when the log is on the record.
    services::end_writers(basis_.log(), services::kLeftoverGrace);
    judge_end(process, basis_.started.timeout_s, basis_.log(), result_);
    if (process.end == services::ProcessEnd::kEnded) {
      result_.detail = cancelled_by_;
    }
    if (process.end == services::ProcessEnd::kLogTooLarge) {
      RL_TRY(bound_log(basis_.log(), basis_.context->settings->log_bytes_max));
    }
    RL_TRY(keep_metrics_file(basis_, checkout_.directory(), result_));
    // After an interrupt git would not answer; the next run cleans up.
    if (!services::interrupt_requested()) {
      if (const Status same = checkout_.close(); !same) {
        result_.outcome = Outcome::errored;
        result_.reason = "work-tree-changed";
        result_.detail =
            "the work tree changed while it ran: " + same.error().message;
      }
    }
    has_ended_ = true;
    reader_ = WandbReader::begin(basis_, result_.outcome);
    return {};
  }

  Status judge() {
    metrics::Extraction further;
    if (reader_) {
      RL_ASSIGN(further, reader_->take());
    }
    RL_TRY(judge_leavings(basis_, further, result_));
    over_ = true;
    return basis_.complete(result_);
  }

  Checkout checkout_;
  std::int64_t begun_ms_;
  Child child_;
  std::string cancelled_by_;
  bool has_ended_ = false;
  schema::ValidationCompleted result_;
  std::unique_ptr<WandbReader> reader_;
};

}  // namespace

Result<std::unique_ptr<Attempt>> begin_local(AttemptBasis basis,
                                             Checkout checkout) {
  auto attempt =
      std::make_unique<LocalAttempt>(std::move(basis), std::move(checkout));
  RL_TRY(attempt->start());
  return attempt;
}

}  // namespace commands::steps
