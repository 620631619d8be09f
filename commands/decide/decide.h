// The deciders: what a command leads to, given what has happened. Pure: they
// see the folded record and what the command gathered, never a clock, a file
// or a view, and answer with events or with the rule that says no.
//
// A rejection is kRejected with a stable reason; nothing left to do is an
// empty list. Tests: tests/commands/decide_*_test.cc, as given/when/then.

#pragma once

#include <string>
#include <vector>

#include "commands/metrics/judge.h"
#include "commands/release_stream.h"
#include "schema/release/assess.h"
#include "schema/release/posts.h"

namespace commands::decide {

using schema::ReleaseRecord;

// --- beginning ---

struct StartRelease {
  std::string version;
  schema::Mode mode;
  schema::Plan plan;
  std::string previous_release = {};  // the newest published one
};
Decision start_release(const ReleaseRecord& record,
                       const StartRelease& command);

// The plan file of this run: records what changed, and judges results again
// where only a bound moved, against the baselines in `history`. Nothing once
// the release is being published: what was decided on then is what goes out.
Decision adopt_plan(const ReleaseRecord& record,
                    const schema::Plan& plan,
                    const metrics::History& history);
// Never lowered, and nothing once the release is being published.
Decision raise_mode(const ReleaseRecord& record, schema::Mode mode);

// --- prepare-branch ---

struct PlanBranch {
  std::string branch;
  std::string commit;
  std::uint32_t candidate;
  std::string remote;
};
Decision plan_branch(const ReleaseRecord& record, const PlanBranch& command);
Decision observe_branch(const ReleaseRecord& record,
                        const PlanBranch& command,
                        bool adopted);

// --- bug-check ---

// What a tracker was asked; empty where none was.
struct BugQuestion {
  std::string source;
  std::string query;
};
// It cannot be told. Nothing where bugs were found, or none were.
Decision doubt_bug_check(const ReleaseRecord& record,
                         const std::string& reason,
                         const BugQuestion& question);
// The tracker has answered: these are open. Nothing where they are on the
// record already, so that a waiver of them holds.
Decision find_bugs(const ReleaseRecord& record,
                   const BugQuestion& question,
                   const std::vector<schema::Bug>& bugs);
// It has answered: none is.
Decision clear_bugs(const ReleaseRecord& record,
                    const BugQuestion& question,
                    const std::string& detail);
struct ConfirmBugs {
  std::string by;
  std::string reason;
};
Decision confirm_bugs(const ReleaseRecord& record, const ConfirmBugs& command);

// --- workflow-tests ---

// `attempt`, `candidate`, `commit` and the digests are filled in. Nothing
// while an attempt is open.
Decision start_validation(const ReleaseRecord& record,
                          schema::ValidationStarted intent);
Decision complete_validation(const ReleaseRecord& record,
                             schema::ValidationCompleted result);
// A result of what ran elsewhere, as a further attempt for the candidate.
// `result` says what it is and how it ended; a pass is for the checks to say.
struct RecordValidation {
  schema::ValidationCompleted result;
  bool has_report = false;  // that says by itself whether it passed
  std::string commit;       // the candidate's, or how it begins
  std::string run_digest;   // of the plan that `extraction` was made by
  metrics::Extraction extraction;
  std::string source;  // what notes call where the metrics were looked for
  metrics::History history;
};
Decision record_validation(const ReleaseRecord& record,
                           const RecordValidation& command);
// Every local attempt without a result, of a run that is no more. A remote one
// goes on by itself, and is found again.
Decision close_interrupted(const ReleaseRecord& record);
Decision skip_validation(const ReleaseRecord& record,
                         const std::string& name,
                         const std::string& reason);

// --- remote jobs, and ending an attempt on purpose ---

// An attempt by what it is called on the record. What is said of one that has
// ended leads to nothing.
struct AttemptName {
  std::string name;
  std::uint32_t candidate = 0;
  std::uint32_t attempt = 0;
};
// The launcher runs; with an id: it, or the list of jobs, has named the job.
Decision submit_validation(const ReleaseRecord& record,
                           const AttemptName& attempt,
                           const std::string& job_id);
Decision observe_running(const ReleaseRecord& record,
                         const AttemptName& attempt);
// It cannot be told whether a job was made; a person has to look.
Decision doubt_validation(const ReleaseRecord& record,
                          const AttemptName& attempt,
                          const std::string& reason,
                          const std::string& detail);
struct SettleJob {
  std::string validation;
  std::string job_id;  // empty: there is none
  std::string by;
  std::string reason;
};
// kRejected `nothing-to-settle`.
Decision settle_validation(const ReleaseRecord& record,
                           const SettleJob& command);
struct CancelValidation {
  std::string validation;  // empty: all that are open
  std::string by;
  std::string reason;
};
// kRejected `nothing-runs`, `job-unknown`.
Decision cancel_validation(const ReleaseRecord& record,
                           const CancelValidation& command);

// --- metrics that are sent on ---

// `sink`: datadog, prometheus. `digest`: of what is sent.
bool is_sent(const ReleaseRecord& record,
             const std::string& sink,
             const std::string& digest);
Decision start_sending(const ReleaseRecord& record,
                       const std::string& sink,
                       const std::string& digest);
Decision observe_sent(const ReleaseRecord& record,
                      const std::string& sink,
                      std::size_t series);
Decision observe_not_sent(const ReleaseRecord& record,
                          const std::string& sink,
                          const std::string& reason,
                          const std::string& detail);

// --- sign-offs ---

struct GrantApproval {
  std::string by;
  std::string role;
  std::string note;
  std::int64_t at_ms = 0;  // when it was asked for: it expires from then on
  bool is_signed = false;  // the signature may still be to come
  std::string signed_text = {};
  std::string signature = {};
  std::string key = {};
};
// When an approval of now ends to count, of a policy that has `expires_s`. In
// whole seconds, as it is signed.
std::int64_t expiry(std::int64_t at_ms, const schema::Approval& policy);
Decision grant_approval(const ReleaseRecord& record,
                        const GrantApproval& command);
struct RevokeApproval {
  std::string by;
  std::string role;  // empty: each role they signed for
  std::string reason;
};
Decision revoke_approval(const ReleaseRecord& record,
                         const RevokeApproval& command);
// `check`: bug-check, VALIDATION, or VALIDATION/KEY[#n] of a failed check.
struct GrantWaiver {
  std::string check;
  std::string by;
  std::string reason;
  std::string ticket = {};
  std::optional<std::int64_t> until_ms = {};
};
Decision grant_waiver(const ReleaseRecord& record, const GrantWaiver& command);
// By a second person.
struct ConfirmWaiver {
  std::string check;
  std::string by;
  std::string note = {};
};
Decision confirm_waiver(const ReleaseRecord& record,
                        const ConfirmWaiver& command);

// --- release ---

// kRejected `gate-not-passed` unless every gate has positive proof.
Status require_gates(const ReleaseRecord& record);
// kWaiting `approvals-missing` unless the policy is met.
Status require_approvals(const ReleaseRecord& record);
// Notes were intended and not yet seen on the staging branch.
bool notes_are_open(const schema::CandidateRecord& candidate);
// They tell of the evidence as it is now.
bool notes_are_current(const ReleaseRecord& record);
Decision prepare_notes(const ReleaseRecord& record,
                       schema::ReleaseNotesPrepared intent);
Decision observe_notes(const ReleaseRecord& record);
Decision prepare_publication(const ReleaseRecord& record,
                             schema::PublicationPrepared intent);
Decision refuse_publication(const ReleaseRecord& record,
                            const std::string& reason,
                            const std::string& detail);
Decision observe_publication(const ReleaseRecord& record);
// --- release, on a forge (decide/forge.cc) ---

// Intent to open the candidate's pull request, or to bring its text up to what
// the notes tell. Nothing where the last intent was for the same.
Decision prepare_pull_request(const ReleaseRecord& record,
                              schema::PullRequestPrepared intent);
Decision observe_pull_request(const ReleaseRecord& record,
                              schema::PullRequestOpened opened);

// A review that counts, of somebody the plan knows.
struct ReviewSeen {
  std::string by;    // "Jack <jack@x.org>", as the plan names them
  std::string url;   // of the review; it tells reviews apart
  std::string note;  // what is kept of it
};
struct AdoptReviews {
  std::vector<ReviewSeen> approvals;
  std::string source;      // "github"
  std::int64_t at_ms = 0;  // when they were read: they expire from then on
};
// Grants what reviews approve, each review once, in the roles of the person;
// and revokes what an earlier review had granted and none does now.
Decision adopt_reviews(const ReleaseRecord& record,
                       const AdoptReviews& command);

// kWaiting `approvals-missing`, kRejected `gate-not-passed`. Nothing while a
// merge is open or done.
Decision prepare_merge(const ReleaseRecord& record,
                       schema::PullRequestMergePrepared intent);
Decision observe_merge(const ReleaseRecord& record,
                       schema::PullRequestMerged merged);
Decision refuse_merge(const ReleaseRecord& record,
                      const std::string& reason,
                      const std::string& detail);

Decision prepare_forge_release(const ReleaseRecord& record,
                               schema::ForgeReleasePrepared intent);
Decision observe_forge_release(const ReleaseRecord& record,
                               schema::ForgeReleasePublished published);

// The step was refused by the world; on the record once.
Decision fail_step(const ReleaseRecord& record,
                   schema::Step step,
                   const std::string& reason,
                   const std::string& detail);

// --- announce, and the ends ---

// kRejected `not-released`.
Status require_announceable(const ReleaseRecord& record);
struct PreparePost {
  std::string channel;
  std::string kind;    // empty: a person posts it
  std::string notice;  // empty: the announcement
  std::string text;
};
// Nothing while it is out, open or in doubt.
Decision prepare_announcement(const ReleaseRecord& record,
                              const PreparePost& command);
struct PostName {
  std::string channel;
  std::string notice;
};
// How it ended; channel, notice and attempt are filled in. The last of the
// plan's channels completes the release.
Decision observe_post(const ReleaseRecord& record,
                      const PostName& name,
                      schema::AnnouncementPosted posted);
Decision refuse_post(const ReleaseRecord& record,
                     const PostName& name,
                     schema::AnnouncementRefused refused);
Decision doubt_post(const ReleaseRecord& record,
                    const PostName& name,
                    schema::AnnouncementDoubted doubted);
struct SettlePost {
  std::string channel;
  bool posted = false;
  std::string by;
  std::string reason;
};
// kRejected `nothing-to-settle`.
Decision settle_post(const ReleaseRecord& record, const SettlePost& command);
struct ConfirmPosts {
  std::string by;
  std::string reason;
};
Decision confirm_announcement(const ReleaseRecord& record,
                              const ConfirmPosts& command);
Decision abandon(const ReleaseRecord& record, const std::string& reason);
Decision yank(const ReleaseRecord& record, const std::string& reason);

// --- after a restore ---

// A person's word that the record and the world were compared.
struct Reconcile {
  std::string by;
  std::string reason;
};
Decision reconcile(const ReleaseRecord& record, const Reconcile& command);

// kNotFound `no-such-release`, kRejected `release-ended`.
Status require_unfinished(const ReleaseRecord& record);

}  // namespace commands::decide
