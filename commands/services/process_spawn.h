// Starting a process: the half of the process runner that forks.

#pragma once

#include "commands/services/descriptor.h"
#include "commands/services/process.h"

namespace commands::services {

// A running leader of its own session and group, not yet waited for.
struct Child {
  int pid = 0;        // also its group's id
  Descriptor handle;  // pidfd: readable once the leader has exited
  Descriptor out;     // our ends, non-blocking; closed with a log
  Descriptor err;
  Descriptor log;
};

// The program is running when this returns. On an error no process and no
// log file is left. Errors as ProcessRunner::run.
Result<Child> spawn(const ProcessRequest& request);

}  // namespace commands::services
