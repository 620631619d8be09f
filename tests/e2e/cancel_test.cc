// cancel, and logs: what runs, from another terminal.

#include <chrono>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <signal.h>

#include "tests/e2e/remote_test.h"

namespace e2e {
namespace {

using support::eventually;
using support::Running;
using ::testing::AllOf;
using ::testing::HasSubstr;

class BesideBoth : public RemoteTest {
 protected:
  BesideBoth()
      : RemoteTest(remote_plan(
            {{.name = "smoke"}, {.name = "arena", .location = "remote"}},
            kLongGrace)) {}
  ~BesideBoth() override {
    if (run_ && !run_->has_ended()) {
      run_->kill(SIGINT);  // it takes its training with it
      run_->wait();
    }
  }

  // Both run until they are ended.
  void start_both() {
    reach_bugs_checked();
    scratch_.behave("smoke", "echo begun; exec sleep 600");
    tell("job-arena.json",
         R"({"statuses": ["RUNNING"], "log": "SPS: 41000\nmore"})");
    run_ = std::make_unique<Running>(invocation(tests()));
    ASSERT_TRUE(eventually(
        [&] { return calls("logs") > 0 && scratch_.runs("smoke") == 1; }));
  }

  std::string log_of(const std::string& name) const {
    return rl({"logs", kVersion, name}).out;
  }

