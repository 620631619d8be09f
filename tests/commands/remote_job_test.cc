// A job on the cluster, seen in every order of events, with a clock of ours.

#include "commands/steps/remote_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commands::steps {
namespace {

namespace skypilot = services::skypilot;
using schema::Outcome;
using ::testing::HasSubstr;

constexpr std::int64_t kLaunchMs = 10'000;
constexpr std::int64_t kRunMs = 100'000;
constexpr std::int64_t kGraceMs = 300;
const std::string kRun = "rl-0a1b2c3d-1.4.0-rc1-arena-1";

class RemoteJobTest : public ::testing::Test {
 protected:
  // A job that is known so.
  void use(RemoteJob::Known known) {
    known.run = kRun;
    job_ = std::make_unique<RemoteJob>(
        RemoteJob::Limits{kLaunchMs, kRunMs, kGraceMs}, known);
  }
  void use_fresh() { use({}); }
  // Of a run that was killed.
  void use_left(std::string id, bool was_launched = true) {
    use({.id = std::move(id), .is_fresh = false, .was_launched = was_launched});
  }
  void launch(std::optional<int> exit_code, std::string output) {
    ASSERT_TRUE(job_->wants_launch());
    job_->launching();
    job_->launched(now_, {exit_code, std::move(output)});
    collect();
  }
  void launch() { launch(0, "Job submitted, ID: 41\n"); }

  void see(const std::string& status, const std::string& detail = "") {
    skypilot::Listing listing;
    listing.is_complete = true;
    listing.jobs = {{"41", kRun, status, skypilot::state_of(status), detail}};
    job_->looked(now_, listing);
    collect();
  }
  void see_nothing(bool is_complete = true) {
    skypilot::Listing listing;
    listing.is_complete = is_complete;
    job_->looked(now_, listing);
    collect();
  }
  void see_no_answer() {
    job_->looked(now_,
                 ledger::fail(ledger::ErrorCode::kUpstream, "down", "502"));
    collect();
  }
  void fetch_log(bool well = true) {
    ASSERT_TRUE(job_->is_log_final());
    job_->log_fetched(now_, well);
    collect();
  }
  void later(std::int64_t ms) { now_ += ms; }

  void collect() {
    for (JobFact& fact : job_->take_facts()) {
      if (const auto* id = std::get_if<JobIdentified>(&fact)) {
        ids_.push_back(id->id);
      } else if (std::holds_alternative<JobRuns>(fact)) {
        ++runs_;
      } else if (const auto* doubt = std::get_if<JobDoubted>(&fact)) {
        doubt_ = *doubt;
      } else if (const auto* end = std::get_if<JobEnded>(&fact)) {
        EXPECT_FALSE(end_.has_value()) << "it ended twice";
        end_ = *end;
      }
    }
  }
  bool goes_on() const { return !end_ && !doubt_ && !job_->is_over(); }

  std::int64_t now_ = 0;
  std::unique_ptr<RemoteJob> job_;
  std::vector<std::string> ids_;
  int runs_ = 0;
  std::optional<JobDoubted> doubt_;
  std::optional<JobEnded> end_;
};

TEST_F(RemoteJobTest, GoesFromLaunchToItsLog) {
  use_fresh();
  launch();
  EXPECT_EQ(ids_, std::vector<std::string>{"41"});
  see("PENDING");
  see("STARTING");
  EXPECT_EQ(runs_, 0);
  see("RUNNING");
  see("RECOVERING");
  see("RUNNING");
  EXPECT_EQ(runs_, 1);
  see("SUCCEEDED");
  EXPECT_FALSE(end_.has_value()) << "its log has not been fetched";
  fetch_log();
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::passed);
  EXPECT_TRUE(end_->has_log);
  EXPECT_TRUE(job_->is_over());
}

TEST_F(RemoteJobTest, IsFoundByNameWhenTheIdIsPending) {
  use_fresh();
  launch(0, "Submitted sky.jobs.launch request: 3f0d\nJob ID: pending\n");
  EXPECT_TRUE(ids_.empty());
  EXPECT_THAT(job_->state(), HasSubstr("id pending"));
  see_nothing();
  see("PENDING");
  EXPECT_EQ(ids_, std::vector<std::string>{"41"});
}

TEST_F(RemoteJobTest, ThatWasNeverLaunchedIsLaunchedOnceItIsSeenToBeAbsent) {
  use_left("", false);
  EXPECT_FALSE(job_->wants_launch());
  see_no_answer();
  see_nothing(false);
  EXPECT_FALSE(job_->wants_launch());
  see_nothing();
  EXPECT_TRUE(job_->wants_launch());
}

TEST_F(RemoteJobTest, ThatWasLaunchedBeforeTheCrashIsNotLaunchedAgain) {
  use_left("", false);
  see("RUNNING");
  EXPECT_FALSE(job_->wants_launch());
  EXPECT_EQ(ids_, std::vector<std::string>{"41"});
}

