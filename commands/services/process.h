// The one door through which other programs are run. Everything that starts
// a process goes through here, so tests can look at what would be run and
// secrets have one place to be kept out of argv.
//
// A child is started in a session and process group of its own: Ctrl-C in the
// terminal reaches us alone, and ending a child ends all it started. It
// inherits the descriptors named in the request (the run lease) and no other.
//
// Needs Linux 5.3. Runs may go on beside each other in several threads; there
// is no global state but the interrupt flag.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/result.h"

namespace commands::services {

using ledger::Result;
using ledger::Status;

// How long a group has between TERM and KILL.
constexpr std::chrono::milliseconds kTermGrace{5000};
// The same for what is left of a group whose leader has exited by itself.
constexpr std::chrono::milliseconds kLeftoverGrace{300};

struct ProcessRequest {
  std::vector<std::string> argv;    // argv[0] is looked up in PATH
  std::filesystem::path directory;  // empty: ours
  std::vector<std::pair<std::string, std::string>> environment;  // added
  std::string input;           // all of standard input
  std::vector<int> inherited;  // descriptors the child keeps
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds term_grace = kTermGrace;
  bool interruptible = true;  // false: for cleaning up after an interrupt

  // Where output goes: into `log` (created, never overwritten; standard output
  // and error together, straight from the child), or captured in memory.
  std::filesystem::path log;
  // 0: unbounded; beyond it the group ends. Looked at ten times a second, so
  // a flood may pass it by what it writes in that time.
  std::uint64_t log_bytes_max = 0;
  // Of standard output and of error, each; what is beyond is dropped.
  std::size_t capture_bytes_max = 64UL << 20;

  // Called once the child runs, with its pid (= process group id).
  std::function<void(int pid)> started;
  // Called about ten times a second while it runs; for progress.
  std::function<void()> tick;
};

enum class ProcessEnd {
  kExited,       // by itself: exit_code
  kSignalled,    // by a signal we did not send: signal
  kTimedOut,     // we ended the group at the timeout
  kLogTooLarge,  // we ended the group at log_bytes_max
  kInterrupted,  // we ended the group because we were interrupted
  kEnded,        // we ended the group because end() was called
};

struct ProcessResult {
  ProcessEnd end = ProcessEnd::kExited;
  std::optional<int> exit_code;
  std::optional<int> signal;
  std::string out;  // captured, empty with a log
  std::string err;
  bool truncated = false;  // more came than capture_bytes_max
  std::chrono::milliseconds duration{0};
};

// A program that runs beside its starter, who calls advance() again and again.
// The destructor ends its group, unless it has ended or was left.
class RunningProcess {
 public:
  virtual ~RunningProcess() = default;

  virtual int group() const = 0;
  // Readable, for poll, once the leader has exited.
  virtual int handle() const = 0;
  // Takes what it wrote and ends it where that is due; true once it has ended.
  // Blocks for no more than the end of what the leader left behind.
  virtual bool advance() = 0;
  // Once, after advance() was true. Errors: kInternal `child-taken`.
  virtual Result<ProcessResult> result() = 0;
  // TERM now, KILL after the grace; advance() goes on to be called.
  virtual void end(ProcessEnd why) = 0;
  // It lives on by itself, and nobody waits for it.
  virtual void leave() = 0;
};

// Runs a program to its end. When the leader has exited, whatever is left of
// its group is ended: nothing of a step outlives it, but a process that made a
// session of its own. A pipe such a one holds open is not waited for.
//
// Once an interrupt was requested an interruptible request starts nothing and
// is answered with kInterrupted at once.
//
// Errors: kIo `command-not-found` (names argv[0]), `command-not-executable`,
// `log-not-writable` (names the file), `spawn-failed`.
class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  virtual Result<ProcessResult> run(const ProcessRequest& request) = 0;
  // Starts it and returns. The same errors; an interrupt that was requested
  // before does not keep it from starting.
  virtual Result<std::unique_ptr<RunningProcess>> start(
      const ProcessRequest& request) = 0;
};

// Runs real processes.
class SystemProcessRunner : public ProcessRunner {
 public:
  Result<ProcessResult> run(const ProcessRequest& request) override;
  Result<std::unique_ptr<RunningProcess>> start(
      const ProcessRequest& request) override;
};

// Returns when one of them may have news, and after `pause` at the latest.
void await_news(const std::vector<int>& handles,
                std::chrono::milliseconds pause);

// Set by the program's SIGINT and SIGTERM handlers; async-signal-safe. A
// running child's group is then ended and its run returns kInterrupted.
void request_interrupt();
bool interrupt_requested();

// TERM, then after `grace` KILL, to the whole group; returns as soon as no
// living member is left, or a second after KILL (a process the kernel holds
// fast dies later). Harmless if the group is gone. `group` > 1.
void end_process_group(int group, std::chrono::milliseconds grace);

}  // namespace commands::services
