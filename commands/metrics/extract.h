// Metrics from a validation's log: the built-in sps_max, sps_last and
// eval_success_rate, and the plan's own rules.
//
// A wrong number is worse than none: what cannot be read for sure is missing.
// Linear in the size of the log, in bounded memory, whatever its bytes.
// Pure but for reading the file; thread-safe.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "schema/event.h"

namespace commands::metrics {

struct Extraction {
  std::vector<schema::Metric> metrics;        // sorted by key
  std::vector<schema::MetricSource> sources;  // one per metric, same order
  std::vector<std::string> names_seen;        // `name=`, `name:` near misses
};

// The built-in rules, as `plan show` prints them.
std::vector<schema::MetricRule> built_in_rules();

// kUsage `pattern-invalid` for a pattern RE2 refuses, with its own words.
ledger::Status check_pattern(const std::string& pattern);

// `process_ended`: whether a last line without a line feed counts.
// kIo `log-unreadable`.
ledger::Result<Extraction> extract(const std::filesystem::path& log,
                                   const std::vector<schema::MetricRule>& rules,
                                   bool process_ended);

// Every check of `acceptance` judged, in order; none is left out. A missing
// metric fails its check with a note that names the log, the pattern and the
// nearest names seen.
std::vector<schema::Check> judge(
    const std::vector<schema::Acceptance>& acceptance,
    const Extraction& extraction,
    const std::vector<schema::MetricRule>& rules,
    const std::string& log_name);

}  // namespace commands::metrics