TEST_F(RemoteJobTest, WhoseLaunchWasNotAnsweredIsAPersonsQuestion) {
  use_left("");
  for (int i = 0; i < 3; ++i) {
    see_nothing();
    EXPECT_TRUE(goes_on()) << i;
    later(kGraceMs / 3);
    EXPECT_FALSE(job_->wants_launch());
  }
  see_nothing();
  ASSERT_TRUE(doubt_.has_value());
  EXPECT_EQ(doubt_->reason, "launch-unanswered");
  EXPECT_THAT(doubt_->detail, HasSubstr(kRun));
  EXPECT_FALSE(end_.has_value());
}

TEST_F(RemoteJobTest, InDoubtIsLookedForOnceMoreAndThenRests) {
  use({.is_fresh = false, .was_launched = true, .is_doubted = true});
  EXPECT_TRUE(job_->wants_look());
  see_nothing();
  EXPECT_TRUE(job_->is_over());
  EXPECT_FALSE(doubt_.has_value()) << "it is on the record already";
  use({.is_fresh = false, .was_launched = true, .is_doubted = true});
  see("RUNNING");
  EXPECT_EQ(ids_, std::vector<std::string>{"41"});
  EXPECT_FALSE(job_->is_over());
}

TEST_F(RemoteJobTest, WhoseLaunchFailedSaysWhatToLookAt) {
  use_fresh();
  launch(1, "Traceback\nno cloud access is configured\n");
  // Its request may have come through; that is seen in the list by then.
  for (int i = 0; i < 3; ++i) {
    see_nothing();
    EXPECT_TRUE(goes_on()) << i;
    later(kGraceMs / 3);
  }
  see_nothing();
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::errored);
  EXPECT_EQ(end_->reason, "launch-failed");
  EXPECT_THAT(end_->detail, HasSubstr("no cloud access is configured"));
  EXPECT_THAT(end_->detail, HasSubstr("sky check"));
}

TEST_F(RemoteJobTest, WhoseLaunchFailedThoughAJobWasMadeIsThatJob) {
  use_fresh();
  launch(1, "connection reset\n");
  see("STARTING");
  EXPECT_TRUE(goes_on());
  EXPECT_EQ(ids_, std::vector<std::string>{"41"});
}

TEST_F(RemoteJobTest, WhoseLaunchFailedAfterItsRequestIsNotTakenForNone) {
  use_fresh();
  launch(1, "Submitted sky.jobs.launch request: 3f0d\nconnection reset\n");
  see_nothing();
  see_nothing();
  EXPECT_TRUE(goes_on());
  later(kGraceMs);
  see_nothing();
  EXPECT_TRUE(goes_on()) << "a request may wait for long on a busy server";
  later(kLaunchMs);
  see_nothing();
  EXPECT_TRUE(doubt_.has_value());
  EXPECT_FALSE(end_.has_value());
}

TEST_F(RemoteJobTest, IsNotEndedByWhatIsNotSaid) {
  use_fresh();
  launch();
  see("RUNNING");
  for (int i = 0; i < 20; ++i) {
    later(kGraceMs);
    see_no_answer();
  }
  see("A_NEW_WORD");
  see_nothing(false);
  later(kGraceMs * 10);
  see_nothing(false);
  EXPECT_TRUE(goes_on());
}

TEST_F(RemoteJobTest, IsGoneWhenItWasAbsentAgainAndAgain) {
  use_fresh();
  launch();
  see("RUNNING");
  later(kGraceMs * 10);  // the machine slept
  see_nothing();
  EXPECT_TRUE(goes_on()) << "seen to be absent once";
  later(kGraceMs - 1);
  see_nothing();
  see("RUNNING");  // it is back
  see_nothing();
  later(kGraceMs - 1);
  see_nothing();
  EXPECT_TRUE(goes_on());
  later(1);
  see_nothing();
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::errored);
  EXPECT_EQ(end_->reason, "job-gone");
}

TEST_F(RemoteJobTest, RunsOutOfTimeAndIsSeenToBeCancelled) {
  use_fresh();
  launch();
  later(kLaunchMs - 1);
  see("RUNNING");
  later(kRunMs);
  see("RUNNING");
  EXPECT_FALSE(job_->wants_cancel(now_));
  later(1);
  see("RECOVERING");
  ASSERT_TRUE(job_->wants_cancel(now_));
  job_->cancel_sent(now_);
  EXPECT_FALSE(job_->wants_cancel(now_));
  see("CANCELLING");
  EXPECT_TRUE(goes_on());
  see("CANCELLED");
  fetch_log();
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::timed_out);
  EXPECT_EQ(end_->reason, "timeout");
  EXPECT_THAT(end_->detail, HasSubstr("job 41 was cancelled"));
}

TEST_F(RemoteJobTest, WhoseCancellingIsNotSeenSaysThatItMayCost) {
  use_fresh();
  launch();
  see("RUNNING");
  job_->end(now_, Outcome::cancelled, "cancelled", "cancelled by Ann");
  for (int i = 0; i < 6; ++i) {
    see("RUNNING");
    EXPECT_TRUE(!end_ ? job_->wants_cancel(now_) : true) << i;
    job_->cancel_sent(now_);
    later(kGraceMs / 4);
  }
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::cancelled);
  EXPECT_THAT(end_->detail, HasSubstr("may still run"));
}

