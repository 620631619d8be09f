// [[metric]]: keys used once, patterns that can be run.

#include <algorithm>
#include <set>

#include "commands/metrics/extract.h"
#include "commands/plan/check.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {

void check_metrics(const Checking& checking) {
  std::set<std::string> keys;
  for (const schema::MetricRule& rule : metrics::built_in_rules()) {
    keys.insert(rule.key);
  }
  const std::set<std::string> built_in = keys;
  for (std::size_t i = 0; i < checking.plan.metrics.size(); ++i) {
    const schema::MetricRule& rule = checking.plan.metrics[i];
    const auto place = [&](std::string_view key) {
      return place_at(checking.source, {Step("metric"), Step(i), Step(key)});
    };
    if (!keys.insert(rule.key).second) {
      checking.problems.refuse(
          place("key"),
          fmt::format("there is a metric {} already{}; choose another key",
                      rule.key,
                      built_in.contains(rule.key) ? ", built in" : ""));
    }
    if (const auto status = metrics::check_pattern(rule.pattern); !status) {
      checking.problems.refuse(place("pattern"), status.error().message);
    }
  }
}

}  // namespace commands::plan
