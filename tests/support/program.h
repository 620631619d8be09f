// Runs real programs for tests: with arguments, an environment that is exactly
// what the test says, and nobody or a terminal on standard input.
//
// What a program wrote is kept in memory files, so a child that outlives it
// holds no test up. Not thread-safe.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace support {

using Environment = std::map<std::string, std::string>;

// What a bare machine has. The PATH of whoever runs the tests may put other
// programs before these: of python3 a shell script that looks for one, say.
constexpr const char* kSystemPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Longer than any program of a test needs; then it is killed, and fails.
constexpr std::chrono::seconds kPatience{60};

struct Invocation {
  std::vector<std::string> argv;  // argv[0] is a path, or found in its PATH
  std::filesystem::path directory;
  Environment environment;
  // Set: the program runs on a terminal of its own, and this is what the
  // person types there, in advance. Unset: standard input is empty.
  std::optional<std::string> typed;
};

struct Ended {
  int exit_code = -1;  // -1: it did not exit by itself
  int signal = 0;      // that ended it, or 0
  std::string out;     // on a terminal: everything
  std::string err;
};

// A program that runs beside the test. Killed and reaped by the destructor,
// with everything in its session's process group.
class Running {
 public:
  explicit Running(const Invocation& invocation);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  pid_t pid() const { return pid_; }
  bool has_ended();
  // To the program alone, not to its children.
  void kill(int signal) const;
  // A failure of the test, and SIGKILL, when it takes too long.
  Ended wait(std::chrono::milliseconds patience = kPatience);

 private:
  void start(const Invocation& invocation);
  void start_on_terminal(const Invocation& invocation);
  void drain_terminal();

  pid_t pid_ = -1;
  int out_ = -1;  // memory file, or the terminal's other side
  int err_ = -1;
  bool on_terminal_ = false;
  std::string terminal_;
  std::optional<int> status_;
};

Ended run(const Invocation& invocation);

// Waits until `condition` holds, looking every few milliseconds; false after
// `patience`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds patience = kPatience);

}  // namespace support
