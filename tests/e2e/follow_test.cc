// history --follow goes on with what is appended, and keeps nobody out.

#include <chrono>
#include <string>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

class Follow : public ReleaseTest {
 protected:
  // Whether an exclusive lock can be had at once.
  bool is_free(std::string_view lock) const {
    const std::string path = (scratch_.ledger() / lock).string();
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    const bool free = ::flock(file, LOCK_EX | LOCK_NB) == 0;
    ::close(file);
    return free;
  }
};

TEST_F(Follow, HoldsNoLockWhileNothingHappens) {
  constexpr int kLooks = 200;
  constexpr std::chrono::milliseconds kLookEvery{5};
  constexpr int kInterrupted = 130;
  prepare();
  support::Running follower(invocation({"history", "--follow", "--json"}));
  // It reads the ledger once, at its start.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  int held = 0;
  for (int look = 0; look < kLooks; ++look) {
    held += is_free("lock.main") && is_free("lock.gate") ? 0 : 1;
    std::this_thread::sleep_for(kLookEvery);
  }
  EXPECT_EQ(held, 0) << "of " << kLooks << " looks";
  ASSERT_FALSE(follower.has_ended());

  const Ended bugs = step("bug-check", {"--confirm-bugs", "none is open"});
  EXPECT_EQ(bugs.exit_code, kDone) << shown(bugs);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  follower.kill(SIGINT);
  const Ended ended = follower.wait();
  EXPECT_EQ(ended.exit_code, kInterrupted) << shown(ended);
  EXPECT_EQ(ended.out, rl({"history", "--json"}).out);
}

}  // namespace
}  // namespace e2e
