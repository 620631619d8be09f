// An event as `history --json` prints it and `export` writes it: every field
// always present, null for nothing. Pure.

#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "ledger/stream.h"

namespace ledger {

// As text, without a line feed; bytes that are no UTF-8 are replaced.
std::string event_text(const RecordedEvent& event);
// The same, to look into.
nlohmann::ordered_json event_json(const RecordedEvent& event);

// One line with its line feed; bytes that are no UTF-8 are replaced.
std::string json_line(const nlohmann::ordered_json& value);

}  // namespace ledger
