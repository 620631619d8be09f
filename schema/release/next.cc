#include "schema/release/next.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/release/policy.h"

namespace schema {
namespace {

std::string members_of(const ReleaseRecord& record,
                       const std::vector<std::string>& roles) {
  std::vector<std::string> parts;
  for (const std::string& name : roles) {
    if (const RoleMembers* role = find_role(*record.plan, name)) {
      parts.push_back(
          fmt::format("{}: {}", name, fmt::join(role->members, ", ")));
    }
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

// Of the first validation whose job is in doubt.
Wait wait_for_settling(const ReleaseRecord& record) {
  for (const ValidationAssessment& v : assess_validations(record)) {
    if (v.record && v.record->doubt) {
      return {v.planned->name,
              v.note,
              "whoever can see the jobs on the cluster",
              settle_job_command(record.name, v.planned->name)};
    }
  }
  return {};
}

// A refused `release`: what was refused is refused again, until this is done.
std::string after_refusal(const ReleaseRecord& record) {
  const CandidateRecord* candidate = current_candidate(record);
  const std::string& reason = record.step_failure->reason;
  const std::string anew =
      fmt::format("release-ledger --step prepare-branch --version {} --rc {}",
                  record.name,
                  candidate->number + 1);
  if (reason == "staging-moved") {
    return anew;
  }
  if (reason == "stable-diverged" && record.plan && record.plan->project) {
    return fmt::format("git pull --no-rebase {} {} && {}",
                       record.plan->project->remote,
                       record.plan->project->stable_branch,
                       anew);
  }
  if (reason == "tag-exists") {
    return fmt::format("release-ledger abandon {} --reason \"...\"",
                       record.name);
  }
  return {};
}

}  // namespace

Wait wait_for(const ReleaseRecord& record,
              const StepAssessment& open,
              std::string_view evidence_digest) {
  if (open.step == Step::kBugCheck) {
    return {"bug-check",
            open.detail,
            "whoever has looked for blocking bugs",
            "release-ledger --step bug-check --confirm-bugs \"REASON\""};
  }
  if (open.step == Step::kAnnounce) {
    for (const PostRecord& post : record.posts) {
      if (post.notice.empty() && post.doubted) {
        return {"announce",
                open.detail,
                fmt::format("whoever can look into {}", post.channel),
                settle_post_command(record.name, post.channel)};
      }
    }
    return {"announce",
            open.detail,
            "whoever has posted the announcement",
            "release-ledger --step announce --confirm-announced \"REASON\""};
  }
  if (open.step == Step::kWorkflowTests) {
    return wait_for_settling(record);
  }
  const Tally votes = tally(record, evidence_digest);
  return {"approvals",
          fmt::format("{}", fmt::join(votes.lacking, ", ")),
          members_of(record, votes.open_roles),
          fmt::format(
              "release-ledger approve {} --role {}",
              record.name,
              votes.open_roles.empty() ? "ROLE" : votes.open_roles.front())};
}

Wait wait_for_reconciling(const ReleaseRecord& record) {
  return {
      "restored",
      set_back_text(*record.set_back),
      "whoever has compared it with git and what was announced",
      fmt::format("release-ledger reconcile {} --reason \"...\"", record.name)};
}

std::string next_command(const ReleaseRecord& record,
                         const StepAssessment& open) {
  if (open.step == Step::kRelease && open.state == StepState::kFailed &&
      record.step_failure && current_candidate(record) != nullptr) {
    if (std::string command = after_refusal(record); !command.empty()) {
      return command;
    }
  }
  return fmt::format("release-ledger --step {}", word(open.step));
}

std::string settle_job_command(std::string_view release,
                               std::string_view validation) {
  const std::string settle =
      fmt::format("release-ledger settle {} {}", release, validation);
  return fmt::format(
      "{} --job ID --reason \"...\", or: {} --no-job --reason \"...\"",
      settle,
      settle);
}

std::string settle_post_command(std::string_view release,
                                std::string_view channel) {
  const std::string settle =
      fmt::format("release-ledger settle {} \"{}\"", release, channel);
  return fmt::format(
      "{} --posted --reason \"...\", or: {} --not-posted --reason \"...\"",
      settle,
      settle);
}

}  // namespace schema
