// A ledger that takes its place by a renaming (a backup, a restore, an import)
// is on the disk before that: each of its files and names was synced, and its
// own name is before anything is said to have been done.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crash/book.h"
#include "tests/crash/trace.h"

namespace crash_tests {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

// What of a folder a power loss could still take away.
class Unsynced {
 public:
  explicit Unsynced(std::string place) : place_(std::move(place)) {}

  void apply(const Call& call) {
    if (call.result < 0 || call.strings.empty()) {
      return;
    }
    const std::string& path = call.strings.front();
    if (call.name == "openat") {
      if (call.text.find("O_CREAT") != call.text.npos) {
        made_.insert(call.strings.back());
      }
    } else if (call.name == "mkdir") {
      open_.insert(fs::path(path).parent_path());
    } else if (call.name == "fsync" || call.name == "fdatasync") {
      open_.erase(path);
    } else if (call.name.starts_with("rename")) {
      rename(call);
    } else {
      write(call.name == "copy_file_range" ? call.strings.at(1) : path);
    }
  }

  bool took_its_place() const { return took_its_place_; }
  const std::set<std::string>& at_that_time() const { return at_that_time_; }
  // Whether the name it took may still be lost.
  bool may_lose_its_place() const {
    return open_.contains(fs::path(place_).parent_path());
  }

 private:
  // An empty file may go.
  void write(const std::string& path) {
    open_.insert(path);
    if (made_.erase(path) > 0) {
      open_.insert(fs::path(path).parent_path());
    }
  }

  void rename(const Call& call) {
    // Beside each path may stand the folder it would be relative to.
    const std::size_t each = call.strings.size() / 2;
    const std::string& from = call.strings.at(each - 1);
    const std::string& to = call.strings.back();
    if (to == place_ || from == place_) {
      took_its_place_ = true;
      for (const std::string& path : open_) {
        if (path.starts_with(place_ + ".")) {
          at_that_time_.insert(path);
        }
      }
    }
    if (open_.erase(from) > 0) {
      open_.insert(to);
    }
    open_.insert(fs::path(to).parent_path());
  }

  std::string place_;
  std::set<std::string> made_;  // and not written to yet
  std::set<std::string> open_;  // files and folders
  std::set<std::string> at_that_time_;
  bool took_its_place_ = false;
};

class SyncedCopies : public ::testing::Test {
 protected:
  void expect_synced(const Arguments& command, const fs::path& place) const {
    const Traced traced = trace(book_.invocation(command),
                                "openat,mkdir,rename,?renameat,renameat2,fsync,"
                                "fdatasync,write,pwrite64,?sendfile,"
                                "?copy_file_range",
                                "",
                                false);
    ASSERT_EQ(traced.ended.exit_code, kDone) << traced.ended.err;
    Unsynced unsynced(place);
    for (const Call& call : traced.calls) {
      unsynced.apply(call);
    }
    EXPECT_TRUE(unsynced.took_its_place());
    EXPECT_THAT(unsynced.at_that_time(), IsEmpty());
    EXPECT_FALSE(unsynced.may_lose_its_place());
  }

  Book book_;
};

TEST_F(SyncedCopies, OfABackupAndOfARestore) {
  const fs::path folder = book_.disk() / "backup";
  expect_synced({"backup", folder}, folder / "ledger");
  expect_synced({"restore", folder}, book_.ledger());
  fs::remove_all(book_.ledger());
  expect_synced({"restore", folder}, book_.ledger());
}

TEST_F(SyncedCopies, OfAnImport) {
  const fs::path file = book_.disk() / "events";
  ASSERT_EQ(book_.rl({"export", file}).exit_code, kDone);
  fs::remove_all(book_.ledger());
  expect_synced({"import", file}, book_.ledger());
}

}  // namespace
}  // namespace crash_tests
