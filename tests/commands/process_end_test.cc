// How runs end: timeouts, floods, leftovers and interrupts.

#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/commands/process_fixture.h"

namespace commands::services {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using ProcessEndTest = Process;

TEST_F(ProcessEndTest, TimesOutASilentProcess) {
  auto request = shell("exec sleep 60");
  request.timeout = 150ms;
  request.log = folder() / "a.log";
  const auto result = ran(request);
  EXPECT_EQ(result.end, ProcessEnd::kTimedOut);
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_GE(result.duration, 150ms);
  EXPECT_LT(result.duration, 10s);
  EXPECT_TRUE(has_no_child());
}

TEST_F(ProcessEndTest, TimesOutAFloodThatIsCaptured) {
  auto request = shell("yes");
  request.timeout = 150ms;
  request.capture_bytes_max = 10;
  EXPECT_EQ(ran(request).end, ProcessEnd::kTimedOut);
}

TEST_F(ProcessEndTest, LetsALeaderTidyUpAfterTermAndKeepsItsWords) {
  auto request = shell(
      "trap 'echo bye; exit 5' TERM; while :; do sleep 0.05; "
      "done");
  request.timeout = 150ms;
  request.term_grace = 10s;
  const auto result = ran(request);
  EXPECT_EQ(result.end, ProcessEnd::kTimedOut);
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, HasSubstr("bye"));
  EXPECT_LT(result.duration, 5s);
}

TEST_F(ProcessEndTest, KillsALeaderThatIgnoresTerm) {
  auto request = shell("trap '' TERM; while :; do sleep 0.05; done");
  request.timeout = 150ms;
  const auto result = ran(request);
  EXPECT_EQ(result.end, ProcessEnd::kTimedOut);
  EXPECT_EQ(result.signal, SIGKILL);
}

TEST_F(ProcessEndTest, KillsAGrandchildThatIgnoresTermAtTheTimeout) {
  auto request = shell(
      "(trap '' TERM; while :; do sleep 0.05; done) & echo $! > pid; wait");
  request.timeout = 300ms;
  EXPECT_EQ(ran(request).end, ProcessEnd::kTimedOut);
  ASSERT_GT(pid_in("pid"), 1);
  EXPECT_FALSE(lives(pid_in("pid")));
}

TEST_F(ProcessEndTest, EndsWhatALeaderLeavesBehind) {
  auto request = shell(
      "(trap '' TERM; echo $$; while :; do sleep 0.05; done) & "
      "echo $! > pid; exit 0");
  const auto result = ran(request);
  EXPECT_EQ(result.end, ProcessEnd::kExited);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_LT(result.duration, 5s) << "the pipe is not waited for";
  EXPECT_FALSE(lives(pid_in("pid")));
}

TEST_F(ProcessEndTest, EndsAGroupThatKeepsForking) {
  auto request = shell(
      "trap '' TERM; "
      "f() { while :; do (sleep 0.01; sleep 30) & sleep 0.02; done; }; "
      "f & f & exec sleep 60");
  int group = 0;
  request.started = [&group](int pid) { group = pid; };
  request.timeout = 200ms;
  EXPECT_EQ(ran(request).end, ProcessEnd::kTimedOut);
  ProcessRequest list;
  list.argv = {"sh",
               "-c",
               "grep -hs ' ' /proc/[0-9]*/stat | sed 's/.*) //' | "
               "awk -v g=$0 '$3 == g && $1 != \"Z\"' | wc -l",
               std::to_string(group)};
  EXPECT_EQ(ran(list).out, "0\n");
}

TEST_F(ProcessEndTest, DoesNotWaitForAPipeHeldInAnotherSession) {
  auto request = shell(
      "setsid sh -c 'echo $$ > pid; exec sleep 60' & "
      "while [ ! -s pid ]; do sleep 0.01; done; echo out");
  const auto result = ran(request);
  EXPECT_EQ(result.end, ProcessEnd::kExited);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_LT(result.duration, 10s);
  ASSERT_GT(pid_in("pid"), 1);
  EXPECT_TRUE(lives(pid_in("pid"))) << "it left the group; it is not ours";
  kill(pid_in("pid"), SIGKILL);
}

