#include "commands/services/process_group.h"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include <dirent.h>
#include <signal.h>

#include "commands/services/process.h"

namespace commands::services {
namespace {

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

}  // namespace

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
