// A look at RocksDB's log files before RocksDB replays them. Files that were
// exchanged, or one that stands in another's place, hold records older than
// those before them; the replay of such a one ends the process in builds with
// assertions, as Debian's is (measured).

#pragma once

#include <filesystem>

#include "ledger/result.h"

namespace ledger {

// kCorruption `logs-exchanged`, naming both files, unless each log begins with
// a newer record than the one before it. Looks at whole first records only;
// what is wrong within a file is RocksDB's to find.
Status check_log_order(const std::filesystem::path& folder);

// For a store that was closed after everything in its logs went into tables.
Status remove_logs(const std::filesystem::path& folder);

}  // namespace ledger
