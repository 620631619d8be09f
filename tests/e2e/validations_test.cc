// How a validation can end, and what is on the ledger then.

#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <signal.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using support::eventually;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class Validations : public ReleaseTest {
 protected:
  void use(const PlanText& plan) const {
    scratch_.write_plan(plan);
    scratch_.commit("Another plan");
  }
  void use_only(const ValidationText& only) const {
    PlanText plan;
    plan.validations = {only};
    use(plan);
  }

  // The step says no, nothing is released, and this is the outcome.
  Ended expect_outcome(const std::string& outcome) const {
    reach_bugs_checked();
    const Ended ended = step("workflow-tests");
    expect_refusal(ended, kGateSaidNo);
    EXPECT_EQ(validation()["outcome"], outcome);
    EXPECT_EQ(step("release").exit_code, kGateSaidNo);
    EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");
    return ended;
  }

  std::filesystem::path log() const {
    return scratch_.ledger() /
           newest("ValidationCompleted")["log"].get<std::string>();
  }
};

TEST_F(Validations, BelowTheirBoundFail) {
  scratch_.behave("smoke", "sps=29999");
  const Ended ended = expect_outcome("failed");
  EXPECT_THAT(ended.out, AllOf(HasSubstr("29999"), HasSubstr("30000")));
  const json check = validation()["checks"][0];
  EXPECT_EQ(check["passed"], false);
  EXPECT_EQ(check["actual"], 29999.0);
}

TEST_F(Validations, ThatFailedAreRunAgain) {
  scratch_.behave("smoke", "sps=1");
  expect_outcome("failed");
  scratch_.behave("smoke", "");
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(validation()["outcome"], "passed");
  EXPECT_EQ(validation()["attempt"], 2);
  EXPECT_EQ(scratch_.runs(), 2);
}

TEST_F(Validations, WithoutTheirMetricFailWithANote) {
  scratch_.behave("smoke", "echo 'SPEED 41000'; exit 0");
  expect_outcome("failed");
  const json check = validation()["checks"][0];
  EXPECT_EQ(check["passed"], false);
  EXPECT_EQ(check["actual"], nullptr);
  EXPECT_THAT(check["note"].get<std::string>(), HasSubstr("metric missing"));
}

TEST_F(Validations, ThatSayNothingFail) {
  scratch_.behave("smoke", "exit 0");
  expect_outcome("failed");
}

TEST_F(Validations, WithANonZeroExitCodeNeverPass) {
  scratch_.behave("smoke", "echo 'SPS: 99999'; exit 3");
  reach_bugs_checked();
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_THAT(validation()["outcome"].get<std::string>(),
              AnyOf("failed", "errored"));
  EXPECT_EQ(validation()["exit_code"], 3);
  EXPECT_EQ(validation()["metrics"]["sps_max"], 99999.0);
}

TEST_F(Validations, ThatDieByASignalSayWhich) {
  scratch_.behave("smoke", "kill -SEGV $$");
  reach_bugs_checked();
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_THAT(validation()["outcome"].get<std::string>(),
              AnyOf("failed", "errored"));
  EXPECT_EQ(validation()["exit_code"], nullptr);
  EXPECT_EQ(newest("ValidationCompleted")["signal"], SIGSEGV);
}

TEST_F(Validations, WhoseCommandIsNotThereAreErrors) {
  use_only({.more = "command = [\"no-such-program-here\"]"});
  reach_bugs_checked();
  const Ended ended = step("workflow-tests");
  EXPECT_THAT(ended.exit_code, AnyOf(kGateSaidNo, kMachine)) << shown(ended);
  expect_refusal(ended, ended.exit_code);
  EXPECT_THAT(ended.out + ended.err, HasSubstr("no-such-program-here"));
  EXPECT_NE(validation()["outcome"], "passed");
  EXPECT_EQ(step("release").exit_code, kGateSaidNo);
}

TEST_F(Validations, ThatTakeTooLongAreEndedWithAllTheyStarted) {
  use_only({.more = "timeout_s = 0.5"});
  const std::string pids = (scratch_.root() / "pids").string();
  scratch_.behave("smoke",
                  fmt::format("sleep 600 & echo $! > {0}.child\n"
                              "echo $$ > {0}.leader\nwait",
                              pids));
  const Ended ended = expect_outcome("timed_out");
  EXPECT_THAT(ended.out + ended.err, HasSubstr("timeout_s"));
  EXPECT_EQ(validation()["exit_code"], nullptr);
  for (const char* who : {".leader", ".child"}) {
    const int pid = read_number(pids + who);
    EXPECT_GT(pid, 0);
    EXPECT_TRUE(eventually([&] { return !is_alive(pid); })) << who;
  }
}

TEST_F(Validations, ThatLeaveAChildBehindEndAnyway) {
  const std::string pids = (scratch_.root() / "pids").string();
  scratch_.behave("smoke", fmt::format("sleep 600 & echo $! > {}.child", pids));
  reach_tested();
  EXPECT_TRUE(
      eventually([&] { return !is_alive(read_number(pids + ".child")); }));
}

