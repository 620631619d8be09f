// What a recorded event says, as the schema of this build has it, and what a
// fold wants to know beside.

#pragma once

#include <memory>

#include "ledger/stream.h"
#include "schema/event.h"

namespace schema {
struct Circumstances;
}

namespace ledger {

// Null after a redaction, and for a type or version of a newer program.
std::shared_ptr<const schema::Event> decoded(const RecordedEvent& event);
// Of schema/release/record.h.
schema::Circumstances circumstances_of(const RecordedEvent& event);

}  // namespace ledger
