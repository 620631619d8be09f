// Every file-system call of a command fails, or is its last. What was
// acknowledged is kept, the error is one line with an exit code of the
// contract, and the same command typed again lands on the same record.
//
// RL_FAULT_SEED chooses other calls, RL_FAULTS how many for each command
// (CI: 12, and each sync and renaming; 0: all of them, each with all faults).

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/crash/book.h"
#include "tests/crash/trace.h"
#include "tests/support/snapshot.h"

namespace crash_tests {
namespace {

using support::Ended;
using ::testing::AnyOf;
using ::testing::IsSubsetOf;

constexpr const char* kCalls =
    "?open,openat,?creat,read,pread64,write,pwrite64,?writev,?pwritev,lseek,"
    "close,fsync,fdatasync,sync_file_range,?msync,fallocate,ftruncate,"
    "?truncate,flock,fcntl,newfstatat,?stat,?lstat,?fstat,?statx,statfs,"
    "fstatfs,access,?faccessat,?faccessat2,getdents64,readlink,rename,"
    "?renameat,?renameat2,unlink,?unlinkat,?rmdir,mkdir,?mkdirat,?link,"
    "?linkat,?chmod,?fchmod,?sendfile,?copy_file_range,?fadvise64";

struct Fault {
  std::string call;
  int nth = 0;
  std::string what;  // of strace: error=EIO, signal=KILL

  std::string injection() const {
    return fmt::format("{}:{}:when={}", call, what, nth);
  }
};

class Faults : public ::testing::Test {
 protected:
  // Of all calls from the first that names the disk on; the loader's are not
  // ours.
  std::vector<Fault> faults_of(const Arguments& command,
                               const std::vector<std::string>& kinds) {
    book_.put_back("pristine");
    const Traced traced = trace(book_.invocation(command), kCalls, "", false);
    EXPECT_EQ(traced.ended.exit_code, kDone) << traced.ended.err;
    std::set<std::pair<std::string, int>> calls;
    for (const Call& call : traced.calls) {
      const bool ours =
          std::ranges::any_of(call.strings, [&](const std::string& text) {
            return text.starts_with(book_.disk().string());
          });
      if (ours) {
        calls.emplace(call.name, call.nth);
      }
    }
    std::vector<Fault> faults;
    for (const auto& [name, nth] : calls) {
      for (const std::string& kind : kinds) {
        faults.push_back({name, nth, kind});
      }
    }
    EXPECT_GT(faults.size(), 100U);
    return sample(std::move(faults));
  }

  std::vector<Fault> sample(std::vector<Fault> faults) {
    const std::size_t count = number_from("RL_FAULTS", 12);
    if (count == 0) {
      return faults;
    }
    std::mt19937_64 random(seed_from("RL_FAULT_SEED"));
    std::ranges::shuffle(faults, random);
    const auto rest = std::ranges::partition(faults, is_crucial);
    const auto more = std::min<std::ptrdiff_t>(
        static_cast<std::ptrdiff_t>(count), std::ranges::ssize(rest));
    faults.erase(rest.begin() + more, faults.end());
    return faults;
  }

  // Debian's RocksDB asserts that its question whether a file system knows
  // sync_file_range cannot fail. That is as good as a kill.
  static bool may_abort(const Fault& fault) {
    return fault.call == "fstatfs" || fault.call == "sync_file_range";
  }

  // A descriptor that strace does not let close stays open, which the kernel
  // never does, and with it the lock that the same command takes again.
  static bool may_stay_locked(const Fault& fault) {
    return fault.call == "close" && fault.what != "signal=KILL";
  }

  // The number of a thread's call is also one of the main thread's, which may
  // be the loader's: then there was no program yet.
  static bool met_the_loader(const Ended& ended) {
    return ended.exit_code == kNotStarted &&
           ended.err.find("error while loading shared libraries") !=
               std::string::npos;
  }

  static bool is_crucial(const Fault& fault) {
    return fault.what == "error=EIO" &&
           (fault.call == "fsync" || fault.call == "fdatasync" ||
            fault.call == "rename");
  }

  // Whether the record of the event or HEAD may not be on the disk after it.
  bool leaves_in_doubt(const Call& call) const {
    const bool syncs = call.name == "fsync" || call.name == "fdatasync";
    // An interrupted write is made again.
    const bool writes =
        call.name == "write" && call.text.find("EINTR") == std::string::npos;
    if (!call.injected || call.strings.empty() ||
        !(syncs || writes || call.name == "rename")) {
      return false;
    }
    const std::filesystem::path path = call.strings.front();
    return path == book_.ledger() || path.extension() == ".log" ||
           path.filename().string().starts_with("HEAD");
  }

