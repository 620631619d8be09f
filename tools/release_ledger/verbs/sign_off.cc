// approve, revoke, waive, abandon, yank: acts of a person.

#include "commands/sign_off.h"

#include "commands/run.h"
#include "tools/release_ledger/verbs.h"

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
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::approve(environment,
                           {std::move(name),
                            session.options().release.role,
                            session.options().release.note,
                            session.options().shared.yes});
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

Status waive(Session& session) {
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(std::string name, named_release(environment, session));
  return commands::waive(environment,
                         {std::move(name),
                          session.options().release.check,
                          session.options().release.reason,
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
  table.add_reason(waiver, "Why it may pass");
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
