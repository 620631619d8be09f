// One line of an export, read with mistrust: the bytes in it count, and what
// it says about them in words has to agree.
//
// Errors are kCorruption and say what is wrong with the line, not where it is:
// `line-malformed` (no JSON object, a field missing or no base64),
// `position-gap`, `event-damaged`, `payload-missing`, `payload-damaged`,
// `id-wrong`, `data-disagrees`. Pure.

#pragma once

#include <string>
#include <string_view>

#include "ledger/commit.h"

namespace ledger {

// The line of the event at `position`, of the ledger `origin`.
Result<AdoptedEvent> parse_export_line(std::string_view line,
                                       Position position,
                                       std::string_view origin);

// Whose export this is, by its first line, which must be LedgerCreated.
Result<std::string> origin_of_export(std::string_view first_line);

}  // namespace ledger
