// Times whole processes: bench_time COUNT NAME COMMAND [ARGUMENT...]
//
// Runs the command COUNT times, with `{}` in an argument replaced by the
// number of the run, and prints a line: NAME, median, 90th percentile and
// largest, in ms, then the largest resident size in MiB. Output of the command
// is thrown away; one that fails ends everything.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace {

std::string numbered(std::string text, int number) {
  if (const auto at = text.find("{}"); at != std::string::npos) {
    text.replace(at, 2, std::to_string(number));
  }
  return text;
}

struct Run {
  double milliseconds = 0;
  double mebibytes = 0;
};

Run run(const std::vector<std::string>& command, int number) {
  std::vector<std::string> words;
  std::vector<char*> argv;
  for (const std::string& word : command) {
    words.push_back(numbered(word, number));
  }
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  const auto begin = std::chrono::steady_clock::now();
  pid_t child = 0;
  int status = 0;
  rusage usage{};
  if (::posix_spawnp(
          &child, argv[0], &actions, nullptr, argv.data(), environ) != 0 ||
      ::wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) != 0) {
    fmt::print(stderr, "bench_time: {} failed in run {}\n", words[0], number);
    std::exit(1);
  }
  const std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - begin;
  posix_spawn_file_actions_destroy(&actions);
  return {took.count(), static_cast<double>(usage.ru_maxrss) / 1024};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || std::atoi(argv[1]) < 1) {
    fmt::print(stderr, "usage: bench_time COUNT NAME COMMAND [ARGUMENT...]\n");
    return 2;
  }
  const int count = std::atoi(argv[1]);
  const std::vector<std::string> command(argv + 3, argv + argc);
  std::vector<double> times;
  double memory = 0;
  for (int i = 0; i < count; ++i) {
    const Run one = run(command, i);
    times.push_back(one.milliseconds);
    memory = std::max(memory, one.mebibytes);
  }
  std::ranges::sort(times);
  fmt::print("{}\t{:.2f}\t{:.2f}\t{:.2f}\t{:.0f}\n",
             argv[2],
             times[times.size() / 2],
             times[times.size() * 9 / 10],
             times.back(),
             memory);
  return 0;
}
