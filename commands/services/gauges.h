// What a release has measured, as gauges for a dashboard: for Datadog, and as
// a Prometheus textfile. Pure; thread-safe.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace commands::services {

struct Gauge {
  std::string name;  // "metric", "bound", "passed"; a sink puts its prefix on
  double value = 0;  // finite
  // Sorted by name: validation, metric, statistic ...
  std::vector<std::pair<std::string, std::string>> labels;
};

// One text for the same gauges, whenever they are sent.
std::string canonical_text(const std::vector<Gauge>& gauges);

// The body of a submission of series: gauges alone, since a count that is sent
// again adds up. `tags` as the plan has them.
std::string datadog_series(const std::vector<Gauge>& gauges,
                           std::string_view prefix,
                           const std::vector<std::string>& tags,
                           std::int64_t at_s);

// The text exposition format, one family after the other. `labels` on all.
std::string prometheus_text(
    const std::vector<Gauge>& gauges,
    std::string_view prefix,
    const std::vector<std::pair<std::string, std::string>>& labels);

// As Datadog takes it: letters, digits, `_` and `.`; and for a tag small
// letters, digits and `_ - : . /`.
std::string datadog_name(std::string_view name);
std::string datadog_tag(std::string_view tag);
std::string prometheus_name(std::string_view name);

}  // namespace commands::services
