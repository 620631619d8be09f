// redact: what should never have been written goes, and everything holds.

#include <filesystem>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSecret = "Zq7Xw9Lm2Kp4Vt8Rb3Hd6Yc1";

class Redact : public ReleaseTest {
 protected:
  // A person wrote a password into a reason, and took the approval back.
  int write_secret() const {
    EXPECT_EQ(step("bug-check", {"--confirm-bugs", kSecret}).exit_code, kDone);
    const auto given = support::of_type(history(), "ManualConfirmationGiven");
    EXPECT_EQ(given.size(), 1U);
    return given.empty() ? 0 : given.front()["position"].get<int>();
  }
  Ended redact(int position, const Arguments& more = {}) const {
    Arguments arguments = {
        "redact", std::to_string(position), "--reason", "a password", "--yes"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return rl(arguments);
  }
  bool is_in_store() const {
    for (const auto& entry :
         fs::recursive_directory_iterator(scratch_.ledger() / "db")) {
      if (support::read_file(entry.path()).find(kSecret) != std::string::npos) {
        return true;
      }
    }
    return false;
  }
};

TEST_F(Redact, TakesTheTextOffTheDiskAndLeavesTheRest) {
  prepare();
  const int position = write_secret();
  // The result repeats what the person said.
  const auto passed = support::of_type(history(), "BugCheckPassed");
  ASSERT_EQ(passed.size(), 1U);
  ASSERT_TRUE(is_in_store());
  fs::copy_file(scratch_.ledger() / "HEAD", scratch_.root() / "kept");
  EXPECT_EQ(redact(position).exit_code, kDone);
  const Ended rest = redact(passed[0]["position"].get<int>());
  // The gate rests on it.
  expect_refusal(rest, kGateSaidNo);
  EXPECT_EQ(redact(passed[0]["position"].get<int>(), {"--force"}).exit_code,
            kDone);
  EXPECT_FALSE(is_in_store());
  const std::string kept = place("kept");
  EXPECT_EQ(rl({"verify", "--head", kept}).exit_code, kDone);
  const json event =
      support::of_type(history(), "ManualConfirmationGiven").front();
  EXPECT_TRUE(event["data"].is_null());
  EXPECT_TRUE(event["redacted"].is_number());
  EXPECT_THAT(rl({"history", kVersion}).out, HasSubstr("(redacted, see"));
  EXPECT_THAT(rl({"status", kVersion}).out, Not(HasSubstr(kSecret)));
  EXPECT_GE(status()["redacted_events"].get<int>(), 1);
}

TEST_F(Redact, IsSeenByEverybodyWhoReadsTheLedger) {
  prepare();
  const int position = write_secret();
  ASSERT_EQ(redact(position).exit_code, kDone);
  const std::string lines = place("lines");
  const std::string there = place("there");
  const std::string copy = place("copy");
  const std::string pack = place("pack.tar");
  EXPECT_EQ(rl({"export", "-o", lines}).exit_code, kDone);
  EXPECT_EQ(rl({"--ledger", there, "import", lines}).exit_code, kDone);
  EXPECT_EQ(rl({"--ledger", there, "verify"}).exit_code, kDone);
  EXPECT_EQ(rl({"backup", copy}).exit_code, kDone);
  EXPECT_EQ(rl({"rebuild"}).exit_code, kDone);
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  EXPECT_EQ(rl({"prove", std::to_string(position)}).exit_code, kDone);
  EXPECT_EQ(rl({"replay", kVersion, "--json"}).out,
            rl({"status", kVersion, "--json"}).out);
  EXPECT_EQ(rl({"report", kVersion, "--out", pack}).exit_code, kDone);
  EXPECT_EQ(program({"python3", RL_VERIFY_PACK, "pack", pack}).exit_code,
            kDone);
  EXPECT_EQ(program({"python3", RL_VERIFY_PACK, "export", lines}).exit_code,
            kDone);
  // The release goes on.
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
}

TEST_F(Redact, AsksAndRefuses) {
  prepare();
  const int position = write_secret();
  const std::string at = std::to_string(position);
  expect_refusal(rl({"redact", at, "--reason", "a password"}), kWaiting);
  expect_bare_refusal(rl({"redact", at}), kUsage);
  expect_refusal(redact(999), kUsage);
  expect_refusal(rl({"redact", "x", "--reason", "r", "--yes"}), kUsage);
  expect_refusal(rl({"redact", "9.9", at, "--reason", "r", "--yes"}), kUsage);
  expect_refusal(redact(0), kGateSaidNo);  // LedgerCreated
  const Ended rests = redact(1);           // ReleaseStarted
  expect_refusal(rests, kGateSaidNo);
  EXPECT_THAT(rests.err, HasSubstr("--force"));
  EXPECT_EQ(rl({"redact", kVersion, at, "--reason", "r", "--yes"}).exit_code,
            kDone);
  const auto before = rl({"history", "--json"}).out;
  EXPECT_EQ(redact(position).exit_code, kDone);
  EXPECT_EQ(rl({"history", "--json"}).out, before);
}

}  // namespace
}  // namespace e2e
