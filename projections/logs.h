// The logs and metrics files of validations against their digests on record:
// one that is gone is a pity, one that was changed is damage.

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
  std::vector<ledger::Problem> problems;  // `log-changed`, `log-unreadable`
};

// The logs that the events name, gathered while `verify` reads them anyway.
class Logs {
 public:
  // For Ledger::verify; refers to this.
  ledger::EventVisitor visitor();
  // Reads each of them; `folder`: the ledger's, below which they are. Told
  // after each how many were read.
  LogCheck check(const std::filesystem::path& folder,
                 const ledger::Progress& progress);

 private:
  std::vector<ledger::RecordedLog> logs_;
};

}  // namespace projections
