// A ledger's folder, copied part by part. Used by backup and restore.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/backup.h"

namespace ledger {

// The tables of the store, which never change once they are written. Needs no
// lock: one that goes meanwhile is left out, one that is cut short is copied
// again by copy_ledger.
Status copy_tables(const std::filesystem::path& from,
                   const std::filesystem::path& to);

// HEAD, public keys and the store, without the tables that are there already.
// The lock must be held.
Status copy_ledger(const std::filesystem::path& from,
                   const std::filesystem::path& to);

// The logs that are what was recorded; a warning for each that is not.
struct CopiedLogs {
  std::uint64_t count = 0;
  std::vector<std::string> warnings;
};
Result<CopiedLogs> copy_logs(const std::filesystem::path& from,
                             const std::filesystem::path& to,
                             const std::vector<RecordedLog>& logs);

// Everything in `book` recomputed; kCorruption `verification-failed` naming
// the first problem, unless it is whole and has `head`.
Status require_whole(const Ledger& book,
                     const Checkpoint& head,
                     const Progress& progress);

}  // namespace ledger
