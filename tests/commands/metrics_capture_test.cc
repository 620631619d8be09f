// Words from a log: outputs that are handed on, and how a job says it ended.

#include "commands/metrics/capture.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

std::string captured(std::string_view text, const std::string& pattern) {
  const LogFile log(text);
  const auto word = last_capture(log.path(), pattern);
  EXPECT_TRUE(word.has_value());
  return word ? word->value_or("-") : "error";
}

constexpr const char* kSummary = R"(SUMMARY\] Exit code: ([0-9]+))";

TEST(Capture, TakesTheLastThatIsThere) {
  EXPECT_EQ(captured("saved to a\nsaved to b\nend\n", "saved to (\\S+)"), "b");
  EXPECT_EQ(captured("\x1b[32msaved\x1b[0m to b", "saved to (\\S+)"), "b");
  EXPECT_EQ(captured("saved to a\nsaved to \n", "saved to (\\S*)"), "a");
  EXPECT_EQ(captured("nothing\n", "saved to (\\S+)"), "-");
  EXPECT_EQ(captured("", "saved to (\\S+)"), "-");
}

// The words of an attempt that was cut short are not those of the last one.
TEST(Capture, OnlyTheLastAttemptCounts) {
  const std::string block =
      "[SUMMARY] Restart Count: 0\n"
      "[SUMMARY] Exit code: 0\n"
      "[SUMMARY] Termination reason: job_completed\n";
  EXPECT_EQ(captured(block, kSummary), "0");
  EXPECT_EQ(captured(block + "--- release-ledger: restarted job, its log "
                             "begins anew ---\nSPS: 5\n",
                     kSummary),
            "-");
  EXPECT_EQ(captured("[SUMMARY] Exit code: 0\n"
                     "[SUMMARY] Termination reason: cluster_stop\n"
                     "training\n",
                     kSummary),
            "-");
  EXPECT_EQ(captured("[SUMMARY] Exit code: 1\n"
                     "[SUMMARY] Termination reason: cluster_stop\n" +
                         block,
                     kSummary),
            "0");
  EXPECT_EQ(captured("saved to a\nRestarting training\n", "saved to (\\S+)"),
            "-");
}

TEST(Capture, TellsWordsFromWhatAShellWouldTakeApart) {
  for (const char* word : {"s3://x/1", "a-b_c.d", "12,5", "u@h:~/x%20=1+2"}) {
    EXPECT_TRUE(is_plain_word(word)) << word;
  }
  for (const char* word : {"", "a b", "-x", "$x", "a;b", "a\nb", "\xc3\xa9"}) {
    EXPECT_FALSE(is_plain_word(word)) << word;
  }
  EXPECT_FALSE(is_plain_word(std::string(1001, 'a')));
}

}  // namespace
}  // namespace commands::metrics
