#include "ledger/lock.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace ledger {
namespace {
namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstPause{1};
constexpr milliseconds kLongestPause{20};

// Whether `file` is still what the path names: a ledger that was replaced by
// `restore` while we waited is another one.
bool is_current(const Descriptor& file, const fs::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.get(), &opened) == 0 &&
         ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

std::string describe(pid_t process, uid_t account) {
  const passwd* user = ::getpwuid(account);
  return fmt::format("pid {} ({} on {})",
                     process,
                     user != nullptr ? user->pw_name : "unknown user",
                     this_account().host);
}

// Those that hold a flock on the file, as the kernel lists them:
// "1: FLOCK ADVISORY READ 4711 fe:00:10960982 0 EOF"; who waits has an arrow.
std::vector<pid_t> holders(const fs::path& path) {
  struct stat named {};
  if (::stat(path.c_str(), &named) != 0) {
    return {};
  }
  const std::string place = fmt::format("{:02x}:{:02x}:{}",
                                        major(named.st_dev),
                                        minor(named.st_dev),
                                        named.st_ino);
  std::vector<pid_t> result;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advisory;
    std::string mode;
    std::string where;
    pid_t process = 0;
    words >> number >> kind >> advisory >> mode >> process >> where;
    if (kind == "FLOCK" && where == place && process > 0) {
      result.push_back(process);
    }
  }
  return result;
}

// Who keeps the lock from us. The kernel knows; what a writer left in the main
// lock may be older than those who hold it now.
std::string in_the_way(const fs::path& folder, const fs::path& wanted) {
  constexpr std::size_t kNamedMax = 3;
  std::vector<pid_t> processes = holders(folder / kMainLockName);
  if (processes.empty()) {
    processes = holders(wanted);
  }
  std::vector<std::string> names;
  for (const pid_t process : processes) {
    struct stat status {};
    const std::string entry = fmt::format("/proc/{}", process);
    if (names.size() < kNamedMax && ::stat(entry.c_str(), &status) == 0) {
      names.push_back(describe(process, status.st_uid));
    }
  }
  if (!names.empty() && processes.size() > names.size()) {
    names.push_back(fmt::format("{} more", processes.size() - names.size()));
  }
  if (!names.empty()) {
    return fmt::format("{}", fmt::join(names, ", "));
  }
  const auto note = read_file(folder / kMainLockName);
  return note && *note && !(*note)->empty() ? **note : "another process";
}

Result<Descriptor> lock_file(const fs::path& path,
                             int operation,
                             steady_clock::time_point deadline) {
  milliseconds pause = kFirstPause;
  while (true) {
    Descriptor file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file && (errno == EROFS || errno == EACCES)) {
      // A copy that may only be read can be locked all the same.
      file =
          Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    }
    if (!file) {
      return io_error(path, errno);
    }
    if (::flock(file.get(), operation | LOCK_NB) == 0) {
      if (is_current(file, path)) {
        return file;
      }
      continue;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return io_error(path, errno);
    }
    if (steady_clock::now() >= deadline) {
      return fail(ErrorCode::kBusy,
                  "ledger-busy",
                  fmt::format("the ledger {} is in use by {}",
                              path.parent_path().string(),
                              in_the_way(path.parent_path(), path)),
                  "try again, or wait longer with --lock-timeout SECONDS");
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace

schema::Actor this_account() {
  std::array<char, 256> host{};
  (void)::gethostname(host.data(), host.size() - 1);
  const passwd* user = ::getpwuid(::geteuid());
  schema::Actor actor;
  actor.os_user = user != nullptr ? user->pw_name : "unknown user";
  actor.host = host.data();
  actor.how_known = "process";
  return actor;
}

std::string this_process() {
  return describe(::getpid(), ::geteuid());
}

Result<StoreLock> StoreLock::acquire(const fs::path& folder,
                                     LockMode mode,
                                     milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  RL_ASSIGN(const Descriptor gate,
            lock_file(folder / kGateLockName, LOCK_EX, deadline));
  const bool exclusive = mode == LockMode::kExclusive;
  RL_ASSIGN(
      Descriptor main,
      lock_file(
          folder / kMainLockName, exclusive ? LOCK_EX : LOCK_SH, deadline));
  if (exclusive) {
    // Who holds it, for those who wait. Failing to write it is no reason not
    // to go on.
    const std::string text = this_process();
    if (::ftruncate(main.get(), 0) == 0) {
      (void)!::pwrite(main.get(), text.data(), text.size(), 0);
    }
  }
  return StoreLock(std::move(main), mode);
}

StoreLock::~StoreLock() {
  if (main_ && mode_ == LockMode::kExclusive) {
    (void)!::ftruncate(main_.get(), 0);
  }
}

}  // namespace ledger