  // The command with the fault, then without it, on a copy of the ledger.
  void try_fault(const Arguments& command, const Fault& fault) {
    SCOPED_TRACE(fault.injection());
    book_.put_back("pristine");
    const Traced traced =
        trace(book_.invocation(command), kCalls, fault.injection(), false);
    const Ended& ended = traced.ended;
    if (met_the_loader(ended)) {
      return;
    }
    if (ended.signal == SIGKILL ||
        std::ranges::any_of(traced.calls, &Call::injected)) {
      ++injected_;
    }
    const bool died = ended.signal == SIGKILL ||
                      (ended.signal == SIGABRT && may_abort(fault));
    if (!died && !(ended.exit_code == kBusy && may_stay_locked(fault))) {
      EXPECT_THAT(ended.exit_code, AnyOf(kDone, kMachine)) << ended.err;
    }
    if (ended.exit_code > 0) {
      expect_one_error(ended);
    }
    const bool in_doubt = std::ranges::any_of(
        traced.calls, [&](const Call& call) { return leaves_in_doubt(call); });
    if (in_doubt && !died && !tidies_up_) {
      EXPECT_EQ(ended.exit_code, kMachine) << "acknowledged all the same";
    }
    expect_kept(command, ended.exit_code == kDone);
  }

  void expect_kept(const Arguments& command, bool acknowledged) {
    if (!before_.empty() || acknowledged) {
      const Ended verified = book_.rl({"verify"});
      EXPECT_EQ(verified.exit_code, kDone) << verified.out << verified.err;
      const std::vector<std::string> ids = book_.ids();
      EXPECT_THAT(before_, IsSubsetOf(ids));
      if (acknowledged) {
        EXPECT_THAT(after_, IsSubsetOf(ids));
      }
    }
    const Ended again = book_.rl(command);
    EXPECT_EQ(again.exit_code, kDone) << again.err;
    const std::vector<std::string> ids = book_.ids();
    EXPECT_EQ(ids.size(), after_.size());
    EXPECT_THAT(ids, IsSubsetOf(after_)) << "recorded twice";
    const Ended verified = book_.rl({"verify"});
    EXPECT_EQ(verified.exit_code, kDone) << verified.out << verified.err;
  }

  void try_faults(const Arguments& command) {
    book_.keep("pristine");
    before_ = std::filesystem::exists(book_.ledger())
                  ? book_.ids()
                  : std::vector<std::string>();
    EXPECT_EQ(book_.rl(command).exit_code, kDone);
    after_ = book_.ids();
    const std::vector<Fault> faults = faults_of(
        command, {"error=EIO", "error=ENOSPC", "error=EINTR", "signal=KILL"});
    for (const Fault& fault : faults) {
      try_fault(command, fault);
    }
    fmt::print(stderr, "{} faults, {} injected\n", faults.size(), injected_);
    // Threads may take turns otherwise than when they were counted.
    EXPECT_GT(injected_ * 10, faults.size() * 8);
  }

  Book book_;
  std::vector<std::string> before_;  // ids of the events
  std::vector<std::string> after_;
  std::size_t injected_ = 0;
  bool tidies_up_ = false;
};

TEST_F(Faults, OfAnAppendLoseNothing) {
  try_faults(Book::approve());
}

TEST_F(Faults, OfAnAppendThatTidiesUpLoseNothing) {
  const Arguments append = book_.fill_until_maintenance();
  tidies_up_ = true;  // after the event is safe; may fail without a word
  try_faults(append);
}

TEST_F(Faults, OfAQueryGiveNoWrongAnswer) {
  book_.keep("pristine");
  const Arguments query = {"status", "1.0", "--json"};
  const Ended right = book_.rl(query);
  ASSERT_EQ(right.exit_code, kDone);
  const std::vector<Fault> faults =
      faults_of(query, {"error=EIO", "error=EINTR"});
  const auto before = support::snapshot(book_.ledger() / "db");
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.injection());
    const Ended ended =
        trace(book_.invocation(query), kCalls, fault.injection(), false).ended;
    if (met_the_loader(ended)) {
      continue;
    }
    EXPECT_THAT(ended.exit_code, AnyOf(kDone, kMachine)) << ended.err;
    EXPECT_EQ(ended.out, ended.exit_code == kDone ? right.out : "");
    if (ended.exit_code > 0) {
      expect_one_error(ended);
    }
  }
  EXPECT_TRUE(
      support::differences(before, support::snapshot(book_.ledger() / "db"))
          .empty());
}

}  // namespace
}  // namespace crash_tests
