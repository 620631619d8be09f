#include "commands/steps/checkout.h"

#include "ledger/file.h"

namespace commands::steps {

Result<Checkout> Checkout::open(StepContext& context, const std::string& run) {
  Checkout checkout(context);
  if (context.settings->checkout != schema::Checkout::isolated) {
    RL_TRY(require_candidate_checkout(context));
    checkout.directory_ = context.environment.work_tree;
    return checkout;
  }
  checkout.directory_ = context.environment.ledger.folder / "worktrees" / run;
  RL_TRY(ledger::make_private_folder(checkout.directory_.parent_path()));
  // Left by a run that was killed.
  (void)context.git().worktree_remove(checkout.directory_);
  RL_TRY(context.git().worktree_add(
      checkout.directory_,
      schema::current_candidate(context.record())->commit));
  checkout.isolated_ = true;
  return checkout;
}

Status Checkout::close() {
  if (!isolated_) {
    return require_candidate_checkout(*context_);
  }
  return context_->git().worktree_remove(directory_);
}

Status require_candidate_checkout(StepContext& context) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  RL_ASSIGN(const std::string head, context.git().head_commit());
  if (head != candidate->commit) {
    return fail(
        ErrorCode::kUsage,
        "not-the-candidate",
        fmt::format("HEAD is {}, candidate {} is {}",
                    head.substr(0, 12),
                    candidate->number,
                    candidate->commit.substr(0, 12)),
        fmt::format("check out {}, or set [run] checkout = "
                    "\"isolated\" in the plan, or make HEAD the next "
                    "candidate: release-ledger --step prepare-branch --rc {}",
                    candidate->commit.substr(0, 12),
                    candidate->number + 1));
  }
  RL_ASSIGN(auto changed, context.git().changed_tracked_files());
  // The plan is recorded by itself; a bound may be moved in mid-release.
  std::erase(changed,
             context.environment.plan_file
                 .lexically_relative(context.environment.work_tree)
                 .string());
  if (!changed.empty()) {
    return fail(
        ErrorCode::kUsage,
        "work-tree-dirty",
        fmt::format("{} differs from the candidate{}",
                    changed.front(),
                    changed.size() == 1 ? std::string()
                                        : fmt::format(" (and {} more files)",
                                                      changed.size() - 1)),
        "commit or stash it, or set [run] checkout = \"isolated\" in "
        "the plan");
  }
  return {};
}

}  // namespace commands::steps
