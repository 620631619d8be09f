// What the tests of the process runner share.

#pragma once

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "commands/services/process.h"
#include "tests/commands/scratch_test.h"

namespace commands::services {

class Process : public ScratchTest {
 protected:
  ProcessRequest shell(std::string script) const {
    ProcessRequest request;
    request.argv = {"sh", "-c", std::move(script)};
    request.directory = folder();
    request.timeout = std::chrono::seconds(20);
    request.term_grace = std::chrono::milliseconds(200);
    return request;
  }

  static Result<ProcessResult> run(const ProcessRequest& request) {
    return SystemProcessRunner().run(request);
  }
  static ProcessResult ran(const ProcessRequest& request) {
    auto result = run(request);
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : ProcessResult{};
  }
  static std::string reason(const ProcessRequest& request) {
    const auto result = run(request);
    return result ? "ran" : result.error().reason;
  }

  // The pid a script has written with `echo $! > FILE`.
  int pid_in(const std::string& file) const {
    return std::atoi(read(folder() / file).c_str());
  }
  static bool lives(int pid) {
    // A container's first process may never wait for orphans: look closer.
    const std::string status = read("/proc/" + std::to_string(pid) + "/status");
    return !status.empty() && status.find("State:\tZ") == std::string::npos;
  }
  static bool has_no_child() {
    return waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
  }
};

}  // namespace commands::services
