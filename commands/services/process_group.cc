#include "commands/services/process_group.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "commands/services/process.h"
#include "ledger/file.h"

namespace commands::services {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery{5};
constexpr std::chrono::milliseconds kKillGrace{1000};

// /proc/PID/stat: `PID (NAME) STATE PARENT GROUP …`; NAME may hold anything.
bool is_living_member(std::string_view pid, int group) {
  std::ifstream file("/proc/" + std::string(pid) + "/stat");
  std::string text;
  std::getline(file, text, '\0');
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) {
    return false;  // gone meanwhile
  }
  std::istringstream rest(text.substr(name_end + 1));
  char state = 0;
  int parent = 0;
  int its_group = 0;
  rest >> state >> parent >> its_group;
  return its_group == group && state != 'Z' && state != 'X';
}

bool wait_for_end(int group, Clock::time_point until) {
  while (group_has_living_member(group)) {
    if (Clock::now() >= until) {
      return false;
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

// Processes end while they are looked at; then there is nothing to see.
std::vector<fs::path> look_into(const fs::path& folder) {
  return ledger::list_folder(folder).value_or(std::vector<fs::path>());
}

// /proc/PID/fdinfo/N has a line `flags:\t0100002`, the flags of open().
bool is_for_writing(const fs::path& process, const fs::path& number) {
  std::ifstream info(process / "fdinfo" / number);
  unsigned flags = 0;
  for (std::string word; info >> word;) {
    if (word == "flags:" && info >> std::oct >> flags) {
      return (flags & O_ACCMODE) != O_RDONLY;
    }
  }
  return false;
}

std::vector<pid_t> writers_of(const fs::path& file) {
  std::vector<pid_t> writers;
  std::error_code error;
  const fs::path wanted = fs::canonical(file, error);
  const std::string own = std::to_string(getpid());
  for (const fs::path& process : look_into("/proc")) {
    const std::string name = process.filename();
    if (error || name == own ||
        name.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    const auto descriptors = look_into(process / "fd");
    if (std::ranges::any_of(descriptors, [&](const fs::path& descriptor) {
          std::error_code gone;
          return fs::read_symlink(descriptor, gone) == wanted &&
                 is_for_writing(process, descriptor.filename());
        })) {
      writers.push_back(std::stoi(name));
    }
  }
  return writers;
}

}  // namespace

void end_writers(const fs::path& file, std::chrono::milliseconds grace) {
  const Clock::time_point kill_at = Clock::now() + grace;
  const Clock::time_point give_up_at = kill_at + kKillGrace;
  bool asked = false;
  for (auto writers = writers_of(file); !writers.empty();
       writers = writers_of(file)) {
    const Clock::time_point now = Clock::now();
    if (now >= give_up_at) {
      return;
    }
    if (now >= kill_at || !asked) {
      for (const pid_t writer : writers) {
        kill(writer, now >= kill_at ? SIGKILL : SIGTERM);
      }
      asked = true;
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

bool group_has_living_member(int group) {
  if (kill(-group, 0) < 0) {
    return false;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> processes(opendir("/proc"),
                                                      &closedir);
  if (!processes) {
    return true;
  }
  while (const dirent* entry = readdir(processes.get())) {
    const std::string_view name = entry->d_name;
    if (name.find_first_not_of("0123456789") == std::string_view::npos &&
        is_living_member(name, group)) {
      return true;
    }
  }
  return false;
}

void await_group_end(int group, Clock::time_point kill_at) {
  if (!wait_for_end(group, kill_at)) {
    kill(-group, SIGKILL);
    wait_for_end(group, Clock::now() + kKillGrace);
  }
}

void end_process_group(int group, std::chrono::milliseconds grace) {
  RL_CHECK(group > 1, "not a process group of ours");
  if (kill(-group, SIGTERM) == 0) {
    await_group_end(group, Clock::now() + grace);
  }
}

}  // namespace commands::services
