// What is wrong with a plan file, and where. Every part of the reader adds
// here; the first problem in the file is the one that is told, so the answer
// does not depend on the order of the checks. Not thread-safe.

#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"

namespace commands::plan {

// Both from 1.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  auto operator<=>(const Place&) const = default;
};

class Problems {
 public:
  explicit Problems(std::string_view file_name) : file_name_(file_name) {}

  void refuse(Place place, std::string reason, std::string what);
  // With reason `plan-invalid`.
  void refuse(Place place, std::string what);
  void warn(Place place, std::string what);

  // kUsage with the first refusal in the file, if there is one.
  ledger::Status first() const;
  // Both in the order of the file.
  std::vector<std::string> refusals() const;
  std::vector<std::string> warnings() const;

 private:
  struct Problem {
    Place place;
    std::string reason;
    std::string what;
  };

  std::string line_of(const Problem& problem) const;
  std::vector<std::string> lines_of(std::vector<Problem> problems) const;

  std::string file_name_;
  std::vector<Problem> refusals_;
  std::vector<Problem> warnings_;
};

}  // namespace commands::plan
