// The logs and metrics files of validations against their digests on record:
// one that is gone is a pity, one that was changed is damage.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace projections {

struct LogCheck {
  std::vector<std::string> missing;
  std::vector<ledger::Problem> problems;  // kind `log-changed`
};

// `folder`: the ledger's, below which the logs are. kIo, kCorruption.
ledger::Result<LogCheck> check_logs(const ledger::Snapshot& snapshot,
                                    const std::filesystem::path& folder);

}  // namespace projections
