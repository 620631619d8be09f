#include "commands/services/process_spawn.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace commands::services {
namespace {

using ledger::ErrorCode;
using ledger::fail;

// How far a child came before it failed; sent up the report pipe.
enum class Stage : int { kSetUp, kDirectory, kExec };

struct Report {
  Stage stage;
  int error;
};

// All that the child needs, made before the fork: between fork and exec only
// async-signal-safe calls are allowed, since other threads may hold locks.
struct Launch {
  std::vector<char*> argv;
  std::vector<std::string> environment;
  std::vector<char*> envp;
  const char* directory;
  const std::vector<int>* inherited;
  int in;
  int out;
  int err;
  int report;
};

std::string words(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void give_up(int report_pipe, Stage stage) {
  const Report report{stage, errno};
  // Smaller than PIPE_BUF: one write is whole. Nobody left to tell otherwise.
  [[maybe_unused]] const auto written =
      write(report_pipe, &report, sizeof report);
  _exit(127);
}

// Handlers of ours must not run in the child, and what we ignore it should
// not: an ignored signal stays ignored across exec.
void reset_signals() {
  struct sigaction normal {};
  normal.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    sigaction(number, &normal, nullptr);  // refused for KILL and STOP
  }
}

void close_at_exec_from_3() {
#ifdef SYS_close_range
  constexpr unsigned kCloexec = 1U << 2;  // CLOSE_RANGE_CLOEXEC
  if (syscall(SYS_close_range, 3U, ~0U, kCloexec) == 0) {
    return;
  }
#endif
  rlimit limit{};  // a kernel before 5.11, or a sandbox that forbids the call
  getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t number = 3; number < limit.rlim_cur; ++number) {
    fcntl(static_cast<int>(number), F_SETFD, FD_CLOEXEC);
  }
}

[[noreturn]] void become(const Launch& launch) {
  // Out of the way first: ours may lie among 0, 1 and 2 if we were started
  // with one of them closed.
  const int report = fcntl(launch.report, F_DUPFD_CLOEXEC, 3);
  const int in = fcntl(launch.in, F_DUPFD_CLOEXEC, 3);
  const int out = fcntl(launch.out, F_DUPFD_CLOEXEC, 3);
  const int err = fcntl(launch.err, F_DUPFD_CLOEXEC, 3);
  if (setsid() < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) {
    give_up(report, Stage::kSetUp);
  }
  close_at_exec_from_3();
  for (const int number : *launch.inherited) {
    if (fcntl(number, F_SETFD, 0) < 0) {
      give_up(report, Stage::kSetUp);
    }
  }
  if (launch.directory != nullptr && chdir(launch.directory) < 0) {
    give_up(report, Stage::kDirectory);
  }
  reset_signals();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  environ = const_cast<char**>(launch.envp.data());  // PATH is looked up here
  execvp(launch.argv[0], launch.argv.data());
  give_up(report, Stage::kExec);
}

std::string_view name_of(std::string_view assignment) {
  return assignment.substr(0, assignment.find('='));
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& additions) {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    bool replaced = false;
    for (const auto& [name, value] : additions) {
      replaced = replaced || name_of(*entry) == name;
    }
    if (!replaced) {
      all.emplace_back(*entry);
    }
  }
  for (const auto& [name, value] : additions) {
    all.push_back(name + "=" + value);
  }
  return all;
}

Launch launch_of(const ProcessRequest& request) {
  Launch launch{};
  launch.environment = environment_with(request.environment);
  for (const std::string& argument : request.argv) {
    launch.argv.push_back(const_cast<char*>(argument.c_str()));
  }
  launch.argv.push_back(nullptr);
  for (std::string& assignment : launch.environment) {
    launch.envp.push_back(assignment.data());
  }
  launch.envp.push_back(nullptr);
  launch.directory =
      request.directory.empty() ? nullptr : request.directory.c_str();
  launch.inherited = &request.inherited;
  return launch;
}

std::unexpected<ledger::Error> spawn_failed(std::string_view doing, int error) {
  return fail(ErrorCode::kIo,
              "spawn-failed",
              fmt::format("{}: {}", doing, words(error)));
}

