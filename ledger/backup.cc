#include "ledger/backup.h"

#include <algorithm>
#include <iterator>

#include "ledger/anchor.h"
#include "ledger/building.h"
#include "ledger/folder_copy.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

std::unexpected<Error> refused(std::string reason,
                               std::string what,
                               std::string hint) {
  return fail(
      ErrorCode::kUsage, std::move(reason), std::move(what), std::move(hint));
}

// Of the entries of a backup's folder; a mounted disk brings one of its own.
bool belongs_to_backup(const std::string& name) {
  const std::string ledger(kBackupName);
  return name == ledger || name == "lost+found" ||
         name.starts_with(ledger + std::string(kCreatingInfix)) ||
         name.starts_with(ledger + std::string(kReplacedInfix));
}

Status require_backup_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    return {};
  }
  std::vector<fs::path> entries;
  if (fs::is_directory(status)) {
    RL_ASSIGN(entries, list_folder(folder));
  }
  const bool fits = fs::is_directory(status) &&
                    std::ranges::all_of(entries, [](const fs::path& entry) {
                      return belongs_to_backup(entry.filename());
                    });
  return fits ? Status()
              : refused("not-a-backup",
                        fmt::format("{} is neither empty nor a backup",
                                    folder.string()),
                        "give a new or an empty folder");
}

Status require_outside(const fs::path& folder, const fs::path& ledger) {
  std::error_code error;
  const fs::path inside =
      fs::weakly_canonical(folder, error)
          .lexically_relative(fs::weakly_canonical(ledger, error));
  if (inside.empty() || *inside.begin() == "..") {
    return {};
  }
  return refused("backup-inside",
                 fmt::format("{} is inside the ledger, and would be lost with "
                             "it",
                             folder.string()),
                 "give a folder elsewhere, better on another disk");
}

// The backup that is there already may be replaced: it is a beginning of this.
Status require_older(const fs::path& place, const Snapshot& snapshot) {
  std::error_code error;
  if (!fs::exists(place, error)) {
    return {};
  }
  RL_ASSIGN(const Anchor anchor, read_anchor(place));
  const Checkpoint& old = anchor.checkpoint;
  if (old.origin != snapshot.origin()) {
    return refused("backup-of-another",
                   fmt::format("{} is a backup of ledger {}",
                               place.parent_path().string(),
                               old.origin),
                   "give a new or an empty folder");
  }
  RL_ASSIGN(const bool is_older, snapshot.extends(old));
  if (is_older) {
    return {};
  }
  return refused("backup-is-newer",
                 fmt::format("{} holds {} events that do not all stand in this "
                             "ledger, which has {}",
                             place.parent_path().string(),
                             old.size,
                             snapshot.size()),
                 "it may be the only copy of them: give another folder");
}

Status publish(Building& building, const fs::path& place, std::int64_t now_ms) {
  RL_ASSIGN(const bool published, building.publish());
  if (published) {
    return {};
  }
  RL_TRY(building.replace(building.name_of_replaced(now_ms)));
  // The one before, and any that a crash has left.
  const std::string prefix =
      place.filename().string() + std::string(kReplacedInfix);
  std::error_code error;
  RL_ASSIGN(const auto entries, list_folder(place.parent_path()));
  for (const fs::path& entry : entries) {
    if (entry.filename().string().starts_with(prefix)) {
      fs::remove_all(entry, error);
    }
  }
  return sync_folder(place.parent_path());
}

}  // namespace

Result<BackedUp> back_up(const Ledger& book,
                         const BackupRequest& request,
                         const Progress& progress) {
  const fs::path& from = book.settings().folder;
  const fs::path folder = plain_place(request.folder);
  const fs::path place = folder / kBackupName;
  RL_TRY(require_outside(folder, from));
  RL_TRY(require_backup_folder(folder));
  {
    RL_ASSIGN(const Snapshot snapshot, book.read());
    RL_TRY(require_older(place, snapshot));
  }
  RL_ASSIGN(Building building, Building::begin(place));
  RL_TRY(copy_tables(from, building.folder()));
  BackedUp result;
  {
    RL_ASSIGN(const Snapshot snapshot, book.read());
    RL_TRY(copy_ledger(from, building.folder()));
    result.head = snapshot.checkpoint();
    result.warnings = snapshot.warnings();
  }
  Settings settings = book.settings();
  settings.folder = building.folder();
  RL_ASSIGN(const Ledger copy, Ledger::open(settings));
  RL_TRY(require_whole(copy, result.head, progress));
  if (request.logs) {
    RL_ASSIGN(const Snapshot snapshot, copy.read());
    RL_ASSIGN(const auto logs, request.logs(snapshot));
    RL_ASSIGN(CopiedLogs copied, copy_logs(from, building.folder(), logs));
    result.logs = copied.count;
    std::ranges::move(copied.warnings, std::back_inserter(result.warnings));
  }
  RL_TRY(publish(building, place, settings.clock->now_ms()));
  return result;
}

}  // namespace ledger
