// A backup: a folder of its own that holds the ledger as it was at one moment,
// taken while others read and write, and verified before it is in place.
//
// DIR/ledger is a whole ledger folder: store, HEAD, public keys, and the logs
// that its events name, where they are what was recorded. No private key, no
// lease. It is built beside and renamed, so a backup that is there is whole;
// the one before it goes only then. Tables of the store are copied before the
// lock is taken; under it only what is small and what came since.
//
// Errors: kUsage `not-a-backup` (DIR holds something else), `backup-inside`,
// `backup-of-another`, `backup-is-newer`; kCorruption `verification-failed` of
// what was copied; those of the snapshot; kIo.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace ledger {

// The ledger's folder inside a backup.
constexpr std::string_view kBackupName = "ledger";

// A file below logs/ that an event names.
struct RecordedLog {
  std::string path;    // below the ledger's folder
  std::string digest;  // SHA-256, hex
  Position position = 0;
};
using LogLister =
    std::function<Result<std::vector<RecordedLog>>(const Snapshot&)>;

struct BackupRequest {
  std::filesystem::path folder;
  LogLister logs;  // empty: none
};

struct BackedUp {
  Checkpoint head;
  std::uint64_t logs = 0;
  std::vector<std::string> warnings;
};

Result<BackedUp> back_up(const Ledger& book,
                         const BackupRequest& request,
                         const Progress& progress);

}  // namespace ledger
