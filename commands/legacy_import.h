// The JSON state of the predecessor of this program, one release a file:
//
//   {"version": "release_2025.01.02", "created_at": "...", "commit_sha": "...",
//    "validations": {NAME: {...}} or "results": {NAME: {...}},
//    "gates": [{"step", "passed", "timestamp", "notes"}], "released": bool}
//
// It is appended as new events that say they are imported: they are shown, and
// no gate is passed by them. The whole file or nothing; the same file again,
// or another with the same facts, adds nothing.
//
// Errors: kUsage `state-malformed` with the place, `name-invalid`; kRejected
// `name-used`, `imported-otherwise`; and the ledger's.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/environment.h"

namespace commands {

struct LegacyState {
  schema::ReleaseImported release;
  std::vector<schema::ValidationImported> validations;
  std::vector<schema::GateImported> gates;
  std::vector<std::string> warnings;  // what was not taken over
};

// Whether the file that begins with this line is one, rather than an export.
bool is_legacy_state(std::string_view first_line);

// Pure. `file` is for errors.
Result<LegacyState> parse_legacy_state(std::string_view text,
                                       const std::string& file);

struct LegacyImported {
  std::string release;
  std::size_t events = 0;  // appended
};
Result<LegacyImported> import_legacy_state(const Environment& environment,
                                           const LegacyState& state);

}  // namespace commands