// Standard input as a file in memory: a child that never reads cannot block
// us, one that leaves early cannot send us SIGPIPE.
Result<Descriptor> input_of(std::string_view text) {
  if (text.empty()) {
    Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing.is_open()) {
      return spawn_failed("cannot open /dev/null", errno);
    }
    return nothing;
  }
  Descriptor memory(memfd_create("input", MFD_CLOEXEC));
  while (memory.is_open() && !text.empty()) {
    const ssize_t count = write(memory.number(), text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return spawn_failed("cannot hold the input", errno);
    }
    text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
  if (!memory.is_open() || lseek(memory.number(), 0, SEEK_SET) < 0) {
    return spawn_failed("cannot hold the input", errno);
  }
  return memory;
}

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) < 0) {
    return spawn_failed("cannot make a pipe", errno);
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Like mkdir -p, but for us alone.
int make_private_folders(const std::filesystem::path& folder) {
  std::filesystem::path made;
  for (const std::filesystem::path& part : folder) {
    made /= part;
    if (mkdir(made.c_str(), 0700) < 0 && errno != EEXIST) {
      return errno;
    }
  }
  return 0;
}

Result<Descriptor> create_log(const std::filesystem::path& file) {
  int error = make_private_folders(file.parent_path());
  Descriptor log;
  if (error == 0) {
    log = Descriptor(open(file.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC,
                          0600));
    error = log.is_open() ? 0 : errno;
  }
  if (error != 0) {
    return fail(
        ErrorCode::kIo,
        "log-not-writable",
        fmt::format(
            "cannot create the log {}: {}", file.string(), words(error)),
        "make its folder writable, or free the name");
  }
  return log;
}

std::unexpected<ledger::Error> failure(const ProcessRequest& request,
                                       const Report& report) {
  const std::string& command = request.argv[0];
  if (report.stage == Stage::kDirectory) {
    return spawn_failed("cannot enter " + request.directory.string(),
                        report.error);
  }
  if (report.stage == Stage::kSetUp) {
    return spawn_failed("cannot start " + command, report.error);
  }
  switch (report.error) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCode::kIo,
                  "command-not-found",
                  fmt::format("command not found: {}", command),
                  "install it, or correct its name; for a script, see that "
                  "the program its first line names is there");
    case EACCES:
      return fail(ErrorCode::kIo,
                  "command-not-executable",
                  fmt::format("not allowed to execute {}", command),
                  "chmod +x it, or name the program that runs it");
    default:
      return spawn_failed("cannot execute " + command, report.error);
  }
}

// Forks. In the parent: the pid, or -1.
pid_t fork_into(const Launch& launch) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = fork();
  if (pid == 0) {
    become(launch);
  }
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

void reap(pid_t pid) {
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Waits until the child has become the program or has reported why not.
Status await_exec(const ProcessRequest& request, pid_t pid, int report_pipe) {
  Report report{};
  ssize_t count = 0;
  do {
    count = read(report_pipe, &report, sizeof report);
  } while (count < 0 && errno == EINTR);
  if (count == 0) {
    return {};
  }
  reap(pid);
  return failure(request, report);
}

// What the child writes to; both closed with a log.
struct Outputs {
  Descriptor out;
  Descriptor err;
};

// Our ends go to `child`.
Result<Outputs> connect_outputs(const ProcessRequest& request, Child& child) {
  if (!request.log.empty()) {
    RL_ASSIGN(child.log, create_log(request.log));
    return Outputs{};
  }
  RL_ASSIGN(Pipe out, make_pipe());
  RL_ASSIGN(Pipe err, make_pipe());
  fcntl(out.read.number(), F_SETFL, O_NONBLOCK);
  fcntl(err.read.number(), F_SETFL, O_NONBLOCK);
  child.out = std::move(out.read);
  child.err = std::move(err.read);
  return Outputs{std::move(out.write), std::move(err.write)};
}

Descriptor open_handle(pid_t pid) {
  return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

Status start(const ProcessRequest& request, Launch launch, Child& child) {
  RL_ASSIGN(Pipe report, make_pipe());
  launch.report = report.write.number();
  child.pid = fork_into(launch);
  if (child.pid < 0) {
    return spawn_failed("cannot start a process", errno);
  }
  report.write.close();
  RL_TRY(await_exec(request, child.pid, report.read.number()));
  child.handle = open_handle(child.pid);
  if (!child.handle.is_open()) {
    const int error = errno;
    kill(-child.pid, SIGKILL);
    reap(child.pid);
    return spawn_failed("cannot watch a process (Linux 5.3 can)", error);
  }
  return {};
}

bool holds_nul(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument.find('\0') != std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<Child> spawn(const ProcessRequest& request) {
  RL_CHECK(!request.argv.empty(), "a process needs a name");
  for (const int number : request.inherited) {
    RL_CHECK(number > 2, "0, 1 and 2 are not for inheriting");
  }
  if (holds_nul(request.argv)) {
    return spawn_failed("an argument holds a NUL", EINVAL);
  }
  Child child;
  RL_ASSIGN(const Descriptor in, input_of(request.input));
  RL_ASSIGN(const Outputs outputs, connect_outputs(request, child));
  Launch launch = launch_of(request);
  const bool logs = child.log.is_open();
  launch.in = in.number();
  launch.out = logs ? child.log.number() : outputs.out.number();
  launch.err = logs ? child.log.number() : outputs.err.number();
  if (Status started = start(request, std::move(launch), child); !started) {
    if (logs) {
      unlink(request.log.c_str());  // ours, and nothing has written to it
    }
    return std::unexpected(std::move(started.error()));
  }
  return child;
}

}  // namespace commands::services
