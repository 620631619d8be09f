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

#include "ledger/result.h"
#include "schema/event.h"

namespace commands::metrics {

// Why a metric is missing although something was there to read.
struct UnsureMetric {
  std::string key;
  std::uint64_t line = 0;
  std::string text;
};

struct Extraction {
  std::vector<schema::Metric> metrics;        // sorted by key
  std::vector<schema::MetricSource> sources;  // one per metric, same order
  std::vector<UnsureMetric> unsure;           // sorted by key
  std::vector<std::string> names_seen;        // `name=1`, `name: 1` at the end
};

// The built-in rules, as `plan show` prints them. Their patterns tell what is
// looked for; the reading itself does more.
std::vector<schema::MetricRule> built_in_rules();

// kUsage `pattern-invalid` for a pattern RE2 refuses, with its own words, and
// for one without a group.
ledger::Status check_pattern(const std::string& pattern);

// `rules` are the plan's, each with a pattern check_pattern allows.
// `process_ended`: whether a last line without a line feed counts.
// kIo `log-unreadable`.
ledger::Result<Extraction> extract(const std::filesystem::path& log,
                                   const std::vector<schema::MetricRule>& rules,
                                   bool process_ended);

// Every check of `acceptance` judged, in order; none is left out. A missing
// metric fails its check with a note that names the log, the pattern and the
// nearest names seen. Nothing that is not finite is compared.
std::vector<schema::Check> judge(
    const std::vector<schema::Acceptance>& acceptance,
    const Extraction& extraction,
    const std::vector<schema::MetricRule>& rules,
    const std::string& log_name);

}  // namespace commands::metrics
