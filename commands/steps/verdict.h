// What an attempt's end and what it left say about it.

#pragma once

#include <cstdint>
#include <filesystem>

#include "commands/metrics/extract.h"
#include "commands/services/process.h"
#include "commands/steps/attempt.h"

namespace commands::steps {

// What the end of the process alone says; passed: it is for the checks to say.
void judge_end(const services::ProcessResult& process,
               double timeout_s,
               const std::filesystem::path& log,
               schema::ValidationCompleted& result);

// What a flood wrote beyond the bound is cut off: it would fill the disk.
Status bound_log(const std::filesystem::path& log, std::uint64_t bytes_max);

// The metrics file that it wrote in `directory` is evidence from now on.
Status keep_metrics_file(const AttemptBasis& basis,
                         const std::filesystem::path& directory,
                         schema::ValidationCompleted& result);

// Metrics, checks and outputs from the finished log, the metrics file that was
// kept, and `further`, with their digests. A result that is passed so far fails
// where a check does.
Status judge_leavings(const AttemptBasis& basis,
                      const metrics::Extraction& further,
                      schema::ValidationCompleted& result);

// The file of metrics that the attempt writes, below its working folder; empty
// if it writes none that this program can read.
std::filesystem::path metrics_file_of(const std::string& release,
                                      const schema::Validation& planned,
                                      const schema::ValidationStarted& started);

}  // namespace commands::steps
