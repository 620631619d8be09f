#include "commands/run_lease.h"

#include <algorithm>
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

#include "commands/services/process_group.h"
#include "ledger/clock.h"
#include "ledger/lock.h"

namespace commands {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPause{50};
// How long a git child of a dead run may still need, and a launch: SkyPilot's
// client alone repeats a call for ten minutes.
constexpr std::chrono::minutes kGitPatience{3};
constexpr std::chrono::minutes kLaunchPatience{15};
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

constexpr std::array<std::string_view, 4> kKinds = {
    "git", "launch", "validation", "question"};
// The owner's text is padded to this, so that a shorter one leaves nothing of
// a longer one in a reader's eye.
constexpr std::size_t kOwnerBytes = 16 << 10;

bool is_kind(const json& child, ChildKind kind) {
  return child.is_object() &&
         child.value("kind", "") == kKinds[static_cast<std::size_t>(kind)];
}

// The leader may be gone; its number cannot be reused while members live.
bool is_same_group(const json& child, int group) {
  return group > 1 && (start_time(group).empty() ||
                       start_time(group) == child.value("start_time", ""));
}

bool has_kind(const json& children, ChildKind kind) {
  return std::ranges::any_of(
      children, [&](const json& child) { return is_kind(child, kind); });
}

// The owner is dead, something it started is not.
bool outlive_children(const ledger::Descriptor& file,
                      const fs::path& path,
                      const json& owner,
                      Reporter& reporter) {
  const json children = owner.is_object() && owner.contains("children")
                            ? owner["children"]
                            : json::array();
  const bool endable = has_kind(children, ChildKind::kValidation) ||
                       has_kind(children, ChildKind::kQuestion);
  if (endable) {
    reporter.progress(
        "an earlier run was killed; ending the validation it left running");
    for (const json& child : children) {
      if (!is_kind(child, ChildKind::kValidation) &&
          !is_kind(child, ChildKind::kQuestion)) {
        continue;
      }
      if (const int group = child.value("group", 0);
          is_same_group(child, group)) {
        services::end_process_group(group, services::kTermGrace);
      }
    }
  }
  if (has_kind(children, ChildKind::kLaunch)) {
    reporter.progress(
        "an earlier run was killed; waiting for the launch it began");
    return lock_within(file, kLaunchPatience);
  }
  if (!endable) {
    reporter.progress(
        "an earlier run was killed; waiting for the git it started");
    return lock_within(file, kGitPatience);
  }
  if (lock_within(file, milliseconds(500))) {
    return true;
  }
  // Only of a lease whose owner is dead.
  services::end_writers(path, milliseconds(0));
  return lock_within(file, kKillPatience);
}

bool has_ended(const json& owner) {
  return owner.is_object() && owner.value("ended", false);
}

Result<ledger::Descriptor> open_lock(const fs::path& path) {
  ledger::Descriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return ledger::io_error(path, errno);
  }
  return file;
}

// Waits for it.
Result<ledger::Descriptor> open_locked(const fs::path& path) {
  RL_ASSIGN(ledger::Descriptor file, open_lock(path));
  if (::flock(file.get(), LOCK_EX) != 0) {
    return ledger::io_error(path, errno);
  }
  return file;
}

bool is_still(const ledger::Descriptor& file, const fs::path& path) {
  struct stat ours {};
  struct stat there {};
  return ::fstat(file.get(), &ours) == 0 &&
         ::lstat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

// A lease of the same name that nobody holds. Whoever has the old one open
// keeps that. Only at the gate, where nobody else takes a lease meanwhile.
Result<ledger::Descriptor> replace(const fs::path& path) {
  fs::path fresh = path;
  fresh += ".new";
  std::error_code error;
  fs::remove(fresh, error);
  RL_ASSIGN(ledger::Descriptor file, open_locked(fresh));
  return ::rename(fresh.c_str(), path.c_str()) == 0
             ? Result<ledger::Descriptor>(std::move(file))
             : ledger::io_error(path, errno);
}

}  // namespace

Result<RunLease> RunLease::acquire(const fs::path& ledger_folder,
                                   const std::string& release,
                                   std::int64_t now_ms,
                                   Reporter& reporter) {
  const fs::path folder = ledger_folder / "runs";
  RL_TRY(ledger::make_private_folder(folder));
  const fs::path path = folder / (release + ".lock");
  // One at a time, but for the waiting.
  RL_ASSIGN(ledger::Descriptor gate, open_locked(folder / "gate"));
  RL_ASSIGN(ledger::Descriptor file, open_lock(path));
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
    if (has_ended(owner)) {
      RL_ASSIGN(file, replace(path));
    } else {
      gate = ledger::Descriptor();
      if (!outlive_children(file, path, owner, reporter) ||
          !is_still(file, path)) {
        return in_progress(release,
                           "processes that a killed run of it has left behind");
      }
    }
  }
  RunLease lease(std::move(file), path);
  lease.since_ms_ = now_ms;
  RL_TRY(lease.write(false));
  return lease;
}

RunLease::~RunLease() {
  if (file_ && children_.empty()) {
    (void)write(true);  // without it the next run waits for what is left
  }
}

Status RunLease::note_children(const std::vector<LeaseChild>& children) {
  children_ = children;
  return write(false);
}

Status RunLease::write(bool has_ended) const {
  json list = json::array();
  for (const LeaseChild& child : children_) {
    list.push_back({{"kind", kKinds[static_cast<std::size_t>(child.kind)]},
                    {"group", child.group},
                    {"start_time", start_time(child.group)}});
  }
  const json owner = {{"who", ledger::this_process()},
                      {"pid", ::getpid()},
                      {"start_time", start_time(::getpid())},
                      {"boot_id", boot_id()},
                      {"since", ledger::rfc3339(since_ms_)},
                      {"children", list},
                      {"ended", has_ended}};
  // In place: the file is the lock, so it cannot be replaced.
  std::string text = owner.dump();
  text.resize(std::max(text.size(), kOwnerBytes), ' ');
  if (::pwrite(file_.get(), text.data(), text.size(), 0) !=
      static_cast<ssize_t>(text.size())) {
    return ledger::io_error(path_, errno);
  }
  return {};
}

Status require_no_runs(const fs::path& ledger_folder) {
  for (const fs::path& entry : ledger::list_folder(ledger_folder / "runs")
                                   .value_or(std::vector<fs::path>())) {
    const ledger::Descriptor file(
        ::open(entry.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (entry.extension() != ".lock" || !file || try_lock(file)) {
      continue;
    }
    const json owner = read_owner(entry);
    if (has_ended(owner)) {
      continue;
    }
    return in_progress(entry.stem().string(),
                       is_alive(owner) ? owner.value("who", "somebody")
                                       : "processes that a killed run of it "
                                         "has left behind");
  }
  return {};
}

}  // namespace commands
