#include "schema/release/bound.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace schema {
namespace {

using Number = flatbuffers::Optional<double>;

std::string number(const Number& value) {
  return value ? fmt::format("{}", *value) : "missing";
}

// "5%", "0.5", or empty.
std::string amount(const Number& absolute, const Number& percent) {
  return percent    ? fmt::format("{}%", *percent)
         : absolute ? fmt::format("{}", *absolute)
                    : "";
}

std::string_view direction(std::string_view op) {
  return op == "==" ? "±" : op.starts_with('<') ? "+" : "-";
}

std::string plain_bound(std::string_view op,
                        const Number& expected,
                        const Number& low,
                        const Number& high) {
  return op == "range" ? fmt::format("{} to {}", number(low), number(high))
                       : fmt::format("{} {}", op, number(expected));
}

}  // namespace

std::string bound_text(const Acceptance& acceptance) {
  const Acceptance& a = acceptance;
  if (a.baseline.empty()) {
    return plain_bound(a.op, a.expected, a.low, a.high);
  }
  const std::string tolerance = amount(a.tolerance, a.tolerance_percent);
  return tolerance.empty()
             ? fmt::format("{} {}", a.op, a.baseline)
             : fmt::format(
                   "{} {} {} {}", a.op, a.baseline, direction(a.op), tolerance);
}

std::string conditions_text(const Acceptance& acceptance) {
  const Acceptance& a = acceptance;
  std::string text;
  if (a.confirm_runs > 0) {
    text += fmt::format(" in {} of {} runs", a.confirm_passes, a.confirm_runs);
  }
  if (a.samples > 0) {
    text += fmt::format(" from {} samples", a.samples);
  }
  const std::string warn_tolerance =
      amount(a.warn_tolerance, a.warn_tolerance_percent);
  if (!warn_tolerance.empty()) {
    text += fmt::format(" (warn beyond {})", warn_tolerance);
  } else if (a.warn_expected || a.warn_low) {
    text += fmt::format(
        " (warn unless {})",
        plain_bound(a.op, a.warn_expected, a.warn_low, a.warn_high));
  }
  if (!a.without_baseline.empty() && a.without_baseline != "inconclusive") {
    text += fmt::format(" ({} without baseline)", a.without_baseline);
  }
  return text;
}

std::string bound_text(const Check& check) {
  if (!check.baseline.empty() && !check.baseline_value) {
    return fmt::format("{} {}", check.op, check.baseline);
  }
  std::string text =
      plain_bound(check.op, check.expected, check.low, check.high);
  if (check.baseline_value) {
    std::vector<std::string> releases;
    for (const BaselineUsed& used : check.baselines) {
      releases.push_back(used.release);
    }
    text += fmt::format(" ({} of {}: {})",
                        check.baseline,
                        fmt::join(releases, ", "),
                        *check.baseline_value);
  }
  if (check.warned) {
    text += fmt::format(
        ", warns unless {}",
        plain_bound(
            check.op, check.warn_expected, check.warn_low, check.warn_high));
  }
  return text;
}

std::string actual_text(const Check& check) {
  if (!check.actual) {
    return "missing";
  }
  return check.unit.empty() ? number(check.actual)
                            : number(check.actual) + " " + check.unit;
}

}  // namespace schema
