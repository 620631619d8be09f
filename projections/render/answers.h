// Answers over many releases as text for people and as JSON: a table, or a
// JSON object a row. CSV is made from the JSON (render/csv.h). Pure.

#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "projections/entries.h"
#include "projections/metrics.h"
#include "projections/render/text.h"

namespace projections::render {

nlohmann::ordered_json list_json(const ReleaseEntry& entry);
std::string list_text(const std::vector<ReleaseEntry>& entries,
                      const Style& style);
std::string list_csv(const std::vector<ReleaseEntry>& entries);

// A value; the key is today's.
nlohmann::ordered_json metric_json(const MetricSeries& series,
                                   const MetricPoint& point);
std::string metric_text(const MetricSeries& series, const Style& style);
std::string metric_csv(const MetricSeries& series);

struct Grouped {
  std::optional<Grouping> by;
  Aggregate aggregate = Aggregate::kLast;
  std::vector<MetricGroup> groups;
};
nlohmann::ordered_json group_json(const MetricSeries& series,
                                  const Grouped& grouped,
                                  const MetricGroup& group);
std::string groups_text(const MetricSeries& series,
                        const Grouped& grouped,
                        const Style& style);
std::string groups_csv(const MetricSeries& series, const Grouped& grouped);

// All metrics, a line each.
nlohmann::ordered_json metric_key_json(const MetricSeries& series);
std::string metric_keys_text(const std::vector<MetricSeries>& all,
                             const Style& style);
std::string metric_keys_csv(const std::vector<MetricSeries>& all);

// "41000", "0.93": ten digits at most.
std::string number_text(double value);
// "+1000 (+2.5%)".
std::string delta_text(const Delta& delta);

}  // namespace projections::render
