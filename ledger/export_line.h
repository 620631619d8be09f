// A line of an export: the event as `history --json` prints it, and its bytes
// in base64. import_line.h reads it. Pure.

#pragma once

#include <string>
#include <string_view>

#include "ledger/stream.h"

namespace ledger {

// What a line says of the event before its bytes, which is all it says in
// words.
std::string export_words(const RecordedEvent& event);

// `stored`: salt and payload as they lie in the store; empty after a redaction.
// Without a line feed.
std::string export_line(const RecordedEvent& event,
                        std::string_view envelope,
                        std::string_view stored);

}  // namespace ledger
