// The whole log as JSON Lines: each line an event as `history --json` prints
// it, with `envelope`, `payload` and `salt` in base64, which are what counts.
// An event that this program does not know has its bytes and no `data`.
//
// Read a portion at a time, so that memory is bounded and no lock is held
// while a line is given away: a slow reader of the export holds nobody up. The
// log only grows, so the portions are of one moment, the one it began at.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "ledger/ledger.h"

namespace ledger {

// So many events are read under one lock.
constexpr std::uint64_t kExportPortion = 1000;

// Some whole lines.
using ExportSink = std::function<Status(std::string_view lines)>;

// Returns what was exported: size and root. Errors: those of the snapshot and
// the sink; kConflict `ledger-replaced`.
Result<Checkpoint> export_events(const Ledger& book,
                                 const ExportSink& sink,
                                 const Progress& progress);

}  // namespace ledger
