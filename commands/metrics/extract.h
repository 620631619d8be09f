// Metrics from a validation's log: the built-in sps_max, sps_last and
// eval_success_rate, and the plan's own rules.
//
// A wrong number is worse than none: what cannot be read for sure is missing.
// Rates are steps per second over all ranks, as printed; ranks are not added
// up. k, M and G are powers of 1000. Only the last attempt's lines count. A
// metric's source is the sample it came from; where it was made of many, the
// last of them.
//
// Linear in the size of the log, in bounded memory, whatever its bytes. Pure
// but for reading the file; thread-safe.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "commands/metrics/sample.h"
#include "commands/metrics/statistic.h"
#include "ledger/result.h"
#include "schema/event.h"

namespace commands::metrics {

struct Extraction {
  std::vector<schema::Metric> metrics;        // sorted by key
  std::vector<schema::MetricSource> sources;  // one per metric, same order
  // Why metrics are missing although something was there to read.
  std::vector<schema::MetricDoubt> unsure;
  std::vector<std::string> names_seen;  // `name=1`, `name: 1` at the end
};

// The built-in rules, as `plan show` prints them. Their patterns tell what is
// looked for; the reading itself does more.
std::vector<schema::MetricRule> built_in_rules();

// kUsage `pattern-invalid` for a pattern RE2 refuses, with its own words, and
// for one without a group.
ledger::Status check_pattern(const std::string& pattern);

// `rules` are the plan's, each with a pattern check_pattern allows, or with
// none: those read no log. `process_ended`: whether a last line without a line
// feed counts. `on_sample` is told of everything that is taken.
// kIo `log-unreadable`.
ledger::Result<Extraction> extract(const std::filesystem::path& log,
                                   const std::vector<schema::MetricRule>& rules,
                                   bool process_ended,
                                   const OnSample& on_sample);
ledger::Result<Extraction> extract(const std::filesystem::path& log,
                                   const std::vector<schema::MetricRule>& rules,
                                   bool process_ended);

// What the samples of a rule come to: a metric with its source, or the doubt
// for which there is none. The caller keeps the order by key.
void add_metric(Extraction& extraction,
                const schema::MetricRule& rule,
                const Samples& samples,
                const std::string& file);

}  // namespace commands::metrics
