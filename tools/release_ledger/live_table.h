// The validations that run, as a table on a terminal that is redrawn in place.
// Whatever else is printed meanwhile stands above it and stays.
//
// The last reading of each metric comes from the log as it grows; how often a
// log is read follows from how long that takes. Not thread-safe.

#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "commands/environment.h"
#include "tools/release_ledger/terminal.h"

namespace tools {

// Eight heights, the newest on the right; empty for fewer than two values.
std::string sparkline(const std::vector<double>& values);

class LiveTable {
 public:
  explicit LiveTable(const Terminal& terminal) : terminal_(terminal) {}

  void show(const std::vector<commands::RunningValidation>& running);
  // Takes it away, for what is to be printed.
  void clear();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Readings {
    Time next;
    std::map<std::string, std::vector<double>> values;  // by metric
  };

  std::string row(const commands::RunningValidation& running);
  std::string readings(const commands::RunningValidation& running);

  const Terminal& terminal_;
  Time next_draw_{};
  std::size_t lines_ = 0;  // that are on the terminal now
  std::map<std::string, Readings> readings_;
};

}  // namespace tools
