// prepare-branch: a candidate is a staging branch at a commit, pushed.

#include <algorithm>
#include <map>
#include <string>

#include "commands/decide/decide.h"
#include "commands/plan/plan.h"
#include "commands/steps/step.h"

namespace commands::steps {
namespace {

std::string short_id(std::string_view commit) {
  return std::string(commit.substr(0, 12));
}

// The candidate this step is about: an open intent's, the one asked for, or
// the first. Nothing: the newest is there and no other was asked for.
Result<std::optional<decide::PlanBranch>> wanted(StepContext& context) {
  const schema::ReleaseRecord& record = context.record();
  const schema::CandidateRecord* newest = schema::current_candidate(record);
  const std::uint32_t last = newest ? newest->number : 0;
  if (context.candidate != 0 && context.candidate < last) {
    return fail(ErrorCode::kUsage,
                "candidate-replaced",
                fmt::format("candidate {} of {} was replaced by {}",
                            context.candidate,
                            record.name,
                            last),
                fmt::format("the next one is --rc {}", last + 1));
  }
  decide::PlanBranch branch;
  branch.remote = context.plan().project->remote;
  const schema::BranchCreationStarted* intent = record.branch_intent.get();
  if (intent &&
      (context.candidate == 0 || context.candidate == intent->candidate)) {
    branch.branch = intent->branch;
    branch.commit = intent->commit;
    branch.candidate = intent->candidate;
    return branch;
  }
  if (newest && (context.candidate == 0 || context.candidate == last)) {
    return std::nullopt;
  }
  if (newest && context.candidate > last + 1) {
    return fail(
        ErrorCode::kUsage,
        "candidate-skipped",
        fmt::format("the newest candidate of {} is {}", record.name, last),
        fmt::format("the next one is --rc {}", last + 1));
  }
  branch.candidate = context.candidate != 0 ? context.candidate : last + 1;
  branch.branch = plan::expand_pattern(
      context.plan().project->staging_branch, record.name, branch.candidate);
  RL_ASSIGN(branch.commit, context.git().head_commit());
  return branch;
}

Status note_moved_head(StepContext& context) {
  RL_ASSIGN(const std::string head, context.git().head_commit());
  const auto* candidate = schema::current_candidate(context.record());
  if (head != candidate->commit) {
    context.say(schema::Step::kPrepareBranch,
                fmt::format("HEAD is now {}; candidate {} stays at {} (--rc {} "
                            "makes another)",
                            short_id(head),
                            candidate->number,
                            short_id(candidate->commit),
                            candidate->number + 1));
  }
  return {};
}

Status create(StepContext& context, const decide::PlanBranch& branch) {
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::plan_branch(record, branch);
  }));
  if (context.is_rehearsal()) {
    context.say(schema::Step::kPrepareBranch,
                fmt::format("would push {} at {} to {}",
                            branch.branch,
                            short_id(branch.commit),
                            branch.remote));
  } else {
    const Status pushed = context.git().push_atomic(
        branch.remote, {{branch.commit, "refs/heads/" + branch.branch}});
    if (!pushed && pushed.error().reason == "push-rejected") {
      RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
        return decide::fail_step(record,
                                 schema::Step::kPrepareBranch,
                                 pushed.error().reason,
                                 pushed.error().message);
      }));
    }
    RL_TRY(pushed);
  }
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::observe_branch(record, branch, false);
  });
}

Status adopt(StepContext& context, const decide::PlanBranch& branch) {
  // An open intent means that the branch is ours: pushed, not yet recorded.
  const bool ours = context.record().branch_intent &&
                    context.record().branch_intent->branch == branch.branch;
  context.say(schema::Step::kPrepareBranch,
              fmt::format("{}{} is on {} already, at this commit{}",
                          context.is_rehearsal() ? "would adopt: " : "",
                          branch.branch,
                          branch.remote,
                          ours ? "" : ": adopted"));
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::observe_branch(record, branch, !ours);
  });
}

std::string ref_of(const decide::PlanBranch& branch) {
  return "refs/heads/" + branch.branch;
}

// The branch is not there, or at this commit; true: there.
Result<bool> branch_is_there(const std::map<std::string, std::string>& refs,
                             const decide::PlanBranch& branch) {
  const std::string ref = ref_of(branch);
  const auto there = refs.find(ref);
  if (there != refs.end() && there->second != branch.commit) {
    return fail(
        ErrorCode::kRejected,
        "branch-elsewhere",
        fmt::format("{} is on {} already, at {}, not at {}",
                    branch.branch,
                    branch.remote,
                    short_id(there->second),
                    short_id(branch.commit)),
        fmt::format("make the next candidate: --rc {}", branch.candidate + 1));
  }
  return there != refs.end();
}

}  // namespace

Status require_first_candidate(const Environment& environment,
                               const schema::Plan& plan,
                               const std::string& release,
                               std::uint32_t candidate) {
  decide::PlanBranch branch;
  branch.remote = plan.project->remote;
  branch.candidate = std::max(candidate, 1U);
  branch.branch = plan::expand_pattern(
      plan.project->staging_branch, release, branch.candidate);
  RL_ASSIGN(branch.commit, environment.git->head_commit());
  // A tag that is taken is no use finding out after all validations.
  const std::string tag =
      plan::expand_pattern(plan.project->tag, release, branch.candidate);
  const std::string tag_ref = "refs/tags/" + tag;
  RL_ASSIGN(
      const auto refs,
      environment.git->remote_refs(branch.remote, {ref_of(branch), tag_ref}));
  RL_TRY(branch_is_there(refs, branch));
  RL_ASSIGN(const auto here, environment.git->resolve(tag_ref));
  if (refs.contains(tag_ref) || here) {
    return fail(ErrorCode::kRejected,
                "tag-exists",
                fmt::format("the tag {} exists already {}",
                            tag,
                            here ? "here" : "on " + branch.remote),
                "a tag is never moved; release under another --version");
  }
  return {};
}

Status prepare_branch(StepContext& context) {
  RL_ASSIGN(const auto branch, wanted(context));
  if (!branch) {
    context.skip_if_done(schema::Step::kPrepareBranch);
    return note_moved_head(context);
  }
  RL_TRY(decide::require_unfinished(context.record()));
  RL_ASSIGN(const auto refs,
            context.git().remote_refs(branch->remote, {ref_of(*branch)}));
  RL_ASSIGN(const bool there, branch_is_there(refs, *branch));
  RL_TRY(there ? adopt(context, *branch) : create(context, *branch));
  if (!context.is_rehearsal()) {
    context.say(
        schema::Step::kPrepareBranch,
        fmt::format("{} at {}", branch->branch, short_id(branch->commit)));
  }
  return {};
}

}  // namespace commands::steps
