#include "commands/services/process.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/commands/process_fixture.h"

namespace commands::services {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST_F(Process, KeepsBothOutputsAndTheExitCode) {
  const auto result = ran(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(result.end, ProcessEnd::kExited);
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.signal, std::nullopt);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_TRUE(has_no_child());
}

TEST_F(Process, AddsToOurEnvironmentAndReplacesInIt) {
  setenv("RL_TEST_KEPT", "ours", 1);
  setenv("RL_TEST_CHANGED", "ours", 1);
  auto request = shell("echo $RL_TEST_KEPT $RL_TEST_CHANGED $RL_TEST_NEW");
  request.environment = {{"RL_TEST_CHANGED", "changed"}, {"RL_TEST_NEW", "n"}};
  EXPECT_EQ(ran(request).out, "ours changed n\n");
}

TEST_F(Process, RunsInTheNamedDirectory) {
  EXPECT_EQ(ran(shell("pwd -P")).out,
            std::filesystem::canonical(folder()).string() + "\n");
}

TEST_F(Process, ReportsADirectoryThatCannotBeEntered) {
  auto request = shell("true");
  request.directory = folder() / "missing";
  const auto result = run(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "spawn-failed");
  EXPECT_THAT(result.error().message, HasSubstr("missing"));
}

TEST_F(Process, GivesALargeInputToAChildThatAnswersAtOnce) {
  auto request = shell("cat; echo done >&2");
  request.input = std::string(3 << 20, 'x');
  const auto result = ran(request);
  EXPECT_EQ(result.out, request.input);
  EXPECT_EQ(result.err, "done\n");
}

TEST_F(Process, SurvivesAChildThatDoesNotReadItsInput) {
  auto request = shell("exec <&-; exit 3");
  request.input = std::string(3 << 20, 'x');
  EXPECT_EQ(ran(request).exit_code, 3);
}

TEST_F(Process, GivesAnEmptyInputOtherwise) {
  EXPECT_EQ(ran(shell("cat; echo end")).out, "end\n");
}

TEST_F(Process, DropsWhatIsBeyondTheBoundAndSaysSo) {
  auto request = shell("head -c 1000000 /dev/zero; echo end >&2");
  request.capture_bytes_max = 1000;
  const auto result = ran(request);
  EXPECT_EQ(result.out.size(), 1000U);
  EXPECT_TRUE(result.truncated);
  EXPECT_EQ(result.err, "end\n");
  EXPECT_EQ(result.exit_code, 0);
}

TEST_F(Process, NamesACommandThatDoesNotExistAndLeavesNothing) {
  ProcessRequest request;
  request.argv = {"rl-no-such-command", "x"};
  request.log = folder() / "logs/a.log";
  const auto result = run(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ledger::ErrorCode::kIo);
  EXPECT_EQ(result.error().reason, "command-not-found");
  EXPECT_THAT(result.error().message, HasSubstr("rl-no-such-command"));
  EXPECT_FALSE(std::filesystem::exists(request.log));
  EXPECT_TRUE(has_no_child());
}

TEST_F(Process, TellsAFileThatIsNotExecutableFromAMissingOne) {
  write(folder() / "data", "x");
  ProcessRequest request;
  request.argv = {(folder() / "data").string()};
  EXPECT_EQ(reason(request), "command-not-executable");
}

TEST_F(Process, FindsACommandInThePathGivenToTheChild) {
  write_script(folder() / "bin/rl-here", "echo found\n");
  ProcessRequest request;
  request.argv = {"rl-here"};
  request.environment = {{"PATH", (folder() / "bin").string() + ":/bin"}};
  EXPECT_EQ(ran(request).out, "found\n");
}

TEST_F(Process, RefusesAnArgumentWithANul) {
  ProcessRequest request;
  request.argv = {"echo", std::string("a\0b", 3)};
  EXPECT_EQ(reason(request), "spawn-failed");
}

TEST_F(Process, ReportsDeathBySignal) {
  const auto result = ran(shell("kill -SEGV $$"));
  EXPECT_EQ(result.end, ProcessEnd::kSignalled);
  EXPECT_EQ(result.signal, SIGSEGV);
  EXPECT_EQ(result.exit_code, std::nullopt);
}

TEST_F(Process, GivesTheChildDefaultSignals) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, nullptr);
  ProcessRequest request;
  request.argv = {"grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"};
  const auto result = ran(request);
  pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  EXPECT_EQ(result.out,
            "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(Process, IsLeaderOfItsOwnSessionAndGroup) {
  int started = 0;
  auto request = shell("cut -d' ' -f1,5,6 /proc/$$/stat");
  request.started = [&started](int pid) { started = pid; };
  const std::string ids = ran(request).out;  // pid, group, session
  const std::string pid = std::to_string(started);
  EXPECT_EQ(ids, pid + " " + pid + " " + pid + "\n");
}

