// Who reads the output, and whether anybody does, changes no exit code: not a
// closed pipe, not a full disk, not a closed stream. And who is asked may
// leave.

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Pipes : public ReleaseTest {
 protected:
  // `release-ledger ARGUMENTS REDIRECTION`, in a shell; the exit code is the
  // program's, not that of what stands behind a pipe.
  Ended shell(const std::string& command) const {
    support::Invocation invocation = this->invocation({});
    invocation.argv = {"/bin/bash",
                       "-c",
                       fmt::format("rl={}; {}; exit ${{PIPESTATUS[0]}}",
                                   invocation.argv.front(),
                                   command)};
    return support::run(invocation);
  }
  void damage() const {
    support::write_file(scratch_.ledger() / "HEAD", "no head\n");
  }
};

TEST_F(Pipes, ThatAreClosedHideNoGate) {
  reach_bugs_checked();
  scratch_.behave("smoke", "sps=1");
  const Ended ended =
      shell("$rl --step workflow-tests --version " + kVersion + " 2>&1 | true");
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_EQ(validation()["outcome"], "failed");  // it went on to its end
  EXPECT_EQ(shell("$rl approve " + kVersion +
                  " --role release-manager --yes 2>&1 | true")
                .exit_code,
            kGateSaidNo);
  EXPECT_EQ(shell("$rl audit " + kVersion + " | true").exit_code, kGateSaidNo);
}

TEST_F(Pipes, ThatAreClosedDoNotCutARun) {
  const Ended ended = shell("$rl --all --version " + kVersion +
                            " --confirm-bugs none --confirm-announced posted "
                            "2>&1 | head -1");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(status()["state"], "released");
}

TEST_F(Pipes, ThatAreClosedHideNoDamage) {
  prepare();
  EXPECT_EQ(shell("$rl verify | true").exit_code, kDone);
  damage();
  EXPECT_EQ(shell("$rl verify | true").exit_code, kIntegrity);
}

TEST_F(Pipes, ThatAreClosedEndFollowing) {
  prepare();
  const Ended ended =
      shell("(sleep 1; $rl --step bug-check --version " + kVersion +
            " --confirm-bugs none 2>/dev/null) & "
            "timeout 30 $rl history --follow | head -1");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
}

TEST_F(Pipes, ThatCannotBeWrittenAreToldOnce) {
  prepare();
  for (const char* where : {">/dev/full", ">&-"}) {
    const Ended ended = shell(fmt::format("$rl status {}", where));
    EXPECT_EQ(ended.exit_code, kMachine) << where << shown(ended);
    EXPECT_EQ(lines_that_begin(ended.err, "release-ledger: "), 1U) << where;
    EXPECT_THAT(ended.err, HasSubstr("standard output")) << where;
  }
  damage();
  EXPECT_EQ(shell("$rl verify >/dev/full").exit_code, kIntegrity);
}

TEST_F(Pipes, ThatAreClosedFromTheBeginningAreNoFileOfTheLedger) {
  const Ended ended = shell("$rl --all --version " + kVersion +
                            " --confirm-bugs none --confirm-announced posted "
                            ">&- 2>&- <&-");
  EXPECT_EQ(ended.exit_code, kMachine);  // a table could not be written
  EXPECT_EQ(status()["state"], "released");
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

class Asked : public ReleaseTest {
 protected:
  // Ctrl-C while the program waits for an answer at its terminal.
  Ended interrupted(const Arguments& arguments) const {
    support::Invocation asked = invocation(arguments);
    asked.typed = "";
    support::Running running(asked);
    std::this_thread::sleep_for(std::chrono::seconds(2));
    EXPECT_FALSE(running.has_ended());
    running.kill(SIGINT);
    return running.wait();
  }
};

TEST_F(Asked, AndInterruptedIsNoWaiting) {
  prepare();
  const Ended ended =
      interrupted({"--step", "bug-check", "--version", kVersion});
  EXPECT_EQ(ended.exit_code, 130) << shown(ended);
  EXPECT_THAT(ended.out, HasSubstr("interrupted"));
  const Ended act = interrupted({"abandon", kVersion, "--reason", "no need"});
  EXPECT_EQ(act.exit_code, 130) << shown(act);
  EXPECT_THAT(act.out,
              AllOf(HasSubstr("interrupted; nothing was recorded"),
                    Not(HasSubstr("nobody can be asked"))));
  EXPECT_EQ(count("ReleaseAbandoned"), 0U);
}

TEST_F(Asked, AndAnsweredByTheEndOfInputIsANo) {
  prepare();
  const Ended act =
      rl_typing({"abandon", kVersion, "--reason", "no need"}, "\x04");
  EXPECT_EQ(act.exit_code, kWaiting) << shown(act);
  EXPECT_THAT(act.out,
              AllOf(HasSubstr("nothing was recorded"),
                    Not(HasSubstr("nobody can be asked"))));
}

class Awaiting : public ReleaseTest {
 protected:
  Awaiting() : ReleaseTest(support::two_approvals()) {}
};

TEST_F(Awaiting, IsEndedByCtrlCAsInterrupted) {
  reach_tested();
  support::Running waiting(
      invocation({"--step", "release", "--version", kVersion, "--wait"}));
  ASSERT_TRUE(
      support::eventually([&] { return step_state("release") == "waiting"; }));
  waiting.kill(SIGINT);
  const Ended ended = waiting.wait();
  EXPECT_EQ(ended.exit_code, 130) << shown(ended);
}

// The plan asks the cluster and the forge every 30 s; people here are quicker.
TEST_F(Awaiting, NoticesAnApprovalAtOnce) {
  reach_tested();
  support::Running waiting(
      invocation({"--step", "release", "--version", kVersion, "--wait"}));
  ASSERT_TRUE(
      support::eventually([&] { return step_state("release") == "waiting"; }));
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
  const Ended ended = waiting.wait(std::chrono::seconds(15));
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
}

}  // namespace
}  // namespace e2e
