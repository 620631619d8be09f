#include "ledger/restore.h"

#include <algorithm>
#include <iterator>

#include "ledger/anchor.h"
#include "ledger/building.h"
#include "ledger/fall.h"
#include "ledger/folder_copy.h"
#include "ledger/opening.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

// The folder with the ledger: that of a backup, or the one named itself.
Result<Ledger> open_source(const Settings& settings, const fs::path& named) {
  std::error_code error;
  const fs::path folder = plain_place(named);
  Settings source = settings;
  source.folder =
      fs::exists(folder / kBackupName, error) ? folder / kBackupName : folder;
  if (fs::equivalent(source.folder, settings.folder, error)) {
    return fail(ErrorCode::kUsage,
                "same-folder",
                fmt::format("{} is the ledger itself", folder.string()),
                "name the folder of a backup");
  }
  auto opened = Ledger::open(source);
  if (!opened && (opened.error().reason == "no-ledger" ||
                  opened.error().reason == "not-a-ledger")) {
    return fail(ErrorCode::kUsage,
                "no-backup",
                fmt::format("{} holds no backup", folder.string()),
                "`release-ledger backup DIR` makes one");
  }
  return opened;
}

Status require_permission(const Fall& fall,
                          const Checkpoint& copy,
                          const std::string& reason) {
  if (!fall.falls || !reason.empty()) {
    return {};
  }
  return fail(
      ErrorCode::kRejected,
      "head-would-fall",
      fall.old ? fmt::format("the ledger has {} events, the backup {}, and not "
                             "all of the ledger's are in it",
                             fall.old->size,
                             copy.size)
               : std::string("the ledger cannot be read, so it may hold events "
                             "that the backup lacks"),
      "if that is meant: --force \"REASON\"");
}

std::unique_ptr<schema::LedgerHead> head_of(const Checkpoint& head) {
  auto result = std::make_unique<schema::LedgerHead>();
  result->size = head.size;
  result->root = to_hex(head.root);
  return result;
}

// The releases that have to be reconciled, with the number of events that are
// gone, as far as it is known.
using SetBack = std::vector<std::pair<std::string, schema::ReleaseSetBack>>;
Result<SetBack> set_back_of(const Fall& fall,
                            const RestoreRequest& request,
                            const Snapshot& copy,
                            const std::string& kept) {
  SetBack result;
  schema::ReleaseSetBack event;
  event.kept = kept;
  if (fall.lost) {
    for (const auto& [name, count] : *fall.lost) {
      event.lost = count;
      result.emplace_back(name, event);
    }
    return result;
  }
  RL_ASSIGN(const auto names, request.unfinished(copy));
  for (const std::string& name : names) {
    result.emplace_back(name, event);
  }
  return result;
}

// One batch on the copy: what it was put in the place of, and what follows.
Status record_fall(const Settings& settings,
                   const Fall& fall,
                   const RestoreRequest& request,
                   const fs::path& kept,
                   Restored& result) {
  SetBack set_back;
  {
    RL_ASSIGN(const Ledger copy, Ledger::open(settings));
    RL_ASSIGN(const Snapshot snapshot, copy.read());
    RL_ASSIGN(set_back,
              set_back_of(fall, request, snapshot, kept.filename().string()));
  }
  schema::LedgerRestored event;
  if (fall.old) {
    event.old = head_of(*fall.old);
  }
  event.new_ = head_of(result.head);
  event.reason = request.reason;
  event.kept = kept.filename().string();

  RL_ASSIGN(Writable open, open_for_writing(settings, result.head.origin));
  const Uuid run_id = random_uuid();
  Commit commit(*open.store, open.head, settings, result.head.origin);
  commit.continue_from(open.anchored);
  RL_TRY(commit.bring_views_up_to_date());
  RL_TRY(record_key(commit, open, request.actor, run_id));
  RL_TRY(commit.add(
      ledger_stream(), {{std::move(event), {}}}, request.actor, run_id));
  for (const auto& [name, one] : set_back) {
    RL_TRY(
        commit.add(release_stream(name), {{one, {}}}, request.actor, run_id));
    result.set_back.push_back(name);
  }
  RL_TRY(commit_and_publish(commit, open, settings, commit.positions().size()));
  result.head = open.anchored;
  return {};
}

