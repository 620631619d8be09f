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

}  // namespace

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

}  // namespace tools::verbs
