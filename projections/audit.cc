#include "projections/audit.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "ledger/decoded.h"
#include "projections/releases.h"
#include "schema/release/easing.h"
#include "schema/release/policy.h"

namespace projections {
namespace {

using ledger::RecordedEvent;
using ledger::Result;
using Events = std::vector<RecordedEvent>;

// The intent to publish that led to the tag; the end where there is none.
Events::const_iterator decision_in(const Events& events) {
  auto decision = events.end();
  for (auto it = events.begin(); it != events.end(); ++it) {
    const std::string& type = it->envelope.type;
    if (type == schema::type_name_of<schema::PublicationPrepared>()) {
      decision = it;
    } else if (type == schema::type_name_of<schema::PublicationRefused>()) {
      decision = events.end();
    } else if (type == schema::type_name_of<schema::TagPushed>()) {
      return decision;
    }
  }
  return events.end();
}

// As it stood after the events up to, not including, `end`.
ReleaseView folded(const ledger::Snapshot& snapshot,
                   const Events& events,
                   Events::const_iterator end,
                   std::int64_t judged_at_ms) {
  schema::ReleaseRecord record;
  for (auto it = events.begin(); it != end; ++it) {
    fold(record, *it);
  }
  record.judged_at_ms = judged_at_ms;
  ReleaseView view = view_of(std::move(record));
  view.origin = snapshot.origin();
  add_older_signers(events, view);
  return view;
}

void add_easings(const RecordedEvent& event,
                 const std::vector<std::string>& what,
                 const std::string& against,
                 std::vector<Easing>& easings) {
  for (const std::string& line : what) {
    easings.push_back({event.position,
                       event.envelope.recorded_at_ms,
                       schema::display_name(*event.envelope.actor),
                       against,
                       line});
  }
}

// With the plan of the release that was published before this one began.
Result<std::unique_ptr<schema::Plan>> plan_before(
    const ledger::Snapshot& snapshot, const std::string& previous) {
  if (previous.empty()) {
    return nullptr;
  }
  RL_ASSIGN(const ReleaseView view, find_release(snapshot, previous));
  return std::move(view.record->plan);
}

// The first plan with that of the release before, each other with the one
// before it.
ledger::Status compare_plans(const ledger::Snapshot& snapshot,
                             const Events& events,
                             Audit& audit) {
  std::string against;
  std::unique_ptr<schema::Plan> before;
  bool is_first = true;
  for (const RecordedEvent& event : events) {
    const auto decoded = ledger::decoded(event);
    if (const auto* started =
            decoded ? std::get_if<schema::ReleaseStarted>(&*decoded)
                    : nullptr) {
      against = started->previous_release;
      RL_ASSIGN(before, plan_before(snapshot, against));
    }
    const auto* recorded =
        decoded ? std::get_if<schema::PlanRecorded>(&*decoded) : nullptr;
    if (recorded == nullptr || recorded->plan == nullptr) {
      continue;
    }
    if (before) {
      add_easings(event,
                  schema::easings(*before,
                                  *recorded->plan,
                                  audit.now.record->mode,
                                  is_first ? schema::Staff::kIgnored
                                           : schema::Staff::kCompared),
                  is_first ? against : "the plan before",
                  audit.easings);
    }
    is_first = false;
    before = std::make_unique<schema::Plan>(*recorded->plan);
  }
  return {};
}

// Who may sign and how many must, at the decision.
std::vector<std::string> unmet(const ReleaseView& view) {
  if (schema::is_imported(*view.record)) {
    return {
        "it was imported from the predecessor's state, which is evidence "
        "of nothing; no policy is on record"};
  }
  std::vector<std::string> result = schema::open_gates(*view.record);
  std::ranges::move(schema::tally(*view.record, view.evidence_digest).lacking,
                    std::back_inserter(result));
  return result;
}

// One that does not stand is not met, even if there were more than enough.
void judge_approval(const schema::CandidateRecord& candidate,
                    const schema::ApprovalRecord& approval,
                    Audit& audit) {
  const ReleaseView& decided = audit.decided;
  const Proof proof = proof_of(decided, approval);
  std::string why_not = schema::staleness(
      *decided.record, candidate, approval, decided.evidence_digest);
  if (why_not.empty() && !doubt_of(proof).empty()) {
    why_not = doubt_of(proof);
    audit.unmet.push_back(
        fmt::format("approval of {}: {}", approval.granted->by, why_not));
  }
  audit.approvals.push_back({&approval, proof, std::move(why_not)});
}

// As they stood at the decision; later ones could not count for it.
void judge_sign_offs(Audit& audit) {
  const schema::ReleaseRecord& decided = *audit.decided.record;
  const std::uint64_t known =
      decided.newest == nullptr ? 0 : decided.newest->position;
  for (const schema::CandidateRecord& candidate : decided.candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      judge_approval(candidate, approval, audit);
    }
    for (const schema::WaiverRecord& waiver : candidate.waivers) {
      audit.waivers.push_back(
          {&waiver, schema::waiver_staleness(decided, candidate, waiver)});
    }
  }
  const std::string late = "given after the decision to publish";
  for (const schema::CandidateRecord& candidate :
       audit.now.record->candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      if (approval.mark->position > known) {
        audit.approvals.push_back(
            {&approval, proof_of(audit.now, approval), late});
      }
    }
    for (const schema::WaiverRecord& waiver : candidate.waivers) {
      if (waiver.mark->position > known) {
        audit.waivers.push_back({&waiver, late});
      }
    }
  }
}