// What has left the group must neither change a log that is on the record nor
// be in the way of the next run.
TEST_F(Validations, ThatLeaveDaemonsBehindAreDoneWith) {
  const std::string pids = (scratch_.root() / "pids").string();
  scratch_.behave(
      "smoke",
      fmt::format("setsid sh -c 'trap \"\" TERM; echo $$ > {0}.talks; "
                  "while :; do echo still here; sleep 0.02; done' &\n"
                  "setsid sh -c 'echo $$ > {0}.mute; exec sleep 600' "
                  ">/dev/null 2>&1 &\n"
                  "while [ ! -s {0}.mute -o ! -s {0}.talks ]; do "
                  "sleep 0.02; done; sps=1",
                  pids));
  reach_bugs_checked();
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_FALSE(is_alive(read_number(pids + ".talks")));
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  scratch_.behave("smoke", "");
  const Ended again = step("workflow-tests");
  EXPECT_EQ(again.exit_code, kDone) << shown(again);
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  ::kill(read_number(pids + ".mute"), SIGKILL);
}

TEST_F(Validations, ThatFloodTheirLogAreEnded) {
  PlanText plan;
  plan.run = "log_bytes_max = 100000";
  use(plan);
  scratch_.behave("smoke", "exec yes 'SPS: 41000'");
  reach_bugs_checked();
  const Ended ended = step("workflow-tests");
  expect_refusal(ended, kGateSaidNo);
  EXPECT_NE(validation()["outcome"], "passed");
  EXPECT_EQ(newest("ValidationCompleted")["reason"].get<std::string>().empty(),
            false);
}

TEST_F(Validations, WithoutAcceptanceAreJudgedByTheirExitCode) {
  use_only({.expected_sps = ""});
  reach_bugs_checked();
  scratch_.behave("smoke", "exit 1");
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  scratch_.behave("smoke", "");
  const Ended ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const Ended checked = rl({"plan", "check"});
  EXPECT_EQ(checked.exit_code, kDone) << shown(checked);
  EXPECT_THAT(checked.out + checked.err, HasSubstr("acceptance"));
}

TEST_F(Validations, HaveEveryCheckListedThoughTheFirstFails) {
  PlanText plan;
  plan.validations[0].more =
      "[[validation.acceptance]]\nkey = \"loss\"\nop = \"<\"\nexpected = 1\n"
      "[[validation.acceptance]]\nkey = \"sps_last\"\nrange = [1, 50000]\n";
  plan.more =
      "[[metric]]\nkey = \"loss\"\npattern = 'loss=([0-9.]+)'\n"
      "statistic = \"last\"\n";
  use(plan);
  scratch_.behave("smoke", "echo 'loss=0.75'; sps=100");
  expect_outcome("failed");
  const json checks = validation()["checks"];
  ASSERT_EQ(checks.size(), 3U);
  int passed = 0;
  for (const json& check : checks) {
    passed += check["passed"] == true ? 1 : 0;
    EXPECT_NE(check["actual"], nullptr);
  }
  EXPECT_EQ(passed, 2);
  EXPECT_EQ(validation()["metrics"]["loss"], 0.75);
}

TEST_F(Validations, WhoseParentFailedAreSkippedAndNoPass) {
  PlanText plan;
  plan.validations.push_back(
      {.name = "child", .more = "depends_on = [\"smoke\"]"});
  use(plan);
  scratch_.behave("smoke", "sps=1");
  expect_outcome("failed");
  EXPECT_EQ(validation("child")["outcome"], "skipped");
  EXPECT_THAT(validation("child")["note"].get<std::string>(),
              HasSubstr("depends on smoke, which is failed"));
  EXPECT_EQ(scratch_.runs("child"), 0);
  scratch_.behave("smoke", "");
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(validation("child")["outcome"], "passed");
}

TEST_F(Validations, RunAfterWhatTheyDependOn) {
  PlanText plan;
  plan.validations = {{.name = "child", .more = "depends_on = [\"smoke\"]"},
                      {.name = "smoke"}};
  use(plan);
  reach_tested();
  EXPECT_EQ(support::read_file(scratch_.root() / "runs"), "smoke\nchild\n");
}

TEST_F(Validations, ThatCouldNotRunAreTriedAgainAndShowIt) {
  use_only({.more = "retries = 1"});
  scratch_.behave("smoke",
                  "[ $(wc -l < '" + (scratch_.root() / "runs").string() +
                      "') -gt 1 ] || kill -SEGV $$");
  reach_tested();
  EXPECT_EQ(validation()["attempt"], 2);
  EXPECT_EQ(count("ValidationCompleted"), 2U);
  EXPECT_THAT(rl({"status", kVersion}).out, HasSubstr("attempt 2"));
}

TEST_F(Validations, KeepTheirWholeLog) {
  scratch_.behave("smoke", "echo out; echo err >&2");
  reach_tested();
  EXPECT_EQ(support::read_file(log()), "out\nerr\nSPS: 41000\n");
  EXPECT_EQ(newest("ValidationCompleted")["log_bytes"], 19);
}

TEST_F(Validations, CannotSpeakToTheTerminal) {
  scratch_.behave("smoke",
                  "printf '\\033]0;owned\\007\\033[31mSPS: 1\\n'; "
                  "exit 1");
  reach_bugs_checked();
  const Ended ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  for (const std::string& text : {ended.out,
                                  ended.err,
                                  rl({"status", kVersion}).out,
                                  rl({"history", kVersion}).out,
                                  rl({"explain", kVersion}).out}) {
    EXPECT_EQ(text.find('\033'), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace e2e
