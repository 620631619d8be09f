// Independent pieces of work, each by a thread of its own or one behind the
// other.

#pragma once

#include <functional>
#include <span>

#include "ledger/result.h"

namespace ledger {

using Task = std::function<Status()>;

enum class Threads { kOne, kOneEach };

// Ends when all have ended. Of several errors it is that of the last task.
Status run_all(std::span<const Task> tasks, Threads threads);

}  // namespace ledger
