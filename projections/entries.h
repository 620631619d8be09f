// Releases as the timeline has them: what is asked of many at once, without
// the whole record of each. Only one that has not ended is read in full, for
// the word of its state.
//
// Each row is checked to be the newest of its release. Errors: as queries.h.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/snapshot.h"
#include "schema/release/timeline.h"

namespace projections {

struct ReleaseEntry {
  ledger::Position first = 0;  // of its first event: the order
  schema::TimelineRelease row;
  std::string state;  // as in Assessment
  // Of an imported one: when its state file says that it was begun.
  std::optional<std::int64_t> created_at_ms = {};
};

struct ListQuery {
  std::string state = {};  // empty: any
  std::string by = {};     // a part of who started it, empty: anybody
  std::optional<std::int64_t> since_ms = {};  // started from then on
  std::optional<std::int64_t> until_ms = {};
  std::optional<std::size_t> last = {};  // the newest so many
};

// The words a state may be.
const std::vector<std::string>& state_words();

// Oldest first.
ledger::Result<std::vector<ReleaseEntry>> list_releases(
    const ledger::Snapshot& snapshot, const ListQuery& query);

// The one whose first event is at `first`; damage if there is none.
ledger::Result<schema::TimelineRelease> timeline_release(
    const ledger::Snapshot& snapshot, ledger::Position first);
// The word of its state.
ledger::Result<std::string> state_of(const ledger::Snapshot& snapshot,
                                     const schema::TimelineRelease& row);
// Every name, oldest first.
ledger::Result<std::vector<std::string>> release_names(
    const ledger::Snapshot& snapshot);
// What a run begins from.
struct Standing {
  std::vector<std::string> unfinished;  // those not ended, oldest first
  // The one whose tag was pushed last and that is not yanked; empty: none.
  std::string last_published;
};
ledger::Result<Standing> standing(const ledger::Snapshot& snapshot);
// Of the same, those not ended.
ledger::Result<std::vector<std::string>> unfinished_releases(
    const ledger::Snapshot& snapshot);

// Rows of one snapshot that several questions share, each read once.
class TimelineRows {
 public:
  explicit TimelineRows(const ledger::Snapshot& snapshot)
      : snapshot_(snapshot) {}
  TimelineRows(const TimelineRows&) = delete;
  TimelineRows& operator=(const TimelineRows&) = delete;

  const ledger::Snapshot& snapshot() const { return snapshot_; }
  // As timeline_release; lives as long as this.
  ledger::Result<const schema::TimelineRelease*> release(
      ledger::Position first);
  // What metrics are called today, by the newest recorded plan.
  ledger::Result<const std::vector<schema::Renaming>*> renamings();

 private:
  const ledger::Snapshot& snapshot_;
  std::map<ledger::Position, schema::TimelineRelease> releases_;
  std::optional<std::vector<schema::Renaming>> renamings_;
};

}  // namespace projections
