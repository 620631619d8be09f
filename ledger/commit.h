// Building and writing one batch: the commit protocol's inside. Used with the
// exclusive lock held.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/anchor.h"
#include "ledger/fold.h"
#include "ledger/ledger.h"
#include "ledger/store.h"

namespace ledger {

// An event as another copy of the ledger holds it.
struct AdoptedEvent {
  std::string envelope_bytes;
  std::string stored;  // salt and payload
  RecordedEvent event;
  Digest leaf;  // of the envelope
};

// One batch being put together on top of a store. Nothing is written before
// write(), which writes everything at once.
class Commit {
 public:
  Commit(Store& store,
         schema::StoreHead head,
         const Settings& settings,
         std::string origin);

  // kUsage `program-too-old` if a newer program has folded the views.
  Status refuse_newer_views() const;

  // Makes sure that this program's views are what the store holds: refuses if
  // they are newer, folds them anew if they are older and the ledger small.
  Status bring_views_up_to_date();

  // Adds events at the end of a stream and to the views. The ids must be new;
  // a stream may be added to again. As they will be recorded.
  Result<std::vector<RecordedEvent>> add(const StreamId& stream,
                                         const std::vector<NewEvent>& events,
                                         const schema::Actor& actor,
                                         const Uuid& run_id);

  // Adds an event of another copy of this ledger, bytes and all, if it is the
  // next one of its stream. Its id must be new: only who has seen all of the
  // copy can tell. kCorruption `revision-wrong`. The views follow with write().
  Status adopt(AdoptedEvent event);

  // Takes away what the stored event at `position` says, and folds the views
  // of its stream anew without it; `by` is the redaction's own position, in
  // this batch, which adds nothing else to that stream.
  Status redact(Position position, Position by);
  // Whose payloads this batch takes away.
  const std::vector<Position>& redacted() const { return redacted_; }

  // What else is to be written with it.
  void put(Space space, std::string key, std::string value);
  void erase(Space space, std::string key);
  void put_fold(const schema::ViewState& view, OverlayRows& rows);
  // Of this batch; null if there is none yet.
  schema::ViewState* find_view(std::uint16_t projection);
  // The same; made if there is none.
  schema::ViewState& view_of(const Projection& projection);
  const schema::StoreHead& head() const { return head_; }

  // The store is only being built and will be thrown away if that fails: the
  // records may be written before the rest, which is quicker than one large
  // batch.
  void write_in_parts() { in_parts_ = true; }

  // What HEAD says now: if this batch is committed and the process dies before
  // it rewrites HEAD, the next one recognises the store by it.
  void continue_from(const Checkpoint& anchored);

  // One synced batch. Returns the new head.
  Result<schema::StoreHead> write();

  const std::vector<Position>& positions() const { return positions_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Result<RecordedEvent> add_one(const StreamId& stream,
                                StreamVersion version,
                                const NewEvent& event,
                                schema::Envelope envelope);
  // What both ways of adding do: the tree, the records and the indexes.
  Status stage(const schema::Envelope& envelope,
               const Digest& leaf,
               std::string bytes,
               std::string stored);
  Status fold_views(std::span<const StreamSlice> slices);
  void put_parked(const schema::ViewState& view,
                  const std::vector<Parked>& parked);
  Status follow_redaction(const RecordedEvent& event);
  Status finish_adopted();
  Status refold_without(const RecordedEvent& event,
                        const StreamId& stream,
                        const Projection& projection);
  Status drop_builds();
  Status rebuild_view(const Projection& projection);
  Status erase_all(std::string first);
  void mark_batch();
  std::int64_t read_clock(schema::Envelope& envelope);

  Store& store_;
  schema::StoreHead head_;
  const Settings& settings_;
  std::string origin_;
  std::uint64_t store_size_;  // before this batch
  Tree tree_;
  bool in_parts_ = false;
  std::vector<Write> batch_;
  std::vector<Position> positions_;
  std::vector<std::string> warnings_;
  std::vector<Position> redacted_;
  std::map<StreamId, StreamHead> ends_;  // of the streams added to
  struct Adopted {
    StreamHead head;
    std::vector<RecordedEvent> events;
  };
  std::map<StreamId, Adopted> adopted_;
  // By projection number; rows of the generation in force.
  std::map<std::uint16_t, OverlayRows> rows_;
};

// The 16 bytes that identify an event of this ledger.
Uuid event_id(std::string_view origin,
              const StreamId& stream,
              const schema::Event& event);

}  // namespace ledger
