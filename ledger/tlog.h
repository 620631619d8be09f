// The ledger as a static log that any client of C2SP tlog-tiles can check:
// tile/L/N hashes, tile/entries/N envelopes, and last the signed checkpoint.
// Public keys lie beside it, below keys/.
//
// Into a new or empty folder, or one that holds an earlier export of this
// ledger, which is then continued: full tiles never change, and partial ones
// stay for whoever has an older checkpoint. Killed anywhere, the checkpoint
// before is still in force and typing it again goes on.
//
// Errors: those of the snapshot; kUsage `not-an-export`; kCorruption as
// prove_consistency where the folder's checkpoint is not of this history; kIo.

#pragma once

#include <filesystem>

#include "ledger/ledger.h"

namespace ledger {

Result<Checkpoint> export_tlog(const Ledger& book,
                               const std::filesystem::path& folder,
                               const Progress& progress);

// "x001/x234/067" for 1234067: how C2SP writes a tile's number.
std::string tile_number(std::uint64_t number);

}  // namespace ledger
