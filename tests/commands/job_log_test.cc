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

TEST_F(JobLogTest, TakesTheTimeOfAFetchForNoDifference) {
  const auto stamped = [](const char* time, const std::string& rest) {
    return fmt::format(
        "I 10-02 {} log_lib.py:425] Start streaming logs.\n{}", time, rest);
  };
  JobLog log = open();
  take(log, stamped("12:00:01", "(a, pid=1) one\n"));
  take(log, stamped("12:00:31", "(a, pid=1) one\n"));
  take(log, stamped("12:01:01", "(a, pid=1) one\n(a, pid=1) two\n"));
  EXPECT_EQ(text(), stamped("12:00:01", "(a, pid=1) one\n(a, pid=1) two\n"));
  const std::string before = text();
  take(log, stamped("12:01:31", "(a, pid=1) uno\n"));
  EXPECT_EQ(text(),
            before + "\n" + mark_ + stamped("12:01:31", "(a, pid=1) uno\n"));
}

TEST_F(JobLogTest, TakesOtherDigitsForADifference) {
  JobLog log = open();
  take(log, "I 12 apples\n");
  take(log, "I 13 apples\n");
  EXPECT_EQ(text(), "I 12 apples\n\n" + mark_ + "I 13 apples\n");
  take(log, "I 13 apples\n x I 10-02 12:00:01 y\n");
  const std::string before = text();
  take(log, "I 13 apples\n x I 10-02 12:00:02 y\n");
  EXPECT_EQ(text(),
            before + "\n" + mark_ + "I 13 apples\n x I 10-02 12:00:02 y\n");
}

TEST_F(JobLogTest, FindsTheTimeOfAFetchAcrossChunks) {
  const std::string line = "I 10-02 12:00:01 log_lib.py:425] again\n";
  for (const std::size_t filled : {65'536U - 5U, 65'536U, 65'536U + 5U}) {
    const std::string much =
        std::string(filled - line.size() - 1, 'x') + "\n" + line;
    std::string later = much;
    later[much.size() - line.size() + 15] = '9';
    const std::filesystem::path file = folder() / fmt::format("{}.log", filled);
    auto log = JobLog::open(file);
    ASSERT_TRUE(log.has_value());
    take(*log, much);
    take(*log, later + "more\n");
    EXPECT_EQ(read(file), much + "more\n");
  }
}

// Metrics of before the recovery do not count.
TEST_F(JobLogTest, BeginsAnewAsMetricsUnderstandIt) {
  EXPECT_TRUE(metrics::begins_new_attempt(
      std::string_view(mark_).substr(0, mark_.size() - 1)));
}

}  // namespace
}  // namespace commands::steps
