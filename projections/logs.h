// The logs of validations against the digests on the ledger: a log that is
// gone is a pity, one that was changed is damage.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/backup.h"
#include "ledger/ledger.h"

namespace projections {

// The logs that the events name, oldest first.
ledger::Result<std::vector<ledger::RecordedLog>> recorded_logs(
    const ledger::Snapshot& snapshot);

struct LogCheck {
  std::vector<std::string> missing;
  std::vector<ledger::Problem> problems;  // kind `log-changed`
};

// `folder`: the ledger's, below which the logs are. kIo, kCorruption.
ledger::Result<LogCheck> check_logs(const ledger::Snapshot& snapshot,
                                    const std::filesystem::path& folder);

}  // namespace projections
