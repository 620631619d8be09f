// Acceptance checks against what was extracted.

#include <algorithm>
#include <cmath>
#include <optional>

#include "commands/metrics/extract.h"
#include "commands/nearest.h"

namespace commands::metrics {
namespace {

constexpr std::size_t kNamesShownMax = 3;

const schema::MetricRule* rule_of(const std::vector<schema::MetricRule>& rules,
                                  std::string_view key) {
  const auto found = std::ranges::find(rules, key, &schema::MetricRule::key);
  return found == rules.end() ? nullptr : &*found;
}

std::string missing_note(const std::string& key,
                         const Extraction& extraction,
                         const std::vector<schema::MetricRule>& rules,
                         const std::string& log_name) {
  const auto built_in = built_in_rules();
  const schema::MetricRule* rule = rule_of(rules, key);
  if (rule == nullptr) {
    rule = rule_of(built_in, key);
  }
  std::string note = fmt::format("metric missing: no {} in {}", key, log_name);
  note += rule == nullptr ? "; no rule of the plan extracts it"
                          : fmt::format("; pattern {}", rule->pattern);
  const auto unsure =
      std::ranges::find(extraction.unsure, key, &UnsureMetric::key);
  if (unsure != extraction.unsure.end()) {
    note += fmt::format(
        "; line {} cannot be read for sure: {}", unsure->line, unsure->text);
  }
  const auto names = nearest_first(key, extraction.names_seen, kNamesShownMax);
  note += names.empty()
              ? "; no named number was seen"
              : fmt::format("; nearest names seen: {}", fmt::join(names, ", "));
  return note;
}

bool holds(const schema::Acceptance& check, double actual) {
  if (check.op == "range") {
    return check.low && check.high && actual >= *check.low &&
           actual <= *check.high;
  }
  if (!check.expected || !std::isfinite(*check.expected)) {
    return false;
  }
  const double bound = *check.expected;
  return (check.op == ">=" && actual >= bound) ||
         (check.op == ">" && actual > bound) ||
         (check.op == "<=" && actual <= bound) ||
         (check.op == "<" && actual < bound) ||
         (check.op == "==" && actual == bound) ||
         (check.op == "!=" && actual != bound);
}

}  // namespace

std::vector<schema::Check> judge(
    const std::vector<schema::Acceptance>& acceptance,
    const Extraction& extraction,
    const std::vector<schema::MetricRule>& rules,
    const std::string& log_name) {
  std::vector<schema::Check> checks;
  for (const schema::Acceptance& demand : acceptance) {
    schema::Check check;
    check.key = demand.key;
    check.op = demand.op;
    check.expected = demand.expected;
    check.low = demand.low;
    check.high = demand.high;
    const auto metric =
        std::ranges::find(extraction.metrics, demand.key, &schema::Metric::key);
    if (metric == extraction.metrics.end() || !std::isfinite(metric->value)) {
      check.note = missing_note(demand.key, extraction, rules, log_name);
    } else {
      check.actual = metric->value;
      check.passed = holds(demand, metric->value);
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace commands::metrics
