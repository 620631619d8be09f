// The release step on a forge: its pull request, the reviews, the merge, the
// page of the release.

#include <algorithm>
#include <set>

#include "commands/decide/approval_event.h"
#include "commands/decide/decide.h"
#include "schema/release/policy.h"

namespace commands::decide {
namespace {

using schema::ApprovalRecord;
using schema::CandidateRecord;
using Events = std::vector<schema::Event>;

// The roles a review signs in: all that the reviewer has, or the one that the
// plan says reviews are for.
std::vector<std::string> roles_of(const schema::Plan& plan,
                                  const std::string& by) {
  std::vector<std::string> roles;
  for (const schema::RoleMembers& role : plan.approval->roles) {
    if (schema::is_member(plan, role.role, by)) {
      roles.push_back(role.role);
    }
  }
  const std::string wanted = plan.forge ? plan.forge->review_role : "";
  if (std::ranges::find(roles, wanted) != roles.end()) {
    return {wanted};
  }
  return roles;
}

// Once a review has signed in a role it never does again: whoever withdraws
// that, here or there, gives another review to sign anew.
bool has_signed(const CandidateRecord& candidate,
                const ReviewSeen& review,
                const std::string& role) {
  return std::ranges::any_of(candidate.approvals, [&](const auto& approval) {
    return approval.granted->role == role &&
           approval.granted->url == review.url;
  });
}

void grant(const ReleaseRecord& record,
           const AdoptReviews& command,
           Events& events) {
  const CandidateRecord& candidate = *schema::current_candidate(record);
  const std::string evidence = evidence_digest(record);
  const std::string starter =
      schema::person_key(*record.plan, record.started->by);
  for (const ReviewSeen& review : command.approvals) {
    if (!record.plan->approval->allow_starter &&
        schema::person_key(*record.plan, review.by) == starter) {
      continue;
    }
    for (const std::string& role : roles_of(*record.plan, review.by)) {
      const Approving approving{review.by, role, evidence, command.at_ms};
      if (has_signed(candidate, review, role) || signs_now(record, approving)) {
        continue;
      }
      schema::ApprovalGranted event = granted_now(record, approving);
      event.note = review.note;
      event.source = command.source;
      event.url = review.url;
      events.emplace_back(std::move(event));
    }
  }
}

// What came from a review stands only as long as a review of theirs does.
void withdraw(const ReleaseRecord& record,
              const AdoptReviews& command,
              Events& events) {
  std::set<std::string> standing;
  for (const ReviewSeen& review : command.approvals) {
    standing.insert(schema::person_key(*record.plan, review.by));
  }
  std::set<std::pair<std::string, std::string>> done;
  for (const ApprovalRecord& approval :
       schema::current_candidate(record)->approvals) {
    const schema::ApprovalGranted& granted = *approval.granted;
    if (granted.source != command.source || !approval.revoked.empty() ||
        standing.contains(schema::person_key(*record.plan, granted.by)) ||
        !done.emplace(granted.by, granted.role).second) {
      continue;
    }
    schema::ApprovalRevoked event =
        revocation_of(granted, "the review no longer stands");
    event.source = command.source;
    event.url = granted.url;
    events.emplace_back(std::move(event));
  }
}

}  // namespace

Decision prepare_pull_request(const ReleaseRecord& record,
                              schema::PullRequestPrepared intent) {
  RL_TRY(require_unfinished(record));
  RL_TRY(require_gates(record));
  const CandidateRecord& candidate = *schema::current_candidate(record);
  if (candidate.pull_request_merged || candidate.merging) {
    return Events{};
  }
  const auto* before = candidate.pull_request_prepared.get();
  if (before != nullptr && before->commit == intent.commit &&
      before->body_digest == intent.body_digest &&
      before->repository == intent.repository) {
    return Events{};
  }
  intent.candidate = candidate.number;
  intent.attempt = before == nullptr ? 1 : before->attempt + 1;
  return Events{intent};
}

Decision observe_pull_request(const ReleaseRecord& record,
                              schema::PullRequestOpened opened) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord& candidate = *schema::current_candidate(record);
  if (candidate.pull_request) {
    return Events{};
  }
  opened.candidate = candidate.number;
  return Events{opened};
}

Decision adopt_reviews(const ReleaseRecord& record,
                       const AdoptReviews& command) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord& candidate = *schema::current_candidate(record);
  Events events;
  const auto* merged = candidate.pull_request_merged.get();
  if (candidate.merging || record.publication || record.tag_pushed ||
      (merged != nullptr && !merged->adopted)) {
    return events;
  }
  withdraw(record, command, events);
  if (schema::open_gates(record).empty()) {
    grant(record, command, events);
  }
  return events;
}

Decision prepare_merge(const ReleaseRecord& record,
                       schema::PullRequestMergePrepared intent) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord& candidate = *schema::current_candidate(record);
  if (candidate.merging || candidate.pull_request_merged) {
    return Events{};
  }
  RL_TRY(require_gates(record));
  RL_TRY(require_approvals(record));
  intent.candidate = candidate.number;
  intent.attempt = candidate.merges + 1;
  return Events{intent};
}

Decision observe_merge(const ReleaseRecord& record,
                       schema::PullRequestMerged merged) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord& candidate = *schema::current_candidate(record);
  if (candidate.pull_request_merged) {
    return Events{};
  }
  merged.candidate = candidate.number;
  return Events{merged};
}

Decision refuse_merge(const ReleaseRecord& record,
                      const std::string& reason,
                      const std::string& detail) {
  const CandidateRecord& candidate = *schema::current_candidate(record);
  if (!candidate.merging) {
    return Events{};
  }
  schema::PullRequestRefused event;
  event.candidate = candidate.number;
  event.attempt = candidate.merging->attempt;
  event.number = candidate.merging->number;
  event.reason = reason;
  event.detail = detail;
  return Events{event};
}

Decision prepare_forge_release(const ReleaseRecord& record,
                               schema::ForgeReleasePrepared intent) {
  RL_TRY(require_unfinished(record));
  const auto* before = record.forge_release_prepared.get();
  if (record.forge_release ||
      (before != nullptr && before->body_digest == intent.body_digest)) {
    return Events{};
  }
  intent.attempt = before == nullptr ? 1 : before->attempt + 1;
  return Events{intent};
}

Decision observe_forge_release(const ReleaseRecord& record,
                               schema::ForgeReleasePublished published) {
  if (record.forge_release) {
    return Events{};
  }
  return Events{published};
}

}  // namespace commands::decide
