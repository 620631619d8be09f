// The lease of a run, between real processes.

#include "commands/run_lease.h"

#include <csignal>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/commands/scratch_test.h"

namespace commands {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Lines : public Reporter {
 public:
  void progress(std::string_view line) override { lines.emplace_back(line); }
  void result(std::string_view) override {}
  void validations_finished(const std::string&) override {}
  std::optional<bool> confirm(std::string_view) override { return {}; }

  std::vector<std::string> lines;
};

class Lease : public ScratchTest {
 protected:
  Result<RunLease> acquire(const std::string& release = "1.4.0") {
    return RunLease::acquire(folder(), release, 1'000, reporter_);
  }

  // Another run: takes the lease, does `act`, and says over a pipe that it
  // has. It then lives until it is killed, or ends at once.
  pid_t other_run(bool stays, const std::function<void(RunLease&)>& act) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto lease = acquire();
      if (lease) {
        act(*lease);
      }
      (void)!::write(pipe[1], lease ? "y" : "n", 1);
      if (stays) {
        ::pause();
      }
      ::_exit(0);
    }
    ::close(pipe[1]);
    char answer = '?';
    EXPECT_EQ(::read(pipe[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    ::close(pipe[0]);
    if (!stays) {
      ::waitpid(child, nullptr, 0);
    }
    return child;
  }

  // What a run leaves behind: a process in a group of its own that holds the
  // lease for `seconds`.
  static int leave_behind(unsigned seconds) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setpgid(0, 0);
      ::sleep(seconds);
      ::_exit(0);
    }
    ::setpgid(child, child);
    return child;
  }

  Lines reporter_;
};

TEST_F(Lease, IsAPrivateFileNamingItsOwner) {
  const auto lease = acquire();
  ASSERT_TRUE(lease.has_value());
  struct stat info {};
  const std::filesystem::path file = folder() / "runs/1.4.0.lock";
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_THAT(read(file), HasSubstr(fmt::format("\"pid\":{}", ::getpid())));
  EXPECT_THAT(read(file), HasSubstr("1970-01-01T00:00:01.000Z"));
  EXPECT_THAT(reporter_.lines, IsEmpty());
}

TEST_F(Lease, OfALiveRunIsBusyAndSaysWhose) {
  const pid_t owner = other_run(true, [](RunLease&) {});
  const auto lease = acquire();
  ASSERT_FALSE(lease.has_value());
  EXPECT_EQ(lease.error().code, ErrorCode::kBusy);
  EXPECT_EQ(lease.error().reason, "run-in-progress");
  EXPECT_THAT(lease.error().message, HasSubstr(fmt::format("pid {}", owner)));
  EXPECT_THAT(lease.error().message, HasSubstr("1.4.0"));
  EXPECT_TRUE(acquire("1.5.0").has_value());
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_TRUE(acquire().has_value());
}

TEST_F(Lease, IsFreeWhenItsRunHasEnded) {
  { ASSERT_TRUE(acquire().has_value()); }
  other_run(false, [](RunLease&) {});
  EXPECT_TRUE(acquire().has_value());
  EXPECT_THAT(reporter_.lines, IsEmpty());
}

TEST_F(Lease, IsBusyForASecondRunOfTheSameProcess) {
  const auto first = acquire();
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(acquire().has_value());
}

TEST_F(Lease, OfAKilledRunIsTakenFromTheValidationItLeft) {
  other_run(false, [](RunLease& lease) {
    const int group = leave_behind(600);
    (void)lease.note_children({{ChildKind::kValidation, group}});
  });
  ASSERT_TRUE(acquire().has_value());
  EXPECT_THAT(reporter_.lines, ElementsAre(HasSubstr("ending the validation")));
}

// Killed between the start of the validation and the note of its group.
TEST_F(Lease, OfAKilledRunIsTakenFromAValidationOfUnknownGroup) {
  other_run(false, [](RunLease& lease) {
    (void)lease.note_children({{ChildKind::kValidation, 0}});
    (void)leave_behind(600);
  });
  ASSERT_TRUE(acquire().has_value());
  EXPECT_THAT(reporter_.lines, ElementsAre(HasSubstr("ending the validation")));
}

TEST_F(Lease, OfAKilledRunIsTakenWhenItsGitHasEnded) {
  other_run(false, [](RunLease& lease) {
    const int group = leave_behind(1);
    (void)lease.note_children({{ChildKind::kGit, group}});
  });
  ASSERT_TRUE(acquire().has_value());
  EXPECT_THAT(reporter_.lines, ElementsAre(HasSubstr("waiting for the git")));
}

TEST_F(Lease, OfAKilledRunWaitsForALaunchAndEndsTheRest) {
  other_run(false, [](RunLease& lease) {
    const int launch = leave_behind(1);
    const int validation = leave_behind(600);
    (void)lease.note_children(
        {{ChildKind::kLaunch, launch}, {ChildKind::kValidation, validation}});
  });
  ASSERT_TRUE(acquire().has_value());
  EXPECT_THAT(reporter_.lines,
              ElementsAre(HasSubstr("ending the validation"),
                          HasSubstr("waiting for the launch")));
}

// A daemon that has left its group is nobody's once the run has ended well.
TEST_F(Lease, OfARunThatHasEndedIsNobodysThoughADaemonHoldsIt) {
  const pid_t run = ::fork();
  if (run == 0) {
    int daemon = 0;
    {
      auto lease = acquire();
      daemon = lease ? leave_behind(600) : 0;
    }
    write(folder() / "daemon", std::to_string(daemon));
    ::_exit(0);
  }
  ::waitpid(run, nullptr, 0);
  const int daemon = std::stoi(read(folder() / "daemon"));
  ASSERT_GT(daemon, 0);
  EXPECT_TRUE(require_no_runs(folder()).has_value());
  {
    const auto lease = acquire();
    ASSERT_TRUE(lease.has_value());
    EXPECT_FALSE(require_no_runs(folder()).has_value());
    EXPECT_FALSE(acquire().has_value());
  }
  EXPECT_TRUE(acquire().has_value());
  EXPECT_THAT(reporter_.lines, IsEmpty());
  EXPECT_EQ(::kill(daemon, SIGKILL), 0) << "it was left alone";
}

// Ctrl-C leaves a launch to say what it has to say.
TEST_F(Lease, OfARunThatHasLeftALaunchWaitsForIt) {
  const pid_t run = ::fork();
  if (run == 0) {
    {
      auto lease = acquire();
      (void)lease->note_children({{ChildKind::kLaunch, leave_behind(1)}});
    }
    ::_exit(0);
  }
  ::waitpid(run, nullptr, 0);
  ASSERT_TRUE(acquire().has_value());
  EXPECT_THAT(reporter_.lines,
              ElementsAre(HasSubstr("waiting for the launch")));
}

TEST_F(Lease, SurvivesAFileThatSaysNothing) {
  write(folder() / "runs/1.4.0.lock", "no json");
  EXPECT_TRUE(acquire().has_value());
}

TEST_F(Lease, IsNotFollowedThroughALink) {
  std::filesystem::create_directories(folder() / "runs");
  write(folder() / "elsewhere", "precious");
  std::filesystem::create_symlink(folder() / "elsewhere",
                                  folder() / "runs/1.4.0.lock");
  const auto lease = acquire();
  ASSERT_FALSE(lease.has_value());
  EXPECT_EQ(lease.error().code, ErrorCode::kIo);
  EXPECT_EQ(read(folder() / "elsewhere"), "precious");
}

}  // namespace
}  // namespace commands