  std::unique_ptr<Running> run_;
};

TEST_F(BesideBoth, CancelEndsOneAndTheOtherGoesOn) {
  start_both();
  const Ended ended =
      rl({"cancel", kVersion, "smoke", "--reason", "wrong recipe"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(validation("smoke")["outcome"], "cancelled");
  EXPECT_EQ(validation("arena")["outcome"], "running");
  EXPECT_FALSE(run_->has_ended());
  EXPECT_EQ(count("ValidationCancelRequested"), 1U);
  EXPECT_EQ(rl({"cancel", kVersion}).exit_code, kDone);
  EXPECT_EQ(run_->wait().exit_code, kGateSaidNo);
  EXPECT_EQ(validation("arena")["outcome"], "cancelled");
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
}

TEST_F(BesideBoth, CancelDoesItItselfWhereNoRunIsAtWork) {
  start_both();
  run_->kill(SIGKILL);
  run_->wait();
  const Ended ended = rl({"cancel", kVersion});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(validation("smoke")["outcome"], "cancelled");
  EXPECT_EQ(validation("arena")["outcome"], "cancelled");
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
  expect_refusal(rl({"cancel", kVersion}), kGateSaidNo);
}

TEST_F(BesideBoth, AbandoningTheReleaseEndsThem) {
  start_both();
  const Ended ended =
      rl({"abandon", kVersion, "--reason", "not this one", "--yes"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  run_->wait();
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
}

TEST_F(BesideBoth, AnInterruptEndsTheLocalOneAlone) {
  start_both();
  run_->kill(SIGINT);
  const Ended ended = run_->wait();
  EXPECT_EQ(ended.exit_code, 130) << shown(ended);
  EXPECT_EQ(validation("smoke")["outcome"], "cancelled");
  EXPECT_EQ(validation("arena")["outcome"], "running");
  EXPECT_EQ(jobs()[0]["status"], "RUNNING");
}

TEST_F(BesideBoth, AClosedTerminalEndsTheLocalOneAlone) {
  ::signal(SIGHUP, SIG_DFL);  // whatever the tests were started with
  start_both();
  run_->kill(SIGHUP);
  const Ended ended = run_->wait();
  EXPECT_EQ(ended.exit_code, 130) << shown(ended);
  EXPECT_EQ(validation("smoke")["outcome"], "cancelled");
  EXPECT_EQ(validation("arena")["outcome"], "running");
}

TEST_F(BesideBoth, CancelRefusesWhatDoesNotRun) {
  reach_bugs_checked();
  expect_bare_refusal(rl({"cancel", kVersion}), kGateSaidNo);
  expect_bare_refusal(rl({"cancel", kVersion, "no-such"}), kGateSaidNo);
  expect_refusal(rl({"cancel", "1999.1.1"}), kUsage);
}

TEST_F(BesideBoth, LogsFollowBothWhileTheyRun) {
  start_both();
  EXPECT_EQ(rl({"logs", kVersion, "smoke"}).out, "begun\n");
  // What has been fetched is here while the job runs.
  EXPECT_TRUE(eventually(
      [&] { return log_of("arena").find("SPS: 41000") != std::string::npos; }));
  EXPECT_EQ(validation("arena")["outcome"], "running");
  Running following(invocation({"logs", kVersion, "arena", "--follow"}));
  tell("job-arena.json",
       R"({"statuses": ["SUCCEEDED"], "log": "SPS: 41000\nmore\nthe end"})");
  const Ended ended = following.wait();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("SPS: 41000"), HasSubstr("the end")));
  EXPECT_THAT(ended.err, HasSubstr("arena: passed"));
}

TEST_F(BesideBoth, LogsFollowOneAttemptToItsOwnEnd) {
  PlanText plan = remote_plan({{.name = "smoke", .more = "retries = 1"}});
  scratch_.write_plan(plan);
  scratch_.commit("Another plan");
  reach_bugs_checked();
  const std::filesystem::path go = scratch_.root() / "go";
  scratch_.behave("smoke",
                  fmt::format("[ $(wc -l < '{}') -eq 1 ] || exec sleep 600\n"
                              "echo begun; while [ ! -e '{}' ]; do sleep 0.02; "
                              "done; kill -SEGV $$",
                              (scratch_.root() / "runs").string(),
                              go.string()));
  run_ = std::make_unique<Running>(invocation(tests()));
  ASSERT_TRUE(eventually([&] { return scratch_.runs("smoke") == 1; }));
  Running following(invocation({"logs", kVersion, "smoke", "--follow"}));
  std::this_thread::sleep_for(std::chrono::seconds(3));  // until it follows
  support::write_file(go, "");
  const Ended ended = following.wait();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(ended.out, "begun\n");
  EXPECT_THAT(ended.err, HasSubstr("smoke: errored"));
}

TEST_F(BesideBoth, LogsCheckTheDigest) {
  reach_bugs_checked();
  EXPECT_EQ(run_tests().exit_code, kDone);
  for (const char* name : {"smoke", "arena"}) {
    const Ended ended = rl({"logs", kVersion, name});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    EXPECT_EQ(ended.out, log_text(name));
    EXPECT_FALSE(ended.out.empty());
  }
  const std::filesystem::path log =
      scratch_.ledger() / validation("arena")["log"].get<std::string>();
  support::write_file(log, "SPS: 99999\n");
  expect_bare_refusal(rl({"logs", kVersion, "arena"}), kIntegrity);
  std::filesystem::remove(log);
  expect_bare_refusal(rl({"logs", kVersion, "arena"}), kMachine);
}

TEST_F(BesideBoth, LogsOfEarlierAttemptsAreKept) {
  reach_bugs_checked();
  scratch_.behave("smoke", "echo first; sps=1");
  EXPECT_EQ(run_tests().exit_code, kGateSaidNo);
  scratch_.behave("smoke", "echo second");
  EXPECT_EQ(run_tests().exit_code, kDone);
  EXPECT_THAT(rl({"logs", kVersion, "smoke"}).out, HasSubstr("second"));
  EXPECT_THAT(rl({"logs", kVersion, "smoke", "--attempt", "1"}).out,
              HasSubstr("first"));
  expect_bare_refusal(rl({"logs", kVersion, "smoke", "--attempt", "9"}),
                      kUsage);
  expect_bare_refusal(rl({"logs", kVersion, "smok"}), kUsage);
  const json about = support::parse_object(
      rl({"logs", kVersion, "smoke", "--attempt", "1", "--json"}).out);
  EXPECT_EQ(about["attempt"], 1);
  EXPECT_EQ(about["outcome"], "failed");
}

// The run looks whether the work tree is as it was when a validation has ended,
// and then appends how it ended; git stands in for a moment between the two.
TEST_F(RemoteTest, ARequestThatComesJustBeforeAnAppendIsHeeded) {
  PlanText plan = remote_plan({{.name = "smoke"}, {.name = "other"}});
  plan.run += "\nmax_local = 2";
  scratch_.write_plan(plan);
  scratch_.commit("Two at once");
  reach_bugs_checked();
  support::Invocation run = invocation(tests());
  const std::string program = run.argv.front();
  const std::string armed = place("armed");
  const std::string git = place("bin/git");
  support::write_file(
      git,
      fmt::format("#!/bin/sh\n"
                  "if rm '{0}' 2>/dev/null; then\n"
                  "  '{1}' cancel {2} smoke > /dev/null 2>&1 &\n"
                  "  until '{1}' history {2} --type ValidationCancelRequested"
                  " | grep -q smoke; do sleep 0.02; done\n"
                  "fi\n"
                  "exec /usr/bin/git \"$@\"\n",
                  armed,
                  program,
                  kVersion));
  std::filesystem::permissions(git, std::filesystem::perms::owner_all);
  std::string& path = run.environment["PATH"];
  path = place("bin") + ":" + path;
  scratch_.behave("smoke", "exec sleep 600");
  scratch_.behave("other", fmt::format("touch '{}'", armed));
  Running running(run);
  const Ended ended = running.wait(std::chrono::seconds(30));
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_EQ(validation("smoke")["outcome"], "cancelled");
  EXPECT_EQ(validation("other")["outcome"], "passed");
}

// Whoever cancels dies around it.
class DeathWhileCancelling
    : public RemoteTest,
      public ::testing::WithParamInterface<std::pair<const char*, int>> {
 protected:
  void start() const {
    reach_bugs_checked();
    tell("job-arena.json", R"({"statuses": ["RUNNING"], "log": "SPS: 41000"})");
    Running run(invocation(tests()));
    ASSERT_TRUE(eventually([&] { return calls("logs") > 0; }));
    run.kill(SIGKILL);
    run.wait();
  }
};

TEST_P(DeathWhileCancelling, CancelsOnceWhenItIsTypedAgain) {
  start();
  const auto [moment, event] = GetParam();
  const Ended dead =
      rl({"cancel", kVersion},
         {{fmt::format("RELEASE_LEDGER_TEST_KILL_{}_EVENT", moment),
           std::to_string(event)}});
  EXPECT_EQ(dead.signal, SIGKILL) << shown(dead);
  const bool is_recorded = count("ValidationCompleted") == 1;
  const Ended ended = rl({"cancel", kVersion});
  EXPECT_EQ(ended.exit_code, is_recorded ? kGateSaidNo : kDone) << shown(ended);
  EXPECT_EQ(validation("arena")["outcome"], "cancelled");
  ASSERT_EQ(jobs().size(), 1U);
  EXPECT_EQ(jobs()[0]["status"], "CANCELLED");
  EXPECT_EQ(count("ValidationCancelRequested"), 1U);
  EXPECT_EQ(count("ValidationCompleted"), 1U);
}

INSTANTIATE_TEST_SUITE_P(EveryMoment,
                         DeathWhileCancelling,
                         ::testing::Values(std::pair("BEFORE", 1),
                                           std::pair("AFTER", 1),
                                           std::pair("BEFORE", 2),
                                           std::pair("AFTER", 2)));

}  // namespace
}  // namespace e2e
