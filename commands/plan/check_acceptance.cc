// [[validation.acceptance]]: bounds that make sense, on metrics that can be
// there. A check that cannot fail, or cannot pass, decides nothing and is
// warned about: one such stood unnoticed for weeks where this plan comes from.

#include <algorithm>
#include <limits>
#include <optional>

#include "commands/metrics/extract.h"
#include "commands/nearest.h"
#include "commands/plan/check.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The values a metric can have; both ends inclusive.
struct Span {
  double low = -kInfinity;
  double high = kInfinity;
};

Span span_of(std::string_view key,
             const std::vector<schema::MetricRule>& rules) {
  if (key == "eval_success_rate") {
    return {0, 1};
  }
  const auto rule = std::ranges::find(rules, key, &schema::MetricRule::key);
  const bool counted = rule != rules.end() && rule->statistic == "count";
  if (key == "sps_max" || key == "sps_last" || counted) {
    return {0, kInfinity};
  }
  return {};
}

// Whether every value of the span passes, or none does.
struct Reach {
  bool always = false;
  bool never = false;
};

Reach reach_of(const schema::Acceptance& acceptance, Span span) {
  const double bound = acceptance.expected.value_or(0);
  const bool outside = bound < span.low || bound > span.high;
  if (acceptance.op == ">=") {
    return {span.low >= bound, span.high < bound};
  }
  if (acceptance.op == ">") {
    return {span.low > bound, span.high <= bound};
  }
  if (acceptance.op == "<=") {
    return {span.high <= bound, span.low > bound};
  }
  if (acceptance.op == "<") {
    return {span.high < bound, span.low >= bound};
  }
  if (acceptance.op == "range") {
    const double low = acceptance.low.value_or(0);
    const double high = acceptance.high.value_or(0);
    return {span.low >= low && span.high <= high,
            span.low > high || span.high < low};
  }
  return acceptance.op == "==" ? Reach{false, outside} : Reach{outside, false};
}

std::string shown(const schema::Acceptance& acceptance) {
  return acceptance.op == "range"
             ? fmt::format("{} in [{}, {}]",
                           acceptance.key,
                           acceptance.low.value_or(0),
                           acceptance.high.value_or(0))
             : fmt::format("{} {} {}",
                           acceptance.key,
                           acceptance.op,
                           acceptance.expected.value_or(0));
}

}  // namespace

void check_acceptance(const Checking& checking) {
  std::vector<schema::MetricRule> rules = metrics::built_in_rules();
  rules.insert(
      rules.end(), checking.plan.metrics.begin(), checking.plan.metrics.end());
  std::vector<std::string> keys;
  std::ranges::transform(
      rules, std::back_inserter(keys), &schema::MetricRule::key);
  for (std::size_t i = 0; i < checking.plan.validations.size(); ++i) {
    const schema::Validation& validation = checking.plan.validations[i];
    for (std::size_t j = 0; j < validation.acceptance.size(); ++j) {
      const schema::Acceptance& acceptance = validation.acceptance[j];
      const auto place = [&](std::string_view key) {
        return place_at(checking.source,
                        {Step("validation"),
                         Step(i),
                         Step("acceptance"),
                         Step(j),
                         Step(key)});
      };
      if (acceptance.low && acceptance.high &&
          *acceptance.low > *acceptance.high) {
        checking.problems.refuse(
            place("range"),
            fmt::format("range is empty: {} is more than {}",
                        *acceptance.low,
                        *acceptance.high));
        continue;
      }
      if (std::ranges::find(keys, acceptance.key) == keys.end()) {
        checking.problems.warn(place("key"),
                               fmt::format("nothing extracts the metric {}{}",
                                           acceptance.key,
                                           suggestion(acceptance.key, keys)));
      }
      const Reach reach = reach_of(acceptance, span_of(acceptance.key, rules));
      if (reach.always || reach.never) {
        checking.problems.warn(place("key"),
                               fmt::format("the check {} of validation {} can "
                                           "never {}",
                                           shown(acceptance),
                                           validation.name,
                                           reach.always ? "fail" : "pass"));
      }
    }
  }
}

}  // namespace commands::plan
