// What the questions share: the ledger opened for reading, and times.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ledger/snapshot.h"
#include "tools/release_ledger/session.h"

namespace tools::verbs {

// Tells the snapshot's warnings.
Result<ledger::Snapshot> read(Session& session);
// A file that the command line names: kUsage `no-such-file` where it is not
// there, whatever it is for.
Status require_file(const std::string& file, const std::string& hint);

// Nothing for an empty text; kUsage `time-invalid`.
Result<std::optional<std::int64_t>> optional_time(const std::string& text);

}  // namespace tools::verbs
