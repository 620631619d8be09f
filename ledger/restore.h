// A ledger put back from a backup: built beside its place, verified, and put
// there by one rename. What was there stays beside, as PLACE.replaced-TIME.
//
// If events that are there, or were according to HEAD, are not in the backup,
// the head would fall: that needs a reason, and is put on the record. The
// ledger gets a LedgerRestored with both heads, and every release with events
// that are gone a ReleaseSetBack, which holds it until a person has reconciled
// it. Where the ledger cannot be read that is every release in progress.
//
// Errors: kUsage `no-backup`, `another-ledger`, `same-folder`, `not-a-ledger`;
// kRejected `head-would-fall`; kConflict `ledger-moved`; kCorruption of the
// backup; kBusy; kIo.

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ledger/backup.h"

namespace ledger {

struct RestoreRequest {
  std::filesystem::path folder;  // a backup, or a copy of a ledger's folder
  std::string reason;            // empty: the head may not fall
  LogLister logs;
  // The names of the releases in progress.
  std::function<Result<std::vector<std::string>>(const Snapshot&)> unfinished;
  schema::Actor actor;
};

struct Restored {
  Checkpoint head;
  std::filesystem::path replaced;     // empty: nothing was there
  std::vector<std::string> set_back;  // releases that have to be reconciled
  std::vector<std::string> warnings;
};

Result<Restored> restore(const Settings& settings,
                         const RestoreRequest& request,
                         const Progress& progress);

}  // namespace ledger
