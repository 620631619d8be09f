// Redactions as they are found on the ledger. Making one: Ledger::redact.

#pragma once

#include <optional>

#include "ledger/stream.h"
#include "schema/event.h"

namespace ledger {

// What `event` says, if it is a redaction.
std::optional<schema::PayloadRedacted> as_redaction(const RecordedEvent& event);

// Whether `event` is a redaction of `target`, whose envelope it names by its
// digest.
bool redacts(const schema::PayloadRedacted& event, const RecordedEvent& target);

// Whether what it says may be taken away at all: the writers' keys, the ledger
// before and the redactions themselves may not.
bool is_redactable(const RecordedEvent& event);

}  // namespace ledger
