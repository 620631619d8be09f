// Questions to the views. Each is answered from one snapshot, without a clock,
// a plan file or the network: the same ledger and arguments, the same answer.
//
// Errors: the ledger's; kNotFound `no-such-release`, `before-the-ledger`;
// kUsage `time-invalid`, `no-such-position`.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/snapshot.h"
#include "schema/release/assess.h"

namespace projections {

// A release as it stands; `assessment` points into `record`. Time limits of
// sign-offs are judged at the time of the ledger's newest event, or of the one
// that a replay goes up to: no clock is asked.
struct ReleaseView {
  std::unique_ptr<schema::ReleaseRecord> record;
  schema::Assessment assessment;
  std::string evidence_digest;
  std::string origin;  // of the ledger it is in
  // Lines of signers of the plans before this one that signatures were given
  // for, by the plan's digest.
  std::map<std::string, std::vector<std::string>> older_signers;
  // Events that are not in the record, because the view could not handle them.
  std::vector<ledger::Position> parked;
};
ReleaseView view_of(schema::ReleaseRecord record);

std::unexpected<ledger::Error> no_such_release(const std::string& name);
ledger::Result<ReleaseView> find_release(const ledger::Snapshot& snapshot,
                                         const std::string& name);
// Fills in `older_signers` from all events of the release.
void add_older_signers(const std::vector<ledger::RecordedEvent>& events,
                       ReleaseView& view);
// Oldest first.
ledger::Result<std::vector<ReleaseView>> all_releases(
    const ledger::Snapshot& snapshot);

// The state of a release after the events up to `at`, from the events alone.
ledger::Result<ReleaseView> replay(const ledger::Snapshot& snapshot,
                                   const std::string& name,
                                   std::optional<ledger::Position> at);
// All digits are a position, anything else a time.
ledger::Result<ledger::Position> parse_moment(const ledger::Snapshot& snapshot,
                                              const std::string& text);

struct HistoryQuery {
  std::optional<std::string> release;
  std::string type;   // exact, empty: any
  std::string actor;  // a part of name or e-mail, empty: any
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;
  std::optional<std::size_t> limit;  // the newest so many
  ledger::Position from = 0;         // for following
};
// By type, actor and time.
bool matches(const ledger::RecordedEvent& event, const HistoryQuery& query);
// Oldest first.
ledger::Result<std::vector<ledger::RecordedEvent>> history(
    const ledger::Snapshot& snapshot, const HistoryQuery& query);

// Why a release is not further: the rule, what it rests on, who can settle it
// and what to type.
struct Explanation {
  std::string gate;
  std::string state;
  std::string rule;
  std::string evidence;
  std::string who;
  std::string command;
};
// Of one step, or of each that is not done; of a release that has ended, only
// of a step that is asked for, and with nothing to type.
std::vector<Explanation> explain(const ReleaseView& view,
                                 std::optional<schema::Step> step);

}  // namespace projections
