// An engine read as a ledger: typed records instead of keys and bytes. Knows
// no locks and writes nothing; Snapshot and Commit are built on it. Several
// threads may read it at once.
//
// Errors: those of the engine, and kCorruption (`event-missing`,
// `event-damaged`, `payload-damaged`, `index-damaged`, `head-damaged`) with
// the position.

#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledger/engine.h"
#include "ledger/merkle.h"
#include "ledger/stream.h"

namespace ledger {

// Format 1: release 0.1.0. Raise it when older programs would misread what is
// written; then also: docs/format.md, StoreHead.minimum_reader, the goldens.
constexpr std::uint32_t kFormat = 1;

// One time record each so many events: a search by time reads a logarithm of
// the log and a scan of at most one block.
constexpr std::uint64_t kTimeBlock = 64;

constexpr std::size_t kSaltBytes = 16;

// So many of the newest batches leave their mark: more than there are log
// files, because the engine folds those together when there are 50.
constexpr std::uint64_t kBatchMarks = 64;

// A view's row and the position of the newest event in it.
struct Row {
  Position position = 0;
  std::string bytes;
};
// An event as it is stored.
struct RawEvent {
  std::optional<std::string> envelope;
  // Salt and payload; after a redaction the 8 bytes of its position.
  std::optional<std::string> stored;
};
Result<RecordedEvent> decode(Position position, const RawEvent& raw);

std::string encode(const Row& row);
Result<Row> decode_row(std::string_view value);

// A generation of a view's rows that is not in force: one that `rebuild` is
// folding, or one that was replaced and is to be removed.
struct SpareGeneration {
  struct Build {
    std::uint32_t definition = 0;
    Position folded = 0;  // the rows are the fold of the events before it
    std::uint64_t rows = 0;
    std::uint64_t parked = 0;
  };
  std::uint16_t projection = 0;
  std::uint32_t generation = 0;
  std::optional<Build> build;  // nothing: to be removed
};
std::string encode(const std::optional<SpareGeneration::Build>& build);

class Store {
 public:
  explicit Store(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  const Engine& engine() const { return *engine_; }
  Engine& engine() { return *engine_; }

  Result<schema::StoreHead> head() const;
  Result<RecordedEvent> event(Position position) const;
  Result<std::string> envelope_bytes(Position position) const;
  // In order, `from` up to, not including, `to`, until `visit` says false;
  // read in blocks, so much faster than one by one.
  Status events(Position from,
                Position to,
                const std::function<bool(RecordedEvent)>& visit) const;

  // The same as bytes; what is missing is nothing.
  Status raw_events(Position from,
                    Position to,
                    const std::function<bool(Position, RawEvent)>& visit) const;

  Result<std::optional<StreamHead>> stream_head(const StreamId& stream) const;
  Result<std::vector<Position>> stream_positions(const StreamId& stream,
                                                 StreamVersion from) const;
  Result<std::vector<RecordedEvent>> stream_events(const StreamId& stream,
                                                   StreamVersion from) const;
  // All of them in order, in slices that fit into memory.
  Status stream_slices(
      const StreamId& stream,
      const std::function<Status(std::span<const RecordedEvent>)>& visit) const;
  // Every stream, in byte order of kind and name.
  Status streams(const std::function<Status(const StreamId&,
                                            const StreamHead&)>& visit) const;
  Result<std::optional<Position>> find_event(std::string_view id) const;

  Tree tree(std::uint64_t size) const;

  Result<std::optional<Row>> row(const schema::ViewState& view,
                                 std::string_view key) const;
  // Parked events of a view; of one stream only, if given.
  Result<std::vector<Position>> parked(
      const schema::ViewState& view,
      const std::optional<StreamId>& stream) const;
  Result<std::vector<SpareGeneration>> spare_generations() const;
  // One that no rows of the projection have; `in_force` is its present one.
  Result<std::uint32_t> free_generation(std::uint16_t projection,
                                        std::uint32_t in_force) const;

  // Whether each of the newest batches is there, in both spaces. A log file of
  // RocksDB that is deleted or cut in the middle of the others takes its batch
  // away and leaves the newer ones: nothing else would show that a stream and
  // its view are both a little old. kCorruption `records-missing`.
  Status check_batches(const schema::StoreHead& head) const;

 private:
  Result<std::vector<RecordedEvent>> events_of(
      const StreamId& stream,
      StreamVersion from,
      std::span<const Position> positions) const;
  Result<std::vector<std::optional<std::string>>> values(
      std::string (*key_of)(Position), Position from, Position to) const;

  std::unique_ptr<Engine> engine_;
};

std::string encode(const StreamHead& head);
std::optional<StreamHead> decode_stream_head(std::string_view value);

std::unexpected<Error> damaged(std::string reason, std::string what);

}  // namespace ledger
