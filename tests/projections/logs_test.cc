#include "projections/logs.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/digest.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using schema_tests::kAnn;
using schema_tests::Life;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kText = "SPS: 41000\n";

// A book with a validation whose log was recorded as kText.
class LogsOfABook : public testing::Test {
 protected:
  LogsOfABook() {
    schema::ValidationCompleted result;
    result.name = "smoke";
    result.log_digest = ledger::to_hex(ledger::sha256({kText}));
    book_.append(Life().started().candidate('a').result(result), kAnn);
  }

  void write(std::string_view text) const {
    const std::filesystem::path log = book_.folder() / kLog;
    std::filesystem::create_directories(log.parent_path());
    std::ofstream(log, std::ios::binary) << text;
  }

  projections::LogCheck check() const {
    projections::Logs logs;
    EXPECT_TRUE(book_.verify(logs.visitor()).problems.empty());
    return logs.check(book_.folder(), nullptr);
  }

  static constexpr const char* kLog = "logs/1.4.0/smoke-1-1.log";
  Book book_;
};

TEST_F(LogsOfABook, AreWhatWasRecorded) {
  write(kText);
  EXPECT_THAT(check().missing, IsEmpty());
  EXPECT_THAT(check().problems, IsEmpty());
}

TEST_F(LogsOfABook, ThatAreGoneAreAPity) {
  EXPECT_THAT(check().missing, ElementsAre(kLog));
  EXPECT_THAT(check().problems, IsEmpty());
}

TEST_F(LogsOfABook, ThatWereChangedAreDamage) {
  write("SPS: 51000\n");
  ASSERT_EQ(check().problems.size(), 1U);
  EXPECT_EQ(check().problems[0].kind, "log-changed");
  EXPECT_EQ(check().problems[0].where, kLog);
  EXPECT_THAT(check().missing, IsEmpty());
}

TEST_F(LogsOfABook, ThatAreNoFilesAreProblems) {
  std::filesystem::create_directories(book_.folder() / kLog);
  ASSERT_EQ(check().problems.size(), 1U);
  EXPECT_EQ(check().problems[0].kind, "log-unreadable");
}

TEST_F(LogsOfABook, AreNotTheOnlyFilesAResultRestsOn) {
  write(kText);
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.metrics_file = "logs/1.5.0/smoke.metrics";
  result.metrics_digest = ledger::to_hex(ledger::sha256({"{}"}));
  book_.append(Life("1.5.0").started().candidate('a').result(result), kAnn);
  EXPECT_THAT(check().missing, ElementsAre("logs/1.5.0/smoke.metrics"));
  const auto file = book_.folder() / "logs/1.5.0/smoke.metrics";
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << "{\"sps\": 1}";
  ASSERT_EQ(check().problems.size(), 1U);
  EXPECT_EQ(check().problems[0].where, "logs/1.5.0/smoke.metrics");
  std::ofstream(file, std::ios::binary | std::ios::trunc) << "{}";
  EXPECT_THAT(check().problems, IsEmpty());
}

}  // namespace
}  // namespace projections_tests
