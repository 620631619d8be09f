// Streams and places: the words of the ledger. A stream is the events of one
// release, or of the ledger itself; a version is a place in it, a position a
// place in the whole ledger. Both begin at 0 and have no gaps.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/envelope.h"
#include "schema/event.h"

namespace ledger {

using Position = std::uint64_t;
using StreamVersion = std::uint64_t;

struct StreamId {
  schema::StreamKind kind = schema::StreamKind::release;
  std::string name;  // empty for the ledger's own
  auto operator<=>(const StreamId&) const = default;
};

inline StreamId release_stream(std::string name) {
  return {schema::StreamKind::release, std::move(name)};
}
inline StreamId ledger_stream() {
  return {schema::StreamKind::ledger, ""};
}

// Where a stream ends.
struct StreamHead {
  StreamVersion version = 0;    // of its newest event
  Position position = 0;        // of its newest event
  Position first_position = 0;  // of its first event
};

// An event as it is read back.
struct RecordedEvent {
  Position position = 0;
  schema::Envelope envelope;
  std::optional<std::string> payload;     // nothing after a redaction
  std::optional<Position> redacted_by{};  // the redaction's own position
  // What the payload says, where somebody had to know it already; decoded.h.
  std::shared_ptr<const schema::Event> said{};
};

}  // namespace ledger