TEST_F(RemoteJobTest, ThatNeverRunsTimesOutApart) {
  use_fresh();
  launch();
  see("STARTING");
  later(kLaunchMs + 1);
  see("STARTING");
  ASSERT_TRUE(job_->wants_cancel(now_));
  see("CANCELLED");
  fetch_log();
  EXPECT_EQ(end_->outcome, Outcome::timed_out);
  EXPECT_EQ(end_->reason, "launch-timeout");
  EXPECT_THAT(end_->detail, HasSubstr("sky check"));
}

TEST_F(RemoteJobTest, CountsItsTimeFromWhatIsOnTheRecord) {
  use({.id = "41", .started_ms = 0, .running_ms = 5, .is_fresh = false});
  now_ = 5 + kRunMs;
  see("RUNNING");
  EXPECT_FALSE(job_->is_ending());
  EXPECT_EQ(runs_, 0);
  later(1);
  see("RUNNING");
  EXPECT_TRUE(job_->is_ending());
}

// It may have ended well, long ago, while nobody looked.
TEST_F(RemoteJobTest, IsNotOutOfTimeBeforeItWasSeen) {
  use({.id = "41", .started_ms = 0, .running_ms = 5, .is_fresh = false});
  now_ = kRunMs * 3;
  for (int i = 0; i < 10; ++i) {
    see_no_answer();
    later(kGraceMs);
  }
  EXPECT_FALSE(job_->is_ending());
  see_nothing();
  EXPECT_FALSE(job_->is_ending());
  see("SUCCEEDED");
  fetch_log();
  EXPECT_EQ(end_->outcome, Outcome::passed);
}

TEST_F(RemoteJobTest, RunsOutOfTimeThoughTheClusterHasGoneSilent) {
  use_fresh();
  launch();
  see("RUNNING");
  later(kRunMs + 1);
  see_no_answer();
  EXPECT_FALSE(job_->is_ending()) << "it has been silent for a moment";
  later(kGraceMs);
  see_no_answer();
  EXPECT_TRUE(job_->is_ending());
}

TEST_F(RemoteJobTest, ThatVanishesWhileItIsEndedEndsAsItWasTo) {
  use_fresh();
  launch();
  see("RUNNING");
  see_nothing();
  later(kGraceMs - 1);
  job_->end(now_, Outcome::timed_out, "timeout", "too long");
  for (int i = 0; i < 5 && !end_; ++i) {
    see_nothing();
    later(kGraceMs / 2);
  }
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::timed_out);
  EXPECT_THAT(end_->detail, HasSubstr("job 41"));
}

TEST_F(RemoteJobTest, EndedBeforeItsIdWasKnownIsCalledByItsName) {
  use_fresh();
  launch(0, "Job ID: pending\n");
  job_->end(now_, Outcome::cancelled, "cancelled", "cancelled by Ann");
  later(kGraceMs + 1);
  see_nothing();
  ASSERT_TRUE(end_.has_value());
  EXPECT_THAT(end_->detail, HasSubstr("a job named " + kRun));
}

TEST_F(RemoteJobTest, EndsAsItsStatusSays) {
  struct Case {
    const char* status;
    Outcome outcome;
    const char* reason;
  };
  for (const Case& c :
       {Case{"FAILED", Outcome::failed, "job-failed"},
        {"FAILED_SETUP", Outcome::failed, "job-failed-setup"},
        {"FAILED_NO_RESOURCE", Outcome::errored, "job-failed-no-resource"},
        {"FAILED_CONTROLLER", Outcome::errored, "job-failed-controller"},
        {"CANCELLED", Outcome::cancelled, "cancelled-elsewhere"}}) {
    end_.reset();
    use_fresh();
    launch();
    see("RUNNING");
    see(c.status, "the reason it gives");
    fetch_log();
    ASSERT_TRUE(end_.has_value()) << c.status;
    EXPECT_EQ(end_->outcome, c.outcome) << c.status;
    EXPECT_EQ(end_->reason, c.reason);
    EXPECT_THAT(end_->detail, HasSubstr("the reason it gives"));
  }
}

TEST_F(RemoteJobTest, WithoutItsLogIsNoPass) {
  use_fresh();
  launch();
  see("SUCCEEDED");
  fetch_log(false);
  later(kGraceMs - 1);
  fetch_log(false);
  EXPECT_TRUE(!end_.has_value());
  later(1);
  fetch_log(false);
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::inconclusive);
  EXPECT_EQ(end_->reason, "log-unavailable");
}

TEST_F(RemoteJobTest, CancelledBeforeItWasLaunchedIsNot) {
  use_left("", false);
  job_->end(now_, Outcome::cancelled, "cancelled", "cancelled by Ann");
  see_nothing();
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->outcome, Outcome::cancelled);
  EXPECT_FALSE(job_->wants_launch());
}

}  // namespace
}  // namespace commands::steps
