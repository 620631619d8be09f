#include "commands/metrics/rate_value.h"

#include <array>
#include <cmath>

#include "commands/metrics/pattern.h"
#include "commands/metrics/text.h"

namespace commands::metrics {

// " ksps", "steps/s", "M steps/sec" right after a number.
std::optional<RateUnit> rate_unit_at(std::string_view text) {
  static const FixedPattern kUnit(
      R"(\s?([kKMGm]?)\s?(?i:sps|(?:env[ _-]?)?steps?(?:/|[ _-]?per[ _-]?))"
      R"(s(?:ec(?:onds?)?)?)([^A-Za-z0-9_/-]|[/-][^A-Za-z]|$))");
  std::array<re2::StringPiece, 3> found;
  text = text.substr(0, kTokenMax);
  if (!kUnit.Match(piece(text),
                   0,
                   text.size(),
                   RE2::ANCHOR_START,
                   found.data(),
                   static_cast<int>(found.size()))) {
    return std::nullopt;
  }
  RateUnit unit;
  unit.size = found[0].size() - found[2].size();
  if (!found[1].empty()) {
    const auto scale = scale_of(found[1][0]);
    unit.scale = scale.value_or(1);
    unit.doubtful = !scale;  // "msps": a thousandth, or M in small letters
    return unit;
  }
  // "sps=10 sps=30": the word is the next one's label.
  const std::size_t next = text.find_first_not_of(" \"'", unit.size);
  if (at(text, next) == ':' || at(text, next) == '=') {
    return std::nullopt;
  }
  return unit;
}

void scale(Number& number, double by) {
  number.value *= by;
  if (number.reading == Reading::kValue && !std::isfinite(number.value)) {
    number.reading = Reading::kNone;
  }
}

// A rate at the front, with its unit if one is there. A negative rate is none.
std::optional<Number> rate_at(std::string_view text, double label_scale) {
  auto number = digits_at(text);
  if (!number) {
    return std::nullopt;
  }
  if (const auto unit = rate_unit_at(text.substr(number->size))) {
    number->size += unit->size;
    scale(*number, unit->scale);
    if (unit->doubtful && number->reading == Reading::kValue) {
      number->reading = Reading::kDoubtful;
    }
  } else {
    number = number_at(text);
    if (at(text, number->size) == '%' && number->reading == Reading::kValue) {
      number->reading = Reading::kDoubtful;
    }
  }
  scale(*number, label_scale);
  if (number->reading == Reading::kValue && number->value < 0) {
    number->reading = Reading::kNone;
  }
  return number;
}

}  // namespace commands::metrics
