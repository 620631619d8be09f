#include "commands/sign_off.h"

#include "commands/decide/decide.h"
#include "schema/release/policy.h"

namespace commands {
namespace {

// What a person is asked, and told when it was recorded.
struct Question {
  std::string text;
  bool answered = false;  // --yes
  std::string done;       // empty: the caller tells
};

// Decides first, on paper, so that nobody is asked about what is refused.
Status ask_and_execute(const Environment& environment,
                       ReleaseStream& release,
                       const Decider& decider,
                       const Question& question) {
  RL_ASSIGN(const auto events, decider(release.record()));
  if (events.empty()) {
    environment.reporter->progress("already recorded");
    return {};
  }
  if (!question.answered) {
    const auto answer = environment.reporter->confirm(question.text);
    if (!answer.value_or(false)) {
      return fail(ErrorCode::kWaiting,
                  "not-confirmed",
                  answer ? "nothing was recorded"
                         : "nobody can be asked here whether to record this",
                  answer ? "" : "add --yes");
    }
  }
  RL_TRY(release.execute(decider));
  if (!question.done.empty()) {
    environment.reporter->progress(question.done);
  }
  return {};
}

void show_evidence(const Environment& environment,
                   const schema::ReleaseRecord& record) {
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  Reporter& reporter = *environment.reporter;
  reporter.progress(fmt::format("{}, candidate {} at {}",
                                record.name,
                                candidate->number,
                                candidate->commit));
  reporter.progress(fmt::format("plan {}", record.plan->digest.substr(0, 16)));
  reporter.progress(fmt::format("bug-check {}: {}",
                                schema::word(candidate->bug_check),
                                candidate->bug_detail));
  for (const auto& v : schema::assess_validations(record)) {
    reporter.progress(fmt::format("{} {}{}",
                                  v.planned->name,
                                  schema::word(v.outcome),
                                  v.note.empty() ? "" : ", " + v.note));
    if (v.record == nullptr || v.record->result == nullptr) {
      continue;
    }
    for (const schema::Check& check : v.record->result->checks) {
      reporter.progress(fmt::format(
          "  {} {} {}",
          check.key,
          check.actual ? fmt::format("{}", *check.actual) : "missing",
          check.passed ? "passed" : "FAILED"));
    }
  }
  for (const schema::WaiverRecord& waiver : candidate->waivers) {
    reporter.progress(fmt::format("waiver of {} by {}: {}",
                                  waiver.granted->check,
                                  waiver.granted->by,
                                  waiver.granted->reason));
  }
}

}  // namespace

Status approve(const Environment& environment, const ApproveRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const decide::GrantApproval command{
      schema::display_name(environment.actor), request.role, request.note};
  const Decider decider = [&](const schema::ReleaseRecord& record) {
    return decide::grant_approval(record, command);
  };
  RL_TRY(decider(release.record()));
  show_evidence(environment, release.record());
  const std::string signed_evidence = release.evidence_digest();
  const std::string signed_plan = release.record().plan->digest;
  RL_TRY(ask_and_execute(
      environment,
      release,
      // What was shown is what is signed: a race that changes it is no yes.
      [&](const schema::ReleaseRecord& record) -> Decision {
        if (evidence_digest(record) != signed_evidence ||
            record.plan->digest != signed_plan) {
          return fail(ErrorCode::kConflict,
                      "evidence-changed",
                      "the evidence changed while you looked at it",
                      "look at it again");
        }
        return decider(record);
      },
      {fmt::format(
           "Approve this as {} in the role {}?", command.by, command.role),
       request.confirmed,
       {}}));
  const schema::Tally votes =
      schema::tally(release.record(), release.evidence_digest());
  environment.reporter->progress(
      votes.lacking.empty()
          ? fmt::format("approved; {} of {} approvals: release-ledger --step "
                        "release goes on",
                        votes.people,
                        votes.required)
          : fmt::format(
                "approved; {} of {} approvals", votes.people, votes.required));
  return {};
}

Status revoke(const Environment& environment, const RevokeRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const decide::RevokeApproval command{
      schema::display_name(environment.actor), request.role, request.reason};
  RL_TRY(ask_and_execute(
      environment,
      release,
      [&](const schema::ReleaseRecord& record) {
        return decide::revoke_approval(record, command);
      },
      {fmt::format(
           "Revoke the approval of {} by {}?", request.release, command.by),
       request.confirmed,
       "revoked"}));
  return {};
}

Status waive(const Environment& environment, const WaiveRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const decide::GrantWaiver command{
      request.check, schema::display_name(environment.actor), request.reason};
  RL_TRY(ask_and_execute(
      environment,
      release,
      [&](const schema::ReleaseRecord& record) {
        return decide::grant_waiver(record, command);
      },
      {fmt::format("Let {} of {} pass although it did not: {}?",
                   request.check,
                   request.release,
                   request.reason),
       request.confirmed,
       fmt::format("{} is waived for this result", request.check)}));
  return {};
}

Status end_release(const Environment& environment, const EndRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const bool abandoning = request.ending == Ending::kAbandon;
  RL_TRY(ask_and_execute(
      environment,
      release,
      [&](const schema::ReleaseRecord& record) {
        return abandoning ? decide::abandon(record, request.reason)
                          : decide::yank(record, request.reason);
      },
      {fmt::format("{} {}? This cannot be undone.",
                   abandoning ? "Abandon" : "Yank",
                   request.release),
       request.confirmed,
       fmt::format(
           "{} is {}", request.release, abandoning ? "abandoned" : "yanked")}));
  return {};
}

Status reconcile(const Environment& environment,
                 const ReconcileRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load(environment, request.release, Rehearsal::kNo));
  if (release.record().events == 0) {
    return no_such_release(request.release);
  }
  const decide::Reconcile command{schema::display_name(environment.actor),
                                  request.reason};
  return ask_and_execute(
      environment,
      release,
      [&](const schema::ReleaseRecord& record) {
        return decide::reconcile(record, command);
      },
      {fmt::format("Have you compared {} with git, and may it go on?",
                   request.release),
       request.confirmed,
       fmt::format("{} may go on", request.release)});
}

}  // namespace commands