// A whole, verified copy of the backup in `building`.
Status fill(const Building& building,
            const Ledger& source,
            const RestoreRequest& request,
            const Progress& progress,
            Restored& result) {
  const fs::path& from = source.settings().folder;
  std::vector<RecordedLog> logs;
  {
    RL_ASSIGN(const Snapshot snapshot, source.read());
    RL_TRY(copy_ledger(from, building.folder()));
    result.head = snapshot.checkpoint();
    if (request.logs) {
      RL_ASSIGN(logs, request.logs(snapshot));
    }
  }
  Settings settings = source.settings();
  settings.folder = building.folder();
  RL_ASSIGN(const Ledger copy, Ledger::open(settings));
  RL_TRY(require_whole(copy, result.head, progress));
  RL_ASSIGN(CopiedLogs copied, copy_logs(from, building.folder(), logs));
  std::ranges::move(copied.warnings, std::back_inserter(result.warnings));
  return {};
}

// Whether a ledger is in the place, readable or not.
Result<bool> is_taken(const fs::path& place) {
  const auto anchor = read_anchor(place);
  if (anchor || anchor.error().code == ErrorCode::kCorruption) {
    return true;
  }
  return anchor.error().code == ErrorCode::kNotFound
             ? Result<bool>(false)
             : std::unexpected(anchor.error());
}

Result<Fall> measure(const fs::path& place,
                     const Ledger& source,
                     const RestoreRequest& request) {
  RL_ASSIGN(const Snapshot snapshot, source.read());
  RL_ASSIGN(Fall fall, measure_fall(place, snapshot));
  RL_TRY(require_permission(fall, snapshot.checkpoint(), request.reason));
  return fall;
}

// Nobody writes to what is there from here on.
Status put_in_place(Building& building,
                    const Settings& settings,
                    const Ledger& source,
                    const RestoreRequest& request,
                    Restored& result) {
  const fs::path place = plain_place(settings.folder);
  RL_ASSIGN(const bool taken, is_taken(place));
  if (!taken) {
    RL_ASSIGN(const bool published, building.publish());
    return published ? Status()
                     : fail(ErrorCode::kConflict,
                            "ledger-moved",
                            fmt::format("another process has begun a ledger "
                                        "at {}",
                                        place.string()),
                            "type the command again");
  }
  RL_ASSIGN(
      const StoreLock lock,
      StoreLock::acquire(place, LockMode::kExclusive, settings.lock_timeout));
  RL_ASSIGN(const Fall fall, measure(place, source, request));
  const fs::path kept = building.name_of_replaced(settings.clock->now_ms());
  if (fall.falls) {
    Settings inside = settings;
    inside.folder = building.folder();
    RL_TRY(record_fall(inside, fall, request, kept, result));
  }
  RL_TRY(building.replace(kept));
  result.replaced = kept;
  return {};
}

}  // namespace

Result<Restored> restore(const Settings& settings,
                         const RestoreRequest& request,
                         const Progress& progress) {
  const fs::path place = plain_place(settings.folder);
  RL_ASSIGN(const Ledger source, open_source(settings, request.folder));
  RL_TRY(make_private_folder(place.parent_path()));
  RL_TRY(refuse_network_file_system(place.parent_path()));
  RL_ASSIGN(const bool taken, is_taken(place));
  if (taken) {  // a refusal at once
    RL_ASSIGN(
        const StoreLock lock,
        StoreLock::acquire(place, LockMode::kShared, settings.lock_timeout));
    RL_TRY(measure(place, source, request));
  }
  Restored result;
  RL_ASSIGN(Building building, Building::begin(place));
  RL_TRY(fill(building, source, request, progress, result));
  RL_TRY(put_in_place(building, settings, source, request, result));
  return result;
}

}  // namespace ledger
