// The verbs: one function each, in verbs/NAME.cc. A verb reads the options,
// calls one command or query, and prints.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/release_ledger/session.h"

namespace tools::verbs {

Status run(Session& session);
Status init(Session& session);
Status plan_show(Session& session);
Status plan_check(Session& session);
Status list(Session& session);
Status status(Session& session);
Status history(Session& session);
Status explain(Session& session);
Status replay(Session& session);
Status approve(Session& session);
Status revoke(Session& session);
Status waive(Session& session);
Status abandon(Session& session);
Status yank(Session& session);
Status verify(Session& session);
Status rebuild(Session& session);

}  // namespace tools::verbs
