// The names a log gives numbers to, for telling which one was meant.
//
// kIo `log-unreadable`. Thread-safe.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/result.h"

namespace commands::metrics {

// Of the log's last part, in order of appearance, each once.
ledger::Result<std::vector<std::string>> names_at_end(
    const std::filesystem::path& log);

}  // namespace commands::metrics
