// The events of an export into a ledger: byte for byte, so that every digest,
// every id and the root are those of the ledger it came from, and so is the
// origin. Every line is checked before it is taken.
//
// Where no ledger is, or one that has nothing but its own creation, the new one
// is built beside and published by one rename: all or nothing. Where the ledger
// is a beginning of the file, it is continued in portions of one synced batch
// each; interrupted, or stopped by a bad line, it is a longer beginning, and
// the same import goes on.
//
// HEAD is signed by this machine's key. An import appends no event of its own,
// so a key that is new is recorded by the next event that is appended.
//
// Errors begin with "line N: ": kCorruption as import_line.h says, and
// `revision-wrong`, `id-twice`, `history-differs` (the ledger and the file are
// two continuations of one ledger). kUsage `another-ledger`, `import-empty`;
// and those of the source and the ledger.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace ledger {

// One batch and one sync at most so many events, or so many bytes of lines.
constexpr std::size_t kImportPortion = 4096;
constexpr std::size_t kImportPortionBytes = 4 << 20;

// The next line without its line feed; nothing at the end.
using LineSource = std::function<Result<std::optional<std::string>>()>;

struct Imported {
  std::uint64_t lines = 0;         // events in the file
  std::uint64_t events = 0;        // of them new here
  Checkpoint head;                 // of the ledger now
  std::filesystem::path replaced;  // where the empty one went, or empty
  std::vector<std::string> warnings;
};

Result<Imported> import_events(const Settings& settings,
                               const LineSource& next_line,
                               const Progress& progress);

}  // namespace ledger
