// What a recorded event says, as the schema of this build has it.

#pragma once

#include <optional>

#include "ledger/stream.h"
#include "schema/event.h"

namespace ledger {

// Nothing after a redaction, and for a type or version of a newer program.
std::optional<schema::Event> decoded(const RecordedEvent& event);

}  // namespace ledger
