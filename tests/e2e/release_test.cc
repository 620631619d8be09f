#include "tests/e2e/release_test.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace e2e {

namespace {

// The program of this build, or another one, such as an installed release.
std::string path_of_program() {
  const char* other = std::getenv("RELEASE_LEDGER_TEST_PROGRAM");
  return other != nullptr ? other : RL_PROGRAM;
}

}  // namespace

support::Invocation ReleaseTest::invocation(const Arguments& arguments,
                                            const Environment& more) const {
  support::Invocation invocation;
  invocation.argv = {path_of_program()};
  invocation.argv.insert(
      invocation.argv.end(), arguments.begin(), arguments.end());
  invocation.directory = scratch_.work();
  invocation.environment = scratch_.environment();
  for (const auto& [name, value] : more) {
    invocation.environment[name] = value;
  }
  return invocation;
}

Ended ReleaseTest::rl(const Arguments& arguments,
                      const Environment& more) const {
  return support::run(invocation(arguments, more));
}

Ended ReleaseTest::rl_typing(const Arguments& arguments,
                             const std::string& typed) const {
  support::Invocation on_terminal = invocation(arguments);
  on_terminal.typed = typed;
  return support::run(on_terminal);
}

Ended ReleaseTest::program(const Arguments& argv) const {
  support::Invocation call = invocation({});
  call.argv = argv;
  return support::run(call);
}

Ended ReleaseTest::step(const std::string& name,
                        const Arguments& more,
                        const Environment& with) const {
  Arguments arguments = {"--step", name, "--version", kVersion};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return rl(arguments, with);
}

json ReleaseTest::status(const std::string& version) const {
  const Ended ended = rl({"status", version, "--json"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  return support::parse_object(ended.out);
}

std::vector<json> ReleaseTest::history(const std::string& version) const {
  const Ended ended = rl({"history", version, "--json"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  return support::parse_lines(ended.out);
}

std::size_t ReleaseTest::count(std::string_view type) const {
  return support::of_type(history(), type).size();
}

std::string ReleaseTest::step_state(std::string_view name) const {
  const json found = support::named(status()["steps"], name);
  return found.is_object() ? found.value("state", "") : "no such step";
}

json ReleaseTest::validation(std::string_view name) const {
  const json found = support::named(status()["validations"], name);
  EXPECT_TRUE(found.is_object()) << "no validation " << name;
  return found.is_object() ? found : json::object();
}

json ReleaseTest::newest(std::string_view type) const {
  const auto events = support::of_type(history(), type);
  EXPECT_FALSE(events.empty()) << type;
  return events.empty() ? json::object() : events.back()["data"];
}

void ReleaseTest::prepare() const {
  const Ended ended = step("prepare-branch");
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
}

void ReleaseTest::reach_bugs_checked() const {
  prepare();
  const Ended ended = step("bug-check", {"--confirm-bugs", "none is open"});
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
}

void ReleaseTest::reach_tested() const {
  reach_bugs_checked();
  const Ended ended = step("workflow-tests");
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
}

void ReleaseTest::reach_published() const {
  reach_tested();
  const Ended ended = step("release");
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
}

void ReleaseTest::finish(const std::string& version) const {
  Ended ended =
      rl({"--all", "--version", version, "--confirm-bugs", "none is open"});
  ASSERT_EQ(ended.exit_code, kWaiting) << shown(ended);
  ended = rl({"--all", "--version", version, "--confirm-announced", "posted"});
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
}

Ended ReleaseTest::approve(const std::string& person,
                           const std::string& role,
                           const std::string& version) const {
  const std::string actor = fmt::format("{0} <{0}@x.org>", person);
  return rl({"approve", version, "--role", role, "--actor", actor, "--yes"});
}

void ReleaseTest::make_stable() const {
  scratch_.git({"push", "--quiet", "origin", "main:refs/heads/stable"});
  scratch_.write("model.txt", "better\n");
  scratch_.commit("Improve the model");
}

void ReleaseTest::hook(const std::string& name,
                       const std::string& script) const {
  const auto file = scratch_.origin() / "hooks" / name;
  support::write_file(file, "#!/bin/sh\n" + script + "\n");
  std::error_code error;
  std::filesystem::permissions(file, std::filesystem::perms::owner_all, error);
  EXPECT_FALSE(error) << error.message();
}

std::string ReleaseTest::staging_branch(int candidate) const {
  return scratch_.origin_ref(
      fmt::format("refs/heads/staging/v{}-rc{}", kVersion, candidate));
}

std::string ReleaseTest::make_key(const std::string& name,
                                  const std::string& kind) const {
  const Ended made = program(
      {"ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", place(name)});
  EXPECT_EQ(made.exit_code, 0) << shown(made);
  std::string line = support::read_file(place(name) + ".pub");
  line.erase(line.find_last_not_of(" \n") + 1);
  return line;
}

std::string shown(const Ended& ended) {
  return fmt::format("exit {} signal {}\nout: {}\nerr: {}",
                     ended.exit_code,
                     ended.signal,
                     ended.out,
                     ended.err);
}

std::size_t lines_that_begin(std::string_view text, std::string_view with) {
  std::istringstream lines{std::string(text)};
  std::size_t found = 0;
  for (std::string line; std::getline(lines, line);) {
    found += line.starts_with(with) ? 1U : 0U;
  }
  return found;
}

void expect_refusal(const Ended& ended, int exit_code) {
  EXPECT_EQ(ended.exit_code, exit_code) << shown(ended);
  EXPECT_EQ(lines_that_begin(ended.err, "release-ledger: "), 1U)
      << shown(ended);
}

void expect_bare_refusal(const Ended& ended, int exit_code) {
  expect_refusal(ended, exit_code);
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << shown(ended);
  EXPECT_EQ(ended.out, "");
}

bool is_alive(int pid) {
  const std::string stat =
      support::read_file(fmt::format("/proc/{}/stat", pid));
  const std::size_t name_ends = stat.rfind(')');
  return name_ends != std::string::npos && name_ends + 2 < stat.size() &&
         stat[name_ends + 2] != 'Z' && stat[name_ends + 2] != 'X';
}

int read_number(const std::filesystem::path& file) {
  return std::atoi(support::read_file(file).c_str());
}

}  // namespace e2e
