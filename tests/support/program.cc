#include "tests/support/program.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {
namespace {

constexpr std::chrono::milliseconds kLookEvery{2};

// argv and envp of execve, made before the fork.
class Vectors {
 public:
  explicit Vectors(const Invocation& invocation) : argv_(invocation.argv) {
    for (const auto& [name, value] : invocation.environment) {
      variables_.push_back(name + "=" + value);
    }
    for (std::string& argument : argv_) {
      arguments_.push_back(argument.data());
    }
    for (std::string& variable : variables_) {
      environment_.push_back(variable.data());
    }
    arguments_.push_back(nullptr);
    environment_.push_back(nullptr);
  }

  // Returns only if it cannot be.
  void execute() {
    environ = environment_.data();  // where its PATH is looked up as well
    execvp(arguments_.front(), arguments_.data());
  }

 private:
  std::vector<std::string> argv_;
  std::vector<std::string> variables_;
  std::vector<char*> arguments_;
  std::vector<char*> environment_;
};

[[noreturn]] void become(Vectors& vectors, const std::string& directory) {
  constexpr int kCouldNotStart = 127;
  if (chdir(directory.c_str()) == 0) {
    vectors.execute();
  }
  constexpr std::string_view kWhy = "support: the program cannot be started\n";
  static_cast<void>(!write(STDERR_FILENO, kWhy.data(), kWhy.size()));
  _exit(kCouldNotStart);
}

std::string contents(int file) {
  std::string text;
  std::array<char, 65536> buffer{};
  off_t at = 0;
  while (true) {
    const ssize_t got = pread(file, buffer.data(), buffer.size(), at);
    if (got <= 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

}  // namespace

Running::Running(const Invocation& invocation) {
  if (invocation.typed) {
    start_on_terminal(invocation);
  } else {
    start(invocation);
  }
}

Running::~Running() {
  if (!status_ && pid_ > 0) {
    kill(SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
  }
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
  }
  for (const int file : {out_, err_}) {
    if (file >= 0) {
      close(file);
    }
  }
}

void Running::start(const Invocation& invocation) {
  Vectors vectors(invocation);
  const std::string directory = invocation.directory.string();
  out_ = memfd_create("out", MFD_CLOEXEC);
  err_ = memfd_create("err", MFD_CLOEXEC);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pid_ = fork();
  if (pid_ == 0) {
    setsid();
    dup2(nothing, STDIN_FILENO);
    dup2(out_, STDOUT_FILENO);
    dup2(err_, STDERR_FILENO);
    become(vectors, directory);
  }
  close(nothing);
}

void Running::start_on_terminal(const Invocation& invocation) {
  Vectors vectors(invocation);
  const std::string directory = invocation.directory.string();
  on_terminal_ = true;
  pid_ = forkpty(&out_, nullptr, nullptr, nullptr);
  if (pid_ == 0) {
    become(vectors, directory);
  }
  fcntl(out_, F_SETFL, O_NONBLOCK);
  const std::string& typed = *invocation.typed;
  EXPECT_EQ(write(out_, typed.data(), typed.size()),
            static_cast<ssize_t>(typed.size()));
}

void Running::drain_terminal() {
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = read(out_, buffer.data(), buffer.size())) > 0) {
    terminal_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

bool Running::has_ended() {
  if (on_terminal_) {
    drain_terminal();
  }
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = status;
  }
  return status_.has_value();
}

void Running::kill(int signal) const {
  if (!status_) {
    ::kill(pid_, signal);
  }
}

Ended Running::wait(std::chrono::milliseconds patience) {
  if (!eventually([this] { return has_ended(); }, patience)) {
    ADD_FAILURE() << "the program did not end in " << patience.count() << " ms";
    kill(SIGKILL);
    eventually([this] { return has_ended(); });
  }
  Ended ended;
  const int status = status_.value_or(0);
  if (WIFEXITED(status)) {
    ended.exit_code = WEXITSTATUS(status);
  } else if (WIFSIGNALED(status)) {
    ended.signal = WTERMSIG(status);
  }
  if (on_terminal_) {
    drain_terminal();
    ended.out = terminal_;
  } else {
    ended.out = contents(out_);
    ended.err = contents(err_);
  }
  return ended;
}

Ended run(const Invocation& invocation) {
  return Running(invocation).wait();
}

bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return true;
}

}  // namespace support
