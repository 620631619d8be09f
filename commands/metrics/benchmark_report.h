// The JSON of two benchmarking tools, as measurements.
//
// Google Benchmark: NAME.real_time, NAME.cpu_time in the file's unit, and
// NAME.COUNTER; repetitions of one name are its samples. A benchmark that
// failed or was skipped fails the report.
// hyperfine: COMMAND.mean, .median, .min … in s, .times the samples; without
// COMMAND where it is the only one. A command that failed fails the report.
//
// Pure. kUsage `report-invalid` for JSON that is not the tool's.

#pragma once

#include <vector>

#include "commands/metrics/json_leaves.h"
#include "commands/metrics/report.h"

namespace commands::metrics {

bool is_google_benchmark(const std::vector<JsonLeaf>& leaves);
ledger::Result<Report> google_benchmark_report(
    const std::vector<JsonLeaf>& leaves);

bool is_hyperfine(const std::vector<JsonLeaf>& leaves);
ledger::Result<Report> hyperfine_report(const std::vector<JsonLeaf>& leaves);

}  // namespace commands::metrics
