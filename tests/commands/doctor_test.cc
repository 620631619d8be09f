// What doctor warns of before it hurts.

#include "commands/doctor.h"

#include <gtest/gtest.h>

namespace commands {
namespace doctor_test {

using State = Finding::State;
using std::chrono::microseconds;

void expect_warning(const Finding& finding) {
  EXPECT_EQ(finding.state, State::kWarning) << finding.detail;
  EXPECT_FALSE(finding.hint.empty());
}

TEST(DoctorLimits, AreWarnedOfWhereOneOfThemIsNear) {
  const Finding far = judge_limits(1'000, 10);
  EXPECT_EQ(far.state, State::kOk);
  EXPECT_EQ(far.detail, "1000 events, 10 releases");
  EXPECT_EQ(judge_limits(800'000, 8'000).state, State::kOk);
  expect_warning(judge_limits(800'001, 10));
  expect_warning(judge_limits(1'000, 8'001));
}

TEST(DoctorLimits, OfFilesAndRoomAreWarnedOf) {
  ledger::Usage usage;
  usage.free_bytes = 2ULL << 30U;
  usage.tables = 10;
  usage.store_logs = 1;
  EXPECT_EQ(judge_size(usage).state, State::kOk);
  ledger::Usage many = usage;
  many.tables = 101;
  expect_warning(judge_size(many));
  ledger::Usage full = usage;
  full.free_bytes = 1'000'000;
  expect_warning(judge_size(full));
  ledger::Usage torn = usage;
  torn.kept_bytes = 1;
  expect_warning(judge_size(torn));
}

TEST(DoctorLimits, OfADiskThatSyncsSlowlyAreWarnedOf) {
  EXPECT_EQ(judge_sync_time(microseconds(113)).state, State::kOk);
  expect_warning(judge_sync_time(microseconds(20'001)));
}

}  // namespace doctor_test
}  // namespace commands