TEST_F(ProcessEndTest, DoesNotWaitForAnEscapedFlood) {
  auto request = shell(
      "setsid sh -c 'echo $$ > pid; exec yes' & "
      "while [ ! -s pid ]; do sleep 0.01; done");
  request.capture_bytes_max = 100;
  EXPECT_EQ(ran(request).end, ProcessEnd::kExited);
  ASSERT_GT(pid_in("pid"), 1);
  kill(pid_in("pid"), SIGKILL);
}

TEST_F(ProcessEndTest, EndsAGroupFromOutside) {
  const pid_t leader = fork();
  if (leader == 0) {
    setsid();
    signal(SIGTERM, SIG_IGN);
    for (;;) {
      pause();
    }
  }
  while (getpgid(leader) != leader) {
    std::this_thread::sleep_for(1ms);
  }
  end_process_group(leader, 50ms);
  int status = 0;
  ASSERT_EQ(waitpid(leader, &status, 0), leader);
  EXPECT_TRUE(WIFSIGNALED(status));
  end_process_group(leader, 10s);  // gone: returns at once
}

// --- interrupts: in a process of their own, the flag is for ever ---

using ProcessDeathTest = Process;

TEST_F(ProcessDeathTest, EndsTheGroupOnceInterrupted) {
  const auto interrupted = [this] {
    auto request = shell("exec sleep 60");
    request.tick = request_interrupt;
    const auto result = run(request);
    return result && result->end == ProcessEnd::kInterrupted &&
           result->signal == SIGTERM && has_no_child();
  };
  EXPECT_EXIT(
      std::_Exit(interrupted() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST_F(ProcessDeathTest, StartsNothingOnceInterruptedButTidyingUp) {
  const auto holds = [this] {
    request_interrupt();
    auto request = shell("touch ran");
    const auto refused = run(request);
    const bool nothing = refused && refused->end == ProcessEnd::kInterrupted &&
                         !std::filesystem::exists(folder() / "ran");
    request.interruptible = false;
    const auto allowed = run(request);
    return nothing && allowed && allowed->exit_code == 0 &&
           std::filesystem::exists(folder() / "ran");
  };
  EXPECT_EXIT(std::_Exit(holds() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST_F(ProcessEndTest, OfOneThatRunsBesideUsIsSeenByAdvancing) {
  auto running = SystemProcessRunner().start(shell("echo one; exit 3"));
  ASSERT_TRUE(running.has_value());
  while (!(*running)->advance()) {
    await_news({(*running)->handle()}, std::chrono::milliseconds(1000));
  }
  const auto result = (*running)->result();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->out, "one\n");
}

TEST_F(ProcessEndTest, OfOneThatRunsBesideUsMayBeAskedFor) {
  auto running = SystemProcessRunner().start(
      shell("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done"));
  ASSERT_TRUE(running.has_value());
  while (pid_in("pid") == 0) {
    EXPECT_FALSE((*running)->advance());
  }
  (*running)->end(ProcessEnd::kEnded);
  while (!(*running)->advance()) {
    await_news({(*running)->handle()}, std::chrono::milliseconds(10));
  }
  EXPECT_EQ((*running)->result()->end, ProcessEnd::kEnded);
  EXPECT_FALSE(lives(pid_in("pid")));
  EXPECT_TRUE(has_no_child());
}

TEST_F(ProcessEndTest, ComesToOneThatIsForgottenAndNotToOneThatIsLeft) {
  int left = 0;
  {
    auto forgotten = SystemProcessRunner().start(shell("sleep 600"));
    auto leaving = SystemProcessRunner().start(shell("exec sleep 600"));
    ASSERT_TRUE(forgotten.has_value() && leaving.has_value());
    left = (*leaving)->group();
    (*leaving)->leave();
    const int group = (*forgotten)->group();
    forgotten->reset();
    EXPECT_FALSE(lives(group));
  }
  EXPECT_TRUE(lives(left));
  end_process_group(left, std::chrono::milliseconds(200));
  EXPECT_EQ(waitpid(left, nullptr, 0), left);
}

}  // namespace
}  // namespace commands::services
