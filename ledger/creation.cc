// Ledger::create: a new ledger, built beside its place and published by one
// rename, so that there is a whole one or none.

#include "ledger/commit.h"
#include "ledger/file.h"
#include "ledger/opening.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kCreatingInfix = ".creating-";

// What a process that died while it created a ledger here left behind. One
// that still lives holds the lock of the folder it builds.
void remove_leftover_buildings(const fs::path& folder) {
  const std::string prefix =
      folder.filename().string() + std::string(kCreatingInfix);
  std::error_code error;
  for (const fs::path& entry :
       list_folder(folder.parent_path()).value_or(std::vector<fs::path>())) {
    if (!entry.filename().string().starts_with(prefix) ||
        !fs::exists(entry / kMainLockName, error)) {
      continue;
    }
    const auto lock = StoreLock::acquire(
        entry, LockMode::kExclusive, std::chrono::milliseconds(0));
    if (lock) {
      fs::remove_all(entry, error);
    }
  }
}

// The first commit, into `building`.
Status write_first_event(const Settings& settings,
                         const fs::path& building,
                         const SignerKey& key,
                         const schema::Actor& actor) {
  const std::string& origin = key.name;
  RL_TRY(write_writer_key(building, public_half(key)));
  RL_ASSIGN(auto engine,
            open_rocksdb(building / kStoreName, OpenMode::kCreate));
  Store store(std::move(engine));
  schema::StoreHead empty;
  const Digest root = empty_root();
  empty.root.assign(root.begin(), root.end());
  Commit commit(store, std::move(empty), settings, origin);
  RL_TRY(commit.bring_views_up_to_date());
  schema::LedgerCreated created;
  created.origin = origin;
  created.format = kFormat;
  created.writer_key = to_text(public_half(key));
  RL_TRY(commit.add(ledger_stream(), {{created, {}}}, actor, random_uuid()));
  observe(settings, AppendMoment::kBeforeCommit, 1);
  RL_ASSIGN(const schema::StoreHead head, commit.write());
  observe(settings, AppendMoment::kCommitted, 1);
  return publish_head(building, checkpoint_of(origin, head), key);
}

// False: another process was quicker; its ledger is the one.
Result<bool> publish(const fs::path& building, const fs::path& folder) {
  std::error_code error;
  fs::rename(building, folder, error);
  if (error == std::errc::directory_not_empty ||
      error == std::errc::file_exists) {
    return false;
  }
  if (error) {
    return io_error(folder, error.value());
  }
  RL_TRY(sync_folder(folder.parent_path()));
  return true;
}

}  // namespace

Status Ledger::create(const Settings& settings, const schema::Actor& actor) {
  std::error_code error;
  fs::path folder = fs::absolute(settings.folder, error).lexically_normal();
  if (!folder.has_filename()) {
    folder = folder.parent_path();  // "x/" is x
  }
  const std::string origin = "release-ledger." + to_hex(view(random_uuid()));
  const fs::path building =
      folder.string() + std::string(kCreatingInfix) + to_hex(random_bytes(6));
  RL_TRY(make_private_folder(folder.parent_path()));
  RL_TRY(refuse_network_file_system(folder.parent_path()));
  remove_leftover_buildings(folder);
  RL_TRY(make_private_folder(building));
  RL_ASSIGN(const StoreLock lock,
            StoreLock::acquire(
                building, LockMode::kExclusive, settings.lock_timeout));

  const fs::path key_path = key_file(settings, origin);
  const bool had_key = fs::exists(key_path, error);
  const auto abandon = [&] {
    fs::remove_all(building, error);
    if (!had_key) {
      fs::remove(key_path, error);
    }
  };
  const auto key = load_or_create_key(key_path, origin);
  if (!key) {
    abandon();
    return std::unexpected(key.error());
  }
  if (Status written = write_first_event(settings, building, *key, actor);
      !written) {
    abandon();
    return written;
  }
  const auto published = publish(building, folder);
  if (!published) {
    return std::unexpected(published.error());
  }
  if (!*published) {
    abandon();
    return {};
  }
  observe(settings, AppendMoment::kAcknowledged, 1);
  return {};
}

}  // namespace ledger
