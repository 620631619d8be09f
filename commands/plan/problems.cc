#include "commands/plan/problems.h"

#include <algorithm>
#include <utility>

namespace commands::plan {

void Problems::refuse(Place place, std::string reason, std::string what) {
  refusals_.push_back({place, std::move(reason), std::move(what)});
}

void Problems::refuse(Place place, std::string what) {
  refuse(place, "plan-invalid", std::move(what));
}

void Problems::warn(Place place, std::string what) {
  warnings_.push_back({place, "", std::move(what)});
}

ledger::Status Problems::first() const {
  const auto first = std::ranges::min_element(refusals_, {}, &Problem::place);
  if (first == refusals_.end()) {
    return {};
  }
  return ledger::fail(
      ledger::ErrorCode::kUsage, first->reason, line_of(*first));
}

std::vector<std::string> Problems::refusals() const {
  return lines_of(refusals_);
}

std::vector<std::string> Problems::warnings() const {
  return lines_of(warnings_);
}

std::vector<std::string> Problems::lines_of(
    std::vector<Problem> problems) const {
  std::ranges::stable_sort(problems, {}, &Problem::place);
  std::vector<std::string> lines;
  for (const Problem& problem : problems) {
    lines.push_back(line_of(problem));
  }
  return lines;
}

std::string Problems::line_of(const Problem& problem) const {
  return fmt::format("{}:{}:{}: {}",
                     file_name_,
                     problem.place.line,
                     problem.place.column,
                     problem.what);
}

}  // namespace commands::plan
