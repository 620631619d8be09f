// Approvals and their revocation.

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/approval_event.h"
#include "commands/decide/decide.h"
#include "commands/nearest.h"
#include "schema/release/policy.h"

namespace commands::decide {
namespace {

using schema::ApprovalRecord;
using schema::CandidateRecord;

std::uint32_t approvals_by(const CandidateRecord& candidate,
                           const std::string& by,
                           const std::string& role) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(candidate.approvals, [&](const auto& approval) {
        return approval.granted->by == by && approval.granted->role == role;
      }));
}

Status require_role(const schema::Plan& plan, const GrantApproval& command) {
  const schema::RoleMembers* role = schema::find_role(plan, command.role);
  if (role == nullptr) {
    std::vector<std::string> names;
    for (const schema::RoleMembers& known : plan.approval->roles) {
      names.push_back(known.role);
    }
    return fail(ErrorCode::kRejected,
                "no-such-role",
                fmt::format("the plan has no role \"{}\"{}",
                            command.role,
                            suggestion(command.role, names)),
                names.empty()
                    ? "add it below [approval] in the plan"
                    : fmt::format("its roles: {}", fmt::join(names, ", ")));
  }
  if (!schema::is_member(plan, command.role, command.by)) {
    return fail(ErrorCode::kRejected,
                "not-a-member",
                fmt::format("{} is no {}", command.by, command.role),
                fmt::format("its members: {}", fmt::join(role->members, ", ")));
  }
  return {};
}

}  // namespace

std::int64_t expiry(std::int64_t at_ms, const schema::Approval& policy) {
  const auto duration_s = static_cast<std::int64_t>(*policy.expires_s);
  return (at_ms / 1000 + duration_s) * 1000;
}

bool signs_now(const ReleaseRecord& record, const Approving& approving) {
  const CandidateRecord& candidate = *schema::current_candidate(record);
  const std::string key = schema::person_key(*record.plan, approving.by);
  return std::ranges::any_of(candidate.approvals, [&](const auto& approval) {
    const schema::ApprovalGranted& granted = *approval.granted;
    return granted.role == approving.role &&
           schema::person_key(*record.plan, granted.by) == key &&
           schema::staleness(record, candidate, approval, approving.evidence)
               .empty() &&
           (!approving.is_signed || !granted.signature.empty());
  });
}

schema::ApprovalGranted granted_now(const ReleaseRecord& record,
                                    const Approving& approving) {
  const CandidateRecord& candidate = *schema::current_candidate(record);
  schema::ApprovalGranted event;
  event.by = approving.by;
  event.role = approving.role;
  event.commit = candidate.commit;
  event.candidate = candidate.number;
  event.attempt = approvals_by(candidate, approving.by, approving.role) + 1;
  event.plan_digest = record.plan->digest;
  event.evidence_digest = approving.evidence;
  if (record.plan->approval->expires_s) {
    event.expires_at_ms = expiry(approving.at_ms, *record.plan->approval);
  }
  return event;
}

schema::ApprovalRevoked revocation_of(const schema::ApprovalGranted& granted,
                                      std::string reason) {
  schema::ApprovalRevoked event;
  event.by = granted.by;
  event.role = granted.role;
  event.commit = granted.commit;
  event.candidate = granted.candidate;
  event.attempt = granted.attempt;
  event.reason = std::move(reason);
  return event;
}

Decision grant_approval(const ReleaseRecord& record,
                        const GrantApproval& command) {
  RL_TRY(require_unfinished(record));
  RL_TRY(require_role(*record.plan, command));
  if (!record.plan->approval->allow_starter &&
      schema::person_key(*record.plan, command.by) ==
          schema::person_key(*record.plan, record.started->by)) {
    return fail(
        ErrorCode::kRejected,
        "starter-may-not-approve",
        fmt::format(
            "{} started {} and may not approve it", command.by, record.name),
        "somebody else signs, or the plan says allow_starter = true");
  }
  RL_TRY(require_gates(record));
  const Approving approving{command.by,
                            command.role,
                            evidence_digest(record),
                            command.at_ms,
                            command.is_signed};
  if (signs_now(record, approving)) {
    return std::vector<schema::Event>{};
  }
  schema::ApprovalGranted event = granted_now(record, approving);
  event.note = command.note;
  event.signed_text = command.signed_text;
  event.signature = command.signature;
  event.key = command.key;
  return std::vector<schema::Event>{event};
}

Decision revoke_approval(const ReleaseRecord& record,
                         const RevokeApproval& command) {
  if (record.tag_pushed && !record.yanked) {
    return fail(
        ErrorCode::kRejected,
        "already-published",
        fmt::format("{} is published; its approvals are history", record.name),
        fmt::format("release-ledger yank {} --reason \"...\"", record.name));
  }
  RL_TRY(require_unfinished(record));
  std::vector<schema::Event> events;
  bool revoked_before = false;
  const std::string key = schema::person_key(*record.plan, command.by);
  const CandidateRecord* candidate = schema::current_candidate(record);
  for (std::size_t i = 0; candidate && i < candidate->approvals.size(); ++i) {
    const ApprovalRecord& approval = candidate->approvals[i];
    const schema::ApprovalGranted& granted = *approval.granted;
    if (schema::person_key(*record.plan, granted.by) != key ||
        (!command.role.empty() && command.role != granted.role)) {
      continue;
    }
    if (!approval.revoked.empty()) {
      revoked_before = true;
      continue;
    }
    const schema::ApprovalRevoked event =
        revocation_of(granted, command.reason);
    // Earlier, stale approvals in the same role go with the newest.
    std::erase_if(events, [&](const schema::Event& other) {
      const auto* same = std::get_if<schema::ApprovalRevoked>(&other);
      return same != nullptr && same->role == event.role &&
             same->by == event.by;
    });
    events.emplace_back(event);
  }
  if (events.empty() && !revoked_before) {
    return fail(
        ErrorCode::kRejected,
        "no-such-approval",
        fmt::format(
            "{} has no approval of {} to revoke", command.by, record.name),
        fmt::format("release-ledger status {} shows who has", record.name));
  }
  return events;
}

}  // namespace commands::decide
