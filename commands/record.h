// `record`: puts on the ledger what a validation that ran elsewhere came to —
// in CI, on a colleague's machine — judged by the plan as a run here is, and
// bound to the current candidate. One append, beside any run.
//
// Its log is copied below the ledger's folder and read by the plan's patterns;
// so is the file of metrics. What two of them say of one metric must agree.
//
// Errors: those of the decider; kUsage `metric-invalid`, `log-invalid`,
// `report-invalid`, `url-invalid`; kIo. kRejected `validation-not-passed`
// where it was recorded and did not pass.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "commands/environment.h"
#include "commands/metrics/baseline.h"
#include "commands/metrics/report.h"

namespace commands {

struct RecordRequest {
  std::string release;
  std::string validation;
  std::vector<std::string> metrics;  // "key=value"
  std::filesystem::path metrics_file;
  metrics::ReportFormat format = metrics::ReportFormat::kAuto;
  std::optional<int> exit_code;
  std::filesystem::path log;
  std::string url;
  std::string note;
  std::string commit;        // empty: not said
  metrics::History history;  // a gathered fact
};
Status record(const Environment& environment, const RecordRequest& request);

}  // namespace commands
