#include "commands/steps/publication.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/plan/plan.h"
#include "commands/signing.h"
#include "ledger/digest.h"
#include "ledger/signed_text.h"
#include "schema/release/approval_text.h"
#include "schema/release/policy.h"

namespace commands::steps {
namespace fs = std::filesystem;

namespace {

Status recheck(StepContext& context, const schema::ApprovalRecord& approval) {
  const schema::ApprovalGranted& granted = *approval.granted;
  ledger::SignedText what;
  what.text = schema::approval_text(
      context.release.head().origin, context.record().name, granted);
  what.signature = granted.signature;
  what.key = granted.key;
  what.principal = schema::split_person(granted.by).email;
  what.name_space = schema::kSignatureNamespace;
  what.at_ms = approval.mark->at_ms;
  const auto signers = schema::signer_lines(context.plan());
  switch (ledger::who_signed(what, signers)) {
    case ledger::SignedBy::kListed:
      return {};
    case ledger::SignedBy::kUnknownKey:
      return verify_signature(context.environment,
                              {what.text, what.principal, signers, {}, 0},
                              {what.signature, what.key});
    case ledger::SignedBy::kNobody:
      return fail(ErrorCode::kCorruption,
                  "signature-broken",
                  fmt::format("the signature of {} at position {} is not over "
                              "this approval",
                              granted.by,
                              approval.mark->position),
                  "nothing is published on it; release-ledger verify tells "
                  "what else is damaged");
    case ledger::SignedBy::kUnlisted:
      break;
  }
  return refuse(
      context,
      {ErrorCode::kRejected,
       "signer-not-allowed",
       fmt::format(
           "the approval of {} at position {} is signed with a key that "
           "the recorded plan does not give them",
           granted.by,
           approval.mark->position),
       fmt::format("release-ledger audit {}; they revoke it and sign with "
                   "their own key",
                   context.record().name)});
}

}  // namespace

Status require_good_signatures(StepContext& context) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const std::string evidence = context.release.evidence_digest();
  for (const schema::ApprovalRecord& approval : candidate.approvals) {
    if (!approval.granted->signature.empty() &&
        schema::staleness(context.record(), candidate, approval, evidence)
            .empty()) {
      RL_TRY(recheck(context, approval));
    }
  }
  return {};
}

Status require_sign_offs(StepContext& context) {
  RL_TRY(decide::require_approvals(context.record()));
  return require_good_signatures(context);
}

Names names_of(const StepContext& context) {
  const schema::Project& project = *context.plan().project;
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  const std::string& name = context.record().name;
  Names n;
  n.remote = project.remote;
  n.stable = project.stable_branch;
  n.stable_ref = "refs/heads/" + n.stable;
  n.staging_ref = "refs/heads/" + candidate->branch;
  n.tag = plan::expand_pattern(project.tag, name, candidate->number);
  n.tag_ref = "refs/tags/" + n.tag;
  n.notes_path =
      plan::expand_pattern(project.release_notes, name, candidate->number);
  return n;
}

services::GitIdentity identity_of(const StepContext& context) {
  const schema::Actor& actor = context.environment.actor;
  return {actor.name.empty() ? actor.os_user : actor.name, actor.email};
}

Status refuse(StepContext& context, Error error) {
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::fail_step(
        record, schema::Step::kRelease, error.reason, error.message);
  }));
  return std::unexpected(std::move(error));
}

Result<notes::Changes> changes_since_stable(StepContext& context,
                                            const Names& names,
                                            const std::string& stable) {
  notes::Changes changes;
  const std::string& commit =
      schema::current_candidate(context.record())->commit;
  changes.since =
      stable.empty()
          ? "the beginning"
          : fmt::format("{} at {}", names.stable, stable.substr(0, 12));
  RL_ASSIGN(changes.commits,
            context.git().commits(stable, commit, notes::kCommitsMax + 1));
  if (changes.commits.size() > notes::kCommitsMax) {
    changes.commits.pop_back();
    changes.truncated = true;
  }
  return changes;
}

Result<std::string> remote_ref(StepContext& context,
                               const Names& names,
                               const std::string& ref) {
  RL_ASSIGN(const auto refs, context.git().remote_refs(names.remote, {ref}));
  const auto it = refs.find(ref);
  return it == refs.end() ? std::string() : it->second;
}

Result<std::string> fetch_stable(StepContext& context, const Names& names) {
  RL_ASSIGN(const std::string tip,
            remote_ref(context, names, names.stable_ref));
  if (!tip.empty()) {
    RL_TRY(context.git().fetch(names.remote, {names.stable_ref}));
  }
  return tip;
}

std::string merge_message(const StepContext& context, const Names& names) {
  const schema::ReleaseRecord& record = context.record();
  const schema::CandidateRecord& candidate = *schema::current_candidate(record);
  std::string text = fmt::format("Release version {}\n\nMerge {} into {}.\n\n",
                                 record.name,
                                 candidate.branch,
                                 names.stable);
  const std::string evidence = context.release.evidence_digest();
  for (const schema::ApprovalRecord& approval : candidate.approvals) {
    if (schema::staleness(record, candidate, approval, evidence).empty()) {
      text += fmt::format("Approved-by: {} ({})\n",
                          approval.granted->by,
                          approval.granted->role);
    }
  }
  const ledger::Checkpoint& head = context.release.head();
  return text + fmt::format("Release-Ledger: {} {} {}\n",
                            head.origin,
                            head.size,
                            ledger::to_hex(head.root));
}

Status require_validated_tree(StepContext& context,
                              const Names& names,
                              const std::string& tree) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  const std::string folder = fs::path(names.notes_path).parent_path().string();
  RL_ASSIGN(auto changed, context.git().changed_paths(candidate->commit, tree));
  std::erase_if(changed, [&](const std::string& path) {
    return path == names.notes_path ||
           (!folder.empty() && path.starts_with(folder + "/"));
  });
  if (changed.empty()) {
    return {};
  }
  return refuse(
      context,
      {ErrorCode::kRejected,
       "stable-diverged",
       fmt::format("{} holds changes that candidate {} does not: {}",
                   names.stable,
                   candidate->number,
                   fmt::join(changed.begin(),
                             changed.begin() + std::min<std::ptrdiff_t>(
                                                   3, std::ssize(changed)),
                             ", ")),
       fmt::format("merge {} into your branch, then: release-ledger "
                   "--step prepare-branch --rc {}",
                   names.stable,
                   candidate->number + 1)});
}

Result<std::string> merged_tree(StepContext& context,
                                const Names& names,
                                const std::string& stable,
                                const std::string& staging) {
  if (stable.empty()) {
    return context.git().tree_of(staging);
  }
  RL_ASSIGN(const services::MergeTree merge,
            context.git().merge_tree(stable, staging));
  if (!merge.clean) {
    const auto* candidate = schema::current_candidate(context.record());
    const Status refused = refuse(
        context,
        {ErrorCode::kRejected,
         "stable-diverged",
         fmt::format("{} and candidate {} conflict in {}",
                     names.stable,
                     candidate->number,
                     fmt::join(merge.conflicts, ", ")),
         fmt::format("merge {} into your branch, then: release-ledger --step "
                     "prepare-branch --rc {}",
                     names.stable,
                     candidate->number + 1)});
    return std::unexpected(refused.error());
  }
  RL_TRY(require_validated_tree(context, names, merge.tree));
  return merge.tree;
}

}  // namespace commands::steps