// --- descriptors ---

TEST_F(Process, PassesOnTheNamedDescriptorsAndNoOther) {
  const int lease =
      open((folder() / "lease").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int leaky = open("/dev/null", O_RDONLY);  // without CLOEXEC
  ProcessRequest request;
  request.argv = {"ls", "-l", "/proc/self/fd"};
  request.inherited = {lease};
  const std::string seen = ran(request).out;
  EXPECT_THAT(seen, HasSubstr("/lease"));
  EXPECT_THAT(seen, Not(HasSubstr(" " + std::to_string(leaky) + " -> /dev")));
  EXPECT_EQ(std::count(seen.begin(), seen.end(), '>'), 5)
      << "0, 1, 2, the lease and ls's own:\n"
      << seen;
  EXPECT_EQ(fcntl(lease, F_GETFD), FD_CLOEXEC) << "ours keeps its flag";
  close(lease);
  close(leaky);
}

// --- logs ---

TEST_F(Process, WritesBothOutputsToAPrivateNewLog) {
  auto request = shell("echo out; echo err >&2");
  request.log = folder() / "logs/v1/a.log";
  const auto result = ran(request);
  EXPECT_EQ(result.out + result.err, "");
  EXPECT_EQ(read(request.log), "out\nerr\n");
  struct stat info {};
  ASSERT_EQ(stat(request.log.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_EQ(stat((folder() / "logs").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(Process, NeverWritesIntoALogThatIsThere) {
  write(folder() / "a.log", "evidence");
  auto request = shell("echo more");
  request.log = folder() / "a.log";
  const auto result = run(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "log-not-writable");
  EXPECT_THAT(result.error().message, HasSubstr(request.log.string()));
  EXPECT_EQ(read(request.log), "evidence");
}

TEST_F(Process, NamesALogThatCannotBeCreated) {
  write(folder() / "file", "");
  auto request = shell("touch ran");
  request.log = folder() / "file/below/a.log";
  EXPECT_EQ(reason(request), "log-not-writable");
  EXPECT_FALSE(std::filesystem::exists(folder() / "ran"));
}

TEST_F(Process, EndsAFloodThatPassesTheLogsBound) {
  auto request = shell("yes");
  request.log = folder() / "a.log";
  request.log_bytes_max = 1 << 20;
  const auto result = ran(request);
  EXPECT_EQ(result.end, ProcessEnd::kLogTooLarge);
  EXPECT_GT(std::filesystem::file_size(request.log), 1U << 20);
  EXPECT_LT(result.duration, 10s);
}

TEST_F(Process, KeepsAllThatTheLeaderWroteBeforeItLeft) {
  for (int round = 0; round < 20; ++round) {
    const auto result = ran(shell("head -c 300000 /dev/zero"));
    ASSERT_EQ(result.out.size(), 300000U);
  }
}

TEST_F(Process, TicksWhileItRuns) {
  int ticks = 0;
  auto request = shell("sleep 0.45");
  request.tick = [&ticks] { ++ticks; };
  ran(request);
  EXPECT_GE(ticks, 2);
  EXPECT_LE(ticks, 5);
}

TEST_F(Process, RunsBesideOthersInSeveralThreads) {
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&good, number, this] {
      for (int round = 0; round < 10; ++round) {
        const std::string text = std::to_string(number * 100 + round);
        good += ran(shell("echo " + text)).out == text + "\n" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(good, 40);
}

}  // namespace
}  // namespace commands::services
