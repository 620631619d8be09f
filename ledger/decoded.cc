#include "ledger/decoded.h"

#include "schema/release/record.h"

namespace ledger {

std::shared_ptr<const schema::Event> decoded(const RecordedEvent& event) {
  if (!event.payload) {
    return nullptr;
  }
  if (event.said) {
    return event.said;
  }
  auto says = schema::decode_payload(
      event.envelope.type, event.envelope.schema_version, *event.payload);
  return says ? std::make_shared<const schema::Event>(std::move(*says))
              : nullptr;
}

schema::Circumstances circumstances_of(const RecordedEvent& event) {
  return {schema::display_name(*event.envelope.actor),
          event.envelope.recorded_at_ms,
          event.position};
}

}  // namespace ledger
