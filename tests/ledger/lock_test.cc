#include "ledger/lock.h"

#include <chrono>
#include <csignal>
#include <functional>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/ledger/temporary_folder.h"

namespace ledger_tests {
namespace {

using ledger::LockMode;
using ledger::StoreLock;
using std::chrono::milliseconds;

// What happens right before this program takes or lets go a lock.
std::function<void()> before_flock;

constexpr milliseconds kShort{50};
constexpr milliseconds kLong{10'000};

// Another process that holds the lock until it is let go.
class Holder {
 public:
  Holder(const std::filesystem::path& folder, LockMode mode) {
    int ready[2];
    if (::pipe(ready) != 0) {
      return;
    }
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto lock = StoreLock::acquire(folder, mode, kLong);
      (void)!::write(ready[1], lock ? "y" : "n", 1);
      while (true) {
        ::pause();
      }
    }
    ::close(ready[1]);
    char answer = 0;
    holds_ = ::read(ready[0], &answer, 1) == 1 && answer == 'y';
    ::close(ready[0]);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { die(); }

  void die() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      pid_ = 0;
    }
  }

  bool holds() const { return holds_; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  bool holds_ = false;
};

TEST(Lock, IsSharedByReaders) {
  const TemporaryFolder folder;
  const Holder other(folder.path(), LockMode::kShared);
  ASSERT_TRUE(other.holds());
  EXPECT_TRUE(StoreLock::acquire(folder.path(), LockMode::kShared, kShort));
}

TEST(Lock, OfAReaderKeepsWritersOut) {
  const TemporaryFolder folder;
  const Holder other(folder.path(), LockMode::kShared);
  ASSERT_TRUE(other.holds());
  const auto lock =
      StoreLock::acquire(folder.path(), LockMode::kExclusive, kShort);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ledger::ErrorCode::kBusy);
  EXPECT_EQ(lock.error().reason, "ledger-busy");
  EXPECT_NE(lock.error().message.find(fmt::format("pid {} (", other.pid())),
            std::string::npos)
      << lock.error().message;
}

TEST(Lock, OfReadersNamesThemAndNotAWriterThatDied) {
  const TemporaryFolder folder;
  Holder writer(folder.path(), LockMode::kExclusive);
  ASSERT_TRUE(writer.holds());
  const pid_t dead = writer.pid();
  writer.die();
  ASSERT_FALSE(ledger::read_file(folder / "lock.main").value()->empty());
  const Holder one(folder.path(), LockMode::kShared);
  const Holder other(folder.path(), LockMode::kShared);
  const auto lock =
      StoreLock::acquire(folder.path(), LockMode::kExclusive, kShort);
  ASSERT_FALSE(lock);
  const auto says = [&](pid_t process) {
    return lock.error().message.find(fmt::format("pid {} (", process)) !=
           std::string::npos;
  };
  EXPECT_TRUE(says(one.pid())) << lock.error().message;
  EXPECT_TRUE(says(other.pid())) << lock.error().message;
  EXPECT_FALSE(says(dead)) << lock.error().message;
}

TEST(Lock, NamesFourReadersAsThreeAndOneMore) {
  const TemporaryFolder folder;
  const Holder a(folder.path(), LockMode::kShared);
  const Holder b(folder.path(), LockMode::kShared);
  const Holder c(folder.path(), LockMode::kShared);
  const Holder d(folder.path(), LockMode::kShared);
  const auto lock =
      StoreLock::acquire(folder.path(), LockMode::kExclusive, kShort);
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().message.find(", 1 more"), std::string::npos)
      << lock.error().message;
}

TEST(Lock, OfAWriterKeepsEverybodyOutAndIsNamed) {
  const TemporaryFolder folder;
  const Holder other(folder.path(), LockMode::kExclusive);
  ASSERT_TRUE(other.holds());
  for (const LockMode mode : {LockMode::kShared, LockMode::kExclusive}) {
    const auto before = std::chrono::steady_clock::now();
    const auto lock = StoreLock::acquire(folder.path(), mode, kShort);
    const auto waited = std::chrono::steady_clock::now() - before;
    ASSERT_FALSE(lock);
    EXPECT_NE(lock.error().message.find(fmt::format("pid {} (", other.pid())),
              std::string::npos)
        << lock.error().message;
    EXPECT_GE(waited, kShort);
    EXPECT_LT(waited, kLong);
  }
}

TEST(Lock, OfALedgerThatIsReplacedAtThatMomentIsOfTheNewOne) {
  const TemporaryFolder place;
  const std::filesystem::path folder = place / "ledger";
  std::filesystem::create_directory(folder);
  int locks = 0;
  before_flock = [&] {
    if (++locks == 2) {  // the gate is taken, the main lock's file is open
      std::filesystem::rename(folder, place / "replaced");
      std::filesystem::create_directory(folder);
    }
  };
  const auto lock = StoreLock::acquire(folder, LockMode::kExclusive, kLong);
  before_flock = nullptr;
  ASSERT_TRUE(lock);
  EXPECT_FALSE(StoreLock::acquire(folder, LockMode::kShared, kShort));
}

TEST(Lock, OfADeadProcessIsFree) {
  const TemporaryFolder folder;
  Holder other(folder.path(), LockMode::kExclusive);
  ASSERT_TRUE(other.holds());
  other.die();
  EXPECT_TRUE(StoreLock::acquire(folder.path(), LockMode::kExclusive, kShort));
}

TEST(Lock, ForgetsItsHolderWhenLetGo) {
  const TemporaryFolder folder;
  {
    const auto lock =
        StoreLock::acquire(folder.path(), LockMode::kExclusive, kShort);
    ASSERT_TRUE(lock);
    EXPECT_EQ(ledger::read_file(folder / "lock.main").value(),
              ledger::this_process());
  }
  const Holder reader(folder.path(), LockMode::kShared);
  const auto lock =
      StoreLock::acquire(folder.path(), LockMode::kExclusive, kShort);
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().message.find(fmt::format("pid {} (", reader.pid())),
            std::string::npos)
      << lock.error().message;
}

TEST(Lock, IsTakenByAWaiterOnceItIsFree) {
  const TemporaryFolder folder;
  Holder other(folder.path(), LockMode::kExclusive);
  ASSERT_TRUE(other.holds());
  const pid_t killer = ::fork();
  if (killer == 0) {
    ::usleep(50'000);
    ::kill(other.pid(), SIGKILL);
    ::_exit(0);
  }
  EXPECT_TRUE(StoreLock::acquire(folder.path(), LockMode::kShared, kLong));
  ::waitpid(killer, nullptr, 0);
}

TEST(Lock, OfAFolderThatIsNotThereIsAnError) {
  const TemporaryFolder folder;
  const auto lock =
      StoreLock::acquire(folder / "none", LockMode::kShared, kShort);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ledger::ErrorCode::kIo);
}

}  // namespace
}  // namespace ledger_tests

// In place of the C library's, for the whole test program.
extern "C" int flock(int file, int operation) noexcept {
  if (ledger_tests::before_flock) {
    ledger_tests::before_flock();
  }
  return static_cast<int>(::syscall(SYS_flock, file, operation));
}
