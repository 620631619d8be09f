// release: with positive proof of every gate, write the notes, wait for the
// approvals, then merge and tag in one atomic push; on a forge the merge is
// its pull request's. Objects are made first and their ids recorded, so that a
// killed run can see what of it happened.

#include "commands/decide/decide.h"
#include "commands/notes/notes.h"
#include "commands/plan/plan.h"
#include "commands/steps/post.h"
#include "commands/steps/publication.h"
#include "commands/steps/step.h"
#include "ledger/digest.h"

namespace commands::steps {
namespace {

// Each time the stable branch moves between our look and our push.
constexpr int kPushRacesMax = 5;

// --- notes ---

Status prepare_notes(StepContext& context, const Names& names) {
  services::Git& git = context.git();
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const std::string parent = head_of(candidate);
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
         fmt::format("what is there was not validated: make it a candidate: "
                     "release-ledger --step prepare-branch --rc {}",
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

// Made on a forge: only the tag is still to be published.
const schema::PullRequestMerged* merged_on_forge(const StepContext& context) {
  return schema::current_candidate(context.record())->pull_request_merged.get();
}

Status intend_publication(StepContext& context,
                          const Names& names,
                          schema::PublicationPrepared intent) {
  intent.stable_branch = names.stable;
  intent.tag = names.tag;
  intent.remote = names.remote;
  RL_ASSIGN(intent.tag_object,
            context.git().make_tag(
                names.tag,
                intent.merge_commit,
                fmt::format("Release version {}\n", context.record().name),
                identity_of(context),
                context.environment.clock->now_ms()));
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_publication(record, intent);
  });
}

Status prepare_publication(StepContext& context, const Names& names) {
  services::Git& git = context.git();
  RL_TRY(require_free_tag(context, names));
  schema::PublicationPrepared intent;
  if (const auto* merged = merged_on_forge(context)) {
    intent.merge_commit = merged->commit;
    RL_ASSIGN(const auto before, git.resolve(merged->commit + "^1"));
    intent.stable_before = before.value_or("");
    return intend_publication(context, names, std::move(intent));
  }
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
  intent.stable_before = stable;
  RL_ASSIGN(intent.merge_commit, git.commit_tree(merge));
  return intend_publication(context, names, std::move(intent));
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
  if (merged_on_forge(context) != nullptr) {
    return Seen::kNothing;  // the merge stays, wherever the branch went since
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
  std::vector<services::RefUpdate> updates = {
      {intent.tag_object, names.tag_ref}};
  if (merged_on_forge(context) == nullptr) {
    updates.push_back({intent.merge_commit, names.stable_ref});
  }
  return context.git().push_atomic(names.remote, updates);
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

void assume_published(StepContext& context, const Names& names) {
  schema::StableMerged merged;
  merged.candidate = schema::current_candidate(context.record())->number;
  merged.branch = names.stable;
  schema::TagPushed pushed;
  pushed.tag = names.tag;
  pushed.remote = names.remote;
  context.release.assume({merged, pushed});
}

Status rehearse(StepContext& context, const Names& names) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(context.record());
  RL_TRY(decide::require_gates(context.record()));
  if (!schema::is_being_published(context.record())) {
    RL_TRY(require_free_tag(context, names));
  }
  if (!decide::notes_are_current(context.record())) {
    context.say(
        schema::Step::kRelease,
        fmt::format(
            "would write {} on {}", names.notes_path, candidate->branch));
  }
  if (context.plan().forge) {
    RL_TRY(rehearse_on_forge(context, names));
  } else {
    RL_TRY(require_sign_offs(context));
    context.say(
        schema::Step::kRelease,
        fmt::format("would merge {} into {}, tag {} and push both to {}",
                    candidate->branch,
                    names.stable,
                    names.tag,
                    names.remote));
  }
  if (context.assumes) {
    assume_published(context, names);
  }
  return {};
}

}  // namespace

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

// Once, as far as it goes now.
Status release_once(StepContext& context) {
  if (!schema::is_being_published(context.record())) {
    RL_TRY(decide::require_gates(context.record()));
  }
  RL_TRY(require_postable(context.record()));
  const Names names = names_of(context);
  if (context.is_rehearsal()) {
    return rehearse(context, names);
  }
  if (!schema::is_being_published(context.record())) {
    RL_TRY(require_good_signatures(context));
    RL_TRY(write_notes(context, names));
  }
  if (context.plan().forge) {
    return release_on_forge(context, names);
  }
  if (!context.record().publication) {
    RL_TRY(require_sign_offs(context));
  }
  return publish(context, names);
}

Status release(StepContext& context) {
  if (context.skip_if_done(schema::Step::kRelease)) {
    return {};
  }
  for (;;) {
    Status status = release_once(context);
    const bool waits = !status && status.error().code == ErrorCode::kWaiting;
    if (!waits || !context.wait_a_little(status.error())) {
      return status;
    }
    RL_TRY(context.release.refresh());
  }
}

}  // namespace commands::steps
