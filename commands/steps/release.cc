// release: with positive proof of every gate, write the notes, wait for the
// approvals, then merge and tag in one atomic push. Objects are made first and
// their ids recorded, so that a killed run can see what of it happened.

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/notes/notes.h"
#include "commands/plan/plan.h"
#include "commands/steps/step.h"
#include "ledger/digest.h"
#include "schema/release/policy.h"

namespace commands::steps {
namespace {
namespace fs = std::filesystem;

// Each time the stable branch moves between our look and our push.
constexpr int kPushRacesMax = 5;

struct Names {
  std::string remote;
  std::string stable;  // branch
  std::string stable_ref;
  std::string staging_ref;
  std::string tag;
  std::string tag_ref;
  std::string notes_path;
};

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

// A refusal by the state of the world, on the record once.
Status refuse(StepContext& context, Error error) {
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::fail_step(
        record, schema::Step::kRelease, error.reason, error.message);
  }));
  return std::unexpected(std::move(error));
}

// --- notes ---

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

// Tip of the stable branch, its objects brought here; empty: there is none.
Result<std::string> fetch_stable(StepContext& context, const Names& names) {
  RL_ASSIGN(const std::string tip,
            remote_ref(context, names, names.stable_ref));
  if (!tip.empty()) {
    RL_TRY(context.git().fetch(names.remote, {names.stable_ref}));
  }
  return tip;
}

Status prepare_notes(StepContext& context, const Names& names) {
  services::Git& git = context.git();
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const std::string parent =
      candidate.notes ? candidate.notes->commit : candidate.commit;
  RL_ASSIGN(const std::string stable, fetch_stable(context, names));
  RL_ASSIGN(const notes::Changes changes,
            changes_since_stable(context, names, stable));
  const std::string text = notes::release_notes(context.record(), changes);
  RL_ASSIGN(const std::string blob, git.write_blob(text));
  RL_ASSIGN(const std::string tree,
            git.tree_with_file(parent, names.notes_path, blob));
  services::CommitRequest commit;
  commit.tree = tree;
  commit.parents = {parent};
  commit.message = fmt::format("Release notes for {}\n", context.record().name);
  commit.who = identity_of(context);
  commit.at_ms = context.environment.clock->now_ms();
  schema::ReleaseNotesPrepared intent;
  intent.parent = parent;
  intent.path = names.notes_path;
  intent.digest = ledger::to_hex(ledger::sha256({text}));
  RL_ASSIGN(intent.commit, git.commit_tree(commit));
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_notes(record, intent);
  });
}

// Finishes what was intended: the commit is on the staging branch, and seen.
Status push_notes(StepContext& context, const Names& names) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  const schema::ReleaseNotesPrepared& intent = *candidate->notes_prepared;
  const std::string commit = intent.commit;
  RL_ASSIGN(const std::string tip,
            remote_ref(context, names, names.staging_ref));
  if (tip != commit && tip != intent.parent) {
    return refuse(
        context,
        {ErrorCode::kRejected,
         "staging-moved",
         fmt::format("{} is at {} on {}, not at {}",
                     candidate->branch,
                     tip.empty() ? "nothing" : tip.substr(0, 12),
                     names.remote,
                     intent.parent.substr(0, 12)),
         fmt::format("what is there was not validated: make it a candidate "
                     "with --step prepare-branch --rc {}",
                     candidate->number + 1)});
  }
  if (tip != commit) {
    RL_TRY(
        context.git().push_atomic(names.remote, {{commit, names.staging_ref}}));
  }
  RL_TRY(context.release.execute(decide::observe_notes));
  context.say(schema::Step::kRelease,
              fmt::format("notes written: {}", names.notes_path));
  return {};
}

// Notes tell of evidence; where it has changed since, they are written anew,
// as a further commit that touches their path only.
Status write_notes(StepContext& context, const Names& names) {
  if (decide::notes_are_open(*schema::current_candidate(context.record()))) {
    RL_TRY(push_notes(context, names));
  }
  if (decide::notes_are_current(context.record())) {
    return {};
  }
  RL_TRY(prepare_notes(context, names));
  return push_notes(context, names);
}

// --- merge and tag ---

// "Approved-by" lines and the head of the ledger, so that the history of the
// stable branch says what it was made on.
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

// What is tagged must be what was validated: beside the candidate's own files
// only notes may differ.
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

Status require_free_tag(StepContext& context, const Names& names) {
  RL_ASSIGN(const std::string there, remote_ref(context, names, names.tag_ref));
  RL_ASSIGN(const auto here, context.git().resolve(names.tag_ref));
  if (there.empty() && !here) {
    return {};
  }
  return refuse(
      context,
      {ErrorCode::kRejected,
       "tag-exists",
       fmt::format("the tag {} exists already {}, and this release did not "
                   "make it",
                   names.tag,
                   there.empty() ? "here" : "on " + names.remote),
       "a tag is never moved; release under another --version"});
}

