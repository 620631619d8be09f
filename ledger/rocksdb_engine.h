// The store on one machine: RocksDB, tuned for processes that live for
// milliseconds. This and its source are the only place that knows RocksDB.
// What was measured for each option: docs/decisions/0003.

#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ledger/engine.h"

namespace ledger {

Result<std::unique_ptr<Engine>> open_rocksdb(
    const std::filesystem::path& folder, OpenMode mode);

// Whether maintain(logs_max) of the closed store in `folder` would do anything.
bool needs_maintenance(const std::filesystem::path& folder,
                       std::size_t logs_max);

std::string rocksdb_version();

}  // namespace ledger
