// The rules themselves: the built-in ones, and what a plan's pattern must be.

#include <re2/re2.h>

#include "commands/metrics/extract.h"
#include "commands/metrics/plan_rule.h"

namespace commands::metrics {
namespace {

constexpr std::size_t kPatternBytesMax = 2000;

schema::MetricRule rule(const char* key,
                        const char* pattern,
                        const char* statistic,
                        const char* unit) {
  schema::MetricRule result;
  result.key = key;
  result.pattern = pattern;
  result.statistic = statistic;
  result.unit = unit;
  return result;
}

}  // namespace

std::vector<schema::MetricRule> built_in_rules() {
  constexpr const char* kRate =
      R"((?i)\bsps["']?\s*[:=|]\s*([0-9][0-9.,e+]*[kMG]?))"
      R"(|([0-9][0-9.,e+]*)\s?[kMG]?\s?(?:sps|steps/s(?:ec)?)\b)";
  constexpr const char* kSuccess =
      R"((?i)\b(?:eval[/_ ]?)?success[ _-]?rate["']?\s*[:=|]\s*([0-9.]+%?))";
  return {rule("eval_success_rate", kSuccess, "last", "0..1"),
          rule("sps_last", kRate, "last", "steps/s"),
          rule("sps_max", kRate, "max", "steps/s")};
}

ledger::Status check_pattern(const std::string& pattern) {
  const auto refuse = [](std::string message) {
    return ledger::fail(
        ledger::ErrorCode::kUsage, "pattern-invalid", std::move(message));
  };
  if (pattern.size() > kPatternBytesMax) {
    return refuse(fmt::format("a pattern has at most {} bytes, not {}",
                              kPatternBytesMax,
                              pattern.size()));
  }
  const RE2 compiled(pattern, pattern_options());
  if (!compiled.ok()) {
    return refuse(fmt::format("pattern is not a valid RE2 expression: {}",
                              compiled.error()));
  }
  if (compiled.NumberOfCapturingGroups() == 0) {
    return refuse("pattern has no group: put the number in round brackets");
  }
  return {};
}

}  // namespace commands::metrics
