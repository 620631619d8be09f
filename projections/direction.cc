#include "projections/direction.h"

namespace projections {

Direction direction_of(std::string_view op) {
  return op.starts_with('>')   ? Direction::kHigherIsBetter
         : op.starts_with('<') ? Direction::kLowerIsBetter
                               : Direction::kUnknown;
}

std::string_view word(Direction better) {
  return better == Direction::kHigherIsBetter  ? "higher"
         : better == Direction::kLowerIsBetter ? "lower"
                                               : "";
}

std::optional<double> worse_by(Direction better, double from, double to) {
  switch (better) {
    case Direction::kHigherIsBetter:
      return from - to;
    case Direction::kLowerIsBetter:
      return to - from;
    case Direction::kUnknown:
      break;
  }
  return std::nullopt;
}

}  // namespace projections
