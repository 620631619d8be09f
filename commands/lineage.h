// Is this the ledger the releases on the stable branch were made with? Each
// merge carries the head of its ledger; the newest must be a prefix of this
// one, else records are missing and nobody would notice.

#pragma once

#include <optional>
#include <string>

#include "commands/environment.h"

namespace commands {

// kUsage `no-remote` naming it.
Status require_remote(const Environment& environment,
                      const schema::Project& project);

// kCorruption `ledger-missing` unless the newest "Release-Ledger:" line on the
// stable branch, as this repository knows it, is a prefix of the ledger, was
// accepted before, or `new_ledger` gives the reason to accept it now (which is
// recorded, but not in a rehearsal).
Status require_lineage(const Environment& environment,
                       const schema::Plan& plan,
                       const std::optional<std::string>& new_ledger,
                       bool rehearsal);

// What `verify` says of it: nothing, or why the ledger is not the one.
Result<std::optional<std::string>> lineage_problem(
    const Environment& environment, const schema::Plan& plan);

}  // namespace commands
