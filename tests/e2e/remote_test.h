// A release whose validations run on a cluster: the stand-in for `sky` is the
// first on PATH, and its world is a folder of the test.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/release_test.h"

namespace e2e {

// For a test that waits for its end, and for one that must not see it on a
// machine that is busy.
constexpr std::string_view kShortGrace = "3";
constexpr std::string_view kLongGrace = "60";

// What a test says of [run]: the stand-in's jobs print what the local training
// prints, looked at often.
PlanText remote_plan(const std::vector<ValidationText>& validations =
                         {{.name = "arena", .location = "remote"}},
                     std::string_view grace_s = kShortGrace);

class RemoteTest : public ReleaseTest {
 protected:
  explicit RemoteTest(const PlanText& plan = remote_plan());

  // ReleaseTest's, with the stand-ins on PATH.
  support::Invocation invocation(const Arguments& arguments,
                                 const Environment& more = {}) const;
  Ended rl(const Arguments& arguments, const Environment& more = {}) const;
  Ended run_tests(const Environment& more = {}) const;
  Arguments tests() const {
    return {"--step", "workflow-tests", "--version", kVersion};
  }

  // Tells the stand-in how to behave; see tests/support/stand_ins/sky.
  void tell(const std::string& name, std::string_view text = "") const;
  void untell(const std::string& name) const;
  std::filesystem::path world() const { return scratch_.root() / "sky"; }

  // The stand-in's own record.
  json jobs() const;
  // Its calls of `sky jobs VERB`.
  std::size_t calls(std::string_view verb) const;
  std::string log_text(std::string_view name = "arena") const;
};

}  // namespace e2e
