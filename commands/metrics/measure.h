// What a validation left behind — its log and, where the plan names one, the
// file of metrics it wrote — read, judged and filled in.
//
// Errors: kIo `log-unreadable` and those of files. A metrics file that is not
// there or is nonsense is no error: its metrics are missing, with the reason.

#pragma once

#include <filesystem>
#include <span>

#include "commands/metrics/judge.h"
#include "commands/metrics/report.h"
#include "schema/release/record.h"

namespace commands::metrics {

// `result` names log and metrics file, below `folder`; its outcome is what the
// end of the process says. Fills in digests, metrics, checks and the verdict.
ledger::Status measure(const Judging& judging,
                       const std::filesystem::path& folder,
                       schema::ValidationCompleted& result);

// Rules that read a validation's metrics file: those of the plan with a json
// key, and each key of the acceptance that nothing else gives.
std::vector<schema::MetricRule> file_rules(
    const schema::Validation& planned,
    const std::vector<schema::MetricRule>& rules);

// The checks of the newest result if it wants another run to confirm it and
// this is such a run; `validation` may be null.
std::span<const schema::Check> unconfirmed_checks(
    const schema::ValidationRecord* validation,
    const schema::Validation& planned);

// Takes away what an earlier attempt left, so that nothing old is read.
ledger::Status remove_metrics_file(const std::filesystem::path& file);
// Copies what the validation wrote to `kept`, which is logged evidence from
// then on. False: there is nothing that could be kept.
ledger::Result<bool> keep_metrics_file(const std::filesystem::path& written,
                                       const std::filesystem::path& kept);

}  // namespace commands::metrics
