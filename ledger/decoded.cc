#include "ledger/decoded.h"

#include "schema/release/record.h"

namespace ledger {

std::optional<schema::Event> decoded(const RecordedEvent& event) {
  return event.payload ? schema::decode_payload(event.envelope.type,
                                                event.envelope.schema_version,
                                                *event.payload)
                       : std::nullopt;
}

schema::Circumstances circumstances_of(const RecordedEvent& event) {
  return {schema::display_name(*event.envelope.actor),
          event.envelope.recorded_at_ms,
          event.position};
}

}  // namespace ledger
