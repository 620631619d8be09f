#include "commands/run_lease.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/clock.h"
#include "ledger/lock.h"

namespace commands {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPause{50};
// How long a git child of a dead run may still need.
constexpr std::chrono::minutes kGitPatience{3};
// How long after a group was killed its descriptors may still be open.
constexpr std::chrono::seconds kKillPatience{10};

// Tells a process from a later one with the same pid. Field 22 of
// /proc/PID/stat; empty if there is no such process.
std::string start_time(int pid) {
  const auto stat = ledger::read_file(fmt::format("/proc/{}/stat", pid));
  if (!stat || !*stat) {
    return {};
  }
  // The command's name, in parentheses, may hold spaces.
  std::string_view text(**stat);
  text.remove_prefix(std::min(text.rfind(')') + 2, text.size()));
  for (int field = 3; field < 22; ++field) {
    text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
  }
  return std::string(text.substr(0, text.find(' ')));
}

std::string boot_id() {
  const auto id = ledger::read_file("/proc/sys/kernel/random/boot_id");
  return id && *id ? (*id)->substr(0, (*id)->find('\n')) : "";
}

bool is_alive(const json& owner) {
  if (!owner.is_object() || owner.value("boot_id", "") != boot_id()) {
    return false;
  }
  const int pid = owner.value("pid", 0);
  return pid > 0 && !start_time(pid).empty() &&
         start_time(pid) == owner.value("start_time", "");
}

json read_owner(const fs::path& path) {
  const auto text = ledger::read_file(path);
  return json::parse(text && *text ? **text : "", nullptr, false);
}

std::unexpected<Error> in_progress(const std::string& release,
                                   const std::string& who) {
  return fail(ErrorCode::kBusy,
              "run-in-progress",
              fmt::format("{} is being worked on by {}", release, who),
              "wait for it, or look at it with `release-ledger status`");
}

// Processes that have the lease open, other than this one. Only for a lease
// whose owner is dead.
void kill_holders(const fs::path& path) {
  std::error_code error;
  const fs::path lease = fs::canonical(path, error);
  // Processes end while they are looked at; then there is nothing to see.
  const auto look_into = [](const fs::path& folder) {
    return ledger::list_folder(folder).value_or(std::vector<fs::path>());
  };
  for (const fs::path& process : look_into("/proc")) {
    const std::string name = process.filename();
    if (name.find_first_not_of("0123456789") != std::string::npos ||
        name == std::to_string(::getpid())) {
      continue;
    }
    for (const fs::path& file : look_into(process / "fd")) {
      if (fs::read_symlink(file, error) == lease) {
        ::kill(std::stoi(name), SIGKILL);
        break;
      }
    }
  }
}

bool try_lock(const ledger::Descriptor& file) {
  return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

bool lock_within(const ledger::Descriptor& file, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (!try_lock(file)) {
    if (steady_clock::now() >= deadline || services::interrupt_requested()) {
      return false;
    }
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

// The owner is dead, something it started is not.
bool outlive_children(const ledger::Descriptor& file,
                      const fs::path& path,
                      const json& owner,
                      Reporter& reporter) {
  const std::string kind = owner.is_object() ? owner.value("child", "") : "";
  if (kind != "validation") {
    reporter.progress(
        "an earlier run was killed; waiting for the git it started");
    return lock_within(file, kGitPatience);
  }
  reporter.progress(
      "an earlier run was killed; ending the validation it left running");
  const int group = owner.value("group", 0);
  if (group > 1 && start_time(group) == owner.value("group_start_time", "")) {
    services::end_process_group(group, services::kTermGrace);
  } else if (group > 1 && start_time(group).empty()) {
    // The leader is gone; its number cannot be reused while members live.
    services::end_process_group(group, services::kTermGrace);
  }
  if (lock_within(file, milliseconds(500))) {
    return true;
  }
  kill_holders(path);
  return lock_within(file, kKillPatience);
}

}  // namespace

Result<RunLease> RunLease::acquire(const fs::path& ledger_folder,
                                   const std::string& release,
                                   std::int64_t now_ms,
                                   Reporter& reporter) {
  const fs::path folder = ledger_folder / "runs";
  RL_TRY(ledger::make_private_folder(folder));
  const fs::path path = folder / (release + ".lock");
  ledger::Descriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return ledger::io_error(path, errno);
  }
  if (!try_lock(file)) {
    // A live owner may be between taking the lease and writing who it is.
    json owner = read_owner(path);
    for (int i = 0; i < 10 && !owner.is_object(); ++i) {
      std::this_thread::sleep_for(kPause);
      owner = read_owner(path);
    }
    if (is_alive(owner)) {
      return in_progress(release,
                         fmt::format("{}, since {}",
                                     owner.value("who", "somebody"),
                                     owner.value("since", "unknown")));
    }
    if (!try_lock(file) && !outlive_children(file, path, owner, reporter)) {
      return in_progress(release,
                         "processes that a killed run of it has left behind");
    }
  }
  RunLease lease(std::move(file), path);
  lease.since_ms_ = now_ms;
  RL_TRY(lease.write(ChildKind::kNone, 0));
  return lease;
}

Status RunLease::note_child(ChildKind kind, int group) {
  return write(kind, group);
}

Status RunLease::write(ChildKind kind, int group) {
  constexpr std::array<const char*, 3> kKinds = {"", "git", "validation"};
  const json owner = {{"who", ledger::this_process()},
                      {"pid", ::getpid()},
                      {"start_time", start_time(::getpid())},
                      {"boot_id", boot_id()},
                      {"since", ledger::rfc3339(since_ms_)},
                      {"child", kKinds[static_cast<std::size_t>(kind)]},
                      {"group", group},
                      {"group_start_time", group > 0 ? start_time(group) : ""}};
  // In place: the file is the lock, so it cannot be replaced. Padded, so that
  // a shorter text leaves nothing of a longer one in a reader's eye.
  std::string text = owner.dump();
  text.resize(std::max<std::size_t>(text.size(), 1024), ' ');
  if (::pwrite(file_.get(), text.data(), text.size(), 0) !=
      static_cast<ssize_t>(text.size())) {
    return ledger::io_error(path_, errno);
  }
  return {};
}

Status require_no_runs(const fs::path& ledger_folder) {
  std::error_code error;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(ledger_folder / "runs", error)) {
    const ledger::Descriptor file(
        ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (entry.path().extension() != ".lock" || !file || try_lock(file)) {
      continue;
    }
    const json owner = read_owner(entry.path());
    return in_progress(entry.path().stem().string(),
                       is_alive(owner) ? owner.value("who", "somebody")
                                       : "processes that a killed run of it "
                                         "has left behind");
  }
  return {};
}

}  // namespace commands
