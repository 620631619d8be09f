// Approvals, their revocation, and waivers.

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/nearest.h"
#include "schema/release/policy.h"

namespace commands::decide {
namespace {

using schema::ApprovalRecord;
using schema::CandidateRecord;
using schema::Outcome;

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

// The outcome a waiver is for, or why there is nothing to waive.
Result<schema::WaiverGranted> waivable(const ReleaseRecord& record,
                                       const CandidateRecord& candidate,
                                       const std::string& check) {
  schema::WaiverGranted waiver;
  if (check == schema::word(schema::Step::kBugCheck)) {
    if (candidate.bug_check != Outcome::failed) {
      return fail(ErrorCode::kRejected,
                  "nothing-to-waive",
                  "the bug-check has not failed",
                  "release-ledger --step bug-check");
    }
    waiver.outcome = candidate.bug_check;
    waiver.result_attempt = candidate.bug_attempts;
    return waiver;
  }
  const std::string name = check.substr(0, check.find('/'));
  const auto all = schema::assess_validations(record);
  const auto it =
      std::ranges::find_if(all, [&](const schema::ValidationAssessment& v) {
        return v.planned->name == name;
      });
  if (it == all.end()) {
    std::vector<std::string> names = {"bug-check"};
    for (const schema::ValidationAssessment& v : all) {
      names.push_back(v.planned->name);
    }
    return fail(ErrorCode::kRejected,
                "no-such-check",
                fmt::format("{} has no check \"{}\"{}",
                            record.name,
                            name,
                            suggestion(name, names)),
                fmt::format("its checks: {}", fmt::join(names, ", ")));
  }
  const bool finished =
      it->record && it->record->result && it->outcome != Outcome::running &&
      it->outcome != Outcome::pending && it->outcome != Outcome::skipped;
  if (!finished || it->outcome == Outcome::passed) {
    return fail(ErrorCode::kRejected,
                "nothing-to-waive",
                fmt::format("{} is {}; only a finished result that did not "
                            "pass can be waived",
                            name,
                            schema::word(it->outcome)),
                "release-ledger --step workflow-tests");
  }
  waiver.outcome = it->outcome;
  waiver.result_attempt = it->record->result->attempt;
  waiver.digest = it->planned->digest;
  return waiver;
}

// The check as a waiver names it: "NAME", or "NAME/KEY" and "NAME/KEY#2" of
// one that failed; "#1" may be typed.
Result<std::string> waiver_name(const CandidateRecord& candidate,
                                const std::string& check) {
  const auto slash = check.find('/');
  if (slash == std::string::npos) {
    return check;
  }
  const std::string name = check.substr(0, slash);
  const schema::ValidationCompleted& result =
      *schema::find_validation(candidate, name)->result;
  if (!schema::failed_by_checks(result)) {
    return fail(ErrorCode::kRejected,
                "not-by-a-check",
                fmt::format("{} is {} whatever its checks say",
                            name,
                            schema::word(result.outcome)),
                fmt::format("waive {} itself", name));
  }
  std::vector<std::string> failed;
  for (std::size_t i = 0; i < result.checks.size(); ++i) {
    if (!result.checks[i].passed) {
      failed.push_back(schema::check_name(result, i));
      if (check == failed.back() || check == failed.back() + "#1") {
        return failed.back();
      }
    }
  }
  return fail(
      ErrorCode::kRejected,
      "no-such-check",
      fmt::format(
          "{} has no failed check \"{}\"", name, check.substr(slash + 1)),
      fmt::format("its failed checks: {}", fmt::join(failed, ", ")));
}

}  // namespace

Decision grant_approval(const ReleaseRecord& record,
                        const GrantApproval& command) {
  RL_TRY(require_unfinished(record));
  RL_TRY(require_role(*record.plan, command));
  const std::string key = schema::person_key(*record.plan, command.by);
  if (!record.plan->approval->allow_starter &&
      key == schema::person_key(*record.plan, record.started->by)) {
    return fail(
        ErrorCode::kRejected,
        "starter-may-not-approve",
        fmt::format(
            "{} started {} and may not approve it", command.by, record.name),
        "somebody else signs, or the plan says allow_starter = true");
  }
  RL_TRY(require_gates(record));
  const CandidateRecord* candidate = schema::current_candidate(record);
  const std::string evidence = evidence_digest(record);
  for (const ApprovalRecord& approval : candidate->approvals) {
    if (schema::person_key(*record.plan, approval.granted->by) == key &&
        approval.granted->role == command.role &&
        schema::staleness(record, *candidate, approval, evidence).empty()) {
      return std::vector<schema::Event>{};
    }
  }
  schema::ApprovalGranted event;
  event.by = command.by;
  event.role = command.role;
  event.commit = candidate->commit;
  event.candidate = candidate->number;
  event.attempt = approvals_by(*candidate, command.by, command.role) + 1;
  event.plan_digest = record.plan->digest;
  event.evidence_digest = evidence;
  event.note = command.note;
  return std::vector<schema::Event>{event};
}

Decision revoke_approval(const ReleaseRecord& record,
                         const RevokeApproval& command) {
  RL_TRY(require_unfinished(record));
  if (record.tag_pushed) {
    return fail(
        ErrorCode::kRejected,
        "already-published",
        fmt::format("{} is published; its approvals are history", record.name),
        fmt::format("release-ledger yank {} --reason \"...\"", record.name));
  }
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
    schema::ApprovalRevoked event;
    event.by = granted.by;
    event.role = granted.role;
    event.commit = granted.commit;
    event.candidate = granted.candidate;
    event.attempt = granted.attempt;
    event.reason = command.reason;
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

Decision grant_waiver(const ReleaseRecord& record, const GrantWaiver& command) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord* candidate = schema::current_candidate(record);
  if (candidate == nullptr || record.tag_pushed) {
    return fail(
        ErrorCode::kRejected,
        "nothing-to-waive",
        fmt::format("{} has no result that a waiver could be for", record.name),
        "release-ledger --step workflow-tests");
  }
  RL_ASSIGN(schema::WaiverGranted waiver,
            waivable(record, *candidate, command.check));
  RL_ASSIGN(waiver.check, waiver_name(*candidate, command.check));
  std::uint32_t earlier = 0;
  for (const schema::WaiverRecord& other : candidate->waivers) {
    if (other.granted->check != waiver.check) {
      continue;
    }
    ++earlier;
    if (other.granted->result_attempt == waiver.result_attempt &&
        other.granted->digest == waiver.digest) {
      return std::vector<schema::Event>{};
    }
  }
  waiver.candidate = candidate->number;
  waiver.commit = candidate->commit;
  waiver.attempt = earlier + 1;
  waiver.by = command.by;
  waiver.reason = command.reason;
  return std::vector<schema::Event>{waiver};
}

}  // namespace commands::decide
