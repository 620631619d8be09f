#include "ledger/recovery.h"

#include <algorithm>
#include <sstream>

#include "ledger/building.h"
#include "ledger/file.h"
#include "ledger/log_files.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kRecoveryName = "RECOVERY";
// Its three lines: one of these, the kept folder, the detail.
constexpr std::string_view kMending = "mending";
constexpr std::string_view kMended = "mended";

Result<OpenStore> open_checked(const fs::path& folder,
                               OpenMode mode,
                               const Checkpoint& anchor) {
  RL_ASSIGN(auto engine, open_rocksdb(folder / kStoreName, mode));
  OpenStore open;
  open.store = std::make_unique<Store>(std::move(engine));
  RL_ASSIGN(open.head, open.store->head());
  RL_ASSIGN(open.agreement, compare(anchor, open.head));
  RL_TRY(open.store->check_batches(open.head));
  return open;
}

Status remember(const fs::path& folder, const Recovery& recovery) {
  return write_file(folder / kRecoveryName,
                    fmt::format("{}\n{}\n{}\n",
                                recovery.mended ? kMended : kMending,
                                recovery.kept,
                                recovery.detail),
                    0600);
}

// Everything before the damage goes into tables, then the logs are of no use;
// the damaged one would look like one that was exchanged. May be done again.
Status mend(const fs::path& folder, Recovery recovery) {
  {
    RL_ASSIGN(const auto engine,
              open_rocksdb(folder / kStoreName, OpenMode::kTornReadWrite));
  }
  RL_TRY(remove_logs(folder / kStoreName));
  recovery.mended = true;
  return remember(folder, recovery);
}

// The store as it was goes aside first, and what is being done is written
// down, so that a crash in between neither loses evidence nor the record.
Status keep_and_mend(const fs::path& folder,
                     const std::string& detail,
                     std::int64_t now_ms) {
  const std::string kept =
      free_name(folder / kKeptPrefix, now_ms).filename().string();
  const Recovery recovery{false, kept, detail};
  RL_TRY(copy_folder(folder / kStoreName, folder / recovery.kept));
  RL_TRY(remember(folder, recovery));
  return mend(folder, recovery);
}

}  // namespace

Result<OpenStore> open_store(const fs::path& folder,
                             OpenMode mode,
                             const Checkpoint& anchor,
                             std::int64_t now_ms) {
  if (mode == OpenMode::kReadWrite) {
    RL_ASSIGN(const auto pending, pending_recovery(folder));
    if (pending && !pending->mended) {
      RL_TRY(mend(folder, *pending));
    }
  }
  auto strict = open_checked(folder, mode, anchor);
  if (strict || strict.error().reason != "store-damaged") {
    return strict;
  }
  auto before = open_checked(folder, OpenMode::kTornReadOnly, anchor);
  if (!before) {
    const bool lost = before.error().reason != "store-damaged";
    return std::unexpected(lost ? std::move(before.error())
                                : std::move(strict.error()));
  }
  std::string detail = strict.error().message;
  std::ranges::replace(detail, '\n', ' ');
  if (mode == OpenMode::kReadOnly) {
    before->torn = detail;
    return before;
  }
  before->store.reset();
  RL_TRY(keep_and_mend(folder, detail, now_ms));
  RL_ASSIGN(OpenStore mended, open_checked(folder, mode, anchor));
  mended.torn = detail;
  return mended;
}

Result<std::optional<Recovery>> pending_recovery(const fs::path& folder) {
  RL_ASSIGN(const auto text, read_file(folder / kRecoveryName));
  if (!text) {
    return std::nullopt;
  }
  std::istringstream lines(*text);
  std::string state;
  Recovery recovery;
  std::getline(lines, state);
  std::getline(lines, recovery.kept);
  std::getline(lines, recovery.detail);
  recovery.mended = state == kMended;
  return recovery;
}

Status forget_recovery(const fs::path& folder) {
  std::error_code error;
  fs::remove(folder / kRecoveryName, error);
  return error ? Status(io_error(folder / kRecoveryName, error.value()))
               : sync_folder(folder);
}

std::string torn_warning(const std::string& detail) {
  return fmt::format(
      "a crash tore the newest log of the store; nothing acknowledged is "
      "missing ({})",
      detail);
}

}  // namespace ledger
