// What published releases measured, asked of the views: a fact that commands
// compare with, each value with the position of the result it stands in.

#pragma once

#include "commands/metrics/baseline.h"
#include "ledger/ledger.h"

namespace tools {

// Whether a check of the plan has a baseline; else nobody needs the values.
bool compares_with_the_past(const schema::Plan& plan);

// Of releases whose tag was pushed and that are not yanked, the results that
// passed by themselves: a waived value is no baseline. Each is looked up in
// the event it claims to stand in; kCorruption `view-disagrees`.
ledger::Result<commands::metrics::History> past_values(
    const ledger::Snapshot& snapshot);
// Of the ledger as it is now; nobody is kept from appending afterwards.
ledger::Result<commands::metrics::History> past_values(
    const ledger::Ledger& book);

}  // namespace tools
