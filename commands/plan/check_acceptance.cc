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
#include "schema/release/bound.h"

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

// A baseline's bound is not known yet. That it lies beyond all values may be:
// `>=` with a tolerance of 100% of what is never negative.
bool is_slack_for_all(const schema::Acceptance& acceptance, Span span) {
  const double tolerance = acceptance.tolerance.value_or(0);
  const double percent = acceptance.tolerance_percent.value_or(0);
  if (tolerance >= span.high - span.low) {
    return acceptance.op != ">" && acceptance.op != "<" &&
           acceptance.op != "!=";
  }
  return acceptance.op == ">=" && span.low >= 0 && percent >= 100;
}

Reach reach_of(const schema::Acceptance& acceptance, Span span) {
  if (!acceptance.baseline.empty()) {
    return {is_slack_for_all(acceptance, span), false};
  }
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
  return fmt::format("{} {}{}",
                     acceptance.key,
                     acceptance.op == "range" ? "in " : "",
                     acceptance.op == "range"
                         ? fmt::format("[{}, {}]",
                                       acceptance.low.value_or(0),
                                       acceptance.high.value_or(0))
                         : schema::bound_text(acceptance));
}

// A warning band that is not inside the bound never shows.
bool warns_in_vain(const schema::Acceptance& a) {
  if (a.warn_low && a.warn_high && a.low && a.high) {
    return *a.warn_low <= *a.low && *a.warn_high >= *a.high;
  }
  if (a.warn_expected && a.expected) {
    return a.op.starts_with('>')   ? *a.warn_expected <= *a.expected
           : a.op.starts_with('<') ? *a.warn_expected >= *a.expected
                                   : true;
  }
  if (a.warn_tolerance && a.tolerance) {
    return *a.warn_tolerance >= *a.tolerance;
  }
  return a.warn_tolerance_percent && a.tolerance_percent &&
         *a.warn_tolerance_percent >= *a.tolerance_percent;
}

// One entry of one validation.
class AcceptanceCheck {
 public:
  AcceptanceCheck(const Checking& checking,
                  const std::vector<schema::MetricRule>& rules,
                  std::size_t validation,
                  std::size_t index)
      : checking_(checking),
        rules_(rules),
        validation_(checking.plan.validations[validation]),
        acceptance_(validation_.acceptance[index]),
        validation_index_(validation),
        index_(index) {}

  void run() {
    if (is_empty(acceptance_.low, acceptance_.high, "range") ||
        is_empty(acceptance_.warn_low, acceptance_.warn_high, "warn_range")) {
      return;
    }
    check_key();
    const Reach reach = reach_of(acceptance_, span_of(acceptance_.key, rules_));
    if (reach.always || reach.never) {
      warn("key",
           fmt::format("the check {} of validation {} can never {}",
                       shown(acceptance_),
                       validation_.name,
                       reach.always ? "fail" : "pass"));
    }
    if (warns_in_vain(acceptance_)) {
      warn("key",
           fmt::format("the check {} of validation {} fails before it warns",
                       shown(acceptance_),
                       validation_.name));
    }
  }

 private:
  Place place(std::string_view key) const {
    return place_at(checking_.source,
                    {Step("validation"),
                     Step(validation_index_),
                     Step("acceptance"),
                     Step(index_),
                     Step(key)});
  }
  void warn(std::string_view key, std::string what) {
    checking_.problems.warn(place(key), std::move(what));
  }

  bool is_empty(const flatbuffers::Optional<double>& low,
                const flatbuffers::Optional<double>& high,
                const char* key) {
    if (!low || !high || *low <= *high) {
      return false;
    }
    checking_.problems.refuse(
        place(key),
        fmt::format("{} is empty: {} is more than {}", key, *low, *high));
    return true;
  }

  void check_key() {
    const std::string& key = acceptance_.key;
    std::vector<std::string> keys;
    for (const schema::MetricRule& rule : rules_) {
      keys.push_back(rule.key);
      if (rule.key == key && !rule.json.empty() &&
          validation_.metrics_file.empty()) {
        warn("key",
             fmt::format("{} is read from a metrics file, and validation {} "
                         "has no metrics_file",
                         key,
                         validation_.name));
      }
      if (rule.key == key && !rule.wandb.empty() &&
          validation_.wandb_run.empty()) {
        warn("key",
             fmt::format("{} is read from Weights & Biases, and validation {} "
                         "has no wandb_run",
                         key,
                         validation_.name));
      }
      if (std::ranges::find(rule.aliases, key) != rule.aliases.end()) {
        checking_.problems.refuse(
            place("key"),
            fmt::format("{} is what {} was called before; write {}",
                        key,
                        rule.key,
                        rule.key));
        return;
      }
    }
    if (validation_.metrics_file.empty() &&
        std::ranges::find(keys, key) == keys.end()) {
      warn("key",
           fmt::format(
               "nothing extracts the metric {}{}", key, suggestion(key, keys)));
    }
  }

  const Checking& checking_;
  const std::vector<schema::MetricRule>& rules_;
  const schema::Validation& validation_;
  const schema::Acceptance& acceptance_;
  std::size_t validation_index_;
  std::size_t index_;
};

}  // namespace

void check_acceptance(const Checking& checking) {
  std::vector<schema::MetricRule> rules = metrics::built_in_rules();
  rules.insert(
      rules.end(), checking.plan.metrics.begin(), checking.plan.metrics.end());
  for (std::size_t i = 0; i < checking.plan.validations.size(); ++i) {
    const auto& acceptance = checking.plan.validations[i].acceptance;
    for (std::size_t j = 0; j < acceptance.size(); ++j) {
      AcceptanceCheck(checking, rules, i, j).run();
    }
  }
}

}  // namespace commands::plan
