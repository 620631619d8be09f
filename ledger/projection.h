// The interface by which views are written inline: the ledger commits an
// event, its indexes, the tree and the rows of every projection in one synced
// batch, and knows nothing of what the rows mean. `verify` and `rebuild` fold
// through the same interface.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/result.h"
#include "ledger/stream.h"

namespace ledger {

// Rows of one projection, while it folds. Keys are the projection's own. A row
// is read before it is written, so that rows can be counted.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
  // Its position becomes that of the slice's newest event.
  virtual void put(std::string_view key, std::string row) = 0;
  // Its position becomes `changed`, that of the event which made it so: for a
  // row that is not put at every slice.
  virtual void put_as_of(std::string_view key,
                         std::string row,
                         Position changed) = 0;
};

// Consecutive events of one stream, oldest first; never empty.
struct StreamSlice {
  StreamId stream;
  Position first_position = 0;  // of the stream's first event
  std::span<const RecordedEvent> events;
};

// An event that a projection could not handle, or one behind it.
struct Parked {
  StreamId stream;
  Position position = 0;
  std::string why;
};

// A fold of the log into rows. Must be a function of the events alone: no
// clock, no order between streams, and the same rows however the events of a
// stream are cut into slices. An event it does not know changes nothing.
//
// A row belongs to one stream. One that is put() is put at every slice of the
// stream: its position is what tells a reader that it is the newest. One that
// is put_as_of() is vouched for by one of those, which knows the position.
class Projection {
 public:
  virtual ~Projection() = default;
  // Persisted; never reused.
  virtual std::uint16_t number() const = 0;
  virtual std::string_view name() const = 0;
  // Raised whenever the same events give other rows. A binary never writes
  // rows of a definition newer than its own.
  virtual std::uint32_t definition() const = 0;
  // kRejected: it cannot handle one of the events. The ledger parks that one
  // and what comes behind it in the stream, and forgets what was put; `message`
  // is kept as the reason. Any other error ends the append.
  virtual Status apply(const StreamSlice& slice, Rows& rows) const = 0;
};

using Projections = std::span<const Projection* const>;

// Null if this program has none of that number.
inline const Projection* find_projection(Projections projections,
                                         std::uint16_t number) {
  for (const Projection* projection : projections) {
    if (projection->number() == number) {
      return projection;
    }
  }
  return nullptr;
}

}  // namespace ledger
