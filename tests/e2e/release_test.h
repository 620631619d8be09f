// What the tests of the built program share: a scratch repository, the
// program run in it, and a release driven to a stage.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/json.h"
#include "tests/support/plan_text.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"
#include "tests/support/snapshot.h"

namespace e2e {

using support::Ended;
using support::Environment;
using support::json;
using support::PlanText;
using support::ValidationText;
using Arguments = std::vector<std::string>;

// Exit codes of the contract.
constexpr int kDone = 0;
constexpr int kGateSaidNo = 1;
constexpr int kUsage = 2;
constexpr int kWaiting = 3;
constexpr int kBusy = 4;
constexpr int kIntegrity = 5;
constexpr int kUpstream = 6;
constexpr int kMachine = 7;

const std::string kVersion = "2025.10.02";

class ReleaseTest : public ::testing::Test {
 protected:
  explicit ReleaseTest(const PlanText& plan = {}) : scratch_(plan) {}

  support::Invocation invocation(const Arguments& arguments,
                                 const Environment& more = {}) const;
  Ended rl(const Arguments& arguments, const Environment& more = {}) const;
  Ended rl_typing(const Arguments& arguments, const std::string& typed) const;
  // Any other program, where `rl` runs.
  Ended program(const Arguments& argv) const;
  // `--step STEP --version VERSION` and `more`.
  Ended step(const std::string& name,
             const Arguments& more = {},
             const Environment& with = {}) const;

  json status(const std::string& version = kVersion) const;
  std::vector<json> history(const std::string& version = kVersion) const;
  std::size_t count(std::string_view type) const;
  std::string step_state(std::string_view name) const;
  json validation(std::string_view name = "smoke") const;
  json newest(std::string_view type) const;  // its `data`

  // Each fails the test if the program does not end as it should.
  void prepare() const;
  void reach_bugs_checked() const;
  void reach_tested() const;
  void reach_published() const;
  // From wherever it stands to released, without approvals.
  void finish(const std::string& version = kVersion) const;
  Ended approve(const std::string& person,
                const std::string& role,
                const std::string& version = kVersion) const;

  // A stable branch as an earlier release left it, one commit behind.
  void make_stable() const;
  // Makes the origin run `script` at its hook `name`.
  void hook(const std::string& name, const std::string& script) const;
  std::string staging_branch(int candidate) const;
  // A path beside the work tree.
  std::string place(const std::string& name) const {
    return (scratch_.root() / name).string();
  }
  // A new key without a pass phrase at `place(name)`; its public half, on a
  // line without its end.
  std::string make_key(const std::string& name,
                       const std::string& kind = "ed25519") const;

  support::Scratch scratch_;
};

// Words on standard error that a failure is shown with.
std::string shown(const Ended& ended);
std::size_t lines_that_begin(std::string_view text, std::string_view with);

// This exit code and one line `release-ledger: …` on standard error.
void expect_refusal(const Ended& ended, int exit_code);
// That, and nothing else on either output.
void expect_bare_refusal(const Ended& ended, int exit_code);

bool is_alive(int pid);  // a zombie is not
int read_number(const std::filesystem::path& file);

}  // namespace e2e
