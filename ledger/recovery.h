// What happens where the newest log of the store was torn by a crash.
//
// Strict opening refuses damage anywhere in a log. A crash can only damage the
// tail, where nothing was acknowledged yet; so when the store as it was before
// the damage still holds all that HEAD says, a torn tail is what it was, and
// else acknowledged events are missing. A reader then reads the store as it
// was before the damage. A writer keeps a copy of it, mends it, and records
// that on the ledger.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/anchor.h"
#include "ledger/store.h"

namespace ledger {

// The store as a crash left it is kept beside it: db.torn-TIME.
constexpr std::string_view kKeptPrefix = "db.torn-";

struct OpenStore {
  std::unique_ptr<Store> store;
  schema::StoreHead head;
  Agreement agreement = Agreement::kCurrent;
  std::string torn;  // what the strict opening said, if it refused
};

// Opens the store of the ledger in `folder` and proves that it holds what
// `anchor` says. Only kReadWrite mends. Errors: those of the engine;
// kCorruption `records-missing`, `head-disagrees`, `head-damaged`.
Result<OpenStore> open_store(const std::filesystem::path& folder,
                             OpenMode mode,
                             const Checkpoint& anchor,
                             std::int64_t now_ms);

// A recovery that is not on the ledger yet; it survives a crash in a file.
struct Recovery {
  bool mended = false;  // false: mending may have been cut short
  std::string kept;     // the folder with the store as it was
  std::string detail;   // what was wrong
};
Result<std::optional<Recovery>> pending_recovery(
    const std::filesystem::path& folder);
Status forget_recovery(const std::filesystem::path& folder);

// One line for a person.
std::string torn_warning(const std::string& detail);

}  // namespace ledger
