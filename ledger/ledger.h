// The ledger: an append-only book of events in streams, in one folder.
//
//   db/ the store · HEAD the signed head · lock.gate, lock.main · keys/ public
//   keys of the writers · runs/ and logs/ belong to the commands
//
// A Ledger is a folder and how to act on it; it holds no lock and no open
// file. Each append takes the exclusive lock for milliseconds, each Snapshot
// the shared one for as long as it lives: keep it short.
//
// What an append acknowledges is durable: the event, its indexes, the tree and
// the views are one synced batch, and HEAD is rewritten before it returns. A
// failed append may have been committed or not; the same events again are
// answered with the positions they have.
//
// Errors: kNotFound `no-ledger`; kUsage `not-a-ledger`, `views-outdated`,
// `program-too-old`, `format-too-new`, `network-file-system`; kConflict
// `stream-moved`, `ledger-moved`, `ledger-replaced`, `id-reused`; kBusy;
// kCorruption; kIo. Thread-safe: calls share nothing but the folder.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ledger/clock.h"
#include "ledger/digest.h"
#include "ledger/fold.h"
#include "ledger/projection.h"
#include "ledger/snapshot.h"
#include "ledger/stream.h"
#include "schema/event.h"

namespace ledger {

// The moments of an append, for tests that end the process there.
enum class AppendMoment { kBeforeCommit, kCommitted, kAcknowledged };

struct Settings {
  std::filesystem::path folder;
  std::filesystem::path key_folder;  // private keys, one file per ledger
  std::filesystem::path key_file;    // instead, if not empty
  std::chrono::milliseconds lock_timeout{10'000};
  Projections projections;       // outlive the Ledger
  const Clock* clock = nullptr;  // outlives the Ledger
  std::string tool_version;
  std::size_t rebuild_batch = 10'000;  // events folded at once
  std::size_t rebuild_batches = 6;     // of those under one lock
  // For each moment, with the number of events of the append.
  std::function<void(AppendMoment, std::size_t)> observer;
};

struct NewEvent {
  schema::Event event;
  std::string causation_id;  // the event's that led to this one, or empty
};

struct AppendRequest {
  StreamId stream;
  // The version the first new event must get: 0 for a new stream.
  StreamVersion next_version = 0;
  // If set, the whole ledger must have this many events.
  std::optional<std::uint64_t> expected_size;
  std::vector<NewEvent> events;
  schema::Actor actor;
  Uuid run_id{};
};

struct AppendReceipt {
  std::vector<Position> positions;  // of the events, in order
  // The events of the request as they were added, so that who folded what was
  // before them need not read anything again. None if already_recorded.
  std::vector<RecordedEvent> added;
  bool already_recorded = false;  // nothing was added
  Checkpoint head;                // after it
  std::vector<std::string> warnings;
};

// What an event says is taken away for ever: an event of the ledger's own
// stream records it in the same batch. Envelope, tree and every proof stay.
struct RedactRequest {
  Position position = 0;
  std::string reason;
  schema::Actor actor;
  Uuid run_id{};
};

// How far a clock may be behind the newest event without a word.
constexpr std::chrono::minutes kClockTolerance{2};

// A problem `verify` found. `kind` is a stable word, `where` a position, a
// file or a key.
struct Problem {
  std::string kind;
  std::string where;
  std::string what;
};

struct Verification {
  std::uint64_t events = 0;
  Digest root{};
  std::vector<Problem> problems;
  std::vector<std::string> warnings;  // nothing is wrong, but look
};

// Called by `verify` for every event that this program can read: by one thread
// at a time, in no order.
using EventVisitor =
    std::function<void(const RecordedEvent& event, const schema::Event& says)>;

// One line for a person: a view stands still for some streams.
std::string parked_warning(std::string_view view, std::uint64_t events);

class Ledger {
 public:
  // Reads HEAD, no more.
  static Result<Ledger> open(Settings settings);
  // Builds it beside its place and renames it there, with LedgerCreated as
  // its first event, unless it is there.
  static Result<Ledger> open_or_create(Settings settings,
                                       const schema::Actor& actor);

  const std::string& origin() const { return origin_; }
  const Settings& settings() const { return settings_; }

  Result<AppendReceipt> append(const AppendRequest& request) const;
  Result<Snapshot> read() const;
  // The receipt's position is the redaction's; what is redacted already is
  // purged from the disk again. kNotFound `no-such-position`, kRejected
  // `not-redactable`.
  Result<AppendReceipt> redact(const RedactRequest& request) const;

  // Recomputes everything from the event records, on two cores. An error only
  // if it could not be done; what is wrong is in the problems.
  Result<Verification> verify(const Progress& progress,
                              const EventVisitor& visit = nullptr) const;
  // Folds all views anew beside the ones in force, and switches; others may
  // append meanwhile. Interrupted, the old ones stay, and the next call goes on
  // from there. How many events there were.
  Result<std::uint64_t> rebuild(const Progress& progress) const;
  // Folds the small files of short-lived commands together, if there are many;
  // for when an append's success has been told.
  Status maintain() const;

 private:
  Ledger(Settings settings, std::string origin)
      : settings_(std::move(settings)), origin_(std::move(origin)) {}
  static Status create(const Settings& settings, const schema::Actor& actor);

  Settings settings_;
  std::string origin_;
};

}  // namespace ledger
