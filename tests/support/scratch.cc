#include "tests/support/scratch.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace support {
namespace {

namespace fs = std::filesystem;

// Sanitizers are steered through these; nothing else is passed on.
constexpr std::string_view kPassedOn[] = {
    "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};

constexpr std::string_view kGitConfig = R"([user]
  name = Ann
  email = ann@x.org
[init]
  defaultBranch = main
[core]
  fsync = none
[gc]
  auto = 0
[maintenance]
  auto = false
)";

// {0} is the scratch folder.
constexpr std::string_view kTraining = R"(#!/bin/sh
# Trains nothing, at once: what else it does is said by the test.
echo "$1" >> '{0}/runs'
sps={1}
if [ -f "{0}/behave/$1" ]; then
  . "{0}/behave/$1"
fi
echo "SPS: $sps"
)";

}  // namespace

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void write_file(const fs::path& file, std::string_view text) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  EXPECT_TRUE(out.flush()) << file;
}

Scratch::Scratch(const PlanText& plan) {
  std::string name = ::testing::TempDir() + "release-ledger-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    ADD_FAILURE() << "no folder " << name;
    return;
  }
  root_ = name;
  make_home();
  make_repositories(plan);
}

Scratch::~Scratch() {
  if (::testing::Test::HasFailure()) {
    fmt::print(stderr, "kept: {}\n", root_.string());
    return;
  }
  std::error_code error;
  fs::remove_all(root_, error);
}

void Scratch::make_home() {
  for (const std::string_view name : kPassedOn) {
    if (const char* value = getenv(std::string(name).c_str())) {
      environment_.emplace(name, value);
    }
  }
  environment_["PATH"] = kSystemPath;
  environment_["HOME"] = home().string();
  environment_["XDG_CONFIG_HOME"] = (home() / ".config").string();
  environment_["GIT_CONFIG_GLOBAL"] = (home() / ".gitconfig").string();
  environment_["GIT_CONFIG_NOSYSTEM"] = "1";
  environment_["LC_ALL"] = "C.UTF-8";
  environment_["TERM"] = "dumb";
  write_file(home() / ".gitconfig", kGitConfig);
  std::error_code error;
  fs::create_directories(home() / ".config", error);
}

void Scratch::make_repositories(const PlanText& plan) const {
  git_in(root_, {"init", "--quiet", "--bare", origin().string()});
  git_in(root_, {"init", "--quiet", work().string()});
  git({"remote", "add", "origin", origin().string()});
  write("train.sh", fmt::format(kTraining, root_.string(), kPassingSps));
  write_plan(plan);
  commit("Begin");
  git({"push", "--quiet", "origin", "main"});
}

std::string Scratch::git_in(const fs::path& directory,
                            const std::vector<std::string>& arguments) const {
  Invocation invocation;
  invocation.argv = {"git"};
  invocation.argv.insert(
      invocation.argv.end(), arguments.begin(), arguments.end());
  invocation.directory = directory;
  invocation.environment = environment_;
  Ended ended = run(invocation);
  EXPECT_EQ(ended.exit_code, 0)
      << ::testing::PrintToString(invocation.argv) << ended.err;
  if (ended.out.ends_with('\n')) {
    ended.out.pop_back();
  }
  return ended.out;
}

std::string Scratch::git(const std::vector<std::string>& arguments) const {
  return git_in(work(), arguments);
}

std::string Scratch::origin_git(
    const std::vector<std::string>& arguments) const {
  return git_in(origin(), arguments);
}

std::string Scratch::origin_ref(std::string_view revision) const {
  return origin_git(
      {"for-each-ref", "--format=%(objectname)", std::string(revision)});
}

void Scratch::write(std::string_view path, std::string_view text) const {
  write_file(work() / path, text);
}

std::string Scratch::read(std::string_view path) const {
  return read_file(work() / path);
}

void Scratch::write_plan(const PlanText& plan) const {
  write("release-plan.toml", to_toml(plan));
}

std::string Scratch::commit(std::string_view subject) const {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "-m", std::string(subject)});
  return head();
}

void Scratch::behave(std::string_view name, std::string_view fragment) const {
  write_file(root_ / "behave" / name, fragment);
}

int Scratch::runs(std::string_view name) const {
  std::istringstream lines(read_file(root_ / "runs"));
  return static_cast<int>(
      std::count(std::istream_iterator<std::string>(lines), {}, name));
}

}  // namespace support