AuditedPerson& person(Audit& audit, const std::string& by) {
  const auto it = std::ranges::find(audit.people, by, &AuditedPerson::by);
  if (it != audit.people.end()) {
    return *it;
  }
  audit.people.push_back({by, false, {}, 0, 0, 0});
  return audit.people.back();
}

void count_people(Audit& audit) {
  for (const RecordedEvent& event : audit.actions) {
    AuditedPerson& who =
        person(audit, schema::display_name(*event.envelope.actor));
    ++who.events;
    who.started =
        who.started ||
        event.envelope.type == schema::type_name_of<schema::ReleaseStarted>();
  }
  for (const AuditedApproval& each : audit.approvals) {
    std::vector<std::string>& roles =
        person(audit, each.approval->mark->by).roles;
    if (std::ranges::find(roles, each.approval->granted->role) == roles.end()) {
      roles.push_back(each.approval->granted->role);
    }
  }
  for (const AuditedWaiver& each : audit.waivers) {
    ++person(audit, each.waiver->mark->by).waivers;
    if (each.waiver->confirmed_mark) {
      ++person(audit, each.waiver->confirmed_mark->by).confirmed;
    }
  }
}

void narrow_down(Audit& audit, const HistoryQuery& filter) {
  std::erase_if(audit.actions, [&](const RecordedEvent& event) {
    return !matches(event, filter);
  });
  std::set<ledger::Position> wanted;
  for (const RecordedEvent& event : audit.actions) {
    wanted.insert(event.position);
  }
  std::erase_if(audit.approvals, [&](const AuditedApproval& each) {
    return !wanted.contains(each.approval->mark->position);
  });
  std::erase_if(audit.waivers, [&](const AuditedWaiver& each) {
    return !wanted.contains(each.waiver->mark->position);
  });
  std::erase_if(audit.easings, [&](const Easing& each) {
    return !wanted.contains(each.position);
  });
}

}  // namespace

Result<Audit> audit(const ledger::Snapshot& snapshot,
                    const std::string& name,
                    const HistoryQuery& filter) {
  RL_ASSIGN(Events events,
            snapshot.stream_events(ledger::release_stream(name), 0));
  if (events.empty()) {
    return no_such_release(name);
  }
  const auto decision = decision_in(events);
  const std::int64_t now_ms = snapshot.latest_at_ms();
  Audit result;
  result.now = folded(snapshot, events, events.end(), now_ms);
  result.decided = folded(
      snapshot,
      events,
      decision,
      decision == events.end() ? now_ms : decision->envelope.recorded_at_ms);
  if (decision != events.end()) {
    result.decided_at = decision->position;
  }
  result.unmet = unmet(result.decided);
  judge_sign_offs(result);
  RL_TRY(compare_plans(snapshot, events, result));
  result.actions = std::move(events);
  narrow_down(result, filter);
  count_people(result);
  return result;
}

}  // namespace projections