Status prepare_publication(StepContext& context, const Names& names) {
  services::Git& git = context.git();
  RL_TRY(require_free_tag(context, names));
  const std::string staging =
      schema::current_candidate(context.record())->notes->commit;
  RL_ASSIGN(const std::string stable, fetch_stable(context, names));
  services::CommitRequest merge;
  RL_ASSIGN(merge.tree, merged_tree(context, names, stable, staging));
  if (!stable.empty()) {
    merge.parents.push_back(stable);
  }
  merge.parents.push_back(staging);
  merge.message = merge_message(context, names);
  merge.who = identity_of(context);
  merge.at_ms = context.environment.clock->now_ms();
  schema::PublicationPrepared intent;
  intent.stable_branch = names.stable;
  intent.stable_before = stable;
  intent.tag = names.tag;
  intent.remote = names.remote;
  RL_ASSIGN(intent.merge_commit, git.commit_tree(merge));
  RL_ASSIGN(
      intent.tag_object,
      git.make_tag(names.tag,
                   intent.merge_commit,
                   fmt::format("Release version {}\n", context.record().name),
                   merge.who,
                   merge.at_ms));
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_publication(record, intent);
  });
}

// Where the world stands to an intended publication.
enum class Seen { kNothing, kDone, kStableMoved, kTagTaken };

Result<Seen> look(StepContext& context, const Names& names) {
  const schema::PublicationPrepared& intent = *context.record().publication;
  RL_ASSIGN(const auto refs,
            context.git().remote_refs(names.remote,
                                      {names.stable_ref, names.tag_ref}));
  const auto tag = refs.find(names.tag_ref);
  if (tag != refs.end()) {
    return tag->second == intent.tag_object ? Seen::kDone : Seen::kTagTaken;
  }
  const auto stable = refs.find(names.stable_ref);
  const std::string tip = stable == refs.end() ? "" : stable->second;
  return tip == intent.stable_before ? Seen::kNothing : Seen::kStableMoved;
}

Status push(StepContext& context, const Names& names) {
  const schema::PublicationPrepared& intent = *context.record().publication;
  RL_ASSIGN(const bool ours,
            context.git().create_ref(names.tag_ref, intent.tag_object));
  if (!ours) {
    return require_free_tag(context, names);
  }
  return context.git().push_atomic(names.remote,
                                   {{intent.merge_commit, names.stable_ref},
                                    {intent.tag_object, names.tag_ref}});
}

// Nothing was published: the refusal is recorded and a new merge is made. The
// tag goes first: nobody but this repository has seen it, and while the intent
// is open a killed run makes it again.
Status give_up_publication(StepContext& context,
                           const Names& names,
                           const std::string& reason,
                           const std::string& detail) {
  RL_TRY(context.git().delete_ref(names.tag_ref,
                                  context.record().publication->tag_object));
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::refuse_publication(record, reason, detail);
  });
}

// One try: true when it is done, false when a new merge has to be made.
Result<bool> publish_once(StepContext& context, const Names& names) {
  if (!context.record().publication) {
    RL_TRY(prepare_publication(context, names));
  }
  RL_ASSIGN(Seen seen, look(context, names));
  if (seen == Seen::kNothing) {
    const Status pushed = push(context, names);
    if (!pushed && pushed.error().reason != "push-rejected") {
      return std::unexpected(pushed.error());
    }
    RL_ASSIGN(seen, look(context, names));
    if (!pushed && seen == Seen::kNothing) {
      RL_TRY(give_up_publication(
          context, names, "push-rejected", pushed.error().message));
      return std::unexpected(pushed.error());
    }
  }
  if (seen == Seen::kTagTaken) {
    RL_TRY(give_up_publication(
        context, names, "tag-exists", "another tag is there"));
    RL_TRY(require_free_tag(context, names));
  }
  if (seen == Seen::kStableMoved) {
    RL_TRY(give_up_publication(
        context, names, "stable-moved", "the stable branch moved"));
    context.say(schema::Step::kRelease,
                fmt::format("{} moved; merging again", names.stable));
    return false;
  }
  RL_TRY(context.release.execute(decide::observe_publication));
  return true;
}

Status publish(StepContext& context, const Names& names) {
  for (int race = 0; race < kPushRacesMax; ++race) {
    RL_ASSIGN(const bool done, publish_once(context, names));
    if (done) {
      context.say(schema::Step::kRelease,
                  fmt::format("merged into {} and tagged {}, pushed to {}",
                              names.stable,
                              names.tag,
                              names.remote));
      return {};
    }
  }
  return fail(ErrorCode::kConflict,
              "stable-moving",
              fmt::format("{} keeps moving", names.stable),
              "type the command again when it is quiet");
}

Status rehearse(StepContext& context, const Names& names) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  RL_TRY(decide::require_gates(context.record()));
  if (!candidate->notes) {
    context.say(
        schema::Step::kRelease,
        fmt::format(
            "would write {} on {}", names.notes_path, candidate->branch));
  }
  RL_TRY(decide::require_approvals(context.record()));
  context.say(schema::Step::kRelease,
              fmt::format("would merge {} into {}, tag {} and push both to {}",
                          candidate->branch,
                          names.stable,
                          names.tag,
                          names.remote));
  return {};
}

}  // namespace

Status release(StepContext& context) {
  if (context.skip_if_done(schema::Step::kRelease)) {
    return {};
  }
  if (!context.record().publication) {
    RL_TRY(decide::require_gates(context.record()));
  }
  const Names names = names_of(context);
  if (context.is_rehearsal()) {
    return rehearse(context, names);
  }
  RL_TRY(write_notes(context, names));
  if (!context.record().publication) {
    RL_TRY(decide::require_approvals(context.record()));
  }
  return publish(context, names);
}

}  // namespace commands::steps
