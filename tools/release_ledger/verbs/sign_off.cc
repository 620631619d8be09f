// approve, revoke, waive, abandon, yank: acts of a person.

#include "commands/sign_off.h"

#include "commands/run.h"
#include "tools/release_ledger/verbs.h"
#include "tools/release_ledger/verbs/reading.h"

namespace tools::verbs {
namespace {

Result<std::string> named_release(const commands::Environment& environment,
                                  const Session& session) {
  return commands::release_name(session.options().release.release,
                                *environment.reporter);
}

Status end(Session& session, commands::Ending ending) {
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::end_release(environment,
                               {std::move(name),
                                ending,
                                session.options().release.reason,
                                session.options().shared.yes});
}

Status approve(Session& session) {
  if (const std::string& key = session.options().release.key; !key.empty()) {
    RL_TRY(require_file(key, "name the key to sign with, or its public half"));
  }
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::approve(
      environment,
      {std::move(name),
       session.options().release.role,
       session.options().release.note,
       session.options().shared.yes,
       session.options().release.sign || !session.options().release.key.empty(),
       session.options().release.key});
}

Status revoke(Session& session) {
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::revoke(environment,
                          {std::move(name),
                           session.options().release.role,
                           session.options().release.reason,
                           session.options().shared.yes});
}

Status confirm_waiver(Session& session) {
  const ReleaseOptions& options = session.options().release;
  if (!options.reason.empty() || !options.ticket.empty() ||
      !options.until.empty()) {
    return ledger::fail(ledger::ErrorCode::kUsage,
                        "confirm-unclear",
                        "--confirm goes without --reason, --ticket and --until",
                        "they are the waiver's; add a --note");
  }
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::confirm_waiver(environment,
                                  {std::move(name),
                                   options.check,
                                   options.note,
                                   session.options().shared.yes});
}

Status waive(Session& session) {
  const ReleaseOptions& options = session.options().release;
  if (options.confirm) {
    return confirm_waiver(session);
  }
  if (options.reason.empty()) {
    return ledger::fail(ledger::ErrorCode::kUsage,
                        "reason-missing",
                        "a waiver needs its --reason",
                        "--reason \"...\", or --confirm for somebody else's");
  }
  RL_ASSIGN(const auto until, optional_time(options.until));
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::waive(environment,
                         {std::move(name),
                          options.check,
                          options.reason,
                          options.ticket,
                          until,
                          session.options().shared.yes});
}

Status abandon(Session& session) {
  return end(session, commands::Ending::kAbandon);
}

Status yank(Session& session) {
  return end(session, commands::Ending::kYank);
}

Status reconcile(Session& session) {
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::reconcile(environment,
                             {std::move(name),
                              session.options().release.reason,
                              session.options().shared.yes});
}

void add_acts_of_approvers(VerbTable& table) {
  ReleaseOptions& release = table.options().release;
  CLI::App& approval = table.add_act(
      "approve", "Sign off a release's evidence in a role", approve);
  approval.add_option("--role", release.role, "In which role")
      ->type_name("ROLE")
      ->required();
  approval.add_option("--note", release.note, "A word with it")
      ->type_name("TEXT");
  approval.add_flag("--sign", release.sign, "Sign it with your SSH key");
  approval
      .add_option("--key",
                  release.key,
                  "Sign it with this one; else git's user.signingkey, else one "
                  "in ssh-agent")
      ->type_name("FILE");
  CLI::App& revocation =
      table.add_act("revoke", "Withdraw your approval", revoke);
  revocation.add_option("--role", release.role, "Of this role only")
      ->type_name("ROLE");
  revocation.add_option("--reason", release.reason, "Why")->type_name("TEXT");
  CLI::App& waiver =
      table.add_act("waive", "Let one failed check pass, on the record", waive);
  waiver
      .add_option("check",
                  release.check,
                  "VALIDATION, VALIDATION/KEY[#n], or bug-check")
      ->type_name("CHECK")
      ->required();
  waiver.add_option("--reason", release.reason, "Why it may pass")
      ->type_name("TEXT")
      ->check(say_something);
  waiver.add_option("--ticket", release.ticket, "Where it is followed up")
      ->type_name("TEXT");
  waiver
      .add_option(
          "--until", release.until, "It lets nothing pass from this moment on")
      ->type_name("TIME");
  waiver.add_flag(
      "--confirm", release.confirm, "Confirm what somebody else has waived");
  waiver.add_option("--note", release.note, "A word with the confirmation")
      ->type_name("TEXT");
}

}  // namespace

void add_sign_offs(VerbTable& table) {
  add_acts_of_approvers(table);
  table.add_reason(
      table.add_act("abandon", "End a release that will not ship", abandon),
      "Why");
  table.add_reason(
      table.add_act(
          "yank", "Mark a released one that should not be used", yank),
      "Why");
  table.add_reason(
      table.add_act("reconcile",
                    "Let a release go on that a restore has put back",
                    reconcile),
      "What it was compared with, and how it stands");
}

}  // namespace tools::verbs
