// The log of a remote job, put together from fetches of the whole of it.

#include "commands/steps/job_log.h"

#include <gtest/gtest.h>

#include "commands/metrics/restart.h"
#include "tests/commands/scratch_test.h"

namespace commands::steps {
namespace {

class JobLogTest : public ScratchTest {
 protected:
  JobLog open() const {
    auto log = JobLog::open(folder() / "job.log");
    EXPECT_TRUE(log.has_value());
    return std::move(*log);
  }
  void take(JobLog& log, const std::string& fetched) const {
    write(folder() / "fetched", fetched);
    EXPECT_TRUE(log.take(folder() / "fetched").has_value());
  }
  std::string text() const { return read(folder() / "job.log"); }
  const std::string mark_{kLogBeginsAnew};
};

TEST_F(JobLogTest, GrowsByWhatIsNew) {
  JobLog log = open();
  take(log, "");
  EXPECT_EQ(text(), "");
  take(log, "one\n");
  take(log, "one\ntwo\nth");
  take(log, "one\ntwo\nth");
  take(log, "one\ntwo\nthree\n");
  EXPECT_EQ(text(), "one\ntwo\nthree\n");
}

TEST_F(JobLogTest, KeepsWhatARecoveryHasTakenAway) {
  JobLog log = open();
  take(log, "one\ntwo\n");
  take(log, "uno\n");
  take(log, "uno\ndos\n");
  EXPECT_EQ(text(), "one\ntwo\n\n" + mark_ + "uno\ndos\n");
}

TEST_F(JobLogTest, IsNotShortenedByAShorterOne) {
  JobLog log = open();
  take(log, "one\ntwo\n");
  take(log, "one\n");
  EXPECT_EQ(text(), "one\ntwo\n");
}

TEST_F(JobLogTest, IsGoneOnWithByAnotherRun) {
  {
    JobLog log = open();
    take(log, "one\n");
    take(log, "uno\n");
  }
  JobLog log = open();
  take(log, "uno\ndos\n");
  EXPECT_EQ(text(), "one\n\n" + mark_ + "uno\ndos\n");
}

TEST_F(JobLogTest, ComparesBeyondOneChunk) {
  const std::string much(300'000, 'x');
  JobLog log = open();
  take(log, much);
  take(log, much + "y");
  EXPECT_EQ(text(), much + "y");
  take(log, much + "z");
  EXPECT_EQ(text(), much + "y\n" + mark_ + much + "z");
}

// Metrics of before the recovery do not count.
TEST_F(JobLogTest, BeginsAnewAsMetricsUnderstandIt) {
  EXPECT_TRUE(metrics::begins_new_attempt(
      std::string_view(mark_).substr(0, mark_.size() - 1)));
}

}  // namespace
}  // namespace commands::steps
