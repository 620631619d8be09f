// Numbers that a validation or its tool wrote to a file: JSON, JSON Lines,
// JUnit XML, Google Benchmark or hyperfine. Read for hostile input: bounded in
// size, depth and number, no DTD, no entities.
//
// Errors: kUsage `report-invalid` with the file and what is wrong with it;
// kIo `report-unreadable`. Thread-safe.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/metrics/extract.h"

namespace commands::metrics {

constexpr std::size_t kReportBytesMax = std::size_t{64} << 20;

enum class ReportFormat { kAuto, kJson, kJUnit, kGoogleBenchmark, kHyperfine };
// auto json junit google-benchmark hyperfine.
const std::vector<std::string>& report_format_names();
std::optional<ReportFormat> parse_report_format(std::string_view name);

struct Measurement {
  std::string key;              // dotted: "eval.success", "BM_Sort.real_time"
  std::optional<double> value;  // nothing: it says there is none
  std::string unit;
  std::uint64_t line = 0;    // 0: not known
  std::size_t document = 0;  // of several in one file
  bool one_of_many = false;  // of a list: said several times on purpose
};

struct Report {
  std::vector<Measurement> measurements;
  std::string failure;  // why what ran did not pass, by the report itself
  bool judges = false;  // it says by itself whether what ran passed
};

ledger::Result<Report> read_report(const std::filesystem::path& file,
                                   ReportFormat format);
ledger::Result<Report> parse_report(std::string_view text, ReportFormat format);

// Takes what `wanted` names, by json key, key or alias, the first that is
// there. Where a metric was found elsewhere too, both must say the same.
void add_measurements(Extraction& extraction,
                      const std::vector<Measurement>& measurements,
                      const std::vector<schema::MetricRule>& wanted,
                      const std::string& file);

}  // namespace commands::metrics
