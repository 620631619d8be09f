// One moment of the ledger, for reading. Holds the shared lock while it lives.
//
// What it answers was checked against the signed head when it was opened; a
// row is checked against its stream's head and the event it claims to end at,
// so that an older row cannot pass for the newest. Absence must hold in both.
//
// Move-only; used by one thread. Errors: as Store's; kUsage `views-outdated`.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/anchor.h"
#include "ledger/fold.h"
#include "ledger/lock.h"
#include "ledger/projection.h"
#include "ledger/store.h"

namespace ledger {

class Snapshot {
 public:
  Snapshot(StoreLock lock,
           std::unique_ptr<Store> store,
           schema::StoreHead head,
           Anchor anchor,
           std::vector<VerifierKey> keys,
           std::vector<std::string> warnings = {});

  std::uint64_t size() const { return head_.size; }
  const std::string& origin() const { return anchor_.checkpoint.origin; }
  // Streams, the ledger's own among them.
  std::uint64_t streams() const { return head_.streams; }
  // The latest time of an event, ms.
  std::int64_t latest_at_ms() const { return head_.latest_at_ms; }
  Checkpoint checkpoint() const;
  // HEAD; one batch behind the store, where a crash came before it.
  const Anchor& anchor() const { return anchor_; }
  // Public keys of the writers, as they lie in the folder.
  const std::vector<VerifierKey>& keys() const { return keys_; }
  const Store& store() const { return *store_; }
  // What a person should know about the ledger beside the answer.
  const std::vector<std::string>& warnings() const { return warnings_; }

  Result<RecordedEvent> event(Position position) const;
  Result<std::optional<StreamHead>> stream_head(const StreamId& stream) const;
  Result<std::vector<RecordedEvent>> stream_events(const StreamId& stream,
                                                   StreamVersion from) const;

  // The row `key` of a projection whose rows belong to one stream each.
  Result<std::optional<Row>> row(const Projection& projection,
                                 const StreamId& stream,
                                 std::string_view key) const;
  // Events of the stream that the projection could not handle, in order. The
  // row is what the events before them gave.
  Result<std::vector<Position>> parked(const Projection& projection,
                                       const StreamId& stream) const;
  // All rows in the order of their keys; the count is checked.
  Result<std::vector<Row>> rows(const Projection& projection) const;

  // Rows with keys from `first` up to, not including, `last`, in that order or
  // from the end, until `visit` says false or fails. Nothing vouches for them
  // yet: see check_newest, and what the projection says of its rows.
  enum class Order { kForwards, kBackwards };
  using VisitRow = std::function<Result<bool>(std::string_view key, Row row)>;
  struct Range {
    std::string first;
    std::string last;
    Order order = Order::kForwards;
  };
  Status range(const Projection& projection,
               const Range& range,
               const VisitRow& visit) const;
  // One row, unless it is absent; the same holds.
  Result<std::optional<Row>> find(const Projection& projection,
                                  std::string_view key) const;
  // That a row which is put at every slice is the newest of its stream.
  Status check_newest(const Projection& projection,
                      const StreamId& stream,
                      const Row& row) const;
  // Whether any event could not be handled.
  Result<bool> has_parked(const Projection& projection) const;

  // The last position whose running maximum of times is not after `at_ms`;
  // nothing if the first event is later.
  Result<std::optional<Position>> position_at(std::int64_t at_ms) const;
  // Root of the tree over the first `size` events, `size` <= size().
  Result<Digest> root_at(std::uint64_t size) const;
  // Whether it goes on from `head`: the same ledger, with all that it had then.
  Result<bool> extends(const Checkpoint& head) const;

 private:
  // The stored rows' state, if they are of this program's definition.
  const schema::ViewState* stored_view(const Projection& projection) const;
  Result<const FoldedView*> folded(const Projection& projection) const;
  Status folded_range(const Projection& projection,
                      const Range& range,
                      const VisitRow& visit) const;
  Status check_row(const std::optional<Row>& row,
                   const Projection& projection,
                   const StreamId& stream) const;

  StoreLock lock_;
  std::unique_ptr<Store> store_;
  schema::StoreHead head_;
  Anchor anchor_;
  std::vector<VerifierKey> keys_;
  std::vector<std::string> warnings_;
  mutable std::map<std::uint16_t, FoldedView> folded_;
};

}  // namespace ledger
