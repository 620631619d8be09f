#include "commands/sign_off.h"

#include "commands/approval_review.h"
#include "commands/decide/decide.h"
#include "commands/signing.h"
#include "commands/sure.h"
#include "schema/release/approval_text.h"
#include "schema/release/policy.h"

namespace commands {
namespace {

// What a person is asked, and told when it was recorded.
struct Question {
  std::string text;
  bool answered = false;  // --yes
  std::string done;       // empty: the caller tells
};

Status ask(const Environment& environment, const Question& question) {
  return require_sure(*environment.reporter,
                      {question.text,
                       "record this",
                       "nothing was recorded",
                       question.answered});
}

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
  RL_TRY(ask(environment, question));
  RL_TRY(release.execute(decider));
  if (!question.done.empty()) {
    environment.reporter->progress(question.done);
  }
  return {};
}

bool wants_signature(const schema::ReleaseRecord& record) {
  return record.plan && record.plan->approval && record.plan->approval->signed_;
}

// The approval as it would be recorded, signed by the person who acts.
Status sign(const Environment& environment,
            const ReleaseStream& release,
            const schema::ApprovalGranted& approval,
            const ApproveRequest& request,
            decide::GrantApproval& command) {
  SigningRequest signing;
  signing.text =
      schema::approval_text(release.head().origin, release.name(), approval);
  signing.principal = environment.actor.email;
  signing.signers = schema::signer_lines(*release.record().plan);
  signing.key = request.key;
  signing.at_ms = command.at_ms;
  RL_ASSIGN(Signed made, sign_text(environment, signing));
  command.signed_text = std::move(signing.text);
  command.signature = std::move(made.signature);
  command.key = std::move(made.key);
  return {};
}

// What was shown is what is signed: a race that changes it is no yes.
Decision approve_what_was_shown(const schema::ReleaseRecord& record,
                                const decide::GrantApproval& command,
                                const schema::ApprovalGranted& shown,
                                const std::string& origin) {
  RL_ASSIGN(auto events, decide::grant_approval(record, command));
  const auto* approval =
      events.empty() ? nullptr
                     : std::get_if<schema::ApprovalGranted>(&events.front());
  if (approval != nullptr &&
      schema::approval_text(origin, record.name, *approval) !=
          schema::approval_text(origin, record.name, shown)) {
    return fail(ErrorCode::kConflict,
                "evidence-changed",
                "the evidence changed while you looked at it",
                "look at it again");
  }
  return events;
}

void tell_votes(const Environment& environment, const ReleaseStream& release) {
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
}

}  // namespace

Status approve(const Environment& environment, const ApproveRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  decide::GrantApproval command{
      schema::display_name(environment.actor), request.role, request.note};
  command.at_ms = environment.clock->now_ms();
  command.is_signed = request.sign || wants_signature(release.record());
  RL_ASSIGN(const auto events,
            decide::grant_approval(release.record(), command));
  show_evidence(*environment.reporter, release.record());
  RL_TRY(show_changes_since_approval(
      environment, release.record(), command.by, command.role));
  if (events.empty()) {
    environment.reporter->progress("already recorded");
    tell_votes(environment, release);
    return {};
  }
  const auto shown = std::get<schema::ApprovalGranted>(events.front());
  RL_TRY(
      ask(environment,
          {fmt::format(
               "Approve this as {} in the role {}?", command.by, command.role),
           request.confirmed,
           {}}));
  if (command.is_signed) {
    RL_TRY(sign(environment, release, shown, request, command));
  }
  const std::string origin = release.head().origin;
  RL_TRY(release.execute([&](const schema::ReleaseRecord& record) {
    return approve_what_was_shown(record, command, shown, origin);
  }));
  tell_votes(environment, release);
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
  const decide::GrantWaiver command{request.check,
                                    schema::display_name(environment.actor),
                                    request.reason,
                                    request.ticket,
                                    request.until_ms};
  const bool needs_second = schema::wants_second_person(*release.record().plan);
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
       needs_second
           ? fmt::format("the waiver counts once a second person has confirmed "
                         "it: release-ledger waive {} {} --confirm",
                         request.release,
                         request.check)
           : fmt::format("{} is waived for this result", request.check)}));
  return {};
}

Status confirm_waiver(const Environment& environment,
                      const ConfirmWaiverRequest& request) {
  RL_ASSIGN(ReleaseStream release,
            ReleaseStream::load_started(environment, request.release));
  const decide::ConfirmWaiver command{
      request.check, schema::display_name(environment.actor), request.note};
  RL_TRY(decide::confirm_waiver(release.record(), command));
  show_evidence(*environment.reporter, release.record());
  return ask_and_execute(
      environment,
      release,
      [&](const schema::ReleaseRecord& record) {
        return decide::confirm_waiver(record, command);
      },
      {fmt::format(
           "Confirm the waiver of {} of {}?", request.check, request.release),
       request.confirmed,
       fmt::format("the waiver of {} is confirmed", request.check)});
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
