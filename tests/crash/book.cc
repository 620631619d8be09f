#include "tests/crash/book.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace crash_tests {
namespace {

namespace fs = std::filesystem;
using support::Ended;

const std::string kActor = "Robb <robb@x.org>";
constexpr int kAppendsMax = 200;  // more than any maintenance waits for

int count_tables(const fs::path& folder) {
  std::error_code error;
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    count += entry.path().extension() == ".sst" ? 1 : 0;
  }
  return count;
}

void copy_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::remove_all(to, error);
  fs::create_directories(to.parent_path(), error);
  fs::copy(from, to, fs::copy_options::recursive, error);
  EXPECT_FALSE(error) << to << ": " << error.message();
}

}  // namespace

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t seed_from(const char* variable) {
  const std::uint64_t seed = number_from(variable, std::random_device()());
  fmt::print(stderr, "seed: {}={}\n", variable, seed);
  return seed;
}

Book::Book()
    : scratch_(support::two_approvals()), disk_(scratch_.root() / "disk") {
  std::error_code error;
  fs::create_directories(disk_, error);
  for (const Arguments& step :
       {Arguments{"prepare-branch", "--version", "1.0"},
        Arguments{"bug-check", "--confirm-bugs", "none is open"},
        Arguments{"workflow-tests"}}) {
    Arguments arguments = {"--step"};
    arguments.insert(arguments.end(), step.begin(), step.end());
    const Ended ended = rl(arguments);
    EXPECT_EQ(ended.exit_code, kDone) << ended.err;
  }
}

Arguments Book::approve() {
  return {"approve",
          "1.0",
          "--role",
          "release-manager",
          "--yes",
          "--actor",
          kActor};
}

Arguments Book::revoke() {
  return {"revoke",
          "1.0",
          "--role",
          "release-manager",
          "--reason",
          "not yet",
          "--yes",
          "--actor",
          kActor};
}

Arguments Book::init() const {
  return {"init", "--plan", (disk_ / "plan.toml").string(), "--actor", kActor};
}

support::Invocation Book::invocation(const Arguments& arguments) const {
  support::Invocation result;
  result.argv = {RL_PROGRAM};
  result.argv.insert(result.argv.end(), arguments.begin(), arguments.end());
  result.argv.insert(result.argv.end(), {"--ledger", ledger().string()});
  result.directory = scratch_.work();
  result.environment = scratch_.environment();
  result.environment["XDG_CONFIG_HOME"] = (disk_ / "config").string();
  return result;
}

Ended Book::rl(const Arguments& arguments) const {
  return support::run(invocation(arguments));
}

Ended Book::rl_with_room(const Arguments& arguments,
                         std::uint64_t bytes,
                         const support::Environment& more) const {
  support::Invocation full = invocation(arguments);
  full.environment["LD_PRELOAD"] = RL_FULL_DISK_LIBRARY;
  full.environment["ASAN_OPTIONS"] += ":verify_asan_link_order=0";
  full.environment["RL_FULL_DISK"] = disk_.string();
  full.environment["RL_FULL_DISK_BYTES"] = std::to_string(bytes);
  full.environment.insert(more.begin(), more.end());
  return support::run(full);
}

std::vector<std::string> Book::ids() const {
  const Ended ended = rl({"history", "--json"});
  EXPECT_EQ(ended.exit_code, kDone) << ended.err;
  std::vector<std::string> ids;
  for (const auto& event : support::parse_lines(ended.out)) {
    ids.push_back(event["id"]);
  }
  return ids;
}

void Book::keep(const std::string& name) const {
  copy_folder(disk_, scratch_.root() / "kept" / name);
}

void Book::put_back(const std::string& name) const {
  copy_folder(scratch_.root() / "kept" / name, disk_);
}

void Book::empty_disk() const {
  std::error_code error;
  fs::remove_all(disk_, error);
  fs::create_directories(disk_, error);
}

Arguments Book::fill_until_maintenance() const {
  const int tables = count_tables(ledger() / "db");
  for (int i = 0; i < kAppendsMax; ++i) {
    const Arguments append = i % 2 == 0 ? approve() : revoke();
    keep("before");
    EXPECT_EQ(rl(append).exit_code, kDone);
    if (count_tables(ledger() / "db") != tables) {
      put_back("before");
      return append;
    }
  }
  ADD_FAILURE() << "no maintenance in " << kAppendsMax << " appends";
  return {};
}

void Book::tear_last_log() const {
  // Stored but not acknowledged, so it may be lost: HEAD is still the old one.
  support::Invocation dying = invocation(approve());
  dying.environment["RELEASE_LEDGER_TEST_KILL_AFTER_EVENT"] = "1";
  EXPECT_NE(support::run(dying).signal, 0);
  fs::path last;
  for (const auto& entry : fs::directory_iterator(ledger() / "db")) {
    if (entry.path().extension() == ".log") {
      last = std::max(last, entry.path());
    }
  }
  std::string log = support::read_file(last);
  ASSERT_GT(log.size(), 100U) << last;
  log[log.size() - 10] = static_cast<char>(log[log.size() - 10] ^ 1);
  support::write_file(last, log);
}

void expect_one_error(const support::Ended& ended) {
  int errors = 0;
  bool is_error = false;
  std::istringstream lines(ended.err);
  for (std::string line; std::getline(lines, line);) {
    is_error = line.starts_with("release-ledger: ");
    errors += is_error ? 1 : 0;
  }
  EXPECT_EQ(errors, 1) << ended.err;
  EXPECT_TRUE(is_error) << ended.err;
}

}  // namespace crash_tests
