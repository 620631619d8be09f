// Releases as the timeline has them: what is asked of many at once, without
// the whole record of each. Only one that has not ended is read in full, for
// the word of its state.
//
// Each row is checked to be the newest of its release. Errors: as queries.h.

#pragma once

#include <cstdint>
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
// Of those not ended, oldest first.
ledger::Result<std::vector<std::string>> unfinished_releases(
    const ledger::Snapshot& snapshot);
// The one whose tag was pushed last and that is not yanked; empty: none.
ledger::Result<std::string> last_published(const ledger::Snapshot& snapshot);
// What metrics are called today, by the newest recorded plan.
ledger::Result<std::vector<schema::Renaming>> renamings(
    const ledger::Snapshot& snapshot);

}  // namespace projections
