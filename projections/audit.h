// audit: who did and approved what, on what evidence, under which policy, and
// whether that policy was met when it was decided to publish. Answered from
// the release's own events: its cost does not grow with the ledger.
//
// Errors: as queries.h.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/proof.h"
#include "projections/queries.h"

namespace projections {

struct AuditedApproval {
  const schema::ApprovalRecord* approval = nullptr;
  Proof proof = Proof::kClaimed;
  std::string why_not;  // it did not count when it was decided; empty: it did
};

struct AuditedWaiver {
  const schema::WaiverRecord* waiver = nullptr;
  std::string why_not;
};

// A gate that is easier to pass than in another plan.
struct Easing {
  ledger::Position position = 0;  // of the plan that eased it
  std::int64_t at_ms = 0;
  std::string by;
  std::string against;  // what it is compared with
  std::string what;
};

struct AuditedPerson {
  std::string by;
  bool started = false;
  std::vector<std::string> roles;  // signed in, with no repetition
  std::size_t waivers = 0;
  std::size_t events = 0;
  std::size_t confirmed = 0;  // of others' waivers
};

// The lists point into `now` and `decided`.
struct Audit {
  ReleaseView now;
  // As it stood when publishing was decided on; where that has not happened,
  // as it stands.
  ReleaseView decided;
  std::optional<ledger::Position> decided_at;  // of the decision
  std::vector<std::string> unmet;              // empty: the policy was met
  std::vector<AuditedPerson> people;           // in the order of appearance
  std::vector<AuditedApproval> approvals;
  std::vector<AuditedWaiver> waivers;
  std::vector<Easing> easings;
  std::vector<ledger::RecordedEvent> actions;

  bool met() const { return unmet.empty(); }
};

// `filter` narrows people, approvals, waivers, easings and actions down to the
// events that match it; its release, type and limit are not looked at. Whether
// the policy was met does not depend on it.
ledger::Result<Audit> audit(const ledger::Snapshot& snapshot,
                            const std::string& name,
                            const HistoryQuery& filter);

}  // namespace projections
