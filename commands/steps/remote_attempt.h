// An attempt on the cluster: the processes around a RemoteJob, and its facts
// on the ledger. When its run ends before it, the job goes on; any run that has
// the ledger finds it again.

#pragma once

#include "commands/steps/attempt.h"
#include "commands/steps/job_log.h"
#include "commands/steps/job_watch.h"
#include "commands/steps/remote_job.h"
#include "commands/steps/wandb_metrics.h"

namespace commands::steps {

class RemoteAttempt final : public Attempt {
 public:
  // With a checkout the intent was recorded just now, so that nothing can have
  // been launched; without one the attempt is of a run that has ended.
  static Result<std::unique_ptr<RemoteAttempt>> open(
      AttemptBasis basis,
      const schema::ValidationRecord& record,
      std::optional<Checkout> checkout);

  bool wants_look() const override { return job_.wants_look(); }
  Status looked(const ListingOrError& listing) override;

  Status advance() override;
  bool takes_room() const override { return !is_read_; }
  void cancel(const std::string& by) override;
  RunningValidation seen() const override;
  std::string left_behind() const override;

 private:
  RemoteAttempt(AttemptBasis basis, RemoteJob job, JobLog log);

  std::filesystem::path file_beside_log(std::string_view what) const;
  void recall_launch();
  Status launch();
  Status advance_launch();
  Status advance_cancel();
  Status advance_log();
  Status end_fetch();
  Status begin_fetch();
  Status record_facts();
  Status record(const JobFact& fact);
  Status end_job(const JobEnded& ended);
  Status judge_job(const JobEnded& ended);
  Status complete_job();

  RemoteJob job_;
  JobLog log_;
  std::optional<Checkout> checkout_;  // while it is launched from there
  Child launcher_;
  Child canceller_;
  Child fetcher_;
  bool is_read_ = false;  // it has ended, and what it left is being read
  schema::ValidationCompleted result_;
  std::unique_ptr<WandbReader> reader_;
  bool log_is_too_large_ = false;
  bool fetch_is_final_ = false;  // it was begun when the job had ended
  std::chrono::steady_clock::time_point next_fetch_{};
  std::chrono::steady_clock::time_point fetch_begun_{};
};

}  // namespace commands::steps
