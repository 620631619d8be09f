// What an attempt's end and its log say about it.

#pragma once

#include <cstdint>
#include <filesystem>

#include "commands/services/process.h"
#include "ledger/result.h"
#include "schema/event.h"

namespace commands::steps {

// What the end of the process alone says; passed: it is for the checks to say.
void judge_end(const services::ProcessResult& process,
               double timeout_s,
               const std::filesystem::path& log,
               schema::ValidationCompleted& result);

// What a flood wrote beyond the bound is cut off: it would fill the disk.
ledger::Status bound_log(const std::filesystem::path& log,
                         std::uint64_t bytes_max);

// Metrics, checks and outputs from the finished log, and its digest. A result
// that is passed so far fails where a check does.
ledger::Status judge_log(const schema::Plan& plan,
                         const schema::Validation& planned,
                         const std::filesystem::path& log,
                         schema::ValidationCompleted& result);

}  // namespace commands::steps
