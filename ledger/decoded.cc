#include "ledger/decoded.h"

namespace ledger {

std::optional<schema::Event> decoded(const RecordedEvent& event) {
  return event.payload ? schema::decode_payload(event.envelope.type,
                                                event.envelope.schema_version,
                                                *event.payload)
                       : std::nullopt;
}

}  // namespace ledger
