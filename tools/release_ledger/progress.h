// Progress of long work, for a person.

#pragma once

#include <string_view>

#include "ledger/fold.h"
#include "tools/release_ledger/terminal.h"

namespace tools {

// A line a second, once something takes longer than that. `terminal` and the
// words outlive it.
ledger::Progress telling(const Terminal& terminal,
                         std::string_view what,
                         std::string_view unit);

}  // namespace tools
