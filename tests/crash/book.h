// A ledger that the real program made, to be copied and mistreated: one
// release, "1.0", tested and waiting for approvals, and a disk of its own.
//
// Everything the program writes for the ledger lies below `disk`, the private
// key too. The commands here name ledger and actor, so they need no git: one
// process, whose calls are the ledger's. Not thread-safe.

#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/support/json.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"

namespace crash_tests {

using Arguments = std::vector<std::string>;

// Exit codes of the contract.
constexpr int kDone = 0;
constexpr int kUsage = 2;
constexpr int kBusy = 4;
constexpr int kMachine = 7;
constexpr int kNotStarted = 127;  // by the loader

// A number the environment may give, for the long forms in tools/torture.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise);
// The same for a seed, told on standard error.
std::uint64_t seed_from(const char* variable);

class Book {
 public:
  Book();

  const std::filesystem::path& disk() const { return disk_; }
  std::filesystem::path ledger() const { return disk_ / "ledger"; }

  // Appends, each one event. Typed in turn they go on for ever.
  static Arguments approve();
  static Arguments revoke();
  // Makes the ledger, and a plan beside it.
  Arguments init() const;

  support::Invocation invocation(const Arguments& arguments) const;
  support::Ended rl(const Arguments& arguments) const;
  // With room for so many bytes on the disk, and `more` in the environment.
  support::Ended rl_with_room(const Arguments& arguments,
                              std::uint64_t bytes,
                              const support::Environment& more = {}) const;

  // The ids of all events; fails the test if they cannot be read.
  std::vector<std::string> ids() const;

  // A copy of the disk, kept under this name, and how to have it back.
  void keep(const std::string& name) const;
  void put_back(const std::string& name) const;
  void empty_disk() const;

  // Appends until the next append folds the logs into tables: that one.
  Arguments fill_until_maintenance() const;
  // Leaves a torn last log, as a crash in the middle of an append may.
  void tear_last_log() const;

 private:
  support::Scratch scratch_;
  std::filesystem::path disk_;
};

// A failed command says so in its last line, which alone begins with the
// program's name.
void expect_one_error(const support::Ended& ended);

}  // namespace crash_tests
